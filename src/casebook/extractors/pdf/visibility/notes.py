"""What is pinned to a page of a PDF: notes that open on a click, remarks, text boxes.

It is no text of the page, so pdfium's text has none of it. A text box that is shown is read with
the page; a note, and what is marked as hidden, is told to the curator.
"""

import ctypes
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle
from casebook.extractors.text.characters import one_line

_MOST = 200
_MOST_BYTES = 20_000
_HIDDEN = (
    pdfium.FPDF_ANNOT_FLAG_INVISIBLE | pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
)
_NO_NOTE = {pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_POPUP}


class Note(NamedTuple):
    """What a note says, and why the page does not show it: None for a text box that it shows."""

    text: str
    unseen: str | None
    left: float
    bottom: float
    right: float


def notes_on(page: Handle) -> Iterator[Note]:
    """Yield what is pinned to ``page`` and says something."""
    if not (count := calls.count_pinned(page)):
        return
    pinned = list(filter(None, map(calls.pinned_at, repeat(page), range(min(_MOST, count)))))
    handles = calls.handles(pinned)
    try:
        # Most are links: a manual's page has dozens.
        for address, kind in zip(pinned, map(calls.pinned_kind, handles), strict=True):
            if kind not in _NO_NOTE:
                yield from _note(ctypes.cast(address, pdfium.FPDF_ANNOTATION), kind)
    finally:
        deque(map(calls.close_pinned, handles), maxlen=0)


def _note(annotation: Any, kind: int) -> Iterator[Note]:
    if said := _contents(annotation):
        box = pdfium.FS_RECTF()
        pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(box))
        yield Note(said, _why_unseen(annotation, kind), box.left, box.bottom, box.right)


def _why_unseen(annotation: Any, kind: int) -> str | None:
    if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return "a note that is hidden"
    return None if kind == pdfium.FPDF_ANNOT_FREETEXT else "a note that opens on a click"


def _contents(annotation: Any) -> str:
    count = pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    if not 0 < count <= _MOST_BYTES:
        return ""
    units = (ctypes.c_ushort * (count // 2))()
    pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", units, count)
    return one_line(bytes(units).decode("utf-16-le", "ignore").rstrip("\0"))
