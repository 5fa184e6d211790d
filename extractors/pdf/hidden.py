"""Words of a PDF that no reader sees: left out of the text, and shown to the curator."""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extractors.pdf.words import Frame, Page, Word
from schemas.documents import HiddenText

_NOT_DRAWN = {3, 7}
"""Text rendering modes that draw nothing (PDF 32000-1, table 106)."""

_SMALLEST = 2.0
"""Points of type; nothing smaller can be read."""

_PALE, _CONTRAST = 236, 24
"""Of 255: ink whose darkest part is as pale is not seen on a ground that hardly differs."""

_SCAN = 0.5
"""Of a page, covered by pictures: it is a scan, and invisible words say what it shows."""

_LONGEST, _SHORTEST, _DEEPEST = 300, 4, 4
_SHOWN = [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]


class _Shape(NamedTuple):
    """A filled area or a picture as a reader sees it; ``pale`` is None for what has no one ink."""

    left: float
    top: float
    right: float
    bottom: float
    pale: int | None


def without_hidden(page: Page, raw: Any) -> tuple[list[Word], list[HiddenText], bool]:
    """Return the words that a reader sees, the others with reasons, and whether a scan shows them.

    ``raw`` is the page of pypdfium2.
    """
    kinds = {word.type for word in page.words}
    suspicious = any(kind.mode in _NOT_DRAWN or _paleness(*kind.ink) >= _PALE for kind in kinds)
    shapes = list(_shapes(raw, page.frame)) if suspicious else []
    is_layer = any(kind.mode in _NOT_DRAWN for kind in kinds) and is_scan(raw, page.frame)
    judged = [(word, _reason(word, page.frame, shapes, is_layer)) for word in page.words]
    hidden = [
        HiddenText(text=text[:_LONGEST], reason=reason)
        for reason, some in groupby(judged, key=lambda one: one[1])
        if reason and len(text := " ".join(word.text for word, _ in some)) >= _SHORTEST
    ]
    return [word for word, reason in judged if not reason], hidden, is_layer


def is_scan(raw: Any, frame: Frame) -> bool:
    """Return whether pictures cover most of a page."""
    width, height = frame.size
    covered = 0.0
    for shape in _shapes(raw, frame, [pdfium.FPDF_PAGEOBJ_IMAGE]):
        across = min(shape.right, width) - max(shape.left, 0)
        covered += max(0.0, across) * max(0.0, min(shape.bottom, height) - max(shape.top, 0))
    return covered >= _SCAN * width * height


def _reason(word: Word, frame: Frame, shapes: Sequence[_Shape], is_layer: bool) -> str | None:
    kind, (width, height) = word.type, frame.size
    if kind.size < _SMALLEST and word.bottom - word.top < _SMALLEST:
        return "type too small to read"
    if word.left > width or word.right < 0 or word.top > height or word.bottom < 0:
        return "off the page"
    if kind.mode in _NOT_DRAWN:
        return None if is_layer else "invisible text"
    if (ink := _paleness(*kind.ink)) < _PALE:
        return None
    across, down = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    under = [s for s in shapes if s.left <= across <= s.right and s.top <= down <= s.bottom]
    ground = under[-1].pale if under else 255
    seen = ground is None or abs(ground - ink) > _CONTRAST
    return None if seen else "text in the colour of the paper"


def _paleness(red: int, green: int, blue: int, opacity: int) -> int:
    """Return the darkest part of an ink on paper, from 0 to 255."""
    return 255 - (255 - min(red, green, blue)) * opacity // 255


def _shapes(raw: Any, frame: Frame, kinds: Sequence[int] = _SHOWN) -> Iterator[_Shape]:
    for one in raw.get_objects(kinds, max_depth=_DEEPEST):
        box, form = one.get_bounds(), one.container
        while form is not None:
            box, form = form.get_matrix().on_rect(*box), form.container
        left, bottom, right, top = box
        is_path = one.type == pdfium.FPDF_PAGEOBJ_PATH
        fill = _fill(one.raw) if is_path else None
        if fill or not is_path:
            pale = _paleness(*fill) if fill else None
            yield _Shape(*frame.upright(left, top, right, bottom), pale)


def _fill(path: Any) -> tuple[int, int, int, int] | None:
    """Return the ink that a path is filled with, None where it is an outline."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    known = pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, opacity)
    return (red.value, green.value, blue.value, opacity.value) if mode.value and known else None
