"""What a PDF's reading passes over to be quick is what it would have found nothing in."""

import re

import pypdfium2
import pytest
from fpdf import FPDF
from hypothesis import example, given
from hypothesis import strategies as st

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.blocks.furniture import key_of
from casebook.extractors.pdf.blocks.headings import Titles
from casebook.extractors.pdf.characters import seams
from casebook.extractors.text.characters import (
    count_words,
    has_words,
    one_line,
    visible,
    words_in,
)
from casebook.extractors.text.passages import Block
from casebook.extractors.text.references import without_references

LINES = st.text(alphabet="aBé1 10²_.,)-−–”(“ivxIVX\u00a0", max_size=12)


class Raised:
    """An eye that sees every character above the line of the one before."""

    def index(self, position: int) -> int:
        """Return the position."""
        return position

    def bottom(self, _index: int) -> float:
        """Return a height above all lines."""
        return 1e9

    def origin(self, index: int) -> float:
        """Return a height that is no other character's."""
        return 100.0 * index

    def size(self, _index: int) -> float:
        """Return a type size of one point."""
        return 1.0


@given(LINES)
@example("a7")
@example("said.”12 more")
@example("7The note")
@example("10−6")
def test_a_line_that_is_passed_over_has_no_seam(line):
    """Raised numbers and cells that touch are looked for wherever they can be, and only there."""
    cuts = list(seams.cuts(Raised(), line, 0))
    assert not cuts or seams.mended(Raised(), line, 0) != line


@given(LINES, st.lists(LINES, max_size=4))
@example("Civil law", ["civil law"])
@example("IV. Of pilots (12)", ["4 of pilots 3", "x"])
@example("of pilots.", ["Of  Pilots"])
@example("1 2nd mill 3", ["4 5nd mill 6"])
@example("mill x8 6", ["mill x8 6"])
def test_a_title_is_told_by_its_key_whatever_its_ends_are(line, titles):
    """Most lines are told by their first or last word alone to be none of the titles."""
    assert (line in Titles.of(titles)) == (key_of(line) in set(map(key_of, titles)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("IV. Results, 12", "# results #"),
        ("vi", "#"),
        ("A.1 The mill -- x86", "a # the mill x#"),
        ("12 34", "#"),
        ("— …", ""),
        ("Civilii 2", "civilii #"),
    ],
)
def test_numbers_are_alike_in_a_key(text, key):
    """Running heads differ by their page, in figures or Roman numerals, and are one head."""
    assert key_of(text) == key


def test_more_objects_than_are_asked_about_at_once_are_all_told():
    """The boxes of 1,100 objects are those that the library gives one by one."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=4)
    for number in range(1100):
        pdf.text(10 + number % 40 * 4, 10 + number // 40 * 5, str(number))
    with pypdfium2.PdfDocument(bytes(pdf.output())) as document:
        page = document[0]
        pieces = calls.handles(calls.objects_on(calls.handle(page.raw)))
        boxes, known = calls.rows(calls.object_box, pieces, 4)
        assert known.all()
        assert boxes.tolist() == [list(piece.get_bounds()) for piece in page.get_objects()]
        assert calls.rows(calls.object_box, [], 4)[0].shape == (0, 4)
        page.close()


@given(st.text(alphabet="a ü\t\n\r\u00a0\u2028\u200b\ufeff\x0cé", max_size=12))
def test_a_line_that_is_tidy_already_reads_the_same(text):
    """A text is taken apart for its white space only where there is some to take out."""
    assert one_line(text) == " ".join(visible(text).split())


@given(st.text(alphabet="ab 日本-", max_size=300), st.integers(1, 9))
def test_words_are_counted_as_far_as_is_asked(text, fewest):
    """Whether a text has some words is told as counting them all would."""
    assert has_words(text, fewest) == (count_words(text) >= fewest)


@given(st.text(max_size=40))
@example("".join(map(chr, range(128))))
def test_words_by_table_are_those_by_pattern(text):
    """The words of an ASCII text are found by a table of characters, as a pattern finds them."""
    assert words_in(text) == re.findall(r"\w+", text)


class Asked(list):
    """Blocks that count how many of them are handed out one by one, or in slices."""

    looks = 0

    def __getitem__(self, place):
        found = super().__getitem__(place)
        Asked.looks += len(found) if isinstance(place, slice) else 1
        return found


@pytest.mark.parametrize("entry", ["Lind, A. 2020. A book about queues. doi", ""])
def test_what_stands_under_a_heading_is_looked_for_right_below_it(entry):
    """Each of many headings in a list of references asks for a few blocks, not for all the rest."""
    below = [Block(entry)] if entry else []
    headed = [each for _ in range(300) for each in (Block("Books", heading=True), *below)]
    blocks = Asked([Block("Text."), Block("References", heading=True), *headed])
    Asked.looks = 0
    without_references(blocks)
    assert Asked.looks < 10 * len(blocks)
