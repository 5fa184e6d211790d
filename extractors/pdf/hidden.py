"""Remove the words of a PDF that no reader sees, and report them to the curator."""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import pypdfium2.raw as pdfium

from extractors.pdf.words import Frame, PdfPage, Word, ink_of
from schemas.sources import HiddenText

_NOT_DRAWN = {3, 7}  # text rendering modes (PDF 32000-1, table 106)
_PALE, _CONTRAST = 236, 24  # of 255: brightness of pale ink, and its minimum contrast
_SMALLEST, _SCAN = 2.0, 0.5  # type size in points; share of a scanned page under pictures
_LONGEST, _SHORTEST, _DEEPEST, _OUTLINE = 300, 4, 4, -1
_DRAWN = [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]


def without_hidden(page: PdfPage, raw: Any) -> tuple[list[Word], list[HiddenText], bool]:
    """Return visible words, hidden text with reasons, and whether words are a scan's text layer."""
    kinds, (width, height) = {word.style for word in page.words}, page.frame.size
    odd = (k.mode or k.size < _SMALLEST or _brightness(*k.ink) >= _PALE for k in kinds)
    off = (w.right < 0 or w.left > width or w.bottom < 0 or w.top > height for w in page.words)
    if not any(odd) and not any(off):
        return page.words, [], False
    is_layer = any(kind.mode in _NOT_DRAWN for kind in kinds) and is_scan(raw, page.frame)
    shapes = list(_shapes(raw, page.frame, _DRAWN))
    judged = [(word, _reason(word, page.frame, shapes, is_layer)) for word in page.words]
    hidden = [
        HiddenText(text=text[:_LONGEST], reason=reason)
        for reason, some in groupby(judged, key=lambda one: one[1])
        if reason and len(text := " ".join(word.text for word, _ in some)) >= _SHORTEST
    ]
    return [word for word, reason in judged if not reason], hidden, is_layer


def is_scan(raw: Any, frame: Frame) -> bool:
    """Return whether pictures cover most of a page."""
    (width, height), covered = frame.size, 0.0
    for left, top, right, bottom, _ in _shapes(raw, frame, [pdfium.FPDF_PAGEOBJ_IMAGE]):
        across, down = min(right, width) - max(left, 0), min(bottom, height) - max(top, 0)
        covered += max(0.0, across) * max(0.0, down)
    return covered >= _SCAN * width * height


def _reason(
    word: Word, frame: Frame, shapes: Sequence[tuple[Any, ...]], is_layer: bool
) -> str | None:
    kind, (width, height) = word.style, frame.size
    if kind.size < _SMALLEST and word.bottom - word.top < _SMALLEST:
        return "type too small to read"
    if word.left > width or word.right < 0 or word.top > height or word.bottom < 0:
        return "off the page"
    if kind.mode in _NOT_DRAWN:
        return None if is_layer else "invisible text"
    if (ink := _brightness(*kind.ink)) < _PALE:
        return None
    across, down = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    under = [s[4] for s in shapes if s[0] <= across <= s[2] and s[1] <= down <= s[3]]
    background = under[-1] if under else 255
    is_seen = background is None or abs(background - ink) > _CONTRAST
    return None if is_seen else "text in the colour of the paper"


def _brightness(red: int, green: int, blue: int, opacity: int) -> int:
    """Return the brightness of an ink on paper, from 0 to 255."""
    return 255 - (255 - min(red, green, blue)) * opacity // 255


def _shapes(raw: Any, frame: Frame, kinds: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield left, top, right, bottom and brightness of shapes; None if the brightness varies."""
    for one in raw.get_objects(kinds, max_depth=_DEEPEST):
        (left, bottom, right, top), form = one.get_bounds(), one.container
        while form is not None:
            left, bottom, right, top = form.get_matrix().on_rect(left, bottom, right, top)
            form = form.container
        pale = _fill(one.raw) if one.type == pdfium.FPDF_PAGEOBJ_PATH else None
        if pale != _OUTLINE:
            yield *frame.upright(left, top, right, bottom), pale


def _fill(path: Any) -> int:
    """Return the brightness that a path is filled with, -1 for an outline."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    return _brightness(*ink_of(path)) if mode.value else _OUTLINE
