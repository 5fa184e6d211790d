"""The words of a PDF page with their positions, in points from the upper left of upright text."""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from extractors.pdf import pdfium

# pdfium writes a hyphen at a line end as U+FFFE, without a line break after it.
_WORD = re.compile("[^\\s\ufffe]+\ufffe?")
_TOUCHING = 0.12  # type sizes; a smaller gap between two words is not a space


Box = tuple[float, float, float, float]  # left, top, right, bottom


class TextStyle(NamedTuple):
    """The font, size, rotation and colour of a word."""

    size: float  # points
    bold: bool = False
    fixed: bool = False  # monospaced
    font: str = ""
    angle: int = 0  # quarter turns, anticlockwise
    mode: int = 0  # of rendering (PDF 32000-1, table 106)
    ink: tuple[int, int, int, int] = (0, 0, 0, 255)  # red, green, blue, opacity


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
    textpage, frame = raw.get_textpage(), Frame(*raw.get_bbox())
    page = repeat(pdfium.handle(textpage.raw))
    text, count = textpage.get_text_range(), textpage.count_chars()
    if len(text) != count:  # characters beyond U+FFFF are missing or counted differently
        codes = map(pdfium.char_code, page, range(count))
        text = "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)
    found = list(_WORD.finditer(text))
    texts = [one.group() for one in found]
    if not text.isascii():  # surrogate pairs of characters beyond U+FFFF
        texts = [t.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for t in texts]
    starts, ends = [one.start() for one in found], [one.end() - 1 for one in found]
    objects = list(map(pdfium.char_object, page, starts))
    firsts = dict(zip(objects, starts, strict=True))
    types, origins = _types(page, firsts)
    angles = Counter(types[one].angle for one in objects)
    angle = max(angles, key=angles.__getitem__, default=0)
    frame = frame._replace(angle=angle, rotation=raw.get_rotation() // 90)
    bases = {one: frame.upright(x, y, x, y)[1] for one, (x, y) in origins.items()}
    first, last = (
        pdfium.numbers(pdfium.char_box, 4, page, some, count=len(found)) for some in (starts, ends)
    )
    words = []
    for one, a, b, by in zip(texts, first, last, objects, strict=True):
        west, east = (a[0], b[2]) if a[0] < b[2] else (b[0], a[2])
        north, south = (a[1], b[3]) if a[1] > b[3] else (b[1], a[3])
        words.append(Word(one, *frame.upright(west, north, east, south), bases[by], types[by]))
    unmapped = sum(map(pdfium.char_is_unmapped, page, firsts.values())) / (len(firsts) or 1)
    return PdfPage(_joined(words, ends, next(page)), frame, unmapped)


def _types(
    page: Iterable[Any], firsts: dict[int | None, int]
) -> tuple[dict[int | None, TextStyle], dict[int | None, tuple[float, float]]]:
    """Return the type and origin of text objects, from the first character of each."""
    objects, count = list(map(pdfium.handle, firsts)), len(firsts)
    sizes = pdfium.numbers(pdfium.text_size, 1, objects, count=count)
    inks = pdfium.numbers(pdfium.fill_colour, 4, objects, count=count, code="I")
    matrices = pdfium.numbers(pdfium.char_matrix, 6, page, firsts.values(), count=count)
    modes, fonts = map(pdfium.text_mode, objects), list(map(pdfium.text_font, objects))
    looks = {font: pdfium.font_look(font) for font in set(fonts)}
    types = dict[int | None, TextStyle]()
    for one, (size,), (a, b, c, d, _, _), font, mode, ink in zip(
        firsts, sizes, matrices, fonts, modes, inks, strict=True
    ):
        angle = round(math.atan2(b, a) / (math.pi / 2)) % 4
        seen = ink if one else (0, 0, 0, 255)
        types[one] = TextStyle(round(size * math.hypot(c, d), 1), *looks[font], angle, mode, seen)
    return types, {one: (x, y) for one, (*_, x, y) in zip(firsts, matrices, strict=True)}


def _joined(words: list[Word], ends: Sequence[int], page: Any) -> list[Word]:
    """Join words that pdfium splits at an accent although there is no space: "Fü r"."""
    found = words[:1]
    for n, word in enumerate(words[1:]):
        last = found[-1]
        touch = abs(word.left - last.right) < _TOUCHING * last.style.size and word.base == last.base
        accented = touch and not (last.text[-1] + word.text[0]).isascii()
        if accented and pdfium.char_is_generated(page, ends[n] + 1):
            found[-1] = last._replace(text=last.text + word.text, right=word.right)
        else:
            found.append(word)
    return found
