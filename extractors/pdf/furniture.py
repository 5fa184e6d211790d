"""Remove running heads, feet and page numbers: lines that repeat at the edges of pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from extractors.pdf.lines import TextLine

_DEPTH, _GAP = 3, 1.6  # maximum lines of a head; minimum distance to the text, in type sizes
_NEXT = 2  # maximum pages between a line and its only repetition
_USUAL = 0.3  # share of pages; if more have a running head at a height, all lines there are heads
_STEP, _LARGER = 3.0, 1.3  # points between heights; size of headings relative to the text
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)

_Position = tuple[bool, int]  # whether at the head of a page, and the height in steps


def without_furniture(pages: Sequence[Sequence[TextLine]]) -> tuple[list[list[TextLine]], int]:
    """Return the lines of each page without heads and feet, and the number of removed lines."""
    large = _LARGER * body_size(line for page in pages for line in page)
    edges = [[(_key(*one, large), one[1]) for one in _edges(page)] for page in pages]
    numbers: dict[tuple[_Position, str], list[int]] = {}
    for n, edge in enumerate(edges):
        for key in {key for key, _ in edge}:
            numbers.setdefault(key, []).append(n)
    repeated = {k for k, some in numbers.items() if some[2:] or 0 < some[-1] - some[0] <= _NEXT}
    places = [{place for (place, text), _ in edge if (place, text) in repeated} for edge in edges]
    counts = Counter(place for page in places for place in page)
    usual = {p for p, count in counts.items() if count >= max(_NEXT, _USUAL * len(pages))}
    gone = {
        id(line)
        for edge, found in zip(edges, places, strict=True)
        for key, line in edge
        if key in repeated or (key[0] in found | usual and line.size < large)
    }
    return [[line for line in page if id(line) not in gone] for page in pages], len(gone)


def body_size(lines: Iterable[TextLine]) -> float:
    """Return the type size of most of the text, in points."""
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=10.0)


def _edges(page: Sequence[TextLine]) -> Iterator[tuple[_Position, TextLine]]:
    """Yield the lines above the first wide gap of a page, and those below the last one."""
    rows: dict[int, list[TextLine]] = {}
    for line in page:
        rows.setdefault(round(line.base / _STEP), []).append(line)
    heights = sorted(rows)
    for is_head, inwards in ((True, heights), (False, heights[::-1])):
        firsts = [rows[height][0] for height in inwards[: _DEPTH + 1]]
        gaps = (abs(a.base - b.base) / min(a.size, b.size) > _GAP for a, b in pairwise(firsts))
        for height in inwards[: next((n for n, is_wide in enumerate(gaps, 1) if is_wide), 0)]:
            yield from (((is_head, height), line) for line in rows[height])


def _key(place: _Position, line: TextLine, large: float) -> tuple[_Position, str]:
    text = line.text if line.size >= large else _NUMBER.sub("0", line.text)
    return place, text.lower()
