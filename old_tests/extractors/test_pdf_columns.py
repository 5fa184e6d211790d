"""Columns of prose that a file writes line by line across are read one after the other."""

from itertools import zip_longest

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.schemas.sources import Payload

STORY = (
    "The router sends each ticket to the team that can answer it, and keeps what it could not "
    "place for a person, who has a button for each team and one for none of them. Each week the "
    "tickets that were placed by hand are added to the set that the model is tried on. Nobody had "
    "asked for that in the first year, in which the list of teams was kept by hand and was wrong "
    "more often than the model ever was. When two people had placed two thousand tickets, we saw "
    "at once which of our changes helped and which did not, and stopped to argue about the rest. "
)
ABOVE = "What a small model does for nine teams of one office"
FIGURE = (
    "Figure 1: The share of tickets that reach the wrong team, by month, for the two models that "
    "were tried one beside the other from March to May, and for the people who place them by hand."
)


def paper(columns: int) -> bytes:
    """Two bands of columns with a heading above and a caption between, each line across."""
    sheet = FPDF(unit="pt", format=(612, 792))
    sheet.add_page()
    width = (504 - 20 * (columns - 1)) / columns
    y = 60.0

    def full(text: str, size: float) -> float:
        sheet.set_font("times", size=size)
        lines = sheet.multi_cell(504, text=text, dry_run=True, output="LINES")
        for n, line in enumerate(lines):
            sheet.text(54, y + n * 1.2 * size, line)
        return y + 1.2 * size * len(lines) + 12

    def band(text: str) -> float:
        sheet.set_font("times", size=10)
        lines = sheet.multi_cell(width, text=text, dry_run=True, output="LINES", align="L")
        rows = -(-len(lines) // columns)
        parts = [lines[n * rows : (n + 1) * rows] for n in range(columns)]
        for n, row in enumerate(zip_longest(*parts, fillvalue="")):
            for column, line in enumerate(row):
                sheet.text(54 + column * (width + 20), y + 12 * n, line)
        return y + 12 * rows + 12

    y = full(ABOVE, 16)
    y = band(STORY * columns)
    y = full(FIGURE, 9)
    band(STORY * columns)
    return bytes(sheet.output())


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_written_across_are_read_one_after_the_other(columns):
    """Each column to its end, and what stands across them where it stands; no doubt is told."""
    found = extract(Payload(data=paper(columns), media_type="application/pdf"))
    text = " ".join(found.text.split())
    story = " ".join((STORY * columns).split())
    assert text == f"{ABOVE} {story} {FIGURE} {story}"
    assert not [step for step in found.extraction if step.method == "columns"]
