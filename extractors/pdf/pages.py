"""Render pages of PDFs as pictures."""

from contextlib import closing
from io import BytesIO
from typing import NamedTuple

import pypdfium2

from extractors.bundles import unpack
from extractors.formats import OUR_TYPES
from extractors.pdf.words import words_of
from extractors.text import name_of
from schemas.errors import ExtractionError
from schemas.sources import Payload

_DPI, _MOST_PIXELS = 110, 4_000_000


class Picture(NamedTuple):
    """A page as PNG, its size in pixels, its word boxes, and the page count of the file."""

    png: bytes
    size: tuple[int, int]
    words: list[tuple[int, ...]]
    pages: int


def picture(payload: Payload, number: int) -> Picture:
    """Return page ``number`` of a PDF, a paper or a talk's slides.

    Raises ExtractionError if it cannot be drawn.
    """
    bundle = unpack(payload) if payload.media_type.startswith(OUR_TYPES) else None
    part, png = (bundle.slides or bundle.body) if bundle else payload, BytesIO()
    try:
        with closing(pypdfium2.PdfDocument(part.data if part else b"")) as document:
            page, count = document[number - 1], len(document)
            width, height = page.get_size()
            scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            image, (words, frame, _) = page.render(scale=scale).to_pil(), words_of(page)
            image.save(png, "PNG")
    except (pypdfium2.PdfiumError, IndexError) as error:
        message = f"Page {number} of {name_of(payload)} cannot be drawn: open the original instead."
        raise ExtractionError(message, cause="damaged") from error
    boxes = [frame.shown([word[1:5]]) for word in words]
    return Picture(png.getvalue(), image.size, boxes, count)
