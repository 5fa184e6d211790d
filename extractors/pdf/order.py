"""The reading order of a page: columns one after the other, tables row by row.

The order in the file is kept, except where lines are side by side. Lines below one another form a
stack, stacks that start at the same height form a band.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractors.pdf.lines import TextLine

Band = list[list[TextLine]]
Columns = list[tuple[float, float]]

_LEVEL, _NEAR, _CLOSE = 0.45, 2.2, 1.4  # maximum distance in a row, table, cell, in type sizes
_WIDER = 1.12  # step to the next row, relative to the line step in a cell
_TALL = 15  # lines; a taller cell is a column
_FEWEST_ROWS, _FEWEST_WORDS, _FULL = 4, 3, 0.7  # of text in columns; share of their width


def in_order(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return the lines of a page in reading order; a table row is one line."""
    found: list[TextLine] = []
    run: list[Band] = []
    for band in _bands(lines):
        while run and len(band) == 1 and band[0] and _continues(band[0][0], run):
            run.append([[band[0].pop(0)]])
        if band[1:]:
            run.append(band)
        elif band[0]:
            found += [*_arranged(run), *band[0]]
            run = []
    return [*found, *_arranged(run)]


def _bands(lines: Sequence[TextLine]) -> list[Band]:
    bands: list[Band] = [[[]]]
    for line in lines:
        stack, beside = bands[-1][-1], bands[-1][-2:-1]
        last = stack[-1] if stack else line
        is_under = min(line.right, last.right) > max(line.left, last.left)
        is_below = is_under and line.base > last.base + _LEVEL * last.size
        if not stack or (is_below and not (beside and line.left < _edges(beside[0])[1])):
            stack.append(line)
        elif (level := _level_with(line, stack)) is None:
            bands.append([[line]])
        else:
            if level:
                bands.append([stack[level:]])
                del stack[level:]
            bands[-1].append([line])
    return bands


def _level_with(line: TextLine, stack: Sequence[TextLine]) -> int | None:
    """Return the index of the line in ``stack`` that is left of ``line``, or None."""
    for n in range(len(stack) - 1, -1, -1):
        if stack[n].right > line.left:
            return None
        if abs(stack[n].base - line.base) <= _LEVEL * max(line.size, stack[n].size):
            return n
    return None


def _continues(line: TextLine, run: Sequence[Band]) -> bool:
    """Return whether a single line continues a cell of the row above."""
    columns = [_edges(stack) for stack in run[0]]
    step = (line.base - max(one.base for stack in run[-1] for one in stack)) / line.size
    near = _CLOSE if line.right < columns[1][0] else _NEAR * bool(_column(line, columns))
    return 0 < step <= near and not line.is_entry


def _arranged(run: Sequence[Band]) -> Iterator[TextLine]:
    """Yield the lines of consecutive bands in reading order."""
    columns = _columns(run) if len(run) > 1 else []
    lines = [line for band in run for stack in band for line in stack]
    is_by_line = len(lines) == sum(map(len, run))
    if not columns or any(len(stack) > _TALL for band in run for stack in band):
        for band in run:
            stack = [line for stack in band for line in stack]
            yield from [_joined(stack, " ")] if len(stack) == len(band) else stack
    elif is_by_line and _are_columns(lines, columns):
        yield from sorted(lines, key=lambda line: _column(line, columns))
    else:
        yield from _rows(run, columns)


def _columns(run: Sequence[Band]) -> Columns:
    """Return left and right of the columns shared by bands with the same number of cells."""
    counts = Counter(map(len, run))
    for count in sorted(counts, key=lambda n: (counts[n] > 1, n), reverse=True):
        found: Columns = []
        for left, right in sorted(_edges(s) for band in run if len(band) == count for s in band):
            if found and left < found[-1][1]:
                found[-1] = found[-1][0], max(found[-1][1], right)
            else:
                found.append((left, right))
        if len(found) == count > 1:
            return found
    return []


def _edges(stack: Sequence[TextLine]) -> tuple[float, float]:
    return min(line.left for line in stack), max(line.right for line in stack)


def _column(line: TextLine, columns: Columns) -> int:
    """Return the index of the column that overlaps most with a line."""
    shared = [min(line.right, right) - max(line.left, left) for left, right in columns]
    return shared.index(max(shared))


def _are_columns(lines: Sequence[TextLine], columns: Columns) -> bool:
    """Return whether the columns contain text that the file stores line by line across them."""
    for n, (left, right) in enumerate(columns):
        some = [line for line in lines if _column(line, columns) == n]
        full = [line for line in some if line.right - line.left >= _FULL * (right - left)]
        text = [line for line in full if line.text.count(" ") + 1 >= _FEWEST_WORDS]
        if len(some) < _FEWEST_ROWS or 2 * len(text) < len(some):
            return False
    return True


def _rows(run: Sequence[Band], columns: Columns) -> Iterator[TextLine]:
    """Yield the rows of a table. A cell can continue in the bands below it.

    It does if these have no first cell, or follow closely and end one after the other.
    """
    tops = [min(stack[0].base for stack in band) for band in run]
    steps = [other - one for one, other in pairwise(tops)]
    starts = [0, *(n for n, step in enumerate(steps, 1) if step > _WIDER * min(steps)), len(run)]
    row: Band = [[] for _ in columns]
    for start, end in pairwise(starts):
        counts = [len(band) for band in run[start:end]]
        shrinks = all(a >= b for a, b in pairwise(counts)) and counts[0] > counts[-1]
        for n, band in enumerate(run[start:end]):
            has_first = band[0][0].left - columns[0][0] <= band[0][0].size
            if any(row) and has_first and (n == 0 or not shrinks or len(counts) == len(run)):
                yield _row(row)
                row = [[] for _ in columns]
            for stack in band:
                row[_column(stack[0], columns)] += stack
    yield _row(row)


def _row(cells: Band) -> TextLine:
    return _joined([_joined(cell, "\n") for cell in cells if cell], " | ")._replace(is_row=True)


def _joined(lines: Sequence[TextLine], between: str) -> TextLine:
    text, right = between.join(line.text for line in lines), max(line.right for line in lines)
    bold, fixed = all(line.bold for line in lines), all(line.fixed for line in lines)
    parts = tuple(part for line in lines for part in line.parts or (line,))
    return lines[0]._replace(text=text, right=right, bold=bold, fixed=fixed, parts=parts)
