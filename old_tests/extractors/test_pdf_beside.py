"""Notes in the margin, and lines that are stretched to fill a narrow column."""

import numpy as np
import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.stretched import unstretched
from casebook.schemas.sources import Payload

STORY = (
    "The router sends each ticket to the team that can answer it, and keeps what it could not "
    "place for a person, who has a button for each team and one for none of them. Each week the "
    "tickets that were placed by hand are added to the set that the model is tried on."
)
NOTE = "Nobody had asked for that in the first year, in which the list was kept by hand."


def sheet() -> FPDF:
    made = FPDF(unit="pt", format=(612, 792))
    made.add_page()
    return made


def text_of(made: FPDF) -> str:
    return extract(Payload(data=bytes(made.output()), media_type="application/pdf")).text


def wrapped(made: FPDF, text: str, width: float, size: float) -> list[str]:
    made.set_font("times", size=size)
    return made.multi_cell(width, text=text, dry_run=True, output="LINES", align="L")


def noted(made: FPDF, level: int, size: float, right: float) -> None:
    """Set the story with a note that begins level with one of its lines, right behind it."""
    y = 80.0
    for n, line in enumerate(wrapped(made, STORY, 360, 11)):
        made.set_font("times", size=11)
        made.text(60, y, line)
        for m, said in enumerate(wrapped(made, NOTE, 110, size) if n == level else ()):
            made.set_font("times", size=size)
            made.text(right, y + 1.2 * size * m, said)
        y += 14


@pytest.mark.parametrize("level", [0, 1, 3])
def test_a_note_in_the_margin_is_no_part_of_the_line_beside_it(level):
    """Both are whole, wherever in the paragraph the note begins."""
    made = sheet()
    noted(made, level, 9, 435)
    found = text_of(made).splitlines()
    assert STORY in found
    assert NOTE in found


def test_a_line_that_ends_in_small_type_is_one():
    """Behind the room of a word stands no note, and neither does where nothing goes on under it."""
    made = sheet()
    made.set_font("times", size=11)
    made.text(60, 80, "The limit of the router is set by hand")
    right = 60 + made.get_string_width("The limit of the router is set by hand ")
    made.set_font("times", size=8)
    made.text(right, 80, "(since May of the year before)")
    made.set_font("times", size=11)
    made.text(60, 120, "Teams and their limits")
    made.set_font("times", size=8)
    made.text(300, 120, "as of the first of May")
    assert text_of(made).splitlines() == [
        "The limit of the router is set by hand (since May of the year before)",
        "Teams and their limits as of the first of May",
    ]


PROSE = Line("handled without an escalation", 1, 10, False, 60, 200, 88)
WIDE = Line("Conversations have been", 1, 10, False, 60, 200, 100)
EVEN = (60, 128, 180), (112, 164, 200)
"""Where the words of a stretched line begin and end."""


@pytest.mark.parametrize(
    ("after", "places", "one"),
    [
        (PROSE, EVEN, True),
        (PROSE._replace(base=112), EVEN, True),
        (PROSE._replace(right=180), EVEN, False),
        (PROSE._replace(base=60), EVEN, False),
        (PROSE._replace(left=100), EVEN, False),
        (PROSE._replace(size=9), EVEN, False),
        (PROSE._replace(text="handled once"), EVEN, False),
        (PROSE, ((60, 121, 180), (112, 164, 200)), False),
    ],
    ids="under over shorter far indented smaller cells uneven".split(),
)
def test_a_line_that_is_stretched_to_its_column_is_one(after, places, one):
    """Its words stand evenly, and a line of prose above or under it begins and ends as it does."""
    lefts, rights = (np.array([*row, 60, 110, 160, 190]) for row in places)
    found = unstretched([[0, 1, 2], [0]], [WIDE, after], lefts, rights, [0, 3, 7])
    assert found == [[0] if one else [0, 1, 2], [0]]
