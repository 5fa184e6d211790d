"""What pdfium can be asked about the characters of a page, and whether a reader sees them."""

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

from casebook.extractors.pdf.glance import (
    DEPTH,
    TINY_POINTS,
    Box,
    is_invisible,
    look_over,
    no_ink,
    scale_of,
)
from casebook.extractors.pdf.sight import Budget, Sight

_BOLD = 600


class Eye:
    """Looks at one page and its text. ``is_odd`` where some text of it may not be seen.

    ``is_unsure`` once a page should have been drawn that takes too long to draw.
    """

    def __init__(self, page: Any, text: Any, budget: Budget) -> None:
        self._page, self._text, self._budget = page, text.raw, budget
        # Not the crop box: pdfium does not see one that the page inherits.
        self._edges: Box = page.get_bbox()
        self._grounds: list[Box] | None = None
        self._sight: Sight | None = None
        self._bold: dict[int | None, bool] = {}
        self._box = [ctypes.c_double() for _ in range(4)]
        self._place = [ctypes.byref(part) for part in self._box]
        self._matrix = pdfium.FS_MATRIX()
        glance = look_over(page.raw, self._edges)
        self.is_scan = glance.is_scan(self._edges)
        self.covers = glance.is_picture(self._edges)
        self._dots = glance.dots
        self.pictures = bool(glance.pictures)
        self._veiled = (glance.veiled or budget.layers) and not self.is_scan
        self.is_odd = glance.odd or self._veiled

    @property
    def is_unsure(self) -> bool:
        """Tell whether some text may be hidden that nobody had the time to look for."""
        return self._sight is not None and not self._sight.known

    def index(self, position: int) -> int:
        """Return the character index of a position in the page's text."""
        return max(0, int(pdfium.FPDFText_GetCharIndexFromTextIndex(self._text, position)))

    def box(self, index: int) -> Box:
        """Return the box of a character; an empty one at the corner where pdfium knows none."""
        left, right, bottom, top = self._box
        if not pdfium.FPDFText_GetCharBox(self._text, index, *self._place):
            return (0.0, 0.0, 0.0, 0.0)
        return left.value, bottom.value, right.value, top.value

    def origin(self, index: int) -> float:
        """Return the height of the line on which a character stands."""
        pdfium.FPDFText_GetCharOrigin(self._text, index, *self._place[:2])
        return self._box[1].value

    def size(self, index: int) -> float:
        """Return the type size in points, as drawn."""
        declared = float(pdfium.FPDFText_GetFontSize(self._text, index))
        if not pdfium.FPDFText_GetMatrix(self._text, index, ctypes.byref(self._matrix)):
            return declared
        return round(declared * scale_of(self._matrix), 1)

    def is_bold(self, index: int) -> bool:
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

    def reason(self, first: int, last: int) -> str | None:
        """Say why a word, from its first to its last character, is not seen, or None."""
        box = self.box(first)
        if _is_outside(box, self._edges):
            return "off the page"
        if 0 < self.size(first) < TINY_POINTS:
            return "type too small to read"
        return None if self.is_scan else self._veil(first, box, last)

    def _veil(self, first: int, box: Box, last: int) -> str | None:
        """Say why a word that stands on the page at a legible size is not seen, or None."""
        piece = pdfium.FPDFText_GetTextObject(self._text, first)
        if piece and is_invisible(piece):
            return "invisible text"
        if self._is_pale(first) and not self._is_on_ground(box):
            return "text in the colour of the paper"
        if self._veiled and not self._is_shown(box, self.box(last)):
            return "on a layer that is off" if self._budget.layers else "covered or cut off"
        return None

    def _is_shown(self, a: Box, b: Box) -> bool:
        self._sight = self._sight or Sight(self._page, self._budget, self._dots)
        left, bottom, right, top = (*map(min, a[:2], b[:2]), *map(max, a[2:], b[2:]))
        return self._sight.shows((left, bottom, right, top))

    def _is_pale(self, index: int) -> bool:
        channels = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFText_GetFillColor(self._text, index, *map(ctypes.byref, channels)):
            return False
        return no_ink(channels)

    def _is_on_ground(self, box: Box) -> bool:
        """Tell whether a picture or a filled shape lies under the character."""
        if self._grounds is None:
            self._grounds = _dark_shapes(self._page)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in self._grounds)


def _is_outside(box: Box, edges: Box) -> bool:
    left, bottom, right, top = edges
    return box[2] < left or box[0] > right or box[3] < bottom or box[1] > top


def _dark_shapes(page: Any) -> list[Box]:
    """Return the boxes of pictures, shadings and shapes filled with more than white."""
    seen = [pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]
    shapes = page.get_objects(filter=[*seen, pdfium.FPDF_PAGEOBJ_PATH], max_depth=DEPTH)
    return [shape.get_bounds() for shape in shapes if shape.type in seen or _is_dark(shape)]


def _is_dark(shape: Any) -> bool:
    channels = [ctypes.c_uint() for _ in range(4)]
    filled = pdfium.FPDFPageObj_GetFillColor(shape.raw, *map(ctypes.byref, channels))
    return bool(filled) and not no_ink(channels)
