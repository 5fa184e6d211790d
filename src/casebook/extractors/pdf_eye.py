"""What pdfium can be asked about the characters and objects of a page."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

_TINY_POINTS = 1.5
_PALE = 245
_BOLD = 600
_DEPTH = 3
_MOST_OF_PAGE = 0.5

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


class Eye:
    """Looks at one page and its text. ``is_odd`` where some text of it may not be seen."""

    def __init__(self, page: Any, text: Any) -> None:
        self._page, self._text = page, text.raw
        # Not the crop box: pdfium does not see one that the page inherits.
        self._edges: Box = page.get_bbox()
        self._grounds: list[Box] | None = None
        self._bold: dict[int | None, bool] = {}
        self._box = [ctypes.c_double() for _ in range(4)]
        self._place = [ctypes.byref(part) for part in self._box]
        self._matrix = pdfium.FS_MATRIX()
        self.pictures, self.is_odd = _look_over(page.raw, self._edges)

    def covers(self) -> bool:
        """Tell whether one picture fills most of the page, as a scan does."""
        if not self.pictures:
            return False
        left, bottom, right, top = self._edges
        whole = (right - left) * (top - bottom)
        kinds = [pdfium.FPDF_PAGEOBJ_IMAGE]
        boxes = [p.get_bounds() for p in self._page.get_objects(filter=kinds, max_depth=_DEPTH)]
        return any((b[2] - b[0]) * (b[3] - b[1]) >= _MOST_OF_PAGE * whole for b in boxes)

    def index(self, position: int) -> int:
        """Return the character index of a position in the page's text."""
        return max(0, int(pdfium.FPDFText_GetCharIndexFromTextIndex(self._text, position)))

    def box(self, index: int) -> Box:
        """Return the box of a character; an empty one at the corner where pdfium knows none."""
        left, right, bottom, top = self._box
        if not pdfium.FPDFText_GetCharBox(self._text, index, *self._place):
            return (0.0, 0.0, 0.0, 0.0)
        return left.value, bottom.value, right.value, top.value

    def corner(self, index: int) -> tuple[float, float]:
        """Return where a character begins: its left edge, and its bottom."""
        left, bottom, _, _ = self.box(index)
        return left, bottom

    def end(self, index: int) -> float:
        """Return the right edge of a character."""
        return self.box(index)[2]

    def type_at(self, index: int) -> tuple[float, bool]:
        """Return the type size of a character in points, as drawn, and whether it is bold."""
        return self.size(index), self._is_bold(index)

    def size(self, index: int) -> float:
        """Return the type size in points, as drawn."""
        declared = float(pdfium.FPDFText_GetFontSize(self._text, index))
        if not pdfium.FPDFText_GetMatrix(self._text, index, ctypes.byref(self._matrix)):
            return declared
        return round(declared * _scale(self._matrix), 1)

    def reason(self, index: int) -> str | None:
        """Say why a character is not seen, or None."""
        box = self.box(index)
        if _is_outside(box, self._edges):
            return "off the page"
        if 0 < self.size(index) < _TINY_POINTS:
            return "type too small to read"
        piece = pdfium.FPDFText_GetTextObject(self._text, index)
        if not self.pictures and piece and _is_invisible(piece):
            return "invisible text"
        if self._is_pale(index) and not self._is_on_ground(box):
            return "text in the colour of the paper"
        return None

    # --- One character ---------------------------------------------------------------------------

    def _is_bold(self, index: int) -> bool:
        """Tell whether the font says that it is bold."""
        piece = pdfium.FPDFText_GetTextObject(self._text, index)
        font = pdfium.FPDFTextObj_GetFont(piece) if piece else None
        key = ctypes.cast(font, ctypes.c_void_p).value if font else None
        if key not in self._bold:
            name = ctypes.create_string_buffer(128)
            pdfium.FPDFText_GetFontInfo(self._text, index, name, 128, None)
            weight = pdfium.FPDFText_GetFontWeight(self._text, index)
            self._bold[key] = b"bold" in name.value.lower() or weight >= _BOLD
        return self._bold[key]

    def _is_pale(self, index: int) -> bool:
        channels = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFText_GetFillColor(self._text, index, *map(ctypes.byref, channels)):
            return False
        return _no_ink(channels)

    def _is_on_ground(self, box: Box) -> bool:
        """Tell whether a picture or a filled shape lies under the character."""
        if self._grounds is None:
            self._grounds = _dark_shapes(self._page)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in self._grounds)


def _scale(matrix: Any) -> float:
    return float(max(abs(matrix.d), abs(matrix.b), abs(matrix.c)))


def _no_ink(channels: list[Any]) -> bool:
    red, green, blue, opacity = channels
    if not opacity.value:
        return True
    return bool(red.value >= _PALE and green.value >= _PALE and blue.value >= _PALE)


def _is_invisible(piece: Any) -> bool:
    mode = pdfium.FPDFTextObj_GetTextRenderMode(piece)
    return bool(mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _is_outside(box: Box, edges: Box) -> bool:
    left, bottom, right, top = edges
    return box[2] < left or box[0] > right or box[3] < bottom or box[1] > top


# --- A page's objects at a glance ----------------------------------------------------------------


def _look_over(page: Any, edges: Box) -> tuple[bool, bool]:
    """Tell whether a page has pictures, and whether some of its text may not be seen.

    Text within a form counts as odd: its place and size are those of the form.
    """
    glance = _Glance(edges)
    pictures = odd = invisible = False
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        piece = pdfium.FPDFPage_GetObject(page, number)
        kind = pdfium.FPDFPageObj_GetType(piece)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            odd = odd or glance.looks_odd(piece)
            invisible = invisible or _is_invisible(piece)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures = True
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            inside = set(_kinds_within(piece, 1))
            pictures = pictures or pdfium.FPDF_PAGEOBJ_IMAGE in inside
            odd = odd or pdfium.FPDF_PAGEOBJ_TEXT in inside
    return pictures, odd or (invisible and not pictures)


def _kinds_within(form: Any, depth: int) -> Iterator[int]:
    for number in range(pdfium.FPDFFormObj_CountObjects(form)):
        piece = pdfium.FPDFFormObj_GetObject(form, number)
        kind = pdfium.FPDFPageObj_GetType(piece)
        yield kind
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            yield from _kinds_within(piece, depth + 1)


class _Glance:
    """Judges text objects by colour and box alone; there are hundreds on a page."""

    def __init__(self, edges: Box) -> None:
        self._edges = edges
        self._channels = [ctypes.c_uint() for _ in range(4)]
        self._colour = [ctypes.byref(channel) for channel in self._channels]
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._bounds = [ctypes.byref(side) for side in self._sides]
        self._size, self._matrix = ctypes.c_float(), pdfium.FS_MATRIX()

    def looks_odd(self, piece: Any) -> bool:
        """Tell whether the characters of a text object must be looked at one by one."""
        if not pdfium.FPDFPageObj_GetFillColor(piece, *self._colour) or _no_ink(self._channels):
            return True
        pdfium.FPDFPageObj_GetBounds(piece, *self._bounds)
        left, bottom, right, top = self._sides
        edges = self._edges
        if left.value < edges[0] or bottom.value < edges[1]:
            return True
        if right.value > edges[2] or top.value > edges[3]:
            return True
        return top.value - bottom.value < 2 * _TINY_POINTS and self._is_small(piece)

    def _is_small(self, piece: Any) -> bool:
        """Tell tiny type from a dash or a dot."""
        pdfium.FPDFTextObj_GetFontSize(piece, ctypes.byref(self._size))
        pdfium.FPDFPageObj_GetMatrix(piece, ctypes.byref(self._matrix))
        return bool(self._size.value * _scale(self._matrix) < 2 * _TINY_POINTS)


def _dark_shapes(page: Any) -> list[Box]:
    """Return the boxes of pictures, shadings and shapes filled with more than white."""
    seen = [pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]
    shapes = page.get_objects(filter=[*seen, pdfium.FPDF_PAGEOBJ_PATH], max_depth=_DEPTH)
    return [shape.get_bounds() for shape in shapes if shape.type in seen or _is_dark(shape)]


def _is_dark(shape: Any) -> bool:
    channels = [ctypes.c_uint() for _ in range(4)]
    filled = pdfium.FPDFPageObj_GetFillColor(shape.raw, *map(ctypes.byref, channels))
    return bool(filled) and not _no_ink(channels)
