"""Cells and rows among the lines of a page, by what stands under and beside what. Pure.

A file writes a table cell by cell or line by line, and pdfium tells neither where a cell ends nor
where a row does. Lines cut where there is room between words become cells by what stands under
what, and rows by what stands beside what.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from casebook.extractors.pdf.lines import Line

# Parts of the type size.
_UNDER = 1.75
_LEVEL = 0.3
_ASCENT, _DESCENT = 0.7, 0.2

_NARROWEST = 5.0
"""Points between two columns."""

_FEWEST_FOR_ODD = 10
"""Rows, of which one may have a cell across two columns."""


class Cell(NamedTuple):
    """Lines under one another, with the box around them in points."""

    lines: list[Line]
    left: float
    right: float
    bottom: float
    top: float


Row = list[Cell]
Gap = tuple[float, float]
"""From where to where no cell stands, from left to right."""


def rows_of(parts: Sequence[Line]) -> list[Row]:
    """Return what stands side by side among ``parts``, in the order of the page's content."""
    rows: list[Row] = []
    for cell in _cells(parts):
        if rows and _is_beside(rows[-1], cell):
            _clip(rows[-1], cell)
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _clip(row: Row, cell: Cell) -> None:
    """End the last cell of a row where it reaches into the next, ``cell``: it is too long."""
    if row[-1].right > cell.left:
        row[-1] = row[-1]._replace(right=cell.left - _NARROWEST)


def cell_of(lines: Sequence[Line]) -> Cell:
    """Return lines under one another as a cell."""
    first, last = lines[0], lines[-1]
    left, right = first.left, first.right
    if first is not last:
        left, right = min(line.left for line in lines), max(line.right for line in lines)
    bottom, top = last.base - _DESCENT * last.size, first.base + _ASCENT * first.size
    return Cell(list(lines), left, right, bottom, top)


def are_level(a: Line, b: Line) -> bool:
    """Tell lines that stand at one height."""
    return abs(a.base - b.base) <= _LEVEL * max(a.size, b.size)


def heights(row: Row) -> Gap:
    """Return where a row begins and ends, from below."""
    if len(row) == 1:
        return row[0].bottom, row[0].top
    return min(cell.bottom for cell in row), max(cell.top for cell in row)


def runs_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows that stand one under the other."""
    run: list[Row] = []
    for row in rows:
        if run and heights(row)[1] > heights(run[-1])[0] + row[0].lines[0].size / 2:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def gaps_between(rows: Sequence[Row], odd: int = 0) -> list[Gap]:
    """Return where no cell of ``rows`` stands, with cells on both sides.

    Of ten rows one may, and as many more as are ``odd``.
    """
    edges = [(x, step) for row in rows for c in row for x, step in ((c.left, 1), (c.right, -1))]
    most, covered = max(odd, len(rows) // _FEWEST_FOR_ODD), 0
    begun, begins = False, 0.0
    found: list[Gap] = []
    for x, steps in groupby(sorted(edges), key=itemgetter(0)):
        before, covered = covered, covered + sum(step for _, step in steps)
        if before > most >= covered:
            begun, begins = True, x
        elif begun and before <= most < covered and x - begins >= _NARROWEST:
            found.append((begins, x))
    return found


def without(gaps: Sequence[Gap], row: Row) -> list[Gap]:
    """Return what a row leaves of ``gaps``."""
    found = list(gaps)
    for cell in row:
        left, right = cell.left, cell.right
        if [begin for begin, end in found if begin < right and end > left]:
            cut = [piece for a, b in found for piece in ((a, min(b, left)), (max(a, right), b))]
            found = [(a, b) for a, b in cut if b - a >= _NARROWEST]
    return found


def column_of(cell: Cell, gaps: Sequence[Gap]) -> int:
    """Return in which column a cell begins."""
    middle = cell.left + min(1.0, (cell.right - cell.left) / 2)
    column = 0
    for left, right in gaps:
        if 2 * middle <= left + right:
            break
        column += 1
    return column


def by_column(row: Row, gaps: Sequence[Gap]) -> dict[int, Cell]:
    """Return the cells of a row by the columns in which they begin."""
    return {column_of(cell, gaps): cell for cell in row}


def is_across(cell: Cell, gaps: Sequence[Gap]) -> bool:
    """Tell a cell that fills the room between columns."""
    return any(cell.left < left + 1 and cell.right > right - 1 for left, right in gaps)


def steps_of(rows: Sequence[Row]) -> list[float]:
    """Return how far each row but the first stands under the one before."""
    return [a[0].lines[-1].base - b[0].lines[0].base for a, b in pairwise(rows)]


def _cells(parts: Sequence[Line]) -> Iterator[Cell]:
    """Yield parts under one another; what stands under two of a line goes on with neither."""
    held: list[Line] = []
    edge, is_beside = -math.inf, False
    levels = [*(are_level(a, b) for a, b in pairwise(parts)), False]
    for part, is_before in zip(parts, levels, strict=True):
        goes_on = not is_before and part.left > edge and held and _is_under(held[-1], part)
        if held and not goes_on:
            yield cell_of(held)
            edge = held[-1].right - part.size / 2 if is_beside else -math.inf
            held = []
        held.append(part)
        is_beside = is_before
    if held:
        yield cell_of(held)


def _is_under(a: Line, b: Line) -> bool:
    """Tell a line ``b`` right under the line ``a`` and in its type."""
    size = max(a.size, b.size)
    under = _LEVEL * size < a.base - b.base <= _UNDER * size
    return under and abs(a.size - b.size) <= 1 and min(a.right, b.right) > max(a.left, b.left)


def _is_beside(row: Row, cell: Cell) -> bool:
    """Tell a cell that stands right of a row's last one, and level with its head, midst or foot."""
    first, near = row[0], cell.lines[0].size / 2
    # What is too long for its cell reaches into the next.
    if cell.left < row[-1].right - near:
        return False
    return (
        abs(first.top - cell.top) <= near
        or abs(first.bottom - cell.bottom) <= near
        or abs(first.bottom + first.top - cell.bottom - cell.top) <= 2 * near
    )
