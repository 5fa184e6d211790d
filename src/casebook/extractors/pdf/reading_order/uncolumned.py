"""Tables that a file writes column by column, put in the order of their rows. Pure.

By their places alone, such columns cannot be told from columns of prose, of an index or of a list.
A column of figures can: it stands beside what its figures say something about, line by line.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from casebook.extractors.pdf.lines import Line

_FIGURE = re.compile(r"\W{0,2}\d+(?:[.,:/]\d+)*\W?\s?[^\W\d_]{0,3}\W?")
"""A number with its sign and its unit; "2 Methods" and "1. Methods" are none."""

_FEWEST = 3
"""Figures of a column."""

_MOSTLY, _LEVEL = 0.75, 0.3
"""Of a column, its figures, and those level with a line before them; level, in type sizes."""

_PROSE = 3
"""Words of a line, at least: names of one or two begin small in tables, too."""

_STEP = 15.0
"""Type sizes from a line of a column to the next, at most."""


def in_rows(lines: Sequence[Line]) -> list[int]:
    """Return the numbers of ``lines`` in order: as they are, but for tables by column."""
    order = list(range(len(lines)))
    runs = list(_runs(lines))
    at = 0
    while at < len(runs):
        end = at + 1
        while end < len(runs) and _is_beside(lines, runs[end - 1], runs[end]):
            end += 1
        if columns := _table(lines, runs[at:end]):
            start, stop = columns[0][0], columns[-1][-1] + 1
            order[start:stop] = _by_row(lines, range(start, stop))
        at = end
    return order


def _runs(lines: Sequence[Line]) -> Iterator[range]:
    """Yield the numbers of lines that stand under one another."""
    start = 0
    for n, (a, b) in enumerate(pairwise(lines), 1):
        under = 0 < a.base - b.base <= _STEP * max(a.size, b.size)
        if not under or min(a.right, b.right) < max(a.left, b.left):
            yield range(start, n)
            start = n
    if lines:
        yield range(start, len(lines))


def _is_beside(lines: Sequence[Line], run: range, after: range) -> bool:
    """Tell a run that begins right of the one before it, above where that ends."""
    last, first = lines[run[-1]], lines[after[0]]
    return first.base > last.base + last.size / 2 and first.left > last.right


def _table(lines: Sequence[Line], runs: Sequence[range]) -> list[range]:
    """Return those parts of ``runs`` that are columns of a table; nothing where they are none."""
    if not runs[1:]:
        return []
    top = max(lines[run[0]].base + lines[run[0]].size for run in runs[1:])
    above = sum(1 for _ in takewhile(lambda n: lines[n].base > top, runs[0]))
    foot = min(lines[run[-1]].base - lines[run[-1]].size for run in runs[:-1])
    kept = sum(1 for _ in takewhile(lambda n: lines[n].base > foot, runs[-1]))
    columns = [runs[0][above:], *runs[1:-1], runs[-1][:kept]]
    if not all(columns) or any(not _are_apart(lines, *pair) for pair in pairwise(columns)):
        return []
    first, *others = [[lines[n] for n in column] for column in columns]
    return columns if any(_are_figures(one) and _stand_level(one, first) for one in others) else []


def _are_figures(column: Sequence[Line]) -> bool:
    figures = sum(_FIGURE.fullmatch(line.text) is not None for line in column)
    return figures >= max(_FEWEST, _MOSTLY * len(column))


def _are_apart(lines: Sequence[Line], left: range, right: range) -> bool:
    return max(lines[n].right for n in left) < min(lines[n].left for n in right)


def _stand_level(column: Sequence[Line], first: Sequence[Line]) -> bool:
    """Tell whether most lines of a column are level with one of the first, which are no prose."""
    heights = [line.base for line in reversed(first)]
    level: list[Line] = []
    for line in column:
        near = _LEVEL * line.size
        at = bisect_left(heights, line.base - near)
        if at < len(heights) and heights[at] <= line.base + near:
            level.append(first[-1 - at])
    return len(level) >= _MOSTLY * len(column) and not _are_prose(level)


def _are_prose(lines: Sequence[Line]) -> bool:
    """Tell lines of several words, most of which begin in the midst of a sentence."""
    words = sum(len(line.text.split()) for line in lines)
    small = sum(line.text[0].islower() for line in lines)
    return 2 * small > len(lines) and words >= _PROSE * len(lines)


def _by_row(lines: Sequence[Line], some: range) -> list[int]:
    """Return the numbers of lines from above, those that are level from the left."""
    found: list[int] = []
    row: list[int] = []
    for n in sorted(some, key=lambda n: -lines[n].base):
        if row and lines[row[0]].base - lines[n].base > _LEVEL * lines[n].size:
            found += sorted(row, key=lambda n: lines[n].left)
            row = []
        row.append(n)
    return found + sorted(row, key=lambda n: lines[n].left)
