"""The order of a page whose lines stand side by side: its tables and its columns. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from casebook.extractors.pdf.characters.raised import whole
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.columns import column_by_column, gaps_in_prose
from casebook.extractors.pdf.reading_order.grid import are_level, heights, rows_of, runs_of
from casebook.extractors.pdf.reading_order.tables import with_tables

_POINTS = "•●▪■◦‣·*–-\uf0b7\uf0a7"
_MARK_ROOM = 3.0
"""Type sizes between the point of a list and its text."""

_SAME_HEIGHT = 1.0
"""Points between parts of one line."""


class Arrangement(NamedTuple):
    """The lines of a page in order, a line for each row of a table.

    ``unwoven`` where columns that are written across are read one after the other.
    """

    lines: list[Line]
    unwoven: bool


def arranged(parts: Sequence[Line]) -> Arrangement | None:
    """Return the order of a page that has tables, or columns written across; else None.

    ``parts`` are its lines, cut where there is room between words, in the order of its content.
    """
    rows = rows_of(whole(list(_with_marks(parts))))
    if gaps := gaps_in_prose(rows):
        downwards = sorted(rows, key=lambda row: -heights(row)[1])
        return Arrangement(list(_rejoined(column_by_column(downwards, gaps))), unwoven=True)
    found = [line for run in runs_of(rows) for line in with_tables(run)]
    if not any(line.row for line in found):
        return None
    return Arrangement(list(_rejoined(found)), unwoven=False)


def _with_marks(parts: Sequence[Line]) -> Iterator[Line]:
    """Yield ``parts`` with the point of a list before its text, however far it stands."""
    last: Line | None = None
    mark: Line | None = None
    for part in parts:
        if mark and are_level(mark, part) and 0 < part.left - mark.left < _MARK_ROOM * part.size:
            yield part._replace(text=f"• {part.text}", left=mark.left)
            last, mark = part, None
            continue
        if mark:
            yield mark
        begins = last is None or not are_level(last, part)
        mark = part if begins and len(part.text) == 1 and part.text in _POINTS else None
        if mark is None:
            yield part
        last = part
    if mark:
        yield mark


def _rejoined(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield ``lines`` with those as one that are parts of a line and no cells."""
    held: list[Line] = []
    for line in lines:
        if held and not _is_next_part(held, line):
            yield _as_one(held)
            held = []
        held.append(line)
    if held:
        yield _as_one(held)


def _is_next_part(parts: Sequence[Line], line: Line) -> bool:
    first, last = parts[0], parts[-1]
    if line.left < last.right or abs(first.base - line.base) > _SAME_HEIGHT:
        return False
    return not (first.row or line.row)


def _as_one(parts: Sequence[Line]) -> Line:
    first, last = parts[0], parts[-1]
    if first is last:
        return first
    text = " ".join([part.text for part in parts])
    return first._replace(text=text, right=last.right, last=last.last)
