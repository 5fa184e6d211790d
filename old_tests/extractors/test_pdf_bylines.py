"""Who wrote a PDF, and its title, as its first page sets them."""

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.about import bylines
from casebook.extractors.pdf.lines import Line
from casebook.schemas.sources import Payload


def under_a_title(*groups: tuple[float, float, list[tuple[str, float]]]) -> bytes:
    """A paper whose authors stand side by side: left edge and top of each group, its lines, sizes."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", "B", 18)
    pdf.text(30, 30, "Routing tickets with a small model")
    for left, top, lines in groups:
        for n, (text, size) in enumerate(lines):
            pdf.set_font("times", size=size)
            pdf.text(left, top + 5 * n, text)
    pdf.set_font("times", "B", 12)
    pdf.text(20, 82, "Abstract")
    pdf.set_font("times", size=10)
    for n in range(6):
        pdf.text(
            20, 78 + 5 * n, "The router sends each ticket to the team that can answer it well."
        )
    return bytes(pdf.output())


def authors_of(data: bytes) -> list[str]:
    return list(extract(Payload(data=data, media_type="application/pdf")).authors)


def test_authors_side_by_side_are_all_named():
    """Each group of a paper's authors is read, by the type of the first name; a town is none."""
    groups = [
        (20.0, 42.0, [("Ada Example", 12.0), ("Harbour University", 10.0), ("New York", 10.0)]),
        (80.0, 42.0, [("Bo Li", 12.0), ("The Mill Group", 10.0)]),
        (140.0, 42.0, [("Cy de Vries", 12.0), ("San Antonio", 10.0)]),
        (50.0, 62.0, [("Di Example", 12.0), ("Hong Kong", 10.0)]),
    ]
    names = ["Ada Example", "Bo Li", "Cy de Vries", "Di Example"]
    assert authors_of(under_a_title(*groups)) == names


def test_authors_whose_addresses_are_set_like_names_are_those_level_with_the_first():
    """Where the type tells no name from an address, the height does."""
    groups = [
        (20.0, 42.0, [("Ada Example", 11.0), ("Harbour University", 11.0)]),
        (80.0, 42.0, [("Bo Li", 11.0), ("New York", 11.0)]),
    ]
    assert authors_of(under_a_title(*groups)) == ["Ada Example", "Bo Li"]


def test_lines_under_a_title_one_below_the_other_are_no_groups_of_authors():
    """A name that only stands below another line of names is left to what the paragraph says."""
    lines = [
        Line("Of Routers", 1, 18, True, 72, 200, 700),
        Line("User Guide", 1, 12, False, 72, 200, 680),
        Line("Second Edition", 1, 12, False, 72, 200, 664),
    ]
    assert bylines(lines, "Of Routers") == []


def test_a_title_has_no_note_mark():
    """The mark of a note behind a title is no part of it."""
    pdf = FPDF()
    pdf.add_page()
    for text, up, size in [("Routing tickets with a small model", 0, 18), ("1", 2.3, 12)]:
        pdf.set_font("times", size=size)
        pdf.text(pdf.x, 30 - up, text)
        pdf.x += pdf.get_string_width(text) + 0.2
    pdf.set_font("times", size=10)
    for n in range(6):
        pdf.text(
            20, 50 + 5 * n, "The router sends each ticket to the team that can answer it well."
        )
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert found.title == "Routing tickets with a small model"
    assert "small model [1]" in found.text


def cover(*lines: str, title: str = "") -> bytes:
    """A cover with a title in large type, and ``lines`` under it; ``title`` is what the file says."""
    pdf = FPDF()
    pdf.set_title(title)
    pdf.add_page()
    pdf.set_font("times", "B", 24)
    pdf.text(30, 60, "Retrieval in practice")
    pdf.set_font("times", size=10)
    for n, line in enumerate(lines):
        pdf.text(30, 80 + 9 * n, line)
    pdf.add_page()
    for n in range(6):
        pdf.text(
            20, 50 + 5 * n, "The router sends each ticket to the team that can answer it well."
        )
    return bytes(pdf.output())


@pytest.mark.parametrize("word", ["By", "Written by", "Authors:"])
def test_who_signs_a_cover_wrote_it(word):
    """Names behind "by" are the authors', though a subtitle stands between them and the title."""
    signed = f"{word} Amara Nwosu and Pieter de Groot"
    assert authors_of(cover("White paper", signed)) == ["Amara Nwosu", "Pieter de Groot"]


def test_a_line_that_begins_with_by_is_not_always_signed():
    """What stands behind "by" must be names, and nothing else."""
    assert authors_of(cover("White paper", "By the end of the year we had nine")) == []


@pytest.mark.parametrize("title", ["PowerPoint Presentation", "Slide 1", "White Paper", "Report"])
def test_the_name_of_a_kind_is_no_title(title):
    """What a program writes into each of its files says nothing of this one."""
    found = extract(Payload(data=cover(title=title), media_type="application/pdf"))
    assert found.title == "Retrieval in practice"


def test_the_title_is_the_largest_of_the_headings_on_top():
    """What stands over a title in smaller type says of which kind the paper is."""
    pdf = FPDF()
    pdf.add_page()
    for text, top, size in [("RESEARCH PAPER", 30, 13), ("Routing tickets", 42, 20)]:
        pdf.set_font("times", "B", size)
        pdf.text(30, top, text)
    pdf.set_font("times", size=10)
    pdf.text(30, 50, "Ada Example and Bo Li")
    for n in range(6):
        pdf.text(
            20, 70 + 5 * n, "The router sends each ticket to the team that can answer it well."
        )
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert found.title == "Routing tickets"
    assert list(found.authors) == ["Ada Example", "Bo Li"]


def test_cells_of_a_table_name_no_author():
    """The head of a table under a heading looks like names that stand side by side."""
    rows = [("Router Name", "Pilot Name"), ("Mill", "of the harbour"), ("Quay", "of the town")]
    pdf = FPDF(unit="pt")
    pdf.add_page()
    pdf.set_font("times", "B", 18)
    pdf.text(60, 60, "Routers and their teams")
    for n, row in enumerate(rows):
        pdf.set_font("times", "B" * (n == 0), 11)
        pdf.text(60, 90 + 14 * n, row[0])
        pdf.text(240, 90 + 14 * n, row[1])
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert "Router Name | Pilot Name" in found.text
    assert list(found.authors) == []


def test_the_foot_of_a_page_that_is_written_first_names_no_author():
    """What is read behind the title is no byline where a page of text stands between them."""
    pdf = FPDF(unit="pt")
    pdf.add_page()
    pdf.set_font("times", size=8)
    pdf.text(60, 780, "Harbour Mill 200")
    pdf.set_font("times", "B", 18)
    pdf.text(60, 60, "Routers and their teams")
    pdf.set_font("times", size=10)
    for n in range(12):
        pdf.text(60, 90 + 13 * n, "The router sends each ticket to the team that can answer it.")
    assert authors_of(bytes(pdf.output())) == []
