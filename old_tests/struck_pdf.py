"""A page of prose in points, on which a test draws lines through some words."""

import io

from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
)

from casebook.extractors.kinds.pdf import extract
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

TAKEN = "every fourth ticket by hand"
BEFORE, AFTER = "The clerks answer", "the hard ones, as before."
STORY = "The router sends each ticket to the team that can answer it within the hour."
SIZE, LEFT, DOWN, HIGH = 11, 60.0, 300.0, 800
MIDST = 0.28 * SIZE


def sheet(*, ink: int = 0) -> FPDF:
    """Return a page of prose in points, with room below for more."""
    pdf = FPDF(unit="pt", format=(600, HIGH))
    pdf.add_page()
    pdf.set_font("times", size=SIZE)
    for n in range(12):
        pdf.text(LEFT, 80 + 14 * n, f"{STORY} {n}")
    pdf.set_text_color(ink)
    return pdf


def place_of_taken(pdf: FPDF) -> tuple[float, float]:
    """Set the line with the words to be taken back; return from where to where these stand."""
    begin = LEFT + pdf.get_string_width(f"{BEFORE} ")
    pdf.text(LEFT, DOWN, f"{BEFORE} {TAKEN} {AFTER}")
    return begin, begin + pdf.get_string_width(TAKEN)


def read(pdf: FPDF | bytes) -> Extracted:
    """Read a page."""
    data = pdf if isinstance(pdf, bytes) else bytes(pdf.output())
    return extract(Payload(data=data, media_type="application/pdf", name="report.pdf"))


def stroke(pdf: FPDF, begin: float, end: float, height: float = MIDST, width: float = 0.6) -> None:
    """Draw a level line, so high above the foot of the words to be taken back."""
    pdf.set_line_width(width)
    pdf.line(begin, DOWN - height, end, DOWN - height)


def written(writer: PdfWriter) -> bytes:
    """Return the bytes of a page."""
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def names(**parts) -> DictionaryObject:
    """Return a dictionary of a PDF."""
    return DictionaryObject({NameObject(f"/{key}"): part for key, part in parts.items()})


def numbers(*parts: float) -> ArrayObject:
    """Return numbers in a PDF."""
    return ArrayObject(map(FloatObject, parts))


def opened(pdf: FPDF) -> PdfWriter:
    """Return a page to which more can be added."""
    return PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))


def draw(writer: PdfWriter, said: str, *, first: bool = False) -> None:
    """Add operators to the content of a page, after all of it or before."""
    drawn = DecodedStreamObject()
    drawn.set_data(said.encode())
    page = writer.pages[0]
    parts = [page.raw_get("/Contents"), writer._add_object(drawn)]
    page[NameObject("/Contents")] = ArrayObject(reversed(parts) if first else parts)
