"""Words become lines, cut where a column or a cell of a table ends."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple
from unicodedata import normalize

from extractors.pdf.words import Frame, Word

MARKER = re.compile(
    r"[•●▪■◦○‣⁃∙·–—*\uf0b7\uf0a7-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]|\[\d{1,3}\]"
)
"""What stands before an item of a list."""

_LEADERS = re.compile(r"(?:\s*[.·…_]){4,}\s*(?:\d{1,4}|[ivxlc]{1,6})?\s*$", re.IGNORECASE)
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_ACCENTS = dict(
    zip("¨´ˆˇ˘˚˜˝¸˙", "\u0308\u0301\u0302\u030c\u0306\u030a\u0303\u030b\u0327\u0307", strict=True)
)
_ACCENTED = re.compile(rf"([{''.join(_ACCENTS)}])([A-Za-zıȷ])")
_BACKWARDS = re.compile("[\u0590-\u08ff]")

# In type sizes: how far the words of a line may stand up or down, back, and apart.
_OFF_LINE, _BACK, _APART, _SURELY_APART, _TIMES_USUAL = 0.45, 0.7, 0.9, 1.6, 2.5
_MOST = 0.9
_FEWEST_DOTS = 4
_MARGIN, _TURNED_STEP = 0.1, 2.0
"""Of the width of a page; type sizes between lines that are set at another angle."""


class Line(NamedTuple):
    """A line of one column, or one cell of a row of a table.

    ``first`` is the width of its first word; ``is_row`` marks a whole row of a table, its cells
    separated by " | "; ``is_entry`` one of a table of contents, whose dots and page number are left
    out. Lengths are points from the upper left corner of the page.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    bold: bool = False
    fixed: bool = False
    first: float = 0.0
    is_row: bool = False
    is_entry: bool = False


def lines_of(words: Sequence[Word], page: int, frame: Frame) -> list[Line]:
    """Return the lines that ``words`` make in their order, each cut where there is wide room.

    What is set at another angle than most of the page follows at its end, unless it stands in the
    margins, as stamps do.
    """
    upright = [word for word in words if word.type.angle == frame.angle]
    lines = [_line(piece, page) for row in _rows(upright) for piece in _pieces(row)]
    turned = [word for word in words if word.type.angle != frame.angle]
    width, height = frame.size
    for _, group in groupby(turned, key=lambda word: (word.type, round(word.left))):
        row = list(group)
        if _MARGIN * width < row[0].left and row[0].right < (1 - _MARGIN) * width:
            height += _TURNED_STEP * row[0].type.size
            lines.append(_line(row, page)._replace(base=height))
    return [line for line in lines if line.text]


def _rows(words: Iterable[Word]) -> Iterator[list[Word]]:
    row: list[Word] = []
    for word in words:
        if row and not _goes_on(row[-1], word):
            yield row
            row = []
        row.append(word)
    if row:
        yield row


def _goes_on(last: Word, word: Word) -> bool:
    size = max(last.type.size, word.type.size)
    if abs(word.base - last.base) > _OFF_LINE * size:
        return False
    return word.left >= last.right - _BACK * size or bool(_BACKWARDS.search(word.text))


def _pieces(row: Sequence[Word]) -> Iterator[list[Word]]:
    """Cut a row where there is much more room than between its other words."""
    rooms = [other.left - one.right for one, other in pairwise(row)]
    size = median(word.type.size for word in row)
    usual = sorted(rooms)[len(rooms) // 3] if rooms[2:] else 0.0
    widest = max(_APART * size, _TIMES_USUAL * usual) if rooms[2:] else _SURELY_APART * size
    leads = sum(word.text == "." for word in row) >= _FEWEST_DOTS
    if leads or all(word.type.fixed for word in row):
        widest = float("inf")
    piece = [row[0]]
    for room, word in zip(rooms, row[1:], strict=True):
        if room > widest and not (piece == row[:1] and MARKER.fullmatch(piece[0].text)):
            yield piece
            piece = []
        piece.append(word)
    yield piece


def _line(words: Sequence[Word], page: int) -> Line:
    sizes = Counter[float]()
    bold = fixed = letters = 0
    for word in words:
        length = len(word.text)
        sizes[word.type.size] += length
        letters += length
        bold += length * word.type.bold
        fixed += length * word.type.fixed
    is_fixed = fixed >= _MOST * letters
    size = max(sizes, key=sizes.__getitem__)
    text = _spaced(words) if is_fixed else " ".join(word.text for word in words)
    if not text.isascii():
        text = _ACCENTED.sub(_accented, _LIGATURE.sub(lambda f: normalize("NFKC", f[0]), text))
    bare = _LEADERS.sub("", text) if ". ." in text or "..." in text or "……" in text else text
    return Line(
        text=bare,
        page=page,
        left=words[0].left,
        right=words[-1].right,
        base=next(word.base for word in words if word.type.size == size),
        size=size,
        bold=bold >= _MOST * letters,
        fixed=is_fixed,
        first=words[0].right - words[0].left,
        is_entry=bare != text,
    )


def _accented(found: re.Match[str]) -> str:
    """Return a letter with the accent that TeX sets as a glyph of its own before it."""
    return {"ı": "i", "ȷ": "j"}.get(found[2], found[2]) + _ACCENTS[found[1]]


def _spaced(words: Sequence[Word]) -> str:
    """Return the words of a program's line with as many spaces as there is room for."""
    wide = (words[0].right - words[0].left) / len(words[0].text) or 1.0
    parts = [words[0].text]
    for one, other in pairwise(words):
        parts += [" " * max(1, round((other.left - one.right) / wide)), other.text]
    return "".join(parts)
