"""Rows of tables, told by the room between their cells. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import median

from casebook.extractors.pdf.lines import Line

_FEWEST_LETTERS = 30
"""Of a line that is sure to be prose for the most part."""

_MOST_MEASURED = 50
_WIDER = 1.35
"""Than its words would be. Lines that are set to fill a column are up to 1.25."""

# Of capitals, small letters, digits, spaces, other signs, and Chinese characters, in type sizes.
_WIDE, _NARROW, _DIGIT, _SPACE, _OTHER, _FULL = 0.66, 0.46, 0.52, 0.25, 0.4, 1.0


def rows_among(lines: Sequence[Line]) -> set[int]:
    """Return the ids of the ``lines`` that are much wider than their words are in the others."""
    prose = [line for line in lines if len(line.text) >= _FEWEST_LETTERS and line.size]
    if not prose:
        return set()
    some = prose[:: -(-len(prose) // _MOST_MEASURED)]
    wide = _WIDER * median(_width(line) / len(line.text) for line in some)
    words = _WIDER * median(_width(line) / _letters(line.text) for line in some)
    wider = [x for x in lines if x.right - x.left > wide * x.size * len(x.text)]
    cells = [x for x in wider if not x.fixed and " " in x.text]
    return {id(x) for x in cells if _width(x) > words * _letters(x.text)}


def _width(line: Line) -> float:
    """Return how wide a line is, in its type size."""
    return (line.right - line.left) / (line.size or 1.0)


def _letters(text: str) -> float:
    """Return about how wide ``text`` is, in type sizes."""
    return sum(map(_letter, text))


@lru_cache(maxsize=4_000)
def _letter(sign: str) -> float:
    if sign.isupper():
        return _WIDE
    if sign.islower():
        return _NARROW
    if sign.isdigit():
        return _DIGIT
    if sign.isspace():
        return _SPACE
    return _FULL if sign.isalpha() else _OTHER
