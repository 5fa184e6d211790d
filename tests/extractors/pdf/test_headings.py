"""Headings have levels, references are under theirs, running heads are found."""

from datetime import date

import pytest
from fpdf import FPDF

from extractors.pdf.furniture import without_furniture
from extractors.pdf.lines import TextLine
from extractors.pdf.metadata import authors_of, day_of, names_in, title_of

TEXT = "The router sends each ticket to the team that can answer it within the hour. " * 5


def report(parts, *, outline=False):
    """A document of (style, size, text); with ``outline`` the bold ones are in its contents."""
    pdf = FPDF()
    pdf.add_page()
    for style, size, text in parts:
        pdf.set_font("times", style, size)
        if outline and style:
            pdf.start_section(text, level=text.count("."))
        pdf.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
    return pdf.output()


def paths(found):
    return [passage.headings for passage in found.passages]


def test_levels_by_number_and_size(read):
    """Numbered headings get the level of their number, others that of similar headings."""
    parts = [
        ("B", 20, "Routing tickets"),
        ("B", 13, "1 What we built"), ("", 10, TEXT),
        ("B", 11, "1.1 The model"), ("", 10, TEXT),
        ("B", 13, "Thanks"), ("", 10, TEXT),
    ]  # fmt: skip
    found = read(report(parts))
    assert paths(found) == [("1 What we built",), ("1 What we built", "1.1 The model"), ("Thanks",)]
    assert found.title == "Routing tickets"


def test_levels_by_outline(read):
    """The outline decides, even if a heading is set in plain type."""
    parts = [("B", 10, "Goals"), ("", 10, TEXT), ("B", 10, "Goals. First"), ("", 10, TEXT)]
    assert paths(read(report(parts, outline=True))) == [("Goals",), ("Goals", "Goals. First")]


def test_references_are_set_apart(read):
    """Each entry is a passage under "References"; a following appendix is separate."""
    entries = [
        ("", 9, f"[{n}] A. Writer. On the matter {n}. In Proceedings, 2024.") for n in (1, 2)
    ]
    parts = [("B", 13, "1 Why"), ("", 10, TEXT), ("", 10, "References"), *entries,
             ("B", 13, "A Prompts"), ("", 10, TEXT)]  # fmt: skip
    found = read(report(parts))
    assert paths(found) == [("1 Why",), ("References",), ("A Prompts",)]
    cited = found.text[found.passages[1].start : found.passages[1].end]
    assert [line[:3] for line in cited.splitlines()] == ["[1]", "[2]"]


def pages_with(head, foot="{page}", count=6, rows=8):
    """Pages of lines with a head and a foot; ``{page}`` and ``{part}`` vary in these."""
    pages = []
    for page in range(1, count + 1):
        edge = {"page": page, "part": "Why" if page < 4 else "How"}
        lines = [
            TextLine(f"Words {page} of line {n}", page, 50, 500, 100 + 12 * n, 10)
            for n in range(rows)
        ]
        lines.insert(0, TextLine(head.format(**edge), page, 50, 300, 40, 9))
        lines.append(TextLine(foot.format(**edge), page, 280, 300, 760, 9))
        pages.append(lines)
    return pages


@pytest.mark.parametrize(
    "head", ["Annual report", "{page} | Annual report", "Part {part}", "p. {page}"]
)
def test_heads_that_repeat_or_change_by_part_are_found(head):
    """Covers repeated text, text with a page number, and names of parts."""
    kept, gone = without_furniture(pages_with(head))
    assert gone == 12
    assert all(len(page) == 8 for page in kept)


def test_text_at_the_edge_of_pages_stays():
    """Large headings with different numbers, and text at the same height, are kept."""
    pages = [
        [
            TextLine(f"Chapter {page}", page, 50, 300, 60, 20),
            *(
                TextLine(f"Words {page * 20 + n} here", page, 50, 500, 100 + 12 * n, 10)
                for n in range(9)
            ),
        ]
        for page in range(1, 5)
    ]
    kept, gone = without_furniture(pages)
    assert gone == 0
    assert kept == pages


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ada Example, Bo Li and Cy de Vries", ["Ada Example", "Bo Li", "Cy de Vries"]),
        ("By Ada Example1,2 and Bo Li∗", ["Ada Example", "Bo Li"]),
        ("University of Harbour", []),
        ("We moved the router in March", []),
        ("ada@example.org", []),
    ],
)
def test_names_in_a_byline(byline, names):
    """Only a line that consists of names is read as authors."""
    assert names_in(byline) == names


def test_titles_authors_and_days_that_make_no_sense_give_way():
    """The first page wins over a file name, the typist's name or a later date."""
    assert title_of("Microsoft Word - draft3.docx", ["Routing"]) == "Routing"
    assert title_of("Untitled", ["Contents"]) is None
    assert title_of("Routing tickets∗", []) == "Routing tickets"
    assert authors_of("Bo Li", ["Ada Example, Bo Li"]) == ("Ada Example", "Bo Li")
    assert authors_of("Cy Typist", ["Routing tickets"]) == ("Cy Typist",)
    created = date(2025, 4, 5)
    assert day_of(created, ["Routing", "March 3, 2025"]) == date(2025, 3, 3)
    assert day_of(created, ["Conference on 9 June 2025"]) == date(2025, 4, 5)
    assert day_of(None, []) is None
