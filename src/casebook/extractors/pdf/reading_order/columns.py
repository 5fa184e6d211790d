"""Columns of prose that a file writes line by line across, one read after the other. Pure.

Rows of a table and of two columns look alike, but lines of prose fill their columns and read on
downwards. What stands across the columns, a heading, a figure or a table, is read where it stands.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.grid import (
    Gap,
    Row,
    by_column,
    column_of,
    gaps_between,
    is_across,
)
from casebook.extractors.pdf.reading_order.tables import end_with, with_tables

_FEWEST, _MOST_COLUMNS = 8, 4
"""Lines side by side, and columns."""

_ODD = (0.1, 0.25)
"""Of the lines, those that may stand across columns, at first and at most."""

_NARROWEST = 10.0
"""Type sizes, of a column of prose."""

_FULL, _SMALL = 0.6, 0.55
"""Of the lines of prose, those that fill their column, and that begin small."""

_SHORTEST = 1 / 3
"""Of the longest column, another one."""

_MOST_DOUBLED = 0.15
"""Of the lines, those of which two parts stand in one column."""

_LARGER = 1.12
_NEAR = 1.5
"""Type sizes between lines of one paragraph."""


def gaps_in_prose(rows: Sequence[Row]) -> list[Gap]:
    """Return the room between columns of prose that are written across, none where it is no prose.

    The lines of prose mostly fill their column, many begin small, and each column has as many.
    Headings and figures may stand across some of it.
    """
    across = [row for row in rows if row[1:] and all(len(cell.lines) == 1 for cell in row)]
    wide = sum(
        cell.right - cell.left > _NARROWEST * row[0].lines[0].size for row in across for cell in row
    )
    if len(across) < _FEWEST or wide < _FULL * sum(map(len, across)):
        return []
    for odd in _ODD:
        gaps = gaps_between(across, int(odd * len(across)))
        if len(gaps) >= _MOST_COLUMNS:
            return []
        cells = [by_column(row, gaps) for row in across]
        doubled = sum(len(cells[n]) < len(row) for n, row in enumerate(across))
        if gaps and doubled <= _MOST_DOUBLED * len(across):
            columns = [[row[n].lines[0] for row in cells if n in row] for n in range(len(gaps) + 1)]
            fewest = max(_FEWEST, _SHORTEST * max(map(len, columns)))
            like = all(len(column) >= fewest and _reads_down(column) for column in columns)
            return gaps if like else []
    return []


def _reads_down(lines: Sequence[Line]) -> bool:
    """Tell a column of prose: its lines leave no room for the word after them, many begin small."""
    usual = len(lines) // 10
    left = sorted(line.left for line in lines)[usual]
    right = sorted(line.right for line in lines)[-usual - 1]
    if right - left < _NARROWEST * median(line.size for line in lines):
        return False
    small = sum(not (line.text[0].isupper() or line.text[0].isdigit()) for line in lines)
    full = sum(end_with(a, b) > right for a, b in pairwise(lines))
    return full >= _FULL * len(lines) and small >= _SMALL * len(lines)


def column_by_column(run: Sequence[Row], gaps: Sequence[Gap]) -> Iterator[Line]:
    """Yield the lines of rows, from above: each column to its end, or to what stands across."""
    size = median(row[0].lines[0].size for row in run)
    columns: list[list[Line]] = [[] for _ in range(len(gaps) + 1)]
    across: list[Row] = []

    def told() -> Iterator[Line]:
        yield from with_tables(across)
        across.clear()
        for column in columns:
            yield from column
            column.clear()

    for row in run:
        if _stands_across(row, gaps, size, across[-1] if across else None):
            if any(columns):
                yield from told()
            across.append(row)
            continue
        if across:
            yield from with_tables(across)
            across.clear()
        for cell in row:
            columns[column_of(cell, gaps)] += cell.lines
    yield from told()


def _stands_across(row: Row, gaps: Sequence[Gap], size: float, last: Row | None) -> bool:
    """Tell what breaks columns: what fills the room between them, a heading, the end of either."""
    if len(row) > len(gaps) + 1 or any(is_across(cell, gaps) for cell in row):
        return True
    first = row[0].lines[0]
    if row[1:]:
        return False
    if first.size >= _LARGER * size:
        return True
    if last is None:
        return False
    above = last[-1].lines[-1]
    near = 0 < above.base - first.base <= _NEAR * first.size
    return near and len(last) == 1 and abs(above.size - first.size) < 1
