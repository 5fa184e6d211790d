"""PDFs become paragraphs that know their page; what holds no text says why."""

import io
import os
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject, RectangleObject
from pypdfium2 import PdfiumError

from casebook.extractors.kinds import pdf as pdf_kind
from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf import second
from casebook.extractors.pdf.about import names_in
from casebook.extractors.pdf.blocks.furniture import tell
from casebook.extractors.pdf.blocks.paragraphs import to_blocks
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import join_lines, vocabulary
from casebook.extractors.text.passages import Block
from casebook.extractors.text.references import without_references
from casebook.schemas.errors import CasebookError, Damaged, DocumentEmpty, Encrypted, Scanned
from casebook.schemas.sources import Payload

SENTENCE = "The router sends each ticket to the team that can answer it within the hour. "


def paper(pages: int = 4) -> FPDF:
    class Paper(FPDF):
        def header(self):
            self.set_font("helvetica", size=8)
            self.cell(0, 8, "Harbour Technical Reports", new_x="LMARGIN", new_y="NEXT")

        def footer(self):
            self.set_y(-15)
            self.set_font("helvetica", size=8)
            self.cell(0, 8, f"Page {self.page_no()} of {pages}", align="C")

    pdf = Paper()
    pdf.set_title("Routing tickets with a small model")
    pdf.set_author("Ada Example, Bo Li")
    pdf.set_creation_date(datetime(2025, 4, 5, tzinfo=UTC))
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 16)
        pdf.cell(0, 12, f"Chapter {'ABCDEFGH'[number]}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        for _ in range(2):
            pdf.multi_cell(
                0,
                6,
                f"On page {number} we note this. {SENTENCE * 4}",
                new_x="LMARGIN",
                new_y="NEXT",
            )
            pdf.ln(4)
    return pdf


def read(data: bytes, name: str = "paper.pdf"):
    return extract(Payload(data=data, media_type="application/pdf", name=name))


def test_text_pages_sections_and_metadata():
    """Paragraphs are whole, know their page and chapter; the file's metadata is read."""
    found = read(bytes(paper().output()))
    assert found.title == "Routing tickets with a small model"
    assert list(found.authors) == ["Ada Example", "Bo Li"]
    assert found.published == date(2025, 4, 5)
    assert [p.locator.page for p in found.passages] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert found.passages[2].locator.section == "Chapter C"
    first = found.passages[0]
    assert found.text[first.start : first.end] == f"On page 1 we note this. {SENTENCE * 4}".strip()


def test_running_heads_and_page_numbers_go():
    """What repeats on each page's edge is furniture."""
    text = read(bytes(paper().output())).text
    assert "Technical Reports" not in text
    assert "of 4" not in text


def test_sentence_reads_on_across_pages():
    """A paragraph cut by a page break is one passage, on the page where it begins."""
    pdf = FPDF()
    pdf.set_auto_page_break(True, margin=240)
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.multi_cell(0, 6, "it goes on and on without any end in sight " * 26 + "until here.")
    found = read(bytes(pdf.output()))
    assert pdf.pages_count > 1
    assert len(found.passages) == 1
    assert found.passages[0].locator.page == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["an exam\ufffe", "ple of it"], "an example of it"),
        (["an exam-", "ple of it"], "an example of it"),
        (["an Anglo-", "American one"], "an Anglo-American one"),
        (["the \ufb01rst e\ufb00ort"], "the first effort"),
        (["one line", "and the next"], "one line and the next"),
        (["私たちは小さな", "モデルを使う。"], "私たちは小さなモデルを使う。"),
    ],
)
def test_line_ends_are_undone(lines, expected):
    """Hyphens at line ends, ligatures and breaks leave the words as they were written."""
    assert join_lines(lines) == expected


def test_each_reason_for_no_text_is_told():
    """A password, a picture of a page, and garbage are three different failures."""
    locked = paper(1)
    locked.set_encryption(owner_password="owner", user_password="user")
    with pytest.raises(Encrypted, match=r"paper\.pdf needs a password"):
        read(bytes(locked.output()))
    scan = FPDF()
    scan.add_page()
    scan.image(Image.new("RGB", (60, 80), "grey"), w=150)
    with pytest.raises(Scanned, match="OCR"):
        read(bytes(scan.output()))
    with pytest.raises(Damaged):
        read(b"%PDF-1.7\n" + io.BytesIO(b"garbage" * 99).read())


def without_pages() -> bytes:
    """A file in good order whose first object leads to no page."""
    head = b"%PDF-1.7\n"
    body = b"1 0 obj\n<</Names 1 0 R/ViewerPreferences<</Names 1 0 R>>>>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(head)
    end = b"trailer<</Root 1 0 R/Size 2>>\nstartxref\n%d\n%%%%EOF\n" % len(head + body)
    return head + body + table + end


def test_a_password_is_asked_for_by_the_file_that_needs_one():
    """Pdfium says of a file that fails without a cause what it said of the last one."""
    locked = paper(1)
    locked.set_encryption(owner_password="owner", user_password="user")
    with pytest.raises(Damaged):
        read(without_pages())
    with pytest.raises(Encrypted):
        read(bytes(locked.output()))
    with pytest.raises(Damaged):
        read(without_pages())


def test_a_page_that_shows_nothing_of_its_sheet_is_refused():
    """What a page shows may lie off its sheet: nothing is left of it that could be drawn."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 300)
    del page["/MediaBox"]
    page["/Parent"][NameObject("/MediaBox")] = RectangleObject((0, 0, 200, 300))
    page["/Parent"][NameObject("/CropBox")] = RectangleObject((210, 310, 215, 330))
    file = io.BytesIO()
    writer.write(file)
    with pytest.raises(DocumentEmpty):
        read(file.getvalue())


@pytest.mark.datasets
def test_odd_files_are_read_or_refused():
    """No awkward file crashes the reader or passes as a document without text."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", "../shared/data")) / "pdf" / "odd"
    files = sorted(folder.glob("*.pdf"))
    if not files:
        pytest.skip(f"no data set at {folder}; set CASEBOOK_DATASETS")
    outcomes = set()
    for file in files:
        try:
            found = read(file.read_bytes(), file.name)
        except CasebookError as error:
            outcomes.add(error.kind())
        else:
            assert found.text.strip()
            assert found.passages
    assert {"encrypted", "scanned"} <= outcomes


def test_words_cut_at_line_ends_are_whole_again():
    """A word that a hyphen splits over two lines is read as one; a hyphen within a line stays."""
    paper = FPDF()
    paper.add_page()
    paper.set_font("times", size=11)
    lines = [
        "The team moved its ticket router to a small fine-tuned model and the dis-",
        "tribution of tickets over the teams became even within a month of use, which no-",
        "body had foreseen when the project began in the spring of that year. It took the",
        "two people of the platform group six weeks in all.",
    ]
    for number, line in enumerate(lines):
        paper.text(20, 40 + 5 * number, line)
    text = extract(Payload(data=bytes(paper.output()), media_type="application/pdf")).text
    assert "the distribution of tickets" in text
    assert "which nobody had" in text
    assert "fine-tuned" in text


@pytest.mark.parametrize(
    ("lines", "elsewhere", "expected"),
    [
        (["a fine-", "tuned model"], "fine-tuned models win", "a fine-tuned model"),
        (["a fine-", "tuned model"], "finetuned models win", "a finetuned model"),
        (["the state-of-the-", "art model"], "", "the state-of-the-art model"),
        (["the distri-", "bution"], "", "the distribution"),
        (["a time-", "consuming step"], "time spent on consuming it", "a time-consuming step"),
        (["MERCHANTABIL-", "ITY"], "the merchantability of it", "MERCHANTABILITY"),
    ],
)
def test_a_hyphen_stays_where_the_document_writes_one(lines, elsewhere, expected):
    """What a word looks like elsewhere decides; a word with hyphens keeps the one at its end."""
    assert join_lines(lines, vocabulary([elsewhere])) == expected


def body(page: int, count: int = 30) -> list[Line]:
    """A page of text below a running head's place."""
    return [
        Line(f"Line {page}.{n} goes on with words of its own {'x' * (page + n)}", page, 10, False,
             72, 500, 700 - 12 * n)
        for n in range(count)
    ]  # fmt: skip


def test_heads_that_change_with_the_chapter_go():
    """A head that stands on two pages only is one, if pages have their heads at its height."""
    heads = ["Chapter One: Why", "Chapter One: Why", "Two: How", "Two: How", "Three: What", "Four"]
    pages = [
        [Line(head, n, 9, False, 72, 200, 750), *body(n)] for n, head in enumerate(heads, start=1)
    ]
    text = "\n".join(block.text for block in to_blocks(pages).blocks)
    assert "Chapter One" not in text
    assert "Two: How" not in text
    assert "Line 6.29" in text


def test_a_line_that_had_room_for_the_next_word_ends_there():
    """Rows of a table and lines of a program stay lines; a paragraph's lines are joined."""
    rows = ["$ make setup", "$ make test", "Model Recall", "casebook .98"]
    listing = [
        Line(text, 1, 10, False, 72, 72 + 5 * len(text), 300 - 12 * n)
        for n, text in enumerate(rows)
    ]
    blocks = to_blocks([[*body(1, 20), *listing]]).blocks
    assert [block.text for block in blocks][-4:] == rows
    assert "Line 1.3 goes on" in blocks[0].text
    assert "Line 1.19 goes on" in blocks[0].text


def test_a_paragraph_goes_on_in_the_next_column_over_a_note():
    """What a column's foot has in small type stands after the paragraph that it cuts."""
    column = [Line("A sentence that runs to the column's foot and", 1, 10, False, 72, 280, 80)]
    note = Line("1 A note in small type.", 1, 7, False, 72, 200, 60)
    rest = Line("over it into the next column, where it ends.", 1, 10, False, 310, 520, 700)
    texts = [block.text for block in to_blocks([[*body(1, 3), *column, note, rest]]).blocks]
    assert texts[-2].endswith("foot and over it into the next column, where it ends.")
    assert texts[-1] == "1 A note in small type."


def test_points_of_a_list_that_are_drawn_are_read():
    """Browsers draw the point of a list as a circle: its line reads as one point of a list."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    for n, item in enumerate(["Ticket routing in minutes", "Five teams and three languages"]):
        pdf.text(30, 40 + 6 * n, item)
        pdf.circle(x=27, y=38.5 + 6 * n, radius=0.8, style="F")
    pdf.text(30, 60, "A line without a point before it.")
    text = read(bytes(pdf.output())).text
    assert "• Ticket routing in minutes\n• Five teams and three languages" in text
    assert "• A line" not in text


def test_what_is_taken_out_is_told():
    """A curator sees how many lines went and what most of them said; a number alone says nothing."""
    pages = [
        [Line(f"Pilots {n}", n, 9, False, 72, 200, 750), *body(n + 9), Line(str(n), n, 9, False, 280, 290, 30)]
        for n in range(1, 7)
    ]  # fmt: skip
    arranged = to_blocks(pages)
    assert {line.text for line in arranged.furniture} == {
        *(f"Pilots {n}" for n in range(1, 7)), *map(str, range(1, 7))
    }  # fmt: skip
    assert tell([line.text for line in arranged.furniture]) == "12 lines left out, “Pilots 1” (6)"
    assert tell([]) == "none found"


def test_dots_and_pages_of_a_table_of_contents_are_told_apart():
    """What leads from a title to its page is no text, and is kept beside it."""
    line = Line("2 Results . . . . . . . . . 17", 1, 10, False, 72, 500, 600)
    arranged = to_blocks([[line, *body(1, 3)]])
    assert [leader.strip(" .") for leader in arranged.leaders] == ["17"]
    assert any(block.text.startswith("2 Results Line") for block in arranged.blocks)


def test_heads_that_change_with_the_section_go():
    """A head that stands on one page only is one where others stand, apart from the text."""
    heads = ["One: Why", "One: Why", "Two: How", "Two: How", "Three: What", "Four", "Five: So"]
    pages = [
        [Line(head, n, 9, False, 72, 200, 750), *body(n)] for n, head in enumerate(heads, start=1)
    ]
    text = "\n".join(block.text for block in to_blocks(pages).blocks)
    assert "Three: What" not in text
    assert "Line 7.0" in text


def test_a_number_at_a_pages_edge_is_not_always_the_pages():
    """The last cell of a table at a page's foot stays; the numbers that pages share go."""
    pages = [[*body(n), Line(str(n), n, 10, False, 280, 290, 30)] for n in range(1, 6)]
    pages[2].insert(-1, Line("47", 3, 10, False, 72, 90, 340))
    texts = [block.text for block in to_blocks(pages).blocks]
    assert any("47" in text.split() for text in texts)
    assert not any("4" in text.split() for text in texts)


def test_raised_numbers_are_marks_or_powers():
    """The number of a note does not run into the word before it, nor a power into its base."""
    pdf = paper(1)
    pdf.set_font("helvetica", size=11)
    for text, raised in (("Cost fell for every team", "12"), (" over 40 km", "2"), (" by 10", "6")):
        pdf.write(6, text)
        pdf.char_vpos = "SUP"
        pdf.write(6, raised)
        pdf.char_vpos = "LINE"
    pdf.write(6, " calls to gpt4 and i386 machines.")
    text = read(bytes(pdf.output())).text
    assert "every team [12] over 40 km² by 10⁶ calls to gpt4 and i386 machines." in text


def test_a_bold_beginning_makes_no_heading():
    """A paragraph whose first words are bold is a paragraph, and its split word is whole."""
    pdf = paper(1)
    pdf.set_auto_page_break(False)
    pdf.set_y(200)
    pdf.set_font("helvetica", "B", 11)
    pdf.write(6, "The queue: ")
    pdf.set_font("helvetica", size=11)
    pdf.write(6, "each team has its own, which the head of the platform requi-\nred in the spring.")
    found = read(bytes(pdf.output()))
    assert "The queue: each team" in found.passages[-1].locator.section + found.text
    assert "platform required in the spring." in found.text
    assert found.passages[-1].locator.section == "Chapter B"


def test_a_table_of_contents_keeps_its_titles_alone():
    """Dots and page numbers of its entries go."""
    assert join_lines(["1.2 Why we moved . . . . . . . 12", "1.3 How ....... iv"]) == (
        "1.2 Why we moved 1.3 How"
    )


def test_titles_of_slides_are_no_running_heads():
    """What is set larger than the text stays, though slides repeat it at the same height."""
    titles = ["Setup", "Results", "Results", "Costs", "Lessons", "Thanks"]
    pages = [
        [Line(title, n, 20, False, 72, 300, 750), *body(n, 6)]
        for n, title in enumerate(titles, start=1)
    ]
    assert [block.text for block in to_blocks(pages).blocks if block.heading].count("Results") == 2


def test_a_footnote_does_not_cut_the_sentence_above_it():
    """A paragraph reads on over the page break; the note that stood between comes after it."""
    first = [*body(1, 3), Line("and this sentence goes on", 1, 10, False, 72, 500, 664)]
    note = Line("1 A note in small type.", 1, 7, False, 72, 300, 60)
    rest = Line("on the next page, where it ends.", 2, 10, False, 72, 300, 700)
    texts = [block.text for block in to_blocks([[*first, note], [rest, *body(2, 3)[1:]]]).blocks]
    whole = next(text for text in texts if "this sentence goes on" in text)
    assert "goes on on the next page, where it ends." in whole
    assert texts.index("1 A note in small type.") > texts.index(whole)


def test_references_go_and_the_appendix_stays():
    """Entries under "References" are no text; what stands under the next heading is."""
    pdf = paper(1)
    for heading, text in (
        (
            "References",
            "[1] A. Bell and B. Cox. Sorting letters. In Proc. of Posts, 2021, pp. 1-9.",
        ),
        ("Appendix A", SENTENCE),
    ):
        pdf.set_font("helvetica", "B", 16)
        pdf.cell(0, 12, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    found = read(bytes(pdf.output()))
    assert "Sorting letters" not in found.text
    assert found.passages[-1].locator.section == "Appendix A"
    assert "1 passages left out" in str(found.extraction)


def test_what_stands_after_references_under_no_heading_stays():
    """Tables and a page of text at a paper's end are no entries, though no heading tells them."""
    entries = [
        f"[{n}] A. Bell and B. Cox. Sorting letters. Posts, {2000 + n}." for n in range(1, 9)
    ]
    blocks = [Block("References", page=1, heading=True), *(Block(x, page=1) for x in entries)]
    rows = [Block(f"Queue {n} | {n}.17 | team", page=2, row=True) for n in range(8)]
    kept, left, note = without_references([Block(SENTENCE, page=1), *blocks, *rows])
    assert [block.text for block in kept] == [SENTENCE, *(row.text for row in rows)]
    assert [block.text for block in left[1:]] == entries
    assert note == "8 passages left out"


def test_a_chapter_about_references_stays():
    """A heading alone makes no list of references: what stands under it must read like one."""
    pdf = paper(1)
    pdf.set_font("helvetica", "B", 16)
    pdf.cell(0, 12, "References", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    pdf.multi_cell(0, 6, "Two customers gave us references. " + SENTENCE)
    assert "Two customers" in read(bytes(pdf.output())).text


def test_title_and_authors_come_from_the_first_page_where_the_file_names_none():
    """The first heading, and the names under it; an affiliation is no author."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", "B", 18)
    pdf.cell(0, 12, "Routing tickets with a small model", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    pdf.cell(0, 8, "Ada Example, Bo Li and Cy de Vries", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.multi_cell(0, 6, SENTENCE * 4)
    found = read(bytes(pdf.output()))
    assert found.title == "Routing tickets with a small model"
    assert list(found.authors) == ["Ada Example", "Bo Li", "Cy de Vries"]
    assert names_in("Harbour University, Department of Posts") == []
    assert names_in("Ada Example1,2 and Bo Li*") == ["Ada Example", "Bo Li"]


def test_attachments_are_told():
    """Files within the file are named, and not read."""
    pdf = paper(1)
    pdf.embed_file(bytes=b"a,b", basename="figures.csv")
    steps = {step.method: step.outcome for step in read(bytes(pdf.output())).extraction}
    assert steps["attachments"] == "1 not read: figures.csv"


@pytest.mark.parametrize("reader", ["pdfium", "pypdf text"])
def test_pages_behind_the_last_one_that_is_read_are_told(monkeypatch, reader):
    """A file of very many pages costs no more than its first ones, and says that it was cut."""
    monkeypatch.setattr(pdf_kind, "_MOST_PAGES", 2)
    monkeypatch.setattr(second, "_MOST_PAGES", 2)
    if reader == "pypdf text":
        monkeypatch.setattr(pdf_kind, "_opened", Mock(side_effect=PdfiumError("no")))
    found = read(bytes(paper(4).output()))
    assert {passage.locator.page for passage in found.passages} == {1, 2}
    (told,) = (step.outcome for step in found.extraction if step.method == reader)
    assert "only the first 2 of 4 are read" in told


def test_a_page_whose_letters_mean_nothing_is_read_by_the_other_library(monkeypatch):
    """Where pdfium gives glyphs without a meaning, pypdf's reading of the page is taken, and told."""
    monkeypatch.setattr("casebook.extractors.kinds.pdf.is_garbled", lambda page: page.number == 2)
    found = read(bytes(paper(3).output()))
    assert SENTENCE.strip() in found.text
    steps = {step.method: step.outcome for step in found.extraction}
    assert steps["pypdf text"].startswith("1 pages that pdfium cannot read")


def columns(by_turns: bool) -> bytes:
    """Two columns of twenty lines, written line by line or one after the other."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=9)
    places = [(n, side) for side in range(2) for n in range(20)]
    for n, side in sorted(places) if by_turns else places:
        pdf.set_xy(10 + 100 * side, 20 + 5 * n)
        pdf.cell(90, 5, f"Line {n} of column number {side} goes on in the next one")
    return bytes(pdf.output())


def table_of_three() -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=9)
    for n in range(20):
        for cell in (f"Queue {n}", "6 days", "11 hours"):
            pdf.cell(60, 5, cell)
        pdf.ln()
    return bytes(pdf.output())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            columns(by_turns=True),
            ["pages 1 read across two columns; read the text against the file"],
        ),
        (columns(by_turns=False), []),
        (table_of_three(), []),
    ],
    ids=["by turns", "one after the other", "table"],
)
def test_columns_that_are_written_line_by_line_are_told(data, told):
    """The text reads across them, which the curator learns; other columns and tables are read."""
    assert [s.outcome for s in read(data).extraction if s.method == "columns"] == told
