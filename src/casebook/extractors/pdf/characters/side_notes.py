"""Notes in the margin that pdfium reads on from the line of text beside them, told apart.

It writes what stands at one height as one line. Where a note begins level with a line of the text,
that line ends in type of another size, behind wide room, and the note goes on under that.
"""

import re
from collections.abc import Sequence

from casebook.extractors.pdf.lines import Line, Piece
from casebook.extractors.pdf.visibility.eye import Eye

_WORD = re.compile(r"\S+")
_ROOM, _OTHER, _SAME = 0.7, 1.0, 0.3
"""Type sizes between a note and the text, at least; points between sizes, of two types and one."""

_STEP = 2.0
"""Type sizes from one line of a note to the next, at most."""

_FEWEST_WORDS = 2
"""Of each: the number of a section, a page, or a line of a program is one."""


def with_side_notes(
    eye: Eye, stretches: Sequence[list[Piece]], lines: Sequence[Line]
) -> list[list[Piece]]:
    """Return what the lines of a page are made of, ``stretches``, cut before notes beside them."""
    # Nearly all lines end in the type that they begin with.
    mixed = [n for n, line in enumerate(lines[:-1]) if line.size != line.last]
    beside = [n for n in mixed if _goes_on(lines[n], lines[n + 1])]
    found = list(stretches)
    for n in reversed(beside):
        found[n : n + 1] = _cut(eye, stretches[n], lines[n], lines[n + 1].left)
    return found


def _goes_on(line: Line, after: Line) -> bool:
    """Tell a line that ends in other type than it begins with, and one in that type under it."""
    other = not line.fixed and abs(line.last - line.size) > _OTHER
    under = 0 < line.base - after.base <= _STEP * after.size
    return other and under and abs(line.last - after.size) <= _SAME and after.left > line.left


def _cut(eye: Eye, pieces: list[Piece], line: Line, left: float) -> list[list[Piece]]:
    """Return a line in two where the type changes behind wide room, about ``left``; else whole."""
    words = [(at + m.start(), m[0]) for at, text in pieces for m in _WORD.finditer(text)]
    lefts, rights = eye.edges([(at, at + len(word) - 1) for at, word in words])
    rooms = (lefts[1:] - rights[:-1]).tolist()
    for n in range(_FEWEST_WORDS, len(words) - _FEWEST_WORDS + 1):
        aligned = abs(lefts[n] - left) <= line.last
        if not aligned or rooms[n - 1] < _ROOM * max(line.size, line.last):
            continue
        before, after = (eye.size(eye.index(words[m][0])) for m in (n - 1, n))
        if abs(before - line.size) <= _SAME and abs(after - line.last) <= _SAME:
            parts = [words[:n], words[n:]]
            says = all(any(map(str.isalpha, "".join([w for _, w in part]))) for part in parts)
            return parts if says else [pieces]
    return [pieces]
