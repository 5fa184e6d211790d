"""Where each line of a text stands on its page."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from extractors.pdf.lines import Line
from extractors.text import visible
from schemas.sources import LineBox, Passage

# A text has these signs of its lines, in their order: paragraphs change only what is between them.
_SIGN = re.compile("[^\\s|\u00ad\u2010\ufffe-]")


def with_boxes(text: str, passages: Sequence[Passage], lines: Sequence[Line]) -> list[Passage]:
    """Return ``passages`` with the boxes of their lines; ``text`` has all ``lines`` in order."""
    boxes = list(_boxes(text, [part for line in lines for part in line.parts or (line,)]))
    starts, ends = [box.start for box in boxes], [box.end for box in boxes]
    found = []
    for passage in passages:
        first, last = bisect_right(ends, passage.start), bisect_left(starts, passage.end)
        found.append(passage.model_copy(update={"lines": tuple(boxes[first:last])}))
    return found


def _boxes(text: str, lines: Sequence[Line]) -> Iterator[LineBox]:
    counts = [len(_SIGN.findall(visible(line.text))) for line in lines]
    places, done = [found.start() for found in _SIGN.finditer(text)], 0
    if sum(counts) != len(places):
        return  # a line ends between a letter and its accent: no place is sure
    for line, count in zip(lines, counts, strict=True):
        if count:
            edges = places[done], places[done + count - 1] + 1, line.page, *line.box
            yield LineBox(**dict(zip(LineBox.model_fields, edges, strict=True)))
        done += count
