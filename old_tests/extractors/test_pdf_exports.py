"""PDFs as programs export them: heads with their page's number, points written last, bylines."""

from datetime import UTC, date, datetime

import pytest
from fpdf import FPDF
from written_fonts import font_of

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.about import names_in
from casebook.schemas.sources import Payload

TITLES = ["Background", "What we measured", "What went wrong", "Costs of a year", "Outlook"]
PROSE = [
    "The router sends each ticket to the team that can answer it within the hour, and those it",
    "cannot place are read by a clerk on the same day. A small check in code was worth more than",
    "any larger model, for it compares each number in a draft with what the policy says of it and",
]


def page_of(pdf: FPDF, lines, *, top: float = 72, size: float = 10.5, step: float = 13) -> None:
    pdf.set_font("times", size=size)
    for n, line in enumerate(lines):
        pdf.text(56, top + step * n, line)


def sheet() -> FPDF:
    return FPDF(unit="pt", format="A4")


def read(pdf: FPDF):
    return extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))


def book(size: float, *, step: int) -> str:
    """Two pages for each chapter; the head of the second is its title and every ``step``-th page."""
    pdf = sheet()
    for chapter, title in enumerate(TITLES):
        pdf.add_page()
        page_of(pdf, [title], top=60, size=16)
        page_of(pdf, PROSE * 8, top=90)
        pdf.add_page()
        page_of(pdf, [f"{step * chapter + 2} {title}"], top=48, size=size)
        page_of(pdf, PROSE * 8, top=66)
    return read(pdf).text


def test_heads_with_the_number_of_their_page_go():
    """A head is told by its page's number where others have theirs, though it stands there once."""
    text = book(11.9, step=2)
    assert all(text.count(title) == 1 for title in TITLES)


@pytest.mark.parametrize(("size", "step"), [(16, 2), (11.9, 7)], ids=["title", "other numbers"])
def test_titles_with_numbers_stay(size, step):
    """A larger line, and one whose number is not its page's, is no head."""
    text = book(size, step=step)
    assert all(text.count(title) == 2 for title in TITLES)


def test_heads_go_whose_other_side_ends_with_its_number():
    """Where right pages end with their number, the heads of left ones, which begin so, are heads."""
    pdf = sheet()
    for n in range(1, 11):
        pdf.add_page()
        title = f"What chapter {'abcdefghij'[n // 2]} is about"
        page_of(pdf, [f"{title} {n}" if n % 2 else f"{n} {title}"], top=48)
        page_of(pdf, PROSE * 8, top=72)
    assert "is about" not in read(pdf).text


@pytest.mark.parametrize("size", [10.5, 12, 13])
def test_sections_that_have_the_number_of_their_page_keep_their_headings(size):
    """A heading stands in a table of contents alone, though each section begins its page."""
    pdf = sheet()
    for n, title in enumerate(TITLES, 1):
        pdf.add_page()
        page_of(pdf, [f"{n} {title}"], top=60, size=size)
        page_of(pdf, PROSE * 8, top=84)
    pdf.add_page()
    page_of(pdf, [f"{n} {title} . . . . . . {n}" for n, title in enumerate(TITLES, 1)])
    text = read(pdf).text
    assert all(text.count(f"{n} {title}") == 2 for n, title in enumerate(TITLES, 1))


def test_a_letter_in_brackets_in_the_midst_of_a_sentence_begins_no_paragraph():
    """Where the line before is full and ends in a word, "(a)" and "(2)" go on with the sentence."""
    pdf = sheet()
    pdf.add_page()
    pdf.set_font("times", size=10.5)
    story = (
        "The licence covers whatever was made for nothing else (a) but to be packed with a part. "
    )
    widths = range(300, 480, 5)
    lines = {w: pdf.multi_cell(w, 13, story * 9, dry_run=True, output="LINES") for w in widths}
    width = next(w for w in widths if sum(line.startswith("(a) but") for line in lines[w]) > 1)
    pdf.multi_cell(width, 13, story * 9)
    page_of(pdf, ["We send", "(a) letters", "(b) drafts", "(c) nothing"], top=400)
    text = read(pdf).text
    assert story * 8 in text
    assert "We send\n(a) letters\n(b) drafts\n(c) nothing" in text


def test_points_that_are_written_after_all_text_stand_before_theirs():
    """Some makers of PDFs write the points of a list at the end of the page."""
    pdf = sheet()
    pdf.add_page()
    page_of(pdf, PROSE)
    items = ["sort the letters", "draft a reply", "ask a clerk"]
    for n, item in enumerate(items):
        pdf.text(80, 140 + 15 * n, item)
    page_of(pdf, PROSE, top=200)
    pdf.text(66, 140, "1.")
    pdf.text(66, 155, "2.")
    pdf.text(66, 170, "\x95")
    lines = read(pdf).text.split("\n")
    assert lines[1:4] == ["1. sort the letters", "2. draft a reply", "• ask a clerk"]
    assert "•" not in lines[-1]


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Lind and Bo Ferreira · 12 May 2026", ["Ada Lind", "Bo Ferreira"]),
        ("By Ada Lind | Published May 12, 2026", ["Ada Lind"]),
        ("Written by Ada Lind, Bo Ferreira, 2026-05-12", ["Ada Lind", "Bo Ferreira"]),
        ("Annual Report 12 May 2026", []),
        ("By May 12, 2026", []),
    ],
)
def test_a_day_may_stand_beside_the_names(byline, names):
    """A line that begins with "By" names its authors, whichever day stands beside them."""
    assert names_in(byline) == names


def test_a_small_table_above_short_paragraphs_is_one():
    """What follows a table, line by line and wider than it, does not count against its rows."""
    rows = [("Model", "Drafts"), ("small", "1,500"), ("large", "1,480"), ("both", "3,000")]
    pdf = sheet()
    pdf.add_page()
    page_of(pdf, PROSE)
    for n, (model, drafts) in enumerate(rows):
        pdf.text(60, 130 + 16 * n, model)
        pdf.text(200, 130 + 16 * n, drafts)
    for n, line in enumerate(PROSE):
        pdf.text(56, 210 + 24 * n, line)
    lines = read(pdf).text.split("\n")
    assert [line for line in lines if " | " in line] == list(map(" | ".join, rows))


def test_lines_of_a_program_with_their_numbers_are_no_table():
    """Numbers that go on from line to line stand before a program; its lines have no cells."""
    program = ["(begin", "(read letter)", "(send it on)", "(count it)", "(end))"]
    pdf = sheet()
    pdf.add_page()
    page_of(pdf, PROSE)
    for n, line in enumerate(program):
        pdf.text(60, 130 + 13 * n, str(n + 41))
        pdf.text(110, 130 + 13 * n, line)
    text = read(pdf).text
    told = " ".join(f"{n} {line}" for n, line in enumerate(program, 41))
    assert told in " ".join(text.split())


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("by_column", [False, True], ids=["by row", "by column"])
def test_years_and_what_goes_on_from_another_page_are_rows(columns, by_column):
    """Rows that count on from a number but one are a table where more than a name follows it."""
    rows = [(str(2019 + n), f"{n}.{n + 4}", f"{3 * n} %")[:columns] for n in range(6)]
    cells = [(n, m) for n in range(len(rows)) for m in range(columns)]
    pdf = sheet()
    pdf.add_page()
    page_of(pdf, PROSE)
    for n, m in sorted(cells, key=lambda cell: cell[::-1]) if by_column else cells:
        pdf.text(60 + 110 * m, 130 + 15 * n, rows[n][m])
    lines = read(pdf).text.split("\n")
    assert [line for line in lines if " | " in line] == list(map(" | ".join, rows))


def test_a_title_that_running_heads_say_again_stays():
    """The title of a report stands in larger type than the head of its other pages."""
    pdf = sheet()
    for n in range(4):
        pdf.add_page()
        page_of(pdf, ["Two lanes are enough"], top=40, size=9)
        page_of(pdf, ["Two lanes are enough"], top=84 if n == 0 else 900, size=22)
        page_of(pdf, PROSE * 8, top=120)
        pdf.set_font("times", size=9)
        pdf.text(300, 810, str(n + 1))
    found = read(pdf)
    assert found.title == "Two lanes are enough"
    assert found.text.count("Two lanes are enough") == 1


def test_titles_of_slides_stay_that_an_agenda_names():
    """Slides have few lines, so all of them stand at an edge; each title is on two of them."""
    points = {"Agents": TITLES[1:3], "Background": ["Nobody asked", "for it"]}
    points |= {title: [f"A point on {title.lower()}", f"less of {title}"] for title in TITLES[1:4]}
    pdf = FPDF(unit="pt", format=(720, 405))
    for n, (title, some) in enumerate(points.items(), 1):
        pdf.add_page()
        page_of(pdf, [title], top=70, size=40)
        page_of(pdf, some, top=160, size=24, step=90)
        page_of(pdf, [f"Acme 2026 {n}"], top=395, size=9)
    lines = read(pdf).text.split("\n")
    assert all(title in lines for title in points)
    assert all(point in " ".join(lines) for some in points.values() for point in some)
    assert not any("Acme" in line for line in lines)


@pytest.mark.parametrize("over", [False, True], ids=["under the text", "over it"])
def test_a_stamp_across_each_page_is_told_apart(over):
    """A sentence goes on over pages that are stamped, and the stamp is no heading."""
    pdf = sheet()
    words = " ".join(PROSE * 30).split()
    for n in range(3):
        pdf.add_page()
        if over:
            page_of(pdf, [" ".join(words[k : k + 14]) for k in range(400 * n, 400 * n + 400, 14)])
        with pdf.rotation(40, 300, 420):
            pdf.set_font("helvetica", style="B", size=90)
            pdf.text(120, 440, "DRAFT")
        if not over:
            page_of(pdf, [" ".join(words[k : k + 14]) for k in range(400 * n, 400 * n + 400, 14)])
    found = read(pdf)
    assert "DRAFT" not in found.text
    told = {step.method: step.outcome for step in found.extraction}
    assert "“DRAFT” (3)" in told["running heads"]


@pytest.mark.parametrize("degrees", [10, -15, 20])
def test_a_headline_that_is_set_askew_is_text(degrees):
    """Slides tilt a figure to have it noticed; stamps run from corner to corner."""
    pdf = sheet()
    pdf.add_page()
    with pdf.rotation(degrees, 300, 420):
        pdf.set_font("helvetica", style="B", size=40)
        pdf.text(120, 440, "Saved 90 % of it")
    page_of(pdf, PROSE)
    assert "Saved 90 % of it" in read(pdf).text


def test_where_all_type_says_that_it_is_bold_none_is_a_heading_for_that():
    """Programs that write PDFs anew (Ghostscript) say of plain type that its stems are heavy."""
    pdf = sheet()
    pdf.add_page()
    pdf.set_font("times", style="B", size=18)
    pdf.text(56, 60, "Two lanes are enough")
    pdf.set_font("times", style="B", size=10.5)
    for n, line in enumerate(
        ["Ada Lind and Bo Ferreira", "", *PROSE, "and no other sum was ever off."]
    ):
        pdf.text(56, 90 + 13 * n, line)
    found = read(pdf)
    assert {passage.locator.section for passage in found.passages} == {"Two lanes are enough"}


def test_what_heads_the_second_column_of_a_slide_does_not_go_on_with_the_first():
    """A line that leaves room for the word after it was ended on purpose."""
    pdf = FPDF(unit="pt", format=(720, 405))
    pdf.add_page()
    page_of(pdf, ["Two lanes compared"], top=60, size=36)
    columns = {
        60: ["Fast lane", "\x95 Answers within a second", "\x95 No tools"],
        400: ["Slow lane", "\x95 Answers within a minute", "\x95 Tools and a judge"],
    }
    for left, lines in columns.items():
        pdf.set_font("times", size=20)
        for n, line in enumerate(lines):
            pdf.text(left, 140 + 32 * n, line)
    lines = read(pdf).text.split("\n")
    assert "• No tools" in lines
    assert "Slow lane" in lines


def test_paragraphs_of_scripts_without_capitals_end_with_their_last_line_and_go_on_over_pages(
    tmp_path,
):
    """A short line with a full stop ends one; a full one without goes on overleaf."""
    first, second = "検索基盤班毎晩三万件問合振分居。", "監査担当者全文出典一一確認出来候。"
    text = [
        first * 2 + "信頼。",
        second * 2 + "費用。",
        first * 2 + "信頼。",
        second * 6 + "費用。",
    ]
    width, lines = 20, []
    for paragraph in text:
        lines += [paragraph[k : k + width] for k in range(0, len(paragraph), width)]
    assert not lines[7].endswith("。")
    pdf = FPDF(unit="pt", format=(300, 220))
    pdf.add_font("signs", fname=font_of("".join(sorted(set("".join(text)))), tmp_path))
    for page in (lines[:8], lines[8:]):
        pdf.add_page()
        pdf.set_font("signs", size=10)
        for n, line in enumerate(page):
            pdf.text(40, 40 + 16 * n, line)
    assert [line for line in read(pdf).text.split("\n") if line] == text


def test_the_bold_head_of_a_table_is_cut_as_the_row_under_it():
    """Between the words of a short head there is as much room everywhere; its cells tell."""
    rows = [("Lane", "Share", "Cost"), ("fast", "80 %", "$0.40"), ("slow", "20 %", "$6.10")]
    pdf = sheet()
    pdf.add_page()
    page_of(pdf, PROSE)
    for n, row in enumerate([*rows, ("both", "all", "$1.15")]):
        pdf.set_font("times", style="" if n else "B", size=12)
        for m, cell in enumerate(row):
            pdf.text(60 + 43 * m, 140 + 20 * n, cell)
    page_of(pdf, PROSE, top=240)
    found = read(pdf)
    lines = found.text.split("\n")
    assert [line for line in lines if " | " in line][:3] == list(map(" | ".join, rows))
    assert {passage.locator.section for passage in found.passages} == {None}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("By Ada Lind and Bo Ferreira · May 12, 2025 · 8 min read", date(2025, 5, 12)),
        ("12 May 2025", date(2025, 5, 12)),
        ("Last updated: 12 May 2025", date(2025, 5, 12)),
        ("Authors: Ada Lind, Bo Ferreira    Date: 12 May 2025    Status: final", date(2025, 5, 12)),
        ("The outage of May 12, 2025 cost a weekend", date(2025, 11, 3)),
        ("12 May 2026", date(2025, 11, 3)),
    ],
)
def test_the_day_that_the_first_page_shows_is_its_day(line, day):
    """A browser's print, or an export, is made long after; a day to come is none."""
    pdf = sheet()
    pdf.add_page()
    pdf.set_creation_date(datetime(2025, 11, 3, tzinfo=UTC))
    page_of(pdf, ["Two lanes are enough"], top=60, size=22)
    page_of(pdf, [line, "", *PROSE])
    assert read(pdf).published == day


@pytest.mark.parametrize(
    ("stated", "line", "names"),
    [
        ("Ada Lind", "Ada Lind, Bo Ferreira", ["Ada Lind", "Bo Ferreira"]),
        ("Cy Moreau", "Ada Lind, Bo Ferreira", ["Cy Moreau"]),
        (
            "python-docx",
            "Authors: Ada Lind, Bo Ferreira   Status: final",
            ["Ada Lind", "Bo Ferreira"],
        ),
    ],
    ids=["one of them", "another", "a program"],
)
def test_the_names_under_the_title_count_where_the_file_states_one_of_them(stated, line, names):
    """Word processors state who typed a report; libraries that write files state themselves."""
    pdf = sheet()
    pdf.set_author(stated)
    pdf.add_page()
    page_of(pdf, ["Two lanes are enough"], top=60, size=22)
    page_of(pdf, [line], top=84)
    page_of(pdf, PROSE, top=120)
    assert list(read(pdf).authors) == names
