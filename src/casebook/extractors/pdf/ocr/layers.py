"""The text layer of a scan: words whose heights and sizes differ, as lines of one type. Pure.

What recognises a scan writes each word as high and as large as its letters are in the picture, on
lines that may slant. Paragraphs and columns are told by steps between lines and by type size, so
the words of a line are set on one height here, and all that is about as large in one size.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from casebook.extractors.pdf.lines import Line

_DISPLAY = 1.4
"""Times the usual size, of larger type."""

# Parts of the type size.
_BACK, _APART, _OFF_LINE = 0.5, 1.5, 0.6

_FEWEST_SLANTED = 4
"""Words of a line that tells how the page slants."""


def lines_of(words: Sequence[Line]) -> list[Line]:
    """Return the words of a layer as lines, cut where there is much room between two words."""
    if not words:
        return []
    usual = median(word.size for word in words)
    slant = _slant(list(_rows(words, usual, 0.0)))
    rows = _rows(words, usual, slant)
    return [_line(row, usual, slant) for row in rows]


def _rows(words: Sequence[Line], usual: float, slant: float) -> Iterator[list[Line]]:
    row: list[Line] = []
    for word in words:
        if row and not _goes_on(row, word, usual, slant):
            yield row
            row = []
        row.append(word)
    yield row


def _goes_on(row: Sequence[Line], word: Line, usual: float, slant: float) -> bool:
    """Tell whether ``word`` stands behind the last word of a row, on its line."""
    last = row[-1]
    size = max(usual, min(last.size, word.size))
    if not -_BACK * size <= word.left - last.right <= _APART * size:
        return False
    near = row[-3:]
    height = median(_height(x, slant) for x in near)
    return abs(_height(word, slant) - height) <= _OFF_LINE * size


def _height(word: Line, slant: float) -> float:
    """Return the height at which a word would stand at the left edge of a page that slants."""
    return word.base - slant * word.left


def _slant(rows: Sequence[Sequence[Line]]) -> float:
    """Return how much higher a line stands, the farther right."""
    long = [row for row in rows if len(row) >= _FEWEST_SLANTED]
    found = [(row[-1].base - row[0].base) / (row[-1].left - row[0].left or 1.0) for row in long]
    return median(found) if found else 0.0


def _line(row: Sequence[Line], usual: float, slant: float) -> Line:
    size = median(word.size for word in row)
    size = size if size > _DISPLAY * usual else usual
    return row[0]._replace(
        text=" ".join(word.text for word in row),
        size=size,
        last=size,
        right=row[-1].right,
        base=median(_height(word, slant) for word in row),
        bold=False,
        fixed=False,
    )
