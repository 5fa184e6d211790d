"""Tables that a file writes column by column are read by row; other columns stay as they are."""

from collections.abc import Sequence

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.schemas.sources import Payload

ABOVE = "We compared the models on the letters of one week, and asked two clerks which they send."
BELOW = "What the clerks sent was read again by the lawyers, who found no fault in it but two."
NAMES = ["Model", "small", "large", "both together", "none at all"]
DRAFTS = ["Drafts", "1,500", "1,480", "3,000", "20"]
SENT = ["Sent", "62 %", "71 %", "-", "0 %"]
REMARKS = ["Remark", "fast and cheap", "slow", "what we run", "clerks alone"]


def written(columns: Sequence[Sequence[str]], lefts: Sequence[float], *, right: bool = False):
    """The text of a page with a line, ``columns`` one after the other, and a line below them."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("times", size=11)
    pdf.text(56, 60, ABOVE)
    for left, column in zip(lefts, columns, strict=True):
        for n, cell in enumerate(column):
            indent = pdf.get_string_width(cell) if right and left > lefts[0] else 0
            pdf.text(left - indent, 84 + 15 * n, cell)
    pdf.text(56, 120 + 15 * max(map(len, columns)), BELOW)
    return extract(Payload(data=bytes(pdf.output()), media_type="application/pdf")).text


@pytest.mark.parametrize("right", [False, True], ids=["from the left", "from the right"])
@pytest.mark.parametrize(
    ("columns", "lefts"),
    [
        ([NAMES, DRAFTS], [56, 200]),
        ([NAMES, DRAFTS, SENT], [56, 200, 300]),
        ([NAMES, SENT, DRAFTS, REMARKS], [56, 200, 300, 420]),
    ],
    ids=["two", "three", "remarks"],
)
def test_a_table_that_is_written_by_column_is_read_by_row(columns, lefts, right):
    """Figures stand beside what they say something about, in the line of which they are read."""
    lines = written(columns, lefts, right=right).split("\n")
    assert [line for line in lines if " | " in line] == list(
        map(" | ".join, zip(*columns, strict=True))
    )
    assert lines[0] == ABOVE
    assert lines[-1] == BELOW


@pytest.mark.parametrize(
    "columns",
    [
        [["Ada Lind", "Bo Li", "Cy de Vries", "Dora Ek"], ["Eva Falk", "Finn Gard", "Gro Hall"]],
        [["apples 4", "balloons 7", "clerks 12"], ["drafts 9", "figures 31", "routers 5"]],
        [["1 Purpose", "2 Methods", "3 Results"], ["4 Lessons", "5 Thanks", "6 Works cited"]],
        [["1", "2", "3", "4"], ["begin", "read the letter", "send it on", "end"]],
    ],
    ids=["names", "index", "contents", "program"],
)
def test_columns_without_figures_of_their_own_are_read_downwards(columns):
    """A list, an index, contents and the numbers before a program read on in their column."""
    text = " ".join(written(columns, [56, 300]).split())
    assert " ".join(" ".join(column) for column in columns) in text


def test_figures_beside_nothing_stay_where_they_are():
    """Figures whose lines are none of those before them, as the scale of a chart, make no rows."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("times", size=11)
    prose = [
        "The share of drafts that",
        "were sent rose all week,",
        "but for Thursday, when",
        "none",
    ]
    for n, line in enumerate(prose):
        pdf.text(56, 84 + 15 * n, line)
    for n, figure in enumerate(["100", "80", "60", "40", "20"]):
        pdf.text(300, 80 + 11.5 * n, figure)
    text = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf")).text
    assert " ".join(prose) in " ".join(text.split())
    assert "|" not in text


@pytest.mark.parametrize("figures", [["100", "80", "60", "40", "20"], ["1", "2", "3", "4", "5"]])
def test_figures_level_with_prose_stand_in_no_sentence(figures):
    """The scale of a chart, or numbers of lines, may stand level with a paragraph beside it."""
    prose = [
        "The share of drafts that the clerks",
        "had sent rose all week but for one",
        "Thursday, when none was sent at all,",
        "and the lawyers asked for what they",
        "had done with the rest of the letters.",
    ]
    text = " ".join(written([prose, figures], [56, 330]).split())
    assert " ".join(prose) in text
