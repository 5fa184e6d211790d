"""The words of a PDF page with their positions, in points from the upper left of upright text."""

import ctypes
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium
from pypdfium2 import PdfFont, PdfiumError

from extractors.data import pattern

_BOLD, _FIXED = pattern("pdf", "fonts", "bold"), pattern("pdf", "fonts", "fixed")
_BOLD_WEIGHT = 600  # as in CSS
# pdfium writes a hyphen at a line end as U+FFFE, without a line break after it.
_WORD = re.compile("[^\\s\ufffe]+\ufffe?")

Box = tuple[float, float, float, float]  # left, top, right, bottom
_Look = tuple[bool, bool, str]  # of a font: whether it is bold and monospaced, and its name


class TextStyle(NamedTuple):
    """The font, size, rotation and colour of a word."""

    size: float  # points
    bold: bool = False
    fixed: bool = False  # monospaced
    font: str = ""
    angle: int = 0  # quarter turns, anticlockwise
    mode: int = 0  # of rendering (PDF 32000-1, table 106)
    ink: tuple[int, ...] = (0, 0, 0, 255)  # red, green, blue, opacity


class Word(NamedTuple):
    """A run of characters without white space, its box and the height of its baseline."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    style: TextStyle


class Frame(NamedTuple):
    """The visible rectangle of a page in file coordinates, and the rotation of text and page."""

    left: float
    bottom: float
    right: float
    top: float
    angle: int = 0
    rotation: int = 0  # of the displayed page, in quarter turns, clockwise

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page with upright text, in points."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.angle % 2 else (width, height)

    def upright(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return a box of file coordinates in the coordinates of upright text."""
        box = left - self.left, self.top - top, right - self.left, self.top - bottom
        width, height = self.right - self.left, self.top - self.bottom
        for _ in range(self.angle):
            box = height - box[3], box[0], height - box[1], box[2]
            width, height = height, width
        return box

    def shown(self, boxes: Iterable[Box]) -> tuple[int, ...]:
        """Return the box around ``boxes``, in thousandths of the displayed page."""
        (width, height), (lefts, tops, rights, bottoms) = self.size, zip(*boxes, strict=True)
        edges = min(lefts) / width, min(tops) / height, max(rights) / width, max(bottoms) / height
        for _ in range((self.rotation - self.angle) % 4):
            edges = 1 - edges[3], edges[0], 1 - edges[1], edges[2]
        return tuple(min(max(round(1000 * edge), 0), 1000) for edge in edges)


class PdfPage(NamedTuple):
    """The words of a page in the order of its content stream, and the frame around them."""

    words: list[Word]
    frame: Frame
    unmapped: float  # share of text objects whose font does not name its characters


def words_of(raw: Any) -> PdfPage:
    """Return the words of a page of pypdfium2."""
    page, frame = raw.get_textpage(), Frame(*raw.get_bbox())
    found = list(_WORD.finditer(_text_of(page)))
    runs: dict[int, _Run] = {}
    looks: dict[int, _Look] = {}
    own = []
    for one in found:
        item = pdfium.FPDFText_GetTextObject(page, one.start())
        address = ctypes.addressof(item.contents) if item else 0
        if address not in runs:
            runs[address] = _run(page, one.start(), item, looks)
        own.append(runs[address])
    angles = Counter(run.style.angle for run in own)
    angle = max(angles, key=angles.__getitem__, default=0)
    frame = frame._replace(angle=angle, rotation=raw.get_rotation() // 90)
    words = []
    for one, run in zip(found, own, strict=True):
        first, last = (page.get_charbox(n, loose=True) for n in (one.start(), one.end() - 1))
        west, east = min(first[0], last[0]), max(first[2], last[2])
        north, south = max(first[3], last[3]), min(first[1], last[1])
        box = frame.upright(west, north, east, south)
        base = frame.upright(run.x, run.y, run.x, run.y)[1]
        # Surrogate pairs of characters beyond U+FFFF.
        text = one.group().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        words.append(Word(text, *box, base, run.style))
    unmapped = sum(run.is_unmapped for run in runs.values()) / (len(runs) or 1)
    return PdfPage(words, frame, unmapped)


class _Run(NamedTuple):
    """A text object: the style and origin of its first character."""

    style: TextStyle
    x: float
    y: float
    is_unmapped: bool


def _text_of(page: Any) -> str:
    """Return the text of a page with one character for each of pdfium's."""
    text, count = page.get_text_range(), page.count_chars()
    if len(text) == count:
        return str(text)
    # Characters beyond U+FFFF are missing or counted differently.
    codes = (pdfium.FPDFText_GetUnicode(page, n) for n in range(count))
    return "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)


def _run(page: Any, start: int, item: Any, looks: dict[int, _Look]) -> _Run:
    matrix, size = pdfium.FS_MATRIX(), ctypes.c_float()
    pdfium.FPDFText_GetMatrix(page, start, matrix)
    angle = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
    is_unmapped = bool(pdfium.FPDFText_HasUnicodeMapError(page, start))
    if not item:
        return _Run(TextStyle(0.0, angle=angle), matrix.e, matrix.f, is_unmapped)
    pdfium.FPDFTextObj_GetFontSize(item, size)
    points = round(size.value * math.hypot(matrix.c, matrix.d), 1)
    mode, font = pdfium.FPDFTextObj_GetTextRenderMode(item), pdfium.FPDFTextObj_GetFont(item)
    address = ctypes.addressof(font.contents) if font else 0
    if address not in looks:
        looks[address] = _look(PdfFont(font))
    style = TextStyle(points, *looks[address], angle, mode, ink_of(item))
    return _Run(style, matrix.e, matrix.f, is_unmapped)


def ink_of(item: Any) -> tuple[int, ...]:
    """Return red, green, blue and opacity of an object's filling; zeros if it has none."""
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(item, *parts)
    return tuple(part.value for part in parts)


def _look(font: Any) -> _Look:
    """Return whether a font is bold, whether it is monospaced, and its name."""
    try:
        name, weight = font.get_base_name(), font.get_weight()
    except PdfiumError:
        name, weight = "", 0
    is_bold = weight >= _BOLD_WEIGHT or bool(_BOLD.search(name))
    is_fixed = max(0, pdfium.FPDFFont_GetFlags(font)) & 1 or _FIXED.search(name)
    return is_bold, bool(is_fixed), name.rpartition("+")[2]
