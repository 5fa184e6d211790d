"""A page's objects at a glance: whether some of its text may not be seen.

There are hundreds of objects on a page, and asking about a character costs ten times what its text
costs. So this pass is quick to suspect, and what it suspects is looked at again, word by word.
"""

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

TINY_POINTS = 1.5
DEPTH = 3
"""Forms within forms that are looked into."""

_PALE = 239
_FAINT = 16
"""Of 255: ink that lets nearly all light through."""

_MOST_OF_PAGE = 0.5
_SMALL = 3.0
"""Points. What is smaller, a rule or a dot, covers no word."""

_ALIKE = 16
"""Steps of 255 within which two colours are one to the eye."""

_OVERLAP = 6.0
_MOST_GROUNDS = 300
_RECTANGLE = 6
"""Segments at most; another shape may not fill its box."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""

Colour = tuple[int, int, int]


@dataclass(slots=True)
class Glance:
    """What one look over a page's objects tells.

    ``odd``: its words must be asked one by one. ``veiled``: something drawn later, a clip, or a
    ground of the same colour may hide some, which only the drawn page shows. ``pictures`` are
    boxes, with ``dots`` in all; ``under`` and ``over`` count text that is invisible or lies under
    one, and other text.
    """

    odd: bool = False
    veiled: bool = False
    pictures: list[Box] = field(default_factory=list)
    dots: int = 0
    under: int = 0
    over: int = 0

    def is_picture(self, edges: Box) -> bool:
        """Tell whether pictures fill most of the page, as a scan does, whole or in strips."""
        left, bottom, right, top = edges
        filled = sum((b[2] - b[0]) * (b[3] - b[1]) for b in self.pictures)
        return filled >= _MOST_OF_PAGE * (right - left) * (top - bottom)

    def is_scan(self, edges: Box) -> bool:
        """Tell a picture of a page whose text is a layer that makes it searchable."""
        return self.under > self.over and self.is_picture(edges)


def look_over(page: Any, edges: Box) -> Glance:
    """Look at the objects of ``page`` (pdfium's handle), whose edges are ``edges``."""
    found = Glance()
    count = pdfium.FPDFPage_CountObjects(page)
    _Look(found, edges).walk(pdfium.FPDFPage_GetObject(page, n) for n in range(count))
    return found


def text_objects(page: Any) -> Iterable[Any]:
    """Yield the text objects of ``page``, those within forms as well."""
    count = pdfium.FPDFPage_CountObjects(page)
    yield from _texts((pdfium.FPDFPage_GetObject(page, n) for n in range(count)), 0)


def _texts(objects: Iterable[Any], depth: int) -> Iterable[Any]:
    for piece in objects:
        kind = pdfium.FPDFPageObj_GetType(piece)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield piece
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEPTH:
            yield from _texts(_within(piece), depth + 1)


def _within(form: Any) -> Iterable[Any]:
    count = pdfium.FPDFFormObj_CountObjects(form)
    return (pdfium.FPDFFormObj_GetObject(form, n) for n in range(count))


class _Look:
    """Walks over objects in the order they are drawn in, on a page or within a form.

    Places within a form are the form's own; its edges are not known (None).
    """

    def __init__(self, found: Glance, edges: Box | None, depth: int = 0) -> None:
        self._found, self._edges, self._depth = found, edges, depth
        self._texts: list[Box] = []
        self._grounds: dict[Colour | None, list[Box]] = {}
        self._count = 0
        self._like: dict[Colour, list[list[Box]]] = {}
        self._shaped = False
        self._channels = [ctypes.c_uint() for _ in range(4)]
        self._colour = [ctypes.byref(channel) for channel in self._channels]
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._bounds = [ctypes.byref(side) for side in self._sides]
        self._size, self._matrix = ctypes.c_float(), pdfium.FS_MATRIX()

    def walk(self, objects: Iterable[Any]) -> None:
        """Look at each of ``objects``."""
        for piece in objects:
            kind = pdfium.FPDFPageObj_GetType(piece)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self._text(piece)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                self._form(piece)
            else:
                self._ground(piece, kind)

    def _text(self, piece: Any) -> None:
        found, box = self._found, self._box(piece)
        filled = pdfium.FPDFPageObj_GetFillColor(piece, *self._colour)
        invisible = is_invisible(piece)
        found.under += invisible
        found.over += not invisible
        self._texts.append(box)
        if not found.odd:
            found.odd = (
                invisible or not filled or no_ink(self._channels) or self._is_odd(piece, box)
            )
        if not found.veiled and ((self._grounds and self._is_lost(box)) or _is_clipped(piece, box)):
            found.veiled = True

    def _is_odd(self, piece: Any, box: Box) -> bool:
        if self._edges is None:
            return True
        left, bottom, right, top = self._edges
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top:
            return True
        return box[3] - box[1] < 2 * TINY_POINTS and self._is_small(piece)

    def _is_small(self, piece: Any) -> bool:
        """Tell tiny type from a dash or a dot."""
        pdfium.FPDFTextObj_GetFontSize(piece, ctypes.byref(self._size))
        pdfium.FPDFPageObj_GetMatrix(piece, ctypes.byref(self._matrix))
        return bool(self._size.value * scale_of(self._matrix) < 2 * TINY_POINTS)

    def _is_lost(self, box: Box) -> bool:
        """Tell text in the colour of something that was drawn under it."""
        mine = self._rgb()
        if self._shaped and min(mine) >= _PALE:
            return True
        like = self._like.get(mine)
        if like is None:
            like = self._like[mine] = [
                grounds
                for colour, grounds in self._grounds.items()
                if colour is None or _alike(colour, mine)
            ]
        return any(_overlap(ground, box) for grounds in like for ground in grounds)

    def _form(self, piece: Any) -> None:
        box, found = self._box(piece), self._found
        inner, pictures = _Look(found, None, self._depth + 1), len(found.pictures)
        if self._depth < DEPTH:
            inner.walk(_within(piece))
        if len(found.pictures) > pictures:
            found.pictures[pictures:] = [box]
        if inner._grounds:
            self._cover(box, None)
        if inner._texts or self._depth >= DEPTH:
            self._texts.append(box)

    def _ground(self, piece: Any, kind: int) -> None:
        box, colour = self._box(piece), None
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._found.pictures.append(box)
            self._found.dots += _dots(piece)
        if box[2] - box[0] < _SMALL or box[3] - box[1] < _SMALL:
            return
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            if not _is_filled(piece):
                return
            pdfium.FPDFPageObj_GetFillColor(piece, *self._colour)
            colour = self._rgb()
            if pdfium.FPDFPath_CountSegments(piece) > _RECTANGLE:
                self._shaped = True
        under = self._cover(box, colour)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._found.under += under
            self._found.over -= under

    def _cover(self, box: Box, colour: Colour | None) -> int:
        """Note a ground; return over how much text that was drawn before it lies."""
        self._count += 1
        if self._count > _MOST_GROUNDS:
            self._found.veiled = True
            return 0
        if colour not in self._grounds:
            self._grounds[colour] = []
            self._like.clear()
        self._grounds[colour].append(box)
        left, bottom, right, top = box
        under = sum(
            _overlap(box, text)
            for text in self._texts
            if text[0] < right and text[2] > left and text[1] < top and text[3] > bottom
        )
        self._found.veiled = self._found.veiled or under > 0
        return under

    def _box(self, piece: Any) -> Box:
        pdfium.FPDFPageObj_GetBounds(piece, *self._bounds)
        left, bottom, right, top = self._sides
        return left.value, bottom.value, right.value, top.value

    def _rgb(self) -> Colour:
        red, green, blue, _ = self._channels
        return red.value, green.value, blue.value


def scale_of(matrix: Any) -> float:
    """Return by how much a matrix enlarges type."""
    return float(max(abs(matrix.d), abs(matrix.b), abs(matrix.c)))


def no_ink(channels: list[Any]) -> bool:
    """Tell a colour that leaves nothing on white paper: white, nearly white, transparent."""
    red, green, blue, opacity = channels
    if opacity.value < _FAINT:
        return True
    return bool(red.value >= _PALE and green.value >= _PALE and blue.value >= _PALE)


def is_invisible(piece: Any) -> bool:
    """Tell text that is drawn without ink, or as a clip alone."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(piece)
    return mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)


def _is_filled(path: Any) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(mode), ctypes.byref(stroked))
    return bool(mode.value != pdfium.FPDF_FILLMODE_NONE)


def _dots(picture: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(picture, ctypes.byref(width), ctypes.byref(height))
    return width.value * height.value


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))


def _overlap(ground: Box, text: Box) -> bool:
    """Tell whether a ground reaches under or over a good part of a line of text."""
    height = min(ground[3], text[3]) - max(ground[1], text[1])
    width = min(ground[2], text[2]) - max(ground[0], text[0])
    wanted = min(_OVERLAP, 0.5 * (text[2] - text[0]))
    return height > 0.5 * (text[3] - text[1]) and width > wanted


def _is_clipped(piece: Any, box: Box) -> bool:
    """Tell text of which a clip shows less than half."""
    clip = pdfium.FPDFPageObj_GetClipPath(piece)
    if not clip:
        return False
    paths = pdfium.FPDFClipPath_CountPaths(clip)
    return any(not _overlap(_clip_box(clip, n), box) for n in range(paths))


def _clip_box(clip: Any, path: int) -> Box:
    x, y = ctypes.c_float(), ctypes.c_float()
    xs, ys = [], []
    for n in range(pdfium.FPDFClipPath_CountPathSegments(clip, path)):
        segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, n)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        xs.append(x.value)
        ys.append(y.value)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else (0.0, 0.0, 0.0, 0.0)
