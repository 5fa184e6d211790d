"""Where the blocks of each place of a page stand in reading order."""

from collections.abc import Sequence

from casebook.extractors.web.markup.tree_blocks import Place, Placed

Span = tuple[int, int]
"""The number of the first block, and that of the one after the last."""


def spans_of(placed: Sequence[Placed]) -> dict[Place, Span]:
    """Return the span of each place that holds a block, at any depth; outer places come first.

    Linear in the blocks and their places, whatever the depth.
    """
    first: dict[Place, int] = {}
    end: dict[Place, int] = {}
    for number, one in enumerate(placed):
        place: Place | None = one.place
        while place is not None and place not in first:
            first[place] = number
            place = place.parent
        end[one.place] = number + 1
    for place in sorted(first, key=lambda one: -one.number):
        if place.parent is not None:
            end[place.parent] = max(end.get(place.parent, 0), end[place])
    return {place: (first[place], end[place]) for place in sorted(first, key=lambda p: p.number)}
