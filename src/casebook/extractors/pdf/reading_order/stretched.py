"""Lines of prose that are stretched to fill their column, told from rows of cells. Pure.

Where columns are narrow and no word is broken, a line of three words may have more room between
them than cells do. It has the same room between all of them, and ends where the lines around it do.
"""

from collections.abc import Sequence

from casebook.extractors.pdf.calls import Numbers
from casebook.extractors.pdf.lines import Line

# Type sizes: by which the rooms of one line differ, the widest of them, how far the next line is
# at most, and by which the ends and the beginnings of lines of one column differ.
_UNEVEN, _WIDEST, _STEP = 0.5, 8.0, 1.6
_RAGGED, _INDENTED = 0.3, 2.5

_SAME = 0.3
"""Points between sizes of one type."""

_FEWEST_SPACES = 2
"""Between words of the line that shows how wide the column is."""


def unstretched(
    begins: Sequence[list[int]],
    lines: Sequence[Line],
    lefts: Numbers,
    rights: Numbers,
    starts: Sequence[int],
) -> list[list[int]]:
    """Return the words with which the cells of each line begin: one, where a line is stretched.

    ``lefts`` and ``rights`` are where the words of all lines begin and end, ``starts`` which word
    each line begins with, and the number of words.
    """
    found = list(begins)
    for n, cells in enumerate(begins):
        if not cells[1:]:
            continue
        start, end, size = starts[n], starts[n + 1], lines[n].size
        rooms = lefts[start + 1 : end] - rights[start : end - 1]
        even = rooms.max() - rooms.min() <= _UNEVEN * size and rooms.max() <= _WIDEST * size
        if even and any(
            not begins[m][1:] and _fills_its_column(lines[n], lines[m])
            for m in (n - 1, n + 1)
            if 0 <= m < len(lines)
        ):
            found[n] = cells[:1]
    return found


def _fills_its_column(line: Line, other: Line) -> bool:
    """Tell a line that ends where the one above or under it does, which is a line of prose."""
    near = 0 < abs(line.base - other.base) <= _STEP * line.size
    return (
        near
        and abs(line.size - other.size) <= _SAME
        and abs(line.right - other.right) <= _RAGGED * line.size
        and abs(line.left - other.left) <= _INDENTED * line.size
        and other.text.count(" ") >= _FEWEST_SPACES
    )
