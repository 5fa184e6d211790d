"""Rows of tables that the end of a page cuts, made whole. Pure.

What goes on of such a row stands on top of the next page, in its columns and in none before them:
the first cell of a row says what it is about, and begins it.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.tables import CELL_END
from casebook.extractors.pdf.words import ends_sentence

_EDGE = 2.0
"""Points by which the edges of cells of one column differ."""

_MOST_LINES = 12
"""Of a cell, on the next page."""

_FEWEST_WORDS = 3
"""Of a line that may be cut."""

_STEP = 1.75
"""Type sizes from a line of a cell to the next, at most."""


def with_rows_whole(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return ``pages``, whose heads and feet are gone, with rows whole where each begins."""
    found = [list(page) for page in pages]
    for n in range(1, len(found)):
        last, page = found[n - 1], found[n]
        if last and page and last[-1].row and (rest := _rest_of(last, page)):
            last[-1] = _joined(last[-1], rest)
            found[n] = page[len(rest) :]
    return found


def _rest_of(last: Sequence[Line], page: Sequence[Line]) -> list[Line]:
    """Return the lines on top of a page that go on with the ``last`` one's last row, if any do.

    They are a row of some of its later cells, or lines of one of them, and under them the table
    goes on; each of its cells begins small where the one above it is not over. A row that is set
    again names the columns, without one for the first, and so may one over mere figures.
    """
    first, row = page[0], last[-1]
    if first.row:
        if any(line.row and line.text == first.text for line in last):
            return []
        rest = [first]
    else:
        rest = list(takewhile(lambda line: _stands_with(first, line), page[:_MOST_LINES]))
        if any(a.base - b.base > _STEP * first.size for a, b in pairwise(rest)):
            return []
    after = page[len(rest) : len(rest) + 1]
    if not after or not after[0].row or abs(after[0].row[0] - row.row[0]) > _EDGE:
        return []
    cells = row.text.split(CELL_END)
    for left, text in _cells(rest):
        column = _column(row, left)
        if not column or not text[:1].islower() or not _goes_on(cells[column]):
            return []
    return rest


def _goes_on(cell: str) -> bool:
    """Tell a cell of more than a name or a figure that is not over."""
    words = cell.split()
    return ("\n" in cell or len(words) >= _FEWEST_WORDS) and not ends_sentence(cell)


def _stands_with(first: Line, line: Line) -> bool:
    return not line.row and abs(line.left - first.left) <= _EDGE and line.size == first.size


def _cells(rest: Sequence[Line]) -> list[tuple[float, str]]:
    """Return where each cell of the rest of a row begins, and what it says."""
    if rest[0].row:
        return list(zip(rest[0].row, rest[0].text.split(CELL_END), strict=False))
    return [(rest[0].left, "\n".join(line.text for line in rest))]


def _column(row: Line, left: float) -> int:
    """Return the number of the cell of ``row`` that begins at ``left``; 0 for none, or the first.

    ``row`` is one whose cells do not hold what stands between cells.
    """
    if len(row.row) != row.text.count(CELL_END) + 1:
        return 0
    return next((n for n, edge in enumerate(row.row) if abs(edge - left) <= _EDGE), 0)


def _joined(row: Line, rest: Sequence[Line]) -> Line:
    cells = row.text.split(CELL_END)
    for left, text in _cells(rest):
        cells[_column(row, left)] += f"\n{text}"
    return row._replace(text=CELL_END.join(cells))
