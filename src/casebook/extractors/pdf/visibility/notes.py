"""What is pinned to a page of a PDF: notes that open on a click, remarks, text boxes.

It is no text of the page, so pdfium's text has none of it. A text box that is shown is read with
the page; a note, and what is marked as hidden, is told to the curator. Remarks that strike words
out tell which.
"""

import ctypes
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.text.characters import one_line

_MOST = 200
_MOST_BYTES = 20_000
_HIDDEN = (
    pdfium.FPDF_ANNOT_FLAG_INVISIBLE | pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
)
_FALSE = "stated of a text box that shows something else"
_DRAWN_TEXT = re.compile(r"(?:\[[^\[\]]*\]\s*TJ|\((?:\\.|[^\\()])*\)\s*(?:Tj|'|\"))", re.DOTALL)
_STRING = re.compile(r"\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPED = re.compile(r"\\([()\\])")
_Bounds = tuple[float, float, float, float]
_BESIDE = {pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_FILEATTACHMENT}
"""Signs at the edge, and what is a line."""

_NO_NOTE = {pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_POPUP}


class Note(NamedTuple):
    """What a note says, and why the page does not show it: None for a text box that it shows."""

    text: str
    unseen: str | None
    left: float
    bottom: float
    right: float
    top: float


class Pinned(NamedTuple):
    """What is pinned to a page and says something, and what remarks strike out of its text.

    ``struck`` are boxes: left, right, bottom, top. ``covers``: some of it may lie over text.
    """

    notes: list[Note]
    struck: Numbers
    covers: bool


def pinned_on(page: Handle) -> Pinned:
    """Return what is pinned to ``page``."""
    notes: list[Note] = []
    struck: list[_Bounds] = []
    covers = False
    with _all_on(page) as pinned:
        for annotation, kind in pinned:
            notes += _note(annotation, kind)
            struck += _struck(annotation) if kind == pdfium.FPDF_ANNOT_STRIKEOUT else ()
            covers = covers or kind not in _BESIDE
    return Pinned(notes, np.array(struck, np.double).reshape(-1, 4), covers)


def without_strikes(page: Handle) -> AbstractContextManager[None]:
    """Hide the remarks on ``page`` that strike out while it is drawn."""
    return _without(page, pdfium.FPDF_ANNOT_STRIKEOUT)


def without_boxes(page: Handle) -> AbstractContextManager[None]:
    """Hide the text boxes that are pinned to ``page`` while it is drawn."""
    return _without(page, pdfium.FPDF_ANNOT_FREETEXT)


@contextmanager
def _without(page: Handle, wanted: int) -> Iterator[None]:
    with _all_on(page) as pinned:
        some = [one for one, kind in pinned if kind == wanted]
        flags = list(map(pdfium.FPDFAnnot_GetFlags, some))
        for one in some:
            pdfium.FPDFAnnot_SetFlags(one, pdfium.FPDF_ANNOT_FLAG_HIDDEN)
        try:
            yield
        finally:
            deque(map(pdfium.FPDFAnnot_SetFlags, some, flags), maxlen=0)


@contextmanager
def _all_on(page: Handle) -> Iterator[Iterable[tuple[Any, int]]]:
    """Open what is pinned to ``page`` and may be a note; of each its kind."""
    count = calls.count_pinned(page)
    pinned = list(filter(None, map(calls.pinned_at, repeat(page), range(min(_MOST, count)))))
    handles = calls.handles(pinned)
    # Most are links: a manual's page has dozens.
    kinds = zip(pinned, map(calls.pinned_kind, handles), strict=True)
    try:
        yield (
            (ctypes.cast(address, pdfium.FPDF_ANNOTATION), kind)
            for address, kind in kinds
            if kind not in _NO_NOTE
        )
    finally:
        deque(map(calls.close_pinned, handles), maxlen=0)


def _struck(annotation: Any) -> Iterator[_Bounds]:
    """Yield the boxes of the lines of type that a remark strikes out, if it is shown."""
    if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return
    corners = pdfium.FS_QUADPOINTSF()
    for n in range(min(_MOST, pdfium.FPDFAnnot_CountAttachmentPoints(annotation))):
        if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, n, ctypes.byref(corners)):
            xs = corners.x1, corners.x2, corners.x3, corners.x4
            ys = corners.y1, corners.y2, corners.y3, corners.y4
            yield min(xs), max(xs), min(ys), max(ys)


def _note(annotation: Any, kind: int) -> Iterator[Note]:
    said, unseen = _contents(annotation), _why_unseen(annotation, kind)
    shown = "" if unseen else _drawn(annotation)
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(box))
    place = box.left, box.bottom, box.right, box.top
    if shown and _letters(shown) != _letters(said):
        yield Note(shown, None, *place)
        unseen = _FALSE
    if said:
        yield Note(said, unseen, *place)


def _drawn(annotation: Any) -> str:
    """Return what a text box draws, "" where its letters are numbers of glyphs, or pdfium's own."""
    drawn = _text_of(annotation, pdfium.FPDFAnnot_GetAP, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL)
    strings = (said for one in _DRAWN_TEXT.findall(drawn) for said in _STRING.findall(one))
    said = one_line(" ".join(_ESCAPED.sub(r"\1", one) for one in strings))
    return said if said.isascii() and "\\" not in said else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _why_unseen(annotation: Any, kind: int) -> str | None:
    if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return "a note that is hidden"
    return None if kind == pdfium.FPDF_ANNOT_FREETEXT else "a note that opens on a click"


def _contents(annotation: Any) -> str:
    return one_line(_text_of(annotation, pdfium.FPDFAnnot_GetStringValue, b"Contents"))


def _text_of(annotation: Any, ask: Any, what: Any) -> str:
    count = ask(annotation, what, None, 0)
    if not 0 < count <= _MOST_BYTES:
        return ""
    units = (ctypes.c_ushort * (count // 2))()
    ask(annotation, what, units, count)
    return bytes(units).decode("utf-16-le", "ignore").rstrip("\0")
