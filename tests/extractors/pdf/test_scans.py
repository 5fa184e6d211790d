"""Pictures of pages are recognised by tesseract, and what was left out is said."""

import io
import shutil

import pypdfium2
import pytest
from fpdf import FPDF

from extractors.pdf import scans

LINES = [
    "The router sends each ticket to the team that can answer it within the hour.",
    "It was moved to a small model in March, and since then the share of tickets that",
    "reach the wrong team fell from nine percent to four percent within one month.",
    "Most of the work was in the labels, which two people read again in five weeks.",
]
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)


def scan(pages=1, turn=0, typed=False):
    """Pictures of pages of text, turned by degrees; a typed page first where asked for."""
    sheet = FPDF()
    sheet.add_page()
    sheet.set_font("times", size=13)
    for n, line in enumerate(LINES * 2):
        sheet.text(20, 40 + 8 * n, line)
    with pypdfium2.PdfDocument(bytes(sheet.output())) as document:
        picture = document[0].render(scale=2).to_pil().convert("L").rotate(turn, expand=True)
    file = io.BytesIO()
    picture.save(file, "PNG")
    found = FPDF()
    if typed:
        found.add_page()
        found.set_font("times", size=13)
        found.text(20, 40, LINES[0])
    for _ in range(pages):
        found.add_page(orientation="L" if turn in {90, 270} else "P")
        found.image(file, 0, 0, found.w, found.h)
    return found.output()


@needs_tesseract
@pytest.mark.parametrize("turn", [0, 90])
def test_a_scan_is_read(read, turn):
    """Words are recognised in any rotation, and a step reports the confidence."""
    found = read(scan(turn=turn))
    assert " ".join(LINES) in " ".join(found.text.split())
    assert found.passages[0].page == 1
    assert "1 pages read by OCR" in found.steps[-1].outcome


@needs_tesseract
def test_scans_beyond_the_time_are_left_out_and_said(read, monkeypatch):
    """Typed pages are kept; unread scanned pages make the text doubtful."""
    monkeypatch.setattr(scans, "_SECONDS", -1.0)
    found = read(scan(pages=3, typed=True))
    assert LINES[0] in found.text
    assert found.steps[-1].outcome == "3 pages could not be read by OCR"
    assert found.steps[-1].doubtful
