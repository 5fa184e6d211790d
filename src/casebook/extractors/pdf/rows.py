"""Rows of tables, told by the room between their cells. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from casebook.extractors.pdf.lines import Line

_FEWEST_LETTERS = 30
"""Of a line that is sure to be prose for the most part."""

_MOST_MEASURED = 200
_WIDER = 1.35
"""Than its words would be. Lines that are set to fill a column are up to 1.25."""

_WIDE, _NARROW, _SPACE, _OTHER = 0.66, 0.46, 0.25, 0.4
_FULL = 1.0
"""Widths of capitals, small letters, spaces, signs, and Chinese characters, in type sizes."""

_DIGIT = 0.52


@dataclass(frozen=True, slots=True)
class Spacing:
    """How wide prose is set: ``by_letter`` and ``by_width`` of letters, in type sizes."""

    by_letter: float
    by_width: float

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Spacing":
        """Measure some of the ``lines``."""
        prose = [line for line in lines if len(line.text) >= _FEWEST_LETTERS and line.size]
        if not prose:
            return cls(0.0, 0.0)
        some = prose[:: -(-len(prose) // _MOST_MEASURED)]
        widths = [(line.right - line.left) / line.size for line in some]
        return cls(
            median(width / len(line.text) for width, line in zip(widths, some, strict=True)),
            median(width / _letters(line.text) for width, line in zip(widths, some, strict=True)),
        )

    def is_row(self, line: Line) -> bool:
        """Tell a line that is much wider than its words: there is room between its cells."""
        width = (line.right - line.left) / (_WIDER * (line.size or 1.0))
        if not self.by_letter or width <= self.by_letter * len(line.text):
            return False
        return " " in line.text and width > self.by_width * _letters(line.text)


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
