"""Who said what is quoted in a text: the lines right behind it, in its frame. Pure."""

import re
from collections.abc import Iterator, Sequence

from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.blocks.place_features import TOKEN
from casebook.extractors.web.markup.tree_blocks import Place, Placed

_QUOTED = re.compile(r"\b(?:(?:block|pull)?quotes?|testimonials?)\b")
_MOST, _LONGEST, _LINKED = 3, 15, 0.3
"""Lines, and words of a line, that say who it is; links have no such names."""


def speakers_of(placed: Sequence[Placed], kept: Matrix, words: Sequence[int]) -> Iterator[int]:
    """Yield the lines right behind each quotation that is ``kept``: a name, what its bearer is."""
    for n, one in enumerate(placed):
        frame = _frame(one.place) if kept[n] else None
        for m in range(n + 1, min(n + 1 + _MOST, len(placed))) if frame is not None else ():
            other = placed[m]
            is_line = 0 < words[m] <= _LONGEST and other.linked < _LINKED
            if kept[m] or not is_line or not _is_within(other.place, frame):
                break
            yield m


def _frame(place: Place) -> Place | None:
    """Return the outermost place near around one that is a quotation, or is named so."""
    near = list(place.upwards())
    return next((one for one in reversed(near) if _is_quotation(one)), None)


def _is_quotation(place: Place) -> bool:
    names = place.names
    if place.tag == "blockquote" or not ("uote" in names or "estimonial" in names):
        return place.tag == "blockquote"
    return bool(_QUOTED.search(" ".join(TOKEN.findall(names)).lower()))


def _is_within(place: Place | None, frame: Place | None) -> bool:
    while place is not None and place is not frame:
        place = place.parent
    return place is frame
