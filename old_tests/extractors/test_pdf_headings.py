"""Headings are told by type and number; figures and quotations in large type are none."""

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import read
from casebook.extractors.pdf.blocks.headings import Titles
from casebook.extractors.pdf.blocks.paragraphs import to_blocks
from casebook.extractors.pdf.lines import Line
from casebook.schemas.sources import Payload

TEXT = "The router sends each ticket to the team that can answer it within an hour of its coming."


class Sheet(FPDF):
    """Pages in points, on which lines are set one under the other."""

    def __init__(self) -> None:
        super().__init__(unit="pt", format=(612, 792))
        self.add_page()
        self.at = 72.0

    def put(self, text: str, size: float = 10, style: str = "", *, step: float = 0) -> None:
        """Set one line; the next stands ``step`` points below, or a line and a half."""
        self.set_font("times", style, size)
        self.text(72, self.at, text)
        self.at += step or 1.5 * size

    def prose(self, count: int = 4) -> None:
        """Set a paragraph of ``count`` lines, and room under it."""
        for _ in range(count):
            self.put(f"{self.at:.0f} times {TEXT}", step=12)
        self.at += 12


def sections(sheet: FPDF) -> list[str | None]:
    """Return the headings that text stands under, in order."""
    extracted, _ = read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    return list(dict.fromkeys(passage.locator.section for passage in extracted.passages))


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("3. Costs of 2024", "3 Costs of 2024"),
        ("5th run", "(5th run)"),
        ("“Queues” in dh_make", "Queues in dh_make:"),
        ("Part iv", "Part 4"),
        ("Version 2.1", "Version 2.4"),
    ],
)
def test_a_line_is_named_by_a_title_whatever_signs_and_numbers_end_it(title, line):
    """Titles are compared by their words, and any number is like another."""
    assert line in Titles.of([title])
    assert f"{line} again" not in Titles.of([title])
    assert f"1 more {line}" not in Titles.of([title])


def test_a_heading_set_like_text_is_told_by_its_number():
    """After "2", "2.1" and then "2.2" are headings; a row that begins so is none."""
    sheet = Sheet()
    for text, style in [
        ("2 Architecture", "B"),
        ("2.1 Lookup", ""),
        ("2.2 Sharing of answers", "I"),
        ("7.4 Tickets for each team", ""),
        ("2.3 See the next page, 14", ""),
        ("3 Results", "B"),
    ]:
        sheet.put(text, 13 if style == "B" else 10, style, step=24)
        sheet.prose()
    assert sections(sheet) == [
        "2 Architecture",
        "2.1 Lookup",
        "2.2 Sharing of answers",
        "3 Results",
    ]


@pytest.mark.parametrize("figure", ["2.1 s", "$4M", "3.2 GB", "10x"])
def test_a_figure_in_large_type_is_no_heading(figure):
    """A number with its unit is what a slide shows large; text under it is not its section."""
    sheet = Sheet()
    sheet.put("What it brought", 20, "B", step=40)
    sheet.put(figure, 30, step=30)
    sheet.prose()
    assert sections(sheet) == ["What it brought"]


def test_a_quotation_in_large_type_is_no_heading():
    """Words that a page quotes in large type, over one line or several, are text."""
    sheet = Sheet()
    sheet.put("What it brought", 20, "B", step=40)
    sheet.prose()
    for line in ['"We stopped asking how good it is', "And began to ask how old the", 'Text is"']:
        sheet.put(line, 16, step=20)
    sheet.put('"Nobody read the mail that told us."', 16, step=40)
    sheet.prose()
    assert sections(sheet) == ["What it brought"]


def test_a_heading_goes_on_at_the_step_of_its_own_type():
    """Lines of a large heading stand as far apart as its type is large, and are one heading."""
    sheet = Sheet()
    sheet.put("Retrieval in practice: how a bank with", 26, "B", step=37)
    sheet.put("eleven thousand policies answers", 26, "B", step=60)
    sheet.prose(12)
    assert sections(sheet) == [
        "Retrieval in practice: how a bank with eleven thousand policies answers"
    ]


def test_two_short_headings_are_two():
    """A short heading over another of its type is none that goes on."""
    sheet = Sheet()
    sheet.put("Summary", 20, "B", step=29)
    sheet.put("Questions", 20, "B", step=40)
    sheet.prose(12)
    assert sections(sheet) == ["Questions"]


def test_the_title_of_a_slide_is_read_first_whenever_it_is_drawn():
    """What stands above all else in the largest type heads its page, though it is drawn last."""
    sheet = Sheet()
    for number, name in enumerate(["What we built", "What we learned"]):
        if number:
            sheet.add_page()
        sheet.at = 200
        sheet.prose()
        sheet.at = 80
        sheet.put(name, 28, "B")
    extracted, _ = read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    told = [(passage.locator.page, passage.locator.section) for passage in extracted.passages]
    assert told == [(1, "What we built"), (2, "What we learned")]


def test_a_heading_on_top_of_the_right_column_stays_there():
    """A heading that stands highest because the left column begins lower is not the page's."""
    sheet = Sheet()
    sheet.set_font("times", size=10)
    for n in range(20):
        sheet.text(72, 200 + 12 * n, TEXT[:50])
    sheet.set_font("times", "B", 16)
    sheet.text(320, 80, "What we learned")
    sheet.set_font("times", size=10)
    for n in range(20):
        sheet.text(320, 110 + 12 * n, TEXT[:50])
    assert sections(sheet) == [None, "What we learned"]


def test_programs_do_not_tell_how_large_the_text_is():
    """Where a document has more lines of programs, set smaller, its text makes no headings."""
    sheet = Sheet()
    sheet.put("What it brought", 20, "B", step=40)
    sheet.put("How each ticket finds the team that answers it", step=24)
    sheet.prose(12)
    sheet.set_font("courier", size=8)
    for n in range(45):
        sheet.text(72, sheet.at + 10 * n, f"passages = retrieve(question, {n}, teams)")
    assert sections(sheet) == ["What it brought"]


def test_bars_of_slides_do_not_tell_how_large_the_text_is():
    """What stands small at one place on all slides goes, and text is no heading beside it."""
    sheet = Sheet()
    for number in range(5):
        if number:
            sheet.add_page()
        for n in range(4):
            sheet.set_font("times", size=6)
            sheet.text(
                72, 20 + 8 * n, f"Part {'ABCD'[n]} of what we built and of what it brought us"
            )
            sheet.text(310, 20 + 8 * n, "and of what we would not do again, had we the choice to")
        sheet.at = 80
        sheet.put(f"What we built in spring {'ABCDE'[number]}", 20, "B", step=40)
        for n in range(4):
            sheet.put(f"How ticket {number} of the week finds team {n} out of the nine", 12)
    extracted, _ = read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    assert "Part C of what" not in extracted.text
    assert [passage.locator.section for passage in extracted.passages] == [
        f"What we built in spring {letter}" for letter in "ABCDE"
    ]


def test_headings_of_two_sizes_are_two():
    """A heading right under another one is another where its type is another."""
    sheet = Sheet()
    sheet.put("Architecture of the router and", 13, "B", step=15)
    sheet.put("Lookup of what was asked before", 12, "B", step=30)
    sheet.prose()
    assert sections(sheet) == ["Lookup of what was asked before"]


def test_a_paragraph_in_the_type_of_headings_is_text():
    """Lines in larger type that read on to the end of a sentence are one paragraph."""
    sheet = Sheet()
    sheet.put("What it brought", 20, "B", step=40)
    for line in ["Half of all tickets of a week are asked in other", "words the week before, and the",
                 "team answers them once."]:  # fmt: skip
        sheet.put(line, 14, step=17)
    sheet.at += 20
    sheet.prose(8)
    extracted, _ = read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    assert "in other words the week before, and the team answers" in extracted.text
    assert sections(sheet) == ["What it brought"]


def test_a_heading_whose_first_line_ends_in_a_comma_is_one():
    """Lines that read on are judged as one: the heading's end is that of its last line."""
    sheet = Sheet()
    sheet.put("Tickets of spring, of summer,", 18, "B", step=21)
    sheet.put("and of the two months after", 18, "B", step=40)
    sheet.prose(8)
    assert sections(sheet) == ["Tickets of spring, of summer, and of the two months after"]


def test_a_numbered_heading_may_end_as_a_sentence():
    """A heading in larger type that begins with the number of a section ends in a stop, or not."""
    sheet = Sheet()
    sheet.put("4.5 Directory for standard", 14, "B", step=17)
    sheet.put("include files.", 14, "B", step=30)
    sheet.prose()
    assert sections(sheet) == ["4.5 Directory for standard include files."]


def titled(sheet: FPDF) -> str | None:
    return read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))[0].title


def test_rows_of_a_table_above_the_first_heading_do_not_hide_it():
    """A title is looked for on top of the first page; a table there counts for nothing."""
    sheet = Sheet()
    for n in range(12):
        sheet.set_font("times", size=10)
        for left, cell in ((72, f"Queue {n}"), (200, f"Team {n}"), (330, f"{n + 3} days")):
            sheet.text(left, sheet.at, cell)
        sheet.at += 12
    sheet.at += 30
    sheet.put("What the router brought", 18, "B", step=30)
    sheet.prose(8)
    assert titled(sheet) == "What the router brought"


def test_a_bold_heading_ends_where_lighter_type_begins():
    """A line that is not bold, and ends in smaller type, is no part of the heading above it."""
    sheet = Sheet()
    sheet.put("Routing of the tickets of a harbour with a small model", 12, "B", step=14)
    sheet.put("Ada Example, Renville, Harbour Review of Applied", 12, step=0.001)
    sheet.set_font("times", "B", 8)
    sheet.text(330, sheet.at, "Systems")
    sheet.at += 40
    sheet.prose(8)
    assert titled(sheet) == "Routing of the tickets of a harbour with a small model"


SAID = [
    "The router sends each ticket to the team that can answer it, and keeps what it could not",
    "place for a person, who has a button for each team and one for none of them.",
]


def numbered(titles: list[str], *, under: bool = True) -> list[Line]:
    """Lines in plain type with the text of a section under each."""
    lines: list[Line] = []
    y = 740.0
    for title in titles:
        lines.append(Line(title, 1, 10, False, 125, 225, y))
        for line in SAID if under else ():
            y -= 12
            lines.append(Line(line, 1, 10, False, 50, 300 if line is SAID[0] else 250, y))
        y -= 30
    return lines


TITLES = ["I. Introduction", "II. Design", "A. Retrieval", "B. Ranking", "III. Results", "A. Costs"]


def test_sections_with_roman_numbers_have_headings_in_plain_type():
    """Papers set them in the middle, in small capitals; sections in them have letters."""
    blocks = to_blocks([numbered(TITLES)]).blocks
    assert [block.text for block in blocks if block.heading] == TITLES


@pytest.mark.parametrize(
    "lines",
    [
        numbered(TITLES[:1] + TITLES[3:4]),
        numbered(["I. Add a team", "II. Set a limit", "III. Try it out"], under=False),
        numbered(["I. Introduction", "III. Results", "IV. Costs"]),
        numbered(["I. We add a team.", "II. We set its limit.", "III. We try it out."]),
    ],
    ids=["few", "points", "out of order", "sentences"],
)
def test_other_lines_with_such_numbers_are_no_headings(lines):
    """Points of a list, sentences, and what does not count from I on."""
    assert not [block.text for block in to_blocks([lines]).blocks if block.heading]
