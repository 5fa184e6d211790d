"""What is set in spread letters is read in words, and programs line by line."""

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.characters.spread import _may_be_set_wide
from casebook.extractors.pdf.lines import Line
from casebook.schemas.sources import Payload

PROGRAM = [
    "1 // The least significant bits of it are",
    "2 int route(int ticket, int team) {",
    "3 int result = 0;",
    "4 result ^= tables[ticket] + team;",
    "5 if (result > team) {",
    "6 result = filter(result, title);",
    "7 }",
    "8 return result;",
]


def sheet_of_type() -> FPDF:
    sheet = FPDF(unit="pt", format=(612, 792))
    sheet.add_page()
    sheet.set_font("times", size=10)
    return sheet


def spread(sheet: FPDF, line: str, left: float, y: float, cell: float = 6.0) -> None:
    """Set a line as LaTeX sets listings: each word as wide as its letters have cells."""
    for word in line.split():
        room = (len(word) * cell - sheet.get_string_width(word)) / len(word)
        at = left + room / 2
        for letter in word:
            sheet.text(at, y, letter)
            at += sheet.get_string_width(letter) + room
        left += (len(word) + 1) * cell


def lines_of(sheet: FPDF) -> list[str]:
    text = extract(Payload(data=bytes(sheet.output()), media_type="application/pdf")).text
    return [line for line in text.splitlines() if line]


def test_lines_of_a_program_in_spread_letters_stay_lines():
    """The room around its letters is none between words, and that between words is no column."""
    sheet = sheet_of_type()
    sheet.text(72, 72, "The router places each ticket as it is set out below, and says when not.")
    for n, line in enumerate(PROGRAM):
        spread(sheet, line, 72, 108 + 12 * n)
    assert lines_of(sheet)[1:] == PROGRAM


def test_a_table_of_single_letters_stays_a_table():
    """Letters as far apart as cells are make no program of it."""
    rows = ["a b c d", "x y z u", "q r s t", "k l m n"]
    sheet = sheet_of_type()
    sheet.text(72, 72, "The router places each ticket as it is set out below, and says when not.")
    for n, row in enumerate(rows):
        for k, cell in enumerate(row.split()):
            sheet.text(72 + 40 * k, 108 + 12 * n, cell)
    assert lines_of(sheet)[1:] == [row.replace(" ", " | ") for row in rows]


def test_letters_in_prose_keep_their_room():
    """Names of one letter in a row stand as far apart as other words do."""
    lines = [
        "Each team has a letter, and a b c are those of the first",
        "three, as x y z are theirs",
    ]
    sheet = sheet_of_type()
    for n, line in enumerate(lines):
        sheet.text(72, 108 + 12 * n, line)
    assert lines_of(sheet) == [" ".join(lines)]


@pytest.mark.parametrize("space", [4.5, 7.0, 11.0])
def test_text_whose_letters_are_spread_is_read_in_words(space):
    """Where letters stand apart, words do by more, however far that is on each line."""
    sheet = sheet_of_type()
    lines = ["NOTICE OF PUBLIC HEARING", "The office will hold a hearing of", "all who ask for it."]
    for n, line in enumerate(lines):
        at = 72.0
        for word in line.split():
            for letter in word:
                sheet.text(at, 108 + 12 * n * n, letter)
                at += sheet.get_string_width(letter) + 2
            at += space
    assert " ".join(lines_of(sheet)) == " ".join(lines)


@pytest.mark.parametrize("room", [1.5, 2.0, 2.5])
def test_no_words_are_run_together_where_one_space_is_wide(room):
    """What is far wider than the other spaces of a line does not make them room between letters."""
    sheet = sheet_of_type()
    lines = ["The office will hold a hearing of all", "who ask for it and all others"]
    sheet.text(72, 60, "The router places each ticket as it is set out below, and says when not.")
    for n, line in enumerate(lines):
        at = 72.0
        for k, word in enumerate(line.split()):
            for letter in word:
                sheet.text(at, 100 + 14 * n, letter)
                at += sheet.get_string_width(letter) + room
            at += (20.0 if k == 4 - n else 4.0) - room
    (found,) = lines_of(sheet)[1:]
    assert found.replace(" ", "") == "".join(lines).replace(" ", "")
    assert max(map(len, found.split())) <= len("hearing")


def test_letters_that_stand_in_groups_beside_words_run_no_words_together():
    """Where a line has words whose spaces are as narrow, they are spaces."""
    sheet = sheet_of_type()
    for n in range(4):
        sheet.text(72, 108 + 12 * n, f"Those people of number {n}")
        sheet.text(330, 108 + 12 * n, "a b c d")
    assert lines_of(sheet) == [f"Those people of number {n} | a b c d" for n in range(4)]


@pytest.mark.parametrize(
    ("heading", "font", "room"),
    [
        ("4. OPERATIONS AND COST", "times", 1.4),
        ("DESIGN OF THE ROUTER", "helvetica", 1.0),
        ("DESIGN OF THE ROUTER", "helvetica", 1.6),
        ("DESIGN OF THE ROUTER", "helvetica", 2.2),
    ],
)
def test_capitals_that_are_set_wide_are_read_in_words(heading, font, room):
    """Room between the letters of a heading is none between words, whatever pdfium takes it for."""
    sheet = FPDF(unit="pt")
    sheet.add_page()
    sheet.set_font(font, size=10)
    at = 72.0
    for letter in heading:
        if letter != " ":
            sheet.text(at, 80, letter)
        at += sheet.get_string_width(letter) + room
    sheet.set_font("times", size=10)
    for n in range(3):
        sheet.text(72, 110 + 12 * n, f"The platform team answers each of the tickets of year {n}.")
    found = extract(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    assert found.text.startswith(f"{heading}\n")


def test_capitals_among_letters_that_have_none_keep_their_spaces():
    """In Chinese, letters stand as far apart as a space is wide."""
    line = Line("C 和 C++ 技能", 1, 10, False, 72, 150, 100)
    assert not _may_be_set_wide(line)
    assert _may_be_set_wide(line._replace(text="D ESIGN OF"))


def test_single_capitals_that_stand_apart_stay_apart():
    """Letters that stand in cells, and a heading that is not set wide, keep their spaces."""
    sheet = FPDF(unit="pt")
    sheet.add_page()
    sheet.set_font("helvetica", size=11)
    sheet.text(72, 80, "PLAN A OR PLAN B")
    for n, letter in enumerate("ABCDEFG"):
        sheet.text(72 + 15 * n, 110, letter)
    found = extract(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    assert found.text.split() == "PLAN A OR PLAN B A B C D E F G".split()
