"""The lines of a PDF with their place and type size, as pdfium sees them.

Words that no reader sees (invisible, white on white, tiny, off the page) are left out of the lines
and handed back apart. An invisible text layer over a scanned picture is what the reader sees, so
it stays.
"""

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from casebook.schemas.documents import HiddenKind

_TINY_POINTS = 1.5
_PALE = 245
_INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
_WORD = re.compile(r"\S+")
# pdfium writes the hyphen at a line end as U+FFFE and no line break after it.
_LINE = re.compile(r"[^\r\ufffe]*(?:\ufffe|\r\n|\r|\Z)")
_BOLD = 600
_DEPTH = 3
_FORM_LIKE = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING)

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of type, in points: its ``size``, and its place from the page's corner."""

    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    base: float


@dataclass(slots=True)
class PageLines:
    """A page's lines in the order of its content, what was hidden, and whether it has pictures."""

    number: int
    lines: list[Line] = field(default_factory=list)
    hidden: list[tuple[HiddenKind, str, str]] = field(default_factory=list)
    pictures: bool = False


def read_page(page: pypdfium2.PdfPage, number: int) -> PageLines:
    """Return the lines of ``page``, which is number ``number`` (from 1)."""
    found = PageLines(number, pictures=bool(_boxes(page, (pdfium.FPDF_PAGEOBJ_IMAGE,))))
    eye = _Eye(page, found.pictures)
    try:
        start = 0
        for raw in _LINE.findall(eye.text.get_text_range()):
            found.lines.extend(_line(eye, raw.removesuffix("\r\n"), start, found))
            start += len(raw.encode("utf-16-le")) // 2
    finally:
        eye.text.close()
    return found


def _line(eye: "_Eye", raw: str, start: int, found: PageLines) -> Iterator[Line]:
    kept, unseen = _sorted_words(eye, raw, start)
    for reason, words in unseen.items():
        found.hidden.append((HiddenKind.PDF_LAYER, " ".join(words), reason))
    if not kept:
        return
    end = len(kept[-1][1].rstrip("\ufffe")) or 1
    first, last = eye.box(kept[0][0]), eye.box(kept[-1][0] + end - 1)
    text = raw if not unseen else " ".join(word for _, word in kept)
    size, bold = eye.size(kept[0][0]), eye.is_bold(kept[0][0])
    yield Line(text, found.number, size, bold, first[0], last[2], first[1])


def _sorted_words(
    eye: "_Eye", raw: str, start: int
) -> tuple[list[tuple[int, str]], dict[str, list[str]]]:
    """Return the seen words with their character index, and the unseen ones by reason."""
    kept: list[tuple[int, str]] = []
    unseen: dict[str, list[str]] = {}
    for match in _WORD.finditer(raw):
        index = eye.index(start + match.start())
        reason = eye.reason(index)
        if reason is None:
            kept.append((index, match.group()))
        else:
            unseen.setdefault(reason, []).append(match.group())
    return kept, unseen


class _Eye:
    """What can be asked about one character of a page."""

    def __init__(self, page: Any, pictures: bool) -> None:
        self.text = page.get_textpage()
        self._page = page
        self._pictures = pictures
        self._grounds: Sequence[Box] | None = None
        # Not the crop box: pdfium does not see one that the page inherits.
        self._edges: Box = page.get_bbox()

    def index(self, position: int) -> int:
        """Return the character index of a position in the page's text."""
        return max(0, int(pdfium.FPDFText_GetCharIndexFromTextIndex(self.text.raw, position)))

    def box(self, index: int) -> Box:
        """Return the box of a character; an empty one at the corner where pdfium knows none."""
        try:
            left, bottom, right, top = self.text.get_charbox(index)
        except pypdfium2.PdfiumError:
            return (0.0, 0.0, 0.0, 0.0)
        return left, bottom, right, top

    def size(self, index: int) -> float:
        """Return the type size in points, as drawn."""
        declared = float(pdfium.FPDFText_GetFontSize(self.text.raw, index))
        matrix = pdfium.FS_MATRIX()
        if not pdfium.FPDFText_GetMatrix(self.text.raw, index, ctypes.byref(matrix)):
            return declared
        scale = max(abs(matrix.d), abs(matrix.b), abs(matrix.c))
        return float(round(declared * scale, 1))

    def is_bold(self, index: int) -> bool:
        """Tell whether the font says that it is bold."""
        name = ctypes.create_string_buffer(128)
        pdfium.FPDFText_GetFontInfo(self.text.raw, index, name, 128, None)
        weight = pdfium.FPDFText_GetFontWeight(self.text.raw, index)
        return b"bold" in name.value.lower() or weight >= _BOLD

    def reason(self, index: int) -> str | None:
        """Say why a character is not seen, or None."""
        box = self.box(index)
        if self._is_off_page(box):
            return "off the page"
        if 0 < self.size(index) < _TINY_POINTS:
            return "type too small to read"
        if not self._pictures and self._mode(index) == _INVISIBLE:
            return "invisible text"
        if self._is_pale(index) and not self._is_on_ground(box):
            return "text in the colour of the paper"
        return None

    def _is_off_page(self, box: Box) -> bool:
        left, bottom, right, top = self._edges
        return box[2] < left or box[0] > right or box[3] < bottom or box[1] > top

    def _mode(self, index: int) -> int:
        piece = pdfium.FPDFText_GetTextObject(self.text.raw, index)
        return int(pdfium.FPDFTextObj_GetTextRenderMode(piece)) if piece else 0

    def _is_pale(self, index: int) -> bool:
        channels = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFText_GetFillColor(self.text.raw, index, *map(ctypes.byref, channels)):
            return False
        *colour, opacity = (channel.value for channel in channels)
        return opacity == 0 or min(colour) >= _PALE

    def _is_on_ground(self, box: Box) -> bool:
        """Tell whether a picture or a filled shape lies under the character."""
        if self._grounds is None:
            self._grounds = _dark_shapes(self._page)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in self._grounds)


def _boxes(page: Any, kinds: Sequence[int]) -> list[Box]:
    return [shape.get_bounds() for shape in page.get_objects(filter=list(kinds), max_depth=_DEPTH)]


def _dark_shapes(page: Any) -> list[Box]:
    """Return the boxes of pictures, shadings and shapes filled with more than white."""
    boxes = _boxes(page, _FORM_LIKE)
    for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=_DEPTH):
        channels = [ctypes.c_uint() for _ in range(4)]
        if pdfium.FPDFPageObj_GetFillColor(shape.raw, *map(ctypes.byref, channels)):
            *colour, opacity = (channel.value for channel in channels)
            if opacity and min(colour) < _PALE:
                boxes.append(shape.get_bounds())
    return boxes
