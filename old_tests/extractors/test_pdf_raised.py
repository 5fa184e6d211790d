"""Lines that pdfium ends at raised marks are whole again."""

import time

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.characters.raised import whole
from casebook.extractors.pdf.lines import Line
from casebook.schemas.sources import Payload


def part(text: str, left: float, width: float, raised: float = 0, size: float = 10) -> Line:
    """A stretch of type on one line of a page, or raised above it."""
    return Line(text, 1, size, False, left, left + width, 500 + raised)


def after(text: str, mark: str, rest: str = "", space: float = 3.4) -> list[Line]:
    """A text, a mark that is raised behind it, and what follows on the line."""
    parts = [part(text, 72, 200), part(mark, 272.6, 4, raised=3.6, size=7)]
    return [*parts, part(rest, 276.6 + space, 100)] if rest else parts


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (after("the books", "1", ", a collaborative one"), "the books [1], a collaborative one"),
        (after("ended so.", "1,2"), "ended so. [1,2]"),
        (after("in 2019", "4"), "in 2019⁴"),
        (after("named libz.so.1.", "17"), "named libz.so.1. [17]"),
        (after("a sum of 2q", "2"), "a sum of 2q²"),
        (after("the sum (a + b)", "2 = c"), "the sum (a + b)² = c"),
        (after("the word Arnol", "0", "d", 1.4), "the word Arnol⁰d"),
        (after("with the n", "th line of it"), "with the nth line of it"),
        (after("Ada Example", "a", ", Bo Li"), "Ada Example [a], Bo Li"),
        (after("at the XVIII", "e", "siècle"), "at the XVIIIe siècle"),
        (after("Ben Example", "∗"), "Ben Example∗"),
        (after("a mark", "[7] and more of it"), "a mark [7] and more of it"),
        ([part("(2) 1", 72, 20), part("If it is so", 93, 50)], "(2) 1 If it is so"),
        ([part("the router∗", 72, 60), part("and more", 133, 50)], "the router∗ and more"),
        (
            [part("1", 72, 3, raised=2.8, size=6), part("In fact so", 76, 90, size=8)],
            "[1] In fact so",
        ),
        (
            [part("†", 72, 3, raised=2.8, size=6), part("ada@harbour.example", 76, 90, size=8)],
            "† ada@harbour.example",
        ),
    ],
)
def test_a_line_that_is_cut_at_a_raised_mark_is_one(parts, line):
    """The mark, and what follows it, are parts of the line; a number is a note's or a power."""
    (found,) = whole(parts)
    assert found.text == line
    assert (found.left, found.right) == (parts[0].left, parts[-1].right)
    assert (found.size, found.base) == max((one.size, one.base) for one in parts)


@pytest.mark.parametrize(
    "lines",
    [
        [part("Margin", 72, 30), part("37 mm", 110, 30)],
        [part("the end of a column", 72, 200), part("the next one", 290, 200, raised=400)],
        [part("a first line", 72, 200), part("a second line", 72, 200, raised=-12)],
        [part("x +", 72, 20), part("1", 92.6, 4, raised=4, size=7)],
        [part("B", 72, 20, size=24), part("e it so that", 93, 90, raised=9, size=10)],
        [part("2", 72, 4, raised=3.6, size=7), part("(f) = 1", 77, 40)],
        [part("a label", 72, 0, size=0), part("another", 72, 0, size=0, raised=5)],
    ],
    ids=["cells", "columns", "lines", "fraction", "initial", "formula", "no size"],
)
def test_what_is_no_part_of_the_line_before_stays_a_line(lines):
    """Cells, columns, fractions and initials are not read into the line before them."""
    assert whole(lines) == lines


def test_raised_marks_of_a_file_are_read_within_their_lines():
    """The library ends a line at a mark; the text that the curator reads does not."""
    pdf = FPDF()
    pdf.add_page()
    for text, up, size, gap in [
        ("Each team may read the reference books of LATEX", 0, 10, 0.1),
        ("1", 1.28, 7, 0.1),
        (", a collaborative one.", 0, 10, 0),
    ]:
        pdf.set_font("times", size=size)
        pdf.text(pdf.x, 40 - up, text)
        pdf.x += pdf.get_string_width(text) + gap
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert found.text == (
        "Each team may read the reference books of LATEX [1], a collaborative one."
    )


def test_a_line_of_many_marks_is_joined_in_its_time():
    """What a mark is, is told by what stands next to it, however long the line has become."""
    parts = [
        part("word" if n % 2 == 0 else "1", 10.0 * n, 9, *((0, 10) if n % 2 == 0 else (3.6, 7)))
        for n in range(20_000)
    ]
    began = time.process_time()
    (found,) = whole(parts)
    assert found.text.startswith("word [1]word [1]word")
    assert time.process_time() - began < 3
