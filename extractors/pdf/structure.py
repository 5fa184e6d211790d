"""The parts of a PDF other than its pages, read by pypdf on demand."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cached_property
from io import BytesIO
from itertools import groupby
from typing import Any

from extractors.text import one_line
from schemas.sources import Step

_SYMBOLIC, _LONGEST_NOTE = 4, 300  # a flag of fonts (PDF 32000-1, table 123); characters


class Structure:
    """A PDF as pypdf reads it; parts that pypdf cannot read are missing, without an error."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _reader(self) -> Any:
        import pypdf  # a third of a second to load

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        with suppress(Exception):
            return pypdf.PdfReader(BytesIO(self._data))
        return None

    def _ask(self, *questions: Callable[[Any], Any]) -> Any:
        """Return the first truthy answer about the file, or None."""
        for question in questions:
            with suppress(Exception):  # damage can break pypdf anywhere
                if answer := question(self._reader):
                    return answer
        return None

    def stated(self) -> tuple[str, str, date | None]:
        """Return title, authors and creation date from the document information, else from XMP."""
        info, xmp = self._ask(lambda pdf: pdf.metadata), self._ask(lambda pdf: pdf.xmp_metadata)
        title = self._ask(lambda _: info.title, lambda _: next(iter(xmp.dc_title.values())))
        authors = self._ask(lambda _: info.author, lambda _: ";".join(xmp.dc_creator))
        created = self._ask(lambda _: info.creation_date, lambda _: xmp.xmp_create_date)
        return str(title or ""), str(authors or ""), created and created.date()

    def unmapped_fonts(self, number: int) -> set[str]:
        """Return the names of a page's fonts whose codes pdfium mistakes for characters."""
        fonts = self._ask(lambda pdf: pdf.pages[number - 1]["/Resources"]["/Font"].values()) or ()
        names = self._ask(lambda _: [font["/BaseFont"] for font in fonts if _is_unmapped(font)])
        return {name[1:].rpartition("+")[2] for name in names or ()}  # ABCDEF+ marks a subset

    def notes(self) -> Iterator[Step]:
        """Yield steps about attachments, encryption and page labels."""
        for method, question in (
            ("attachments not read", lambda pdf: ", ".join(pdf.attachments)),
            ("encryption", lambda pdf: pdf.is_encrypted and "opens without a password"),
            ("page labels", _printed),
        ):
            if outcome := self._ask(question):
                yield Step(method=method, outcome=one_line(outcome)[:_LONGEST_NOTE])


def _printed(pdf: Any) -> str:
    """Return the printed page numbers: "1–8 printed as i–viii, 9–20 printed as 1–12"."""
    labels = list(enumerate(pdf.page_labels if "/PageLabels" in pdf.root_object else (), 1))
    runs = groupby(labels, lambda one: int(one[1]) - one[0] if one[1].isdecimal() else None)
    ends = [(run[0], run[-1]) for shift, group in runs if (run := list(group)) and shift != 0]
    return ", ".join(f"{a}–{z} printed as {first}–{last}" for (a, first), (z, last) in ends)


def _is_unmapped(font: Any) -> bool:
    """Return whether an embedded TrueType font lacks character names; pdfium marks other kinds."""
    is_plain = font["/Subtype"] == "/TrueType" and "/ToUnicode" not in font
    if not is_plain or "/FontFile2" not in font.get("/FontDescriptor", ()):
        return False
    is_symbolic = font["/FontDescriptor"]["/Flags"] & _SYMBOLIC  # pdfium ignores glyph names then
    return "/Encoding" not in font or bool(is_symbolic and isinstance(font["/Encoding"], dict))
