"""Join words into lines, cut at the ends of columns and table cells."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from extractors.pdf.words import Frame, Word

# The marker of a list item.
MARKER = re.compile(
    r"[•●▪■◦○‣⁃∙·–—*\uf0b7\uf0a7-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]|\[\d{1,3}\]"
)
_LEADERS = re.compile(r"(?:\s*[.·…_]){4,}\s*(?:\d{1,4}|[ivxlc]{1,6})?\s*$", re.IGNORECASE)
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_ACCENTS = dict(zip("¨´ˆˇ˘˚˜˝¸˙", "\u0308\u0301\u0302\u030c\u0306\u030a\u0303\u030b\u0327\u0307"))  # noqa: B905 - alike
_ACCENTED = re.compile(rf"([{''.join(_ACCENTS)}])([A-Za-zıȷ])")
_BACKWARDS = re.compile("[\u0590-\u08ff]")  # Hebrew, Arabic and similar scripts

# In type sizes: how far words of a line can deviate up or down, go back, and be apart.
_OFF_LINE, _BACK, _APART, _SURELY_APART, _TIMES_USUAL = 0.45, 0.7, 0.9, 1.6, 2.5
_MOST, _FEWEST_DOTS = 0.9, 4
_MARGIN, _DOWNWARDS = 0.1, 3  # share of a page's width; quarter turns


class TextLine(NamedTuple):
    """A line of one column, or one cell of a row of a table; lengths are points."""

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    bold: bool = False
    fixed: bool = False
    first: float = 0.0  # width of the first word
    is_row: bool = False  # a whole row of a table, cells separated by " | "
    is_entry: bool = False  # of a table of contents, without its dots and page number
    box: tuple[int, ...] = ()  # edges in thousandths of the displayed page
    parts: tuple["TextLine", ...] = ()  # of a row


def lines_of(words: Sequence[Word], page: int, frame: Frame) -> list[TextLine]:
    """Return the lines of a page, cut at wide gaps; rotated text comes last."""
    upright = [word for word in words if word.style.angle == frame.angle]
    if frame.angle == _DOWNWARDS:  # pdfium returns these lines from left to right
        upright.sort(key=lambda word: word.base)
    pieces = [piece for row in _rows(upright) for piece in _pieces(row)]
    (width, height), turned = frame.size, [w for w in words if w.style.angle != frame.angle]
    # Rotated text in the margins is a stamp.
    if inner := [w for w in turned if _MARGIN * width < w.left < (1 - _MARGIN) * width]:
        pieces.append([word._replace(base=height) for word in inner])
    lines = (_line(one, page)._replace(box=frame.shown(w[1:5] for w in one)) for one in pieces)
    return [line for line in lines if line.text]


def _rows(words: Iterable[Word]) -> Iterator[list[Word]]:
    row: list[Word] = []
    for word in words:
        last = row[-1] if row else word
        size = max(last.style.size, word.style.size)
        is_left = word.left < last.right - _BACK * size and not _BACKWARDS.search(word.text)
        if row and (is_left or abs(word.base - last.base) > _OFF_LINE * size):
            yield row
            row = []
        row.append(word)
    yield from [row] if row else []


def _pieces(row: Sequence[Word]) -> Iterator[list[Word]]:
    """Cut a row where the gap is much wider than between its other words."""
    gaps = [other.left - one.right for one, other in pairwise(row)]
    size = row[len(row) // 2].style.size
    if max(gaps, default=0) <= _APART * size:
        yield list(row)
        return
    widest = _SURELY_APART * size
    if gaps[2:]:
        usual = min(sorted(gaps)[len(gaps) // 3], size / 2)
        widest = max(_APART * size, _TIMES_USUAL * usual)
    leads = sum(word.text == "." for word in row) >= _FEWEST_DOTS
    if leads or all(word.style.fixed for word in row):
        widest = float("inf")
    piece = [row[0]]
    for gap, word in zip(gaps, row[1:], strict=True):
        if gap > widest and not (piece == row[:1] and MARKER.fullmatch(piece[0].text)):
            yield piece
            piece = []
        piece.append(word)
    yield piece


def _line(words: Sequence[Word], page: int) -> TextLine:
    sizes, looks = Counter[float](), Counter[tuple[bool, bool]]()
    for text, *_, kind in words:
        sizes[kind.size] += len(text)
        looks[kind.bold, kind.fixed] += len(text)
    size, most = max(sizes, key=sizes.__getitem__), _MOST * sizes.total()
    text = " ".join(word.text for word in words)
    if not text.isascii():
        text = _ACCENTED.sub(_accented, _LIGATURE.sub(lambda f: normalize("NFKC", f[0]), text))
    bare = _LEADERS.sub("", text) if ". ." in text or "..." in text or "……" in text else text
    return TextLine(
        text=bare,
        page=page,
        left=words[0].left,
        right=words[-1].right,
        base=next(word.base for word in words if word.style.size == size),
        size=size,
        bold=looks[True, True] + looks[True, False] >= most,
        fixed=looks[True, True] + looks[False, True] >= most,
        first=words[0].right - words[0].left,
        is_entry=bare != text,
    )


def _accented(found: re.Match[str]) -> str:  # TeX sets accents before their letters
    return {"ı": "i", "ȷ": "j"}.get(found[2], found[2]) + _ACCENTS[found[1]]
