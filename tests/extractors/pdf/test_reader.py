"""PDFs become paragraphs that know their page; what holds no text says why."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from datasets import shared
from fpdf import FPDF
from PIL import Image

from extractors.pdf.reader import read as read_payload
from schemas.errors import CasebookError, ExtractionError
from schemas.sources import Payload, SourceKind

SENTENCE = "The router sends each ticket to the team that can answer it within the hour. "


class Paper(FPDF):
    """A report with a running head and page numbers."""

    def header(self):
        """Set the running head."""
        self.set_font("helvetica", size=8)
        self.cell(0, 8, "Harbour Technical Reports", new_x="LMARGIN", new_y="NEXT")

    def footer(self):
        """Set the page number."""
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of 4", align="C")


def paper(pages=4):
    pdf = Paper()
    pdf.set_title("Routing tickets with a small model")
    pdf.set_author("Ada Example, Bo Li")
    pdf.set_creation_date(datetime(2025, 4, 5, tzinfo=UTC))
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 16)
        pdf.cell(0, 12, f"Part {'ABCDEFGH'[number]}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        for _ in range(2):
            text = f"On page {number} we note this. {SENTENCE * 4}"
            pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(4)
    return pdf


def test_text_pages_headings_and_metadata(read):
    """Paragraphs are whole and have page and heading; the file's metadata is used."""
    found = read(paper().output())
    assert found.kind is SourceKind.PDF
    assert found.title == "Routing tickets with a small model"
    assert found.authors == ("Ada Example", "Bo Li")
    assert found.published == date(2025, 4, 5)
    assert found.language == "en"
    assert [passage.page for passage in found.passages] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert found.passages[2].headings == ("Part C",)
    first = found.passages[0]
    assert found.text[first.start : first.end] == f"On page 1 we note this. {SENTENCE * 4}".strip()


def test_running_heads_and_page_numbers_are_left_out(read):
    """Repeated lines at the edges of pages are not in the text; a step states their number."""
    found = read(paper().output())
    assert "Technical Reports" not in found.text
    assert "of 4" not in found.text
    assert found.steps[0].outcome.startswith("4 pages, 8 running heads")


def test_a_password_is_named_and_an_empty_one_is_tried(read):
    """A file that needs a password is refused; one that is only locked for editing is read."""
    locked = paper(1)
    locked.set_encryption(owner_password="owner", user_password="user")
    with pytest.raises(ExtractionError, match=r"paper\.pdf needs a password") as refused:
        read(locked.output())
    assert refused.value.kind == "encrypted"
    guarded = paper(1)
    guarded.set_encryption(owner_password="owner", user_password="")
    assert "On page 1 we note this" in read(guarded.output()).text


@pytest.mark.parametrize("data", [b"%PDF-1.7\n" + b"garbage" * 99, b"%PDF", b"no PDF at all"])
def test_a_damaged_file_is_named_so_also_after_a_locked_one(read, data):
    """Pdfium repeats the cause of an earlier failure, the reader does not."""
    locked = paper(1)
    locked.set_encryption(owner_password="owner", user_password="user")
    with pytest.raises(ExtractionError):
        read(locked.output())
    with pytest.raises(ExtractionError, match="cannot be read as a PDF") as refused:
        read(data)
    assert refused.value.kind == "damaged"


def test_a_cut_off_file_is_read_or_refused(read):
    """A truncated file gives text or one of our errors, wherever it is cut."""
    data = bytes(paper().output())
    for end in range(200, len(data), len(data) // 9):
        with suppress(ExtractionError):
            assert read(data[:end]).text


def test_fonts_without_a_mapping_are_refused(read, page_of, monkeypatch):
    """Fonts that do not map glyphs to characters give meaningless text, so no draft is made."""
    monkeypatch.setenv("PATH", "")
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65"
        "/LastChar 90/Widths[" + "9 " * 26 + "]/CharProcs<</g 7 0 R>>/Resources<<>>"
        "/Encoding<</Type/Encoding/Differences[65 " + "/g " * 26 + "]>>>>"
    )
    glyph = "<</Length 24>>stream\n9 0 d0 0 0 8 8 re f      \nendstream"
    shown = "BT /F2 9 Tf 12 TL 72 500 Td " + "(QXZVK WJQPX KKVQZ XXJWP) Tj T* " * 30 + "ET"
    data = page_of(shown, prose=0, objects=[font, glyph])
    data = data.replace(b"/F1 5 0 R>>", b"/F1 5 0 R/F2 6 0 R>>")
    with pytest.raises(
        ExtractionError, match="has fonts that do not map glyphs to letters"
    ) as refused:
        read(data)
    assert refused.value.kind == "scanned"


def test_a_scan_asks_for_tesseract_where_it_is_missing(read, monkeypatch):
    """The message names the package to install."""
    monkeypatch.setenv("PATH", "")
    scan = FPDF()
    scan.add_page()
    scan.image(Image.new("RGB", (60, 80), "grey"), 0, 0, scan.w, scan.h)
    with pytest.raises(ExtractionError, match="install tesseract-ocr") as refused:
        read(scan.output())
    assert refused.value.kind == "scanned"


@pytest.mark.datasets
def test_odd_files_are_read_or_refused(monkeypatch):
    """Awkward files do not crash the reader; locked files and scans without text are reported."""
    monkeypatch.setenv("PATH", "")  # without tesseract, for speed
    kinds = {}
    for file in sorted(shared("pdf/odd").glob("*.pdf")):
        payload = Payload(data=file.read_bytes(), media_type="application/pdf", name=file.name)
        try:
            found = read_payload(payload)
        except CasebookError as error:
            kinds[file.stem] = error.kind
        else:
            kinds[file.stem] = "read"
            assert found.text.strip()
            assert found.passages
    locked = {"r2-user-password", "r3-user-password", "r4-user-password", "r6-user-password"}
    assert {name for name, kind in kinds.items() if kind == "encrypted"} >= locked
    assert kinds["r3-empty-password"] == kinds["crazyones"] == kinds["toy"] == "read"
    assert kinds["imagemagick-CCITTFaxDecode"] == "scanned"
    assert "damaged" not in kinds.values()
