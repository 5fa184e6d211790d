"""Positions of lines on their pages, and pages as images."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw

from extractors.bundles import PAPER, Bundle, BundlePart
from extractors.pdf.pages import picture
from schemas.errors import ExtractionError
from schemas.sources import Payload

EXAMPLE = Path(__file__).parents[3] / "examples" / "claims-copilot.pdf"


def payload_of(data):
    return Payload(data=bytes(data), media_type="application/pdf", name="paper.pdf")


def turned(data, degrees):
    """The file with its pages turned clockwise."""
    document, out = pypdfium2.PdfDocument(bytes(data)), BytesIO()
    for page in document:
        page.set_rotation(degrees)
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_the_boxes_of_lines_cover_all_ink_and_little_else(read, degrees):
    """Painting over the boxes of all lines leaves a white page, at any rotation."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    for _ in range(3):
        text = "We route each ticket with a small model, and a person looks at it. " * 5
        pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(8)
    data = turned(pdf.output(), degrees)
    boxes = [box for passage in read(data).passages for box in passage.lines]
    drawn = picture(payload_of(data), 1)
    image = Image.open(BytesIO(drawn.png)).convert("L")
    assert image.getextrema()[0] < 100
    pen, covered = ImageDraw.Draw(image), 0
    for box in boxes:
        left, top, right, bottom = box.box
        covered += (right - left) * (bottom - top)
        across, down = drawn.size[0] / 1000, drawn.size[1] / 1000
        pen.rectangle((left * across, top * down, right * across, bottom * down), fill=255)
    assert image.getextrema()[0] > 200
    assert covered < 200_000  # a fifth of the page


def test_lines_of_columns_tables_and_broken_words_are_in_the_text(read):
    """Each passage has the boxes of the lines with its characters."""
    found = read(EXAMPLE.read_bytes())
    assert all(passage.lines for passage in found.passages)
    for passage in found.passages:
        covered = " ".join(found.text[line.start : line.end] for line in passage.lines)
        words = found.text[passage.start : passage.end].split()
        assert set(words) - {"|", "-"} <= set(covered.split())


def test_a_paragraph_goes_on_on_the_next_page(read):
    """Lines have their own page, while the passage has the page of its first line."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.multi_cell(0, 6, "and we route each ticket with a small model of our own, " * 120)
    found = [{line.page for line in passage.lines} for passage in read(pdf.output()).passages]
    assert {1, 2} in found


def test_a_paper_is_drawn_and_what_is_no_page_is_refused():
    """The PDF inside a bundle is rendered; other files and page numbers give a message."""
    body = BundlePart(data=EXAMPLE.read_bytes(), media_type="application/pdf", name="pdf")
    bundle = Payload(data=Bundle(body=body).pack(), media_type=PAPER)
    assert picture(bundle, 3).pages == 3
    for data, number in ((EXAMPLE.read_bytes(), 4), (b"<html>", 1)):
        with pytest.raises(ExtractionError, match=rf"Page {number} of paper\.pdf cannot be drawn"):
            picture(payload_of(data), number)


def test_an_enormous_page_is_drawn_small():
    """A page of many square metres uses no more memory than a normal one."""
    pdf = FPDF(unit="pt", format=(14_000, 14_000))
    pdf.add_page()
    drawn = picture(payload_of(pdf.output()), 1)
    assert drawn.size[0] * drawn.size[1] <= 4_010_000
