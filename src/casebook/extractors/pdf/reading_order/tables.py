"""Rows of tables, each of which is read as one line with its cells told apart. Pure.

Rows that leave the same room between their cells are a table, whatever the order in which a file
writes its cells.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from statistics import median

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.grid import (
    Cell,
    Gap,
    Row,
    by_column,
    cell_of,
    column_of,
    gaps_between,
    heights,
    is_across,
    steps_of,
    without,
)
from casebook.extractors.pdf.words import join_lines

CELL_END = " | "
"""Between the cells of a row, as in the text of web pages."""

_FEWEST, _FEWEST_OF_THREE = 3, 2
"""Rows of a table; of a table of three columns."""

_MOST_ROWS, _MANY, _MOST_CELLS = 100, 60, 60
"""Rows that are looked at as one table, those that are none wherever it begins, and cells of a row.

A page may have any number.
"""

_MOST_APART = 2.5
_APARTER = 1.5
"""Type sizes between rows, and times what is usual between them."""

_FARTHER = 2.0
_LONGEST_ACROSS = 2
"""Lines of what stands across the columns of a table and belongs to it."""

_EDGE, _FEW, _ALIGNED = 2.0, 4, 0.6
"""Points by which the edges of cells differ; cells all of which must share theirs, or of more."""

_LONGEST_COUNT = 5
_LOOSE = 1.15
_SPARE = 1.0
"""Of the step within a cell, and points more: the next row."""

_LITTLE_ROOM, _LONG_LINE = 1.2, 60
"""Type sizes between parts of a line of prose, and its letters."""

_TALL, _EVEN = 5, 0.7
"""Lines of columns of prose, and how much shorter one may be than another."""


def with_tables(run: Sequence[Row]) -> Iterator[Line]:
    """Yield the lines of rows that stand one under the other, a line for each row of a table."""
    at, spans = 0, list(map(heights, run))
    while at < len(run):
        end, is_table = _end_of_table(run, spans, at)
        if is_table:
            yield from map(_as_line, _whole_rows(run[at:end]))
        else:
            yield from (line for row in run[at:end] for cell in row for line in cell.lines)
        at = end


def _end_of_table(run: Sequence[Row], spans: Sequence[Gap], at: int) -> tuple[int, bool]:
    """Return where what begins with row ``at`` of ``run`` ends, and whether it is a table.

    ``spans`` are the heights of the rows.
    """
    if len(run[at]) == 1 or _is_prose(run[at]):
        return at + 1, False
    held, end, rooms, across, widest = [run[at]], at + 1, list[float](), 0, 0.0
    below = 0
    most = min(len(run), at + _MOST_ROWS)
    gaps = gaps_between(held)
    for n in range(at + 1, most):
        row, size = run[n], run[n][0].lines[0].size
        room = spans[n - 1][0] - spans[n][1]
        if room > max(_MOST_APART * size, _APARTER * widest):
            break
        if len(row) == 1:
            below += len(row[0].lines) * is_across(row[0], gaps)
            if below > _LONGEST_ACROSS:
                break
            continue
        left = without(gaps, row)
        if not left or _is_prose(row):
            break
        held.append(row)
        across, below = across + below, 0
        rooms.append(room)
        widest = max(widest, room)
        gaps, end = left, n + 1
    is_table = _stand_as_table(held, across)
    if _are_numbered(held) or (len(held) > _MANY and not is_table):
        return end, False
    # A running head above a table is no row of it.
    if not is_table or (rooms[1:] and rooms[0] > max(_FARTHER * max(rooms[1:]), size)):
        return at + 1, False
    while end < most and _is_rest(run[end], gaps, run[end - 1]):
        end += 1
    return end, True


def _stand_as_table(rows: Sequence[Row], across: int) -> bool:
    """Tell enough rows whose cells are aligned, and what stands ``across`` between few of them."""
    fewest = _FEWEST_OF_THREE if min(map(len, rows)) > _FEWEST_OF_THREE else _FEWEST
    return len(rows) >= max(fewest, 2 * across) and _are_aligned(rows, gaps_between(rows))


def _are_numbered(rows: Sequence[Row]) -> bool:
    """Tell lines of a program by their numbers, which go on; a table that counts begins with 1.

    One that begins with a year, or goes on from another page, has more cells or figures in them.
    """
    if 2 * sum(bool(row[2:]) or row[-1].lines[0].text[0].isdigit() for row in rows) > len(rows):
        return False
    firsts = [row[0].lines[0].text for row in rows]
    if not all(first.isdecimal() and len(first) <= _LONGEST_COUNT for first in firsts):
        return False
    numbers = list(map(int, firsts))
    return numbers[0] > 1 and all(b - a == 1 for a, b in pairwise(numbers))


def _is_rest(row: Row, gaps: Sequence[Gap], last: Row) -> bool:
    """Tell the rest of a cell of the last row, which stands alone in its column."""
    cell = row[0]
    if row[1:] or is_across(cell, gaps):
        return False
    near = heights(last)[0] - cell.top < cell.lines[0].size / 2
    return cell.left >= gaps[0][1] - 1 or (near and cell.lines[0].text[:1].islower())


def _is_prose(row: Row) -> bool:
    """Tell columns of prose that begin side by side, and a line with a little room in it.

    Such columns are long, and end alike.
    """
    if len(row) > _MOST_CELLS:
        return True
    lines = sorted(len(cell.lines) for cell in row)
    if lines[-1] > 1:
        return lines[-2] >= _TALL and lines[0] >= _EVEN * lines[-1]
    letters = sum(len(cell.lines[0].text) for cell in row)
    room = _LITTLE_ROOM * row[0].lines[0].size
    return letters >= _LONG_LINE and all(b.left - a.right < room for a, b in pairwise(row))


def _are_aligned(rows: Sequence[Row], gaps: Sequence[Gap]) -> bool:
    """Tell cells that stand one under the other from words between which a line is stretched.

    They share their left edge or their middle, or, where they are figures, their right edge.
    """
    columns: list[list[Cell]] = [[] for _ in range(len(gaps) + 1)]
    for row in rows:
        for cell in row:
            columns[column_of(cell, gaps)].append(cell)
    aligned = sum(map(_is_aligned, columns[1:]))
    return aligned >= (len(gaps) if len(rows) <= _FEW else len(gaps) / 2)


def _is_aligned(column: Sequence[Cell]) -> bool:
    figures = sum(cell.lines[0].text[:1].isdigit() for cell in column) > len(column) / 2
    kinds = [[cell.left for cell in column], [(cell.left + cell.right) / 2 for cell in column]]
    kinds += [[cell.right for cell in column]] if figures else []
    enough = len(column) if len(column) <= _FEW else _ALIGNED * len(column)
    return any(map(partial(_are_near, enough=enough), kinds))


def _are_near(edges: Sequence[float], enough: float) -> bool:
    usual = median(edges)
    return sum(abs(edge - usual) <= _EDGE for edge in edges) >= enough


def _whole_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a table, with those that are written line by line whole.

    A line that goes on stands near the one before and fills no column that it leaves empty, and no
    word of it would have fitted there. It has fewer cells, or begins like none: with an empty cell
    or with small letters; both, where rows stand no farther apart than the lines within them.
    """
    several = [row for row in rows if row[1:]]
    gaps = gaps_between(several, odd=len(several) >= _FEW)
    rows = [_in_columns(row, gaps) for row in rows]
    widths = _widths(rows, gaps)
    steps = steps_of(rows)
    limit = _LOOSE * min((step for step in steps if step > 0), default=0.0) + _SPARE
    loose = any(step > limit for step in steps)
    found, last = [rows[0]], rows[0]
    for row, step in zip(rows[1:], steps, strict=True):
        near = step <= limit and all(len(cell.lines) == 1 for cell in last)
        if near and _goes_on(by_column(row, gaps), by_column(last, gaps), widths, loose=loose):
            found[-1] = _added(found[-1], row, gaps)
        else:
            found.append(row)
        last = row
    return found


def _goes_on(
    cells: Mapping[int, Cell],
    above: Mapping[int, Cell],
    widths: Mapping[int, float],
    *,
    loose: bool,
) -> bool:
    """Tell whether the cells of a line, by column, go on with those of the one above."""
    if not cells.keys() <= above.keys():
        return False
    small = sum(cell.lines[0].text[:1].islower() for cell in cells.values())
    fewer, begins_none = len(cells) < len(above), 2 * small > len(cells) or 0 not in cells
    if not (fewer and begins_none) and not (loose and (fewer or begins_none)):
        return False
    return all(_is_full(above[n], cell, widths.get(n, 0.0)) for n, cell in cells.items())


def _in_columns(row: Row, gaps: Sequence[Gap]) -> Row:
    """Return a row with what stands in one column as one cell, if each is a line."""
    if len(by_column(row, gaps)) == len(row):
        return row
    found: Row = []
    for cell in row:
        one = found and column_of(found[-1], gaps) == column_of(cell, gaps)
        if one and len(cell.lines) == len(found[-1].lines) == 1:
            line, more = found[-1].lines[0], cell.lines[0]
            text = f"{line.text} {more.text}"
            found[-1] = cell_of([line._replace(text=text, right=more.right, last=more.last)])
        else:
            found.append(cell)
    return found


def _widths(rows: Sequence[Row], gaps: Sequence[Gap]) -> dict[int, float]:
    """Return how wide the widest cell of each column is."""
    found: dict[int, float] = {}
    for row in rows:
        for column, cell in by_column(row, gaps).items() if row[1:] else ():
            found[column] = max(found.get(column, 0.0), cell.right - cell.left)
    return found


def _is_full(above: Cell, cell: Cell, room: float) -> bool:
    """Tell whether the first word of a cell would not have fitted in the one above it."""
    line, after = above.lines[-1], cell.lines[0]
    return line.bold == after.bold and end_with(line, after) - line.left > room


def _added(row: Row, more: Row, gaps: Sequence[Gap]) -> Row:
    cells = by_column(row, gaps)
    for column, cell in by_column(more, gaps).items():
        cells[column] = cell_of([*cells[column].lines, *cell.lines])
    return [cells[column] for column in sorted(cells)]


def _as_line(row: Row) -> Line:
    """Return a row as one line of type, its cells told apart, their lines by line breaks."""
    lines = [line for cell in row for line in cell.lines]
    return lines[0]._replace(
        text=CELL_END.join("\n".join(line.text for line in cell.lines) for cell in row),
        bold=all(line.bold for line in lines),
        size=lines[len(lines) // 2].size,
        left=min(line.left for line in lines),
        right=max(line.right for line in lines),
        base=max(line.base for line in lines),
        fixed=False,
        row=tuple(cell.left for cell in row),
    )


def row_text(text: str, known: Collection[str]) -> str:
    """Return the text of a row's line as it reads; ``known`` are words of the document."""
    if "\n" not in text:
        return join_lines([text])
    return CELL_END.join(join_lines(cell.split("\n"), known) for cell in text.split(CELL_END))


def end_with(line: Line, after: Line) -> float:
    """Return where a line would end with the first word of the one after it."""
    word = (len(after.text.partition(" ")[0]) + 1) / len(after.text)
    return line.right + word * (after.right - after.left)
