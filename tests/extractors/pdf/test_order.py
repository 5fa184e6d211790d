"""Columns are read one after the other, tables row by row."""

import pytest
from fpdf import FPDF

STORY = (
    "The router sends each ticket to the team that can answer it within the hour. It was moved to "
    "a small model in March, and the share of tickets that reach the wrong team fell from nine "
    "percent to four percent within a month. The platform group had not foreseen this at all."
)
ROWS = [
    ["Step", "Who does it", "Days"],
    ["Label tickets", "Support", "12"],
    ["Train a model", "Platform group", "3"],
    ["Compare with the old router", "Both", "10"],
    ["Roll out", "Platform group", "1"],
]
LEFT = (60, 240, 420)


class Sheet(FPDF):
    """A page in points, on which text is set at a place."""

    def __init__(self):
        super().__init__(unit="pt", format=(612, 792))
        self.set_auto_page_break(False)
        self.add_page()
        self.set_font("times", size=10)

    def wrapped(self, text, width):
        """Return the lines of a text that is ``width`` points wide."""
        return self.multi_cell(width, text=text, dry_run=True, output="LINES")


def in_columns(*, across):
    """Two columns under a title and a line across, written one by one or line by line."""
    sheet = Sheet()
    sheet.set_font("times", size=18)
    sheet.text(54, 60, "On the routing of tickets")
    sheet.set_font("times", size=10)
    lines = sheet.wrapped(" ".join(f"Part {n}. {STORY}" for n in range(1, 7)), 240)
    half = -(-len(lines) // 2)
    places = [(54 + 264 * (n // half), 90 + 12 * (n % half), line) for n, line in enumerate(lines)]
    if across:
        places.sort(key=lambda place: (place[1], place[0]))
    for place in places:
        sheet.text(*place)
    sheet.text(
        54,
        110 + 12 * half,
        "Figure 1: how the share of tickets in the wrong team fell over the whole year, by month and team.",
    )
    return sheet.output()


@pytest.mark.parametrize("across", [False, True], ids=["in order", "line by line"])
def test_columns_are_read_one_after_the_other(read, across):
    """Sentences stay whole in whatever order the file stores two columns."""
    text = " ".join(read(in_columns(across=across)).text.split())
    for n in range(1, 7):
        assert f"Part {n}. {STORY}" in text
    assert text.index("Part 6.") < text.index("Figure 1")
    assert text.startswith("On the routing of tickets")


@pytest.mark.parametrize("by_cell", [False, True], ids=["row by row", "wrapped cells"])
def test_rows_of_a_table_are_lines(read, by_cell):
    """Cells are separated by a bar; a cell of several lines is one cell."""
    sheet = Sheet()
    top = 60
    for row in ROWS:
        cells = [sheet.wrapped(cell, 70 if by_cell else 170) for cell in row]
        for left, cell in zip(LEFT, cells, strict=True):
            for n, line in enumerate(cell):
                sheet.text(left, top + 12 * n, line)
        top += 12 * max(map(len, cells)) + 6
    for n, line in enumerate(sheet.wrapped(STORY, 500)):
        sheet.text(60, top + 20 + 12 * n, line)
    text = read(sheet.output()).text
    assert [line.split(" | ") for line in text.splitlines()[:5]] == ROWS
    assert STORY in text


def test_a_table_of_contents_loses_dots_and_numbers(read):
    """The titles are kept, one per line."""
    sheet = Sheet()
    titles = ["Why we began", "What we built", "How it went"]
    for n, title in enumerate(titles):
        sheet.text(60, 60 + 14 * n, f"{n + 1} {title} " + ". " * 40 + str(3 + n))
    for n, line in enumerate(sheet.wrapped(STORY, 480)):
        sheet.text(60, 140 + 12 * n, line)
    assert read(sheet.output()).text.splitlines()[:3] == [
        f"{n} {t}" for n, t in enumerate(titles, 1)
    ]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_lies_is_read(read, angle):
    """Text that is set sideways, as in wide tables, is read in its own direction."""
    sheet = Sheet()
    with sheet.rotation(angle, x=306, y=396):
        for n, line in enumerate(sheet.wrapped(f"{STORY} {STORY}", 420)):
            sheet.text(100, 330 + 12 * n, line)
    assert f"{STORY} {STORY}" in " ".join(read(sheet.output()).text.split())


def test_a_stamp_along_the_margin_is_left_out(read):
    """Archives print their identifier beside the first page."""
    sheet = Sheet()
    for n, line in enumerate(sheet.wrapped(STORY * 3, 420)):
        sheet.text(100, 100 + 12 * n, line)
    with sheet.rotation(90, x=20, y=500):
        sheet.text(20, 500, "archive:2401.00001v2 5 Apr 2025")
    assert "archive" not in read(sheet.output()).text
