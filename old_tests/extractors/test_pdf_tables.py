"""A table is read row by row, with its cells told apart and its head once."""

import time
from collections.abc import Iterator, Sequence

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract, read
from casebook.extractors.pdf.blocks.furniture import without_furniture
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.arrangement import arranged
from casebook.schemas.sources import Payload

HEAD = ["Step of the work", "Who does it", "What it takes"]
ROWS = [
    [
        "Placing the tickets of a day by hand, before the model is asked",
        "Two people of the platform group",
        "An hour each day, and a list of teams no older than a week, so that none has moved on",
    ],
    ["Training", "The model group", "An evening"],
    [
        "Reading what the model was not sure of",
        "The team on duty, by turns of a week",
        "Ten minutes a day at most; what takes longer is handed to the group",
    ],
]
LEFT, WIDTHS = (60, 220, 340), (140, 100, 190)


def lines_of(sheet: FPDF, text: str, width: float) -> list[str]:
    held: list[str] = []
    for word in text.split():
        if held and sheet.get_string_width(f"{held[-1]} {word}") <= width:
            held[-1] += f" {word}"
        else:
            held.append(word)
    return held


def places(sheet: FPDF, row: Sequence[str], y: float, order: str) -> Iterator[tuple]:
    """Yield where the lines of the cells of a row stand, in the order in which they are written."""
    cells = [
        [(left, y + 12 * n, line) for n, line in enumerate(lines_of(sheet, cell, width))]
        for left, width, cell in zip(LEFT, WIDTHS, row, strict=True)
    ]
    pieces = [piece for cell in cells for piece in cell]
    yield from pieces if order == "cell by cell" else sorted(pieces, key=lambda p: (p[1], p[0]))


def paper(order: str, *, rules: bool, pages: int = 3) -> bytes:
    """Pages of one table under a running head, which is set again on each."""
    sheet = FPDF(unit="pt", format=(612, 792))
    for page in range(1, pages + 1):
        sheet.add_page()
        sheet.set_font("times", size=8)
        sheet.text(60, 40, "Harbour Review of Applied Systems")
        sheet.text(300, 760, str(page))
        sheet.set_font("times", "B", 10)
        y = 90.0
        for left, cell in zip(LEFT, HEAD, strict=True):
            sheet.text(left, y, cell)
        sheet.set_font("times", size=10)
        y += 20
        for number in range(4):
            row = ROWS[number % 3]
            row = [f"{row[0]}, no. {page}{number}", *row[1:]]
            told = list(places(sheet, row, y, order))
            for place in told:
                sheet.text(*place)
            bottom = max(at for _, at, _ in told)
            if rules:
                sheet.rect(56, y - 10, 500, bottom - y + 16)
            y = bottom + 20
    return bytes(sheet.output())


def rows_of(data: bytes) -> list[str]:
    text = extract(Payload(data=data, media_type="application/pdf")).text
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("rules", [False, True], ids=["plain", "ruled"])
@pytest.mark.parametrize("order", ["cell by cell", "line by line"])
def test_pages_of_one_table_are_read_row_by_row(order, rules):
    """Each row is a line, whatever the order of writing; the head stands once, no head of pages."""
    expected = [
        " | ".join([f"{ROWS[number % 3][0]}, no. {page}{number}", *ROWS[number % 3][1:]])
        for page in range(1, 4)
        for number in range(4)
    ]
    assert rows_of(paper(order, rules=rules)) == [" | ".join(HEAD), *expected]


def test_a_head_that_is_set_again_is_told_apart():
    """What is left out of the text is not lost: the curator is told."""
    _, apart = read(Payload(data=paper("cell by cell", rules=True), media_type="application/pdf"))
    assert list(apart.furniture).count(" | ".join(HEAD)) == 2


def test_a_word_cut_at_a_line_of_a_cell_is_whole():
    """Its hyphen stays where the document writes the word with one, as in any text."""
    sheet = FPDF(unit="pt", format=(612, 792))
    sheet.add_page()
    sheet.set_font("times", size=10)
    sheet.text(60, 60, "Nobody likes low-level tools.")
    for n, (name, first, second) in enumerate(
        [("mkfs", "Tools that are low-", "level ones"), ("dd", "Copies what is nee-", "ded there")]
    ):
        sheet.text(60, 120 + 32 * n, name)
        sheet.text(160, 120 + 32 * n, first)
        sheet.text(160, 132 + 32 * n, second)
    sheet.text(60, 184, "ls")
    sheet.text(160, 184, "Lists")
    assert rows_of(bytes(sheet.output()))[1:] == [
        "mkfs | Tools that are low-level ones", "dd | Copies what is needed there", "ls | Lists"
    ]  # fmt: skip


def part(text: str, left: float, base: float, right: float = 0.0) -> Line:
    return Line(text, 1, 10, False, left, right or left + 5 * len(text), base)


def told(*parts: Line) -> list[str] | None:
    found = arranged(parts)
    return found and [line.text for line in found.lines]


COMMANDS = [("d", "directory"), ("l", "symlink"), ("c", "character device"), ("p", "named pipe")]


def test_rows_that_begin_small_stay_rows():
    """A row whose words would have fitted above is one, however small it begins."""
    parts = [
        part(cell, left, 700 - 12 * n)
        for n, row in enumerate(COMMANDS)
        for left, cell in zip((60, 120), row, strict=True)
    ]
    assert told(*parts) == [" | ".join(row) for row in COMMANDS]


def test_a_cell_that_reaches_into_the_next_is_one_of_its_row():
    """What is too long for its column overlaps the next cell by a little."""
    parts = [
        part(cell, left, 700 - 12 * n, 124 if cell.startswith("dev") else 0.0)
        for n, row in enumerate([("bash", "7175"), ("developers-reference", "2601"), ("zsh", "24")])
        for left, cell in zip((60, 120), row, strict=True)
    ]
    assert told(*parts) == ["bash | 7175", "developers-reference | 2601", "zsh | 24"]


def test_a_point_far_before_its_text_is_no_cell():
    """Points of a list and their text stand side by side as cells do, and are no table."""
    parts = [
        part(text, left, 700 - 14 * n)
        for n in range(4)
        for left, text in ((60, "*"), (80, f"The team number {n} has asked for a queue"))
    ]
    assert told(*parts) is None


def test_words_of_stretched_lines_are_no_cells():
    """Lines of a narrow column are stretched to its edge, with as much room between all words."""
    sheet = FPDF(unit="pt", format=(612, 792))
    sheet.add_page()
    sheet.set_font("times", size=10)
    lines = ["of the teams that", "had been asked for", "a list of queues in", "which they take"]
    for n, line in enumerate(lines):
        left = 60.0
        for word in line.split():
            sheet.text(left, 100 + 12 * n, word)
            left += sheet.get_string_width(word) + 11
    assert rows_of(bytes(sheet.output())) == [" ".join(lines)]


def test_a_line_over_a_table_is_not_its_first_row():
    """A running head in two parts, farther from the table than its rows are, is no row."""
    head = [part("Chapter 10", 60, 740), part("Packaging", 300, 740)]
    rows = [
        part(cell, left, 712 - 12 * n)
        for n in range(4)
        for left, cell in ((60, f"Queue {n}"), (300, f"{n} days"))
    ]
    assert told(*head, *rows) == [
        "Chapter 10 Packaging",
        *(f"Queue {n} | {n} days" for n in range(4)),
    ]


def test_rows_that_pages_share_are_no_head_where_they_are_many():
    """Two pages of a form that say the same are both read; heads have four rows at most."""
    rows = [
        part(f"Queue {n} | team", 60, 700 - 12 * n)._replace(row=(60.0, 90.0)) for n in range(6)
    ]
    kept, _ = without_furniture([rows, list(rows)], 10)
    assert kept == [rows, rows]
    kept, gone = without_furniture(
        [rows, [*rows[:4], part("x | y", 60, 640)._replace(row=(60.0, 90.0))]], 10
    )
    assert gone == rows[:4]


HOSTILE = {
    "cells that stand nowhere": [
        part("team", left + 7 * n % 80, -15 * n) for n in range(4_000) for left in (0, 300)
    ],
    "columns": [part("of it", 60 * n, -15 * row) for row in range(3) for n in range(12_000)],
    "one long table": [part("team", left, -15 * n) for n in range(8_000) for left in (0, 300)],
    "cells without an end": [
        part("aaaa aaaa", left, -12 * n + 8 * (n == 0)) for n in range(4_000) for left in (0, 300)
    ],
    "one place": [part("team", 0, 0)] * 8_000,
    "nowhere": [part("team", left, float("nan")) for left in (0, float("inf"), -1e38)] * 2_000,
}


@pytest.mark.parametrize("parts", HOSTILE.values(), ids=HOSTILE)
def test_a_page_of_any_number_of_cells_is_read_in_little_time(parts):
    """Nothing is asked of all rows for each row: 0.1 to 1 s here, minutes otherwise."""
    began = time.process_time()
    arranged(parts)
    assert time.process_time() - began < 8


@pytest.mark.parametrize("mode", ["3 Tr", "1 g"])
def test_a_hidden_column_is_no_cell_and_told(mode):
    """Words in a table that no reader sees stay out of its rows, as out of any text."""
    sheet = FPDF(unit="pt", format=(612, 792))
    sheet.add_page()
    sheet.set_font("times", size=10)
    for n in range(5):
        sheet.text(60, 100 + 14 * n, f"Queue {n}")
        sheet._out(f"q {mode}")
        sheet.text(200, 100 + 14 * n, f"ignore all of queue {n}")
        sheet._out("Q")
        sheet.text(400, 100 + 14 * n, f"{n} days")
    data = bytes(sheet.output())
    found = extract(Payload(data=data, media_type="application/pdf"))
    assert found.text.splitlines() == [f"Queue {n} | {n} days" for n in range(5)]
    assert "ignore all of queue 4" in str(found.hidden_text)


def cut_table(*pages: Sequence[tuple[str, ...]]) -> bytes:
    """Pages of rows, whose cells stand in three columns; an empty one is not set."""
    sheet = FPDF(unit="pt", format=(612, 792))
    for rows in pages:
        sheet.add_page()
        sheet.set_font("times", "B", 10)
        y = 90.0
        for left, cell in zip(LEFT, HEAD, strict=True):
            sheet.text(left, y, cell)
        sheet.set_font("times", size=10)
        for n, row in enumerate(rows):
            y += 20 if row[0] or n == 0 else 12
            for left, cell in zip(LEFT, row, strict=True):
                if cell:
                    sheet.text(left, y, cell)
    return bytes(sheet.output())


QUEUES = [(f"Queue {n}", f"The team number {n}", f"It takes {n} days") for n in range(4)]


def test_a_row_that_the_end_of_a_page_cuts_is_whole():
    """What stands on the next page under the head, in its later cells alone, goes on with it."""
    cut = [("Training", "The model group,", "An evening of the")]
    rest = [("", "by turns", "week, and a list of teams"), ("", "", "no older than a week")]
    expected = "Training | The model group, by turns | An evening of the week, and a list of teams"
    found = rows_of(cut_table([*QUEUES, *cut], [*rest, *QUEUES]))
    assert found[5] == f"{expected} no older than a week"
    assert found[6] == " | ".join(QUEUES[0])
    assert len(found) == 10


def test_a_cell_that_the_end_of_a_page_cuts_is_whole():
    """Lines of one cell go on with it as well."""
    cut = [("Training", "The model group", "An evening of the")]
    rest = [("", "", "week, and a list of teams"), ("", "", "no older than that")]
    found = rows_of(cut_table([*QUEUES, *cut], [*rest, *QUEUES]))
    whole = "Training | The model group | An evening of the week, and a list of teams"
    assert found[5] == f"{whole} no older than that"


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (("Training", "The model group", "An evening"), ("", "", "Then a week")),
        (("Training", "The model group", "An evening."), ("", "", "then a week")),
        (("Training", "The model group", "An evening"), ("drafts", "by all", "one day")),
    ],
    ids=["begins", "is over", "has a name"],
)
def test_what_begins_on_a_page_is_no_rest_of_a_row(last, first):
    """A row with a first cell, a capital, or after the end of a sentence is one by itself."""
    found = rows_of(cut_table([*QUEUES, last], [first, *QUEUES]))
    assert found[5] == " | ".join(last)
    assert found[6] == " | ".join(cell for cell in first if cell)


@pytest.mark.parametrize(
    "head", [("", "team in charge", "time it takes"), ("", "people in it", "days at most")]
)
@pytest.mark.parametrize("last", [("Training", "The model group", "An evening"), ("All", "7", "9")])
def test_names_of_columns_are_no_rest_of_a_row(head, last):
    """Those of the same table set again, or of another one over whose first column none stands."""
    first = [("", "team in charge", "time it takes"), *QUEUES, last]
    found = rows_of(cut_table(first, [head, *QUEUES]))
    assert {" | ".join(last), " | ".join(head[1:])} <= set(found)
