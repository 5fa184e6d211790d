"""The reading order of a page: columns one after the other, tables row by row.

The order of the content stream is kept, except where lines stand side by side. Lines under one
another make a stack; stacks that begin at the same height make a band.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from extractors.pdf.lines import Line

Stack = list[Line]
Band = list[Stack]

_LEVEL, _NEAR, _CLOSE = 0.45, 2.2, 1.4
"""Type sizes between lines: of one row at most, of one table, and of one cell."""

_WIDER = 1.12
"""Times the usual step between the lines of a cell, to the next row."""

_TALL = 15
"""Lines; a taller cell is a column."""

_FEWEST_ROWS, _FEWEST_WORDS, _FULL = 4, 2.5, 0.7
"""Columns of text: rows, median words of a line, and how much of the width these fill."""


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page as they are read; a row of a table is one line."""
    found: list[Line] = []
    run: list[Band] = []
    for band in _bands(lines):
        if len(band) > 1 or (run and _goes_on(band, run)):
            run.append(band)
            continue
        found += [*_arranged(run), *band[0]]
        run = []
    return [*found, *_arranged(run)]


def _bands(lines: Sequence[Line]) -> list[Band]:
    bands: list[Band] = [[[]]]
    for line in lines:
        stack, beside = bands[-1][-1], bands[-1][-2] if bands[-1][1:] else []
        is_free = not beside or line.left >= _edges(beside)[1]
        if not stack or (is_free and _is_below(line, stack[-1])):
            stack.append(line)
        elif (level := _level_with(line, stack)) is None:
            bands.append([[line]])
        else:
            if level:
                bands.append([stack[level:]])
                del stack[level:]
            bands[-1].append([line])
    return bands


def _is_below(line: Line, last: Line) -> bool:
    overlaps = min(line.right, last.right) > max(line.left, last.left)
    return overlaps and line.base > last.base + _LEVEL * last.size


def _level_with(line: Line, stack: Stack) -> int | None:
    """Return the index of the line of ``stack`` that ``line`` stands to the right of."""
    for n in range(len(stack) - 1, -1, -1):
        if stack[n].right > line.left:
            return None
        if abs(stack[n].base - line.base) <= _LEVEL * max(line.size, stack[n].size):
            return n
    return None


def _goes_on(band: Band, run: Sequence[Band]) -> bool:
    """Return whether a line by itself goes on with a cell of the row above."""
    line, columns = band[0][0], [_edges(stack) for stack in run[0]]
    step = line.base - max(one.base for stack in run[-1] for one in stack)
    if len(band[0]) > 1 or line.is_entry or step <= 0:
        return False
    if _column(line, columns):
        return step <= _NEAR * line.size
    return step <= _CLOSE * line.size and line.right < columns[1][0]


def _arranged(run: Sequence[Band]) -> Iterator[Line]:
    """Yield the lines of bands that follow each other as they are read."""
    columns = _columns(run) if len(run) > 1 else []
    is_tall = any(len(stack) > _TALL for band in run for stack in band)
    if is_tall or not columns:
        for band in run:
            is_row = all(len(stack) == 1 for stack in band)
            lines = [line for stack in band for line in stack]
            yield from [_joined(lines, " ")] if is_row else lines
        return
    cells = [(_column(line, columns), line) for band in run for stack in band for line in stack]
    if _are_columns(cells, columns) and len(cells) == sum(map(len, run)):
        yield from (line for _, line in sorted(cells, key=lambda cell: cell[0]))
    else:
        yield from _rows(run, columns)


def _columns(run: Sequence[Band]) -> list[tuple[float, float]]:
    """Return left and right of the columns that bands with as many cells have in common."""
    counts = Counter(map(len, run))
    for count in sorted(counts, key=lambda n: (counts[n] > 1, n), reverse=True):
        found: list[tuple[float, float]] = []
        for left, right in sorted(_edges(s) for band in run if len(band) == count for s in band):
            if found and left < found[-1][1]:
                found[-1] = found[-1][0], max(found[-1][1], right)
            else:
                found.append((left, right))
        if len(found) == count > 1:
            return found
    return []


def _edges(stack: Stack) -> tuple[float, float]:
    return min(line.left for line in stack), max(line.right for line in stack)


def _column(line: Line, columns: Sequence[tuple[float, float]]) -> int:
    """Return the number of the column that a line shares most of its width with."""
    shared = [min(line.right, right) - max(line.left, left) for left, right in columns]
    return shared.index(max(shared))


def _are_columns(cells: Sequence[tuple[int, Line]], columns: Sequence[tuple[float, float]]) -> bool:
    """Return whether a page in columns was written line by line across them."""
    for n, (left, right) in enumerate(columns):
        lines = [line for column, line in cells if column == n]
        if len(lines) < _FEWEST_ROWS:
            return False
        words = median(line.text.count(" ") + 1 for line in lines)
        width = median(line.right - line.left for line in lines)
        if words < _FEWEST_WORDS or width < _FULL * (right - left):
            return False
    return True


def _rows(run: Sequence[Band], columns: Sequence[tuple[float, float]]) -> Iterator[Line]:
    """Yield the rows of a table; a cell may go on in the bands below it."""
    cells: list[list[Line]] = [[] for _ in columns]
    for group in _groups(run):
        is_one = _runs_out(group) and len(group) < len(run)
        for n, band in enumerate(group):
            is_first = band[0][0].left - columns[0][0] <= band[0][0].size
            if any(cells) and (n == 0 or not is_one) and is_first:
                yield _row(cells)
                cells = [[] for _ in columns]
            for stack in band:
                cells[_column(stack[0], columns)] += stack
    yield _row(cells)


def _groups(run: Sequence[Band]) -> list[list[Band]]:
    """Return bands that follow closely on each other; rows of a table may have more room."""
    tops = [min(stack[0].base for stack in band) for band in run]
    steps = [other - one for one, other in pairwise(tops)]
    groups = [[run[0]]]
    for step, band in zip(steps, run[1:], strict=True):
        if step > _WIDER * min(steps):
            groups.append([])
        groups[-1].append(band)
    return groups


def _runs_out(group: Sequence[Band]) -> bool:
    """Return whether the cells of a group end one after the other, as those of one row do."""
    counts = [len(band) for band in group]
    return all(one >= other for one, other in pairwise(counts)) and counts[0] > counts[-1]


def _row(cells: Sequence[Sequence[Line]]) -> Line:
    row = [_joined(cell, "\n") for cell in cells if cell]
    return _joined(row, " | ")._replace(is_row=True)


def _joined(lines: Sequence[Line], between: str) -> Line:
    return lines[0]._replace(
        text=between.join(line.text for line in lines),
        right=max(line.right for line in lines),
        bold=all(line.bold for line in lines),
        fixed=all(line.fixed for line in lines),
    )
