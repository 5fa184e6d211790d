"""Points of lists that a file writes apart from their text, some at the end of a page. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.grid import are_level

_POINT = re.compile(r"[•●▪■◦○‣∙]|\d{1,2}\.")
_LONGEST = 3
_MOST_NEAR = 40
"""Lines at one height that are looked at."""

_ROOM = 3.0
"""Type sizes between a point and its text, at most."""


def points_apart(lines: Sequence[Line]) -> dict[int, int]:
    """Return the numbers of lines before which a point stands, and of the point, written elsewhere.

    A point that is followed by its text is none of these.
    """
    alone = [n for n, line in enumerate(lines) if _is_point(line)]
    written = [n for n in alone if not _stands_before(lines, n, n + 1)]
    if not written:
        return {}
    order = sorted(range(len(lines)), key=lambda n: lines[n].base)
    bases = [lines[n].base for n in order]
    found: dict[int, int] = {}
    for n in written:
        point = lines[n]
        low = bisect_left(bases, point.base - point.size)
        high = bisect_right(bases, point.base + point.size)
        near = [m for m in order[low:high][:_MOST_NEAR] if _stands_before(lines, n, m)]
        near = [m for m in near if m not in found and any(map(str.isalnum, lines[m].text))]
        if near:
            found[min(near, key=lambda m: lines[m].left)] = n
    return found


def _is_point(line: Line) -> bool:
    return len(line.text) <= _LONGEST and _POINT.fullmatch(line.text) is not None


def _stands_before(lines: Sequence[Line], point: int, text: int) -> bool:
    """Tell whether line number ``point`` stands level with number ``text``, right before it."""
    if not 0 <= text < len(lines):
        return False
    a, b = lines[point], lines[text]
    return are_level(a, b) and 0 <= b.left - a.right < _ROOM * b.size


def with_point(point: Line, line: Line) -> Line:
    """Return ``line`` with its point before it."""
    mark = point.text if point.text[0].isdigit() else "•"
    return line._replace(text=f"{mark} {line.text}")
