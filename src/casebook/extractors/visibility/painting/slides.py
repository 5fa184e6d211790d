"""Rows of slides that are moved aside to show one of them; a click moves them on. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from casebook.extractors.visibility.declarations import shifts
from casebook.extractors.visibility.declarations.css_values import NUMBER
from casebook.extractors.visibility.declarations.declared import Style

ROWS = frozenset({"flex", "inline-flex"})
"""How what lays its parts in a row is displayed."""

_APART = frozenset({"inline-block", "inline-flex", "table-cell"})
_LEAST = 2
_MOST = 200


class _Length(NamedTuple):
    pixels: float = 0.0
    share: float = 0.0

    def plus(self, other: "_Length") -> "_Length":
        return _Length(self.pixels + other.pixels, self.share + other.share)

    def within(self, whole: float | None) -> float | None:
        """Return it in pixels of a box as wide as ``whole``; in shares of it where none is told."""
        if whole:
            return self.pixels + self.share / 100 * whole
        if self.pixels and self.share:
            return None
        return self.pixels or self.share


def is_track(
    element: Any, style: Style, style_of: Callable[[Any], Style], *, is_complete: bool
) -> bool:
    """Tell a row of slides, of stated sizes, that is moved to the left by less than it is long.

    A sheet that lies elsewhere (not ``is_complete``) may set slides that have a class in a row.
    """
    moved = _moved(style)
    slides = [one for one in element if isinstance(one.tag, str)][:_MOST]
    if moved is None or len(slides) < _LEAST:
        return False
    told = [style_of(one) for one in slides]
    around = element.getparent()
    boxes = (style, {} if around is None else style_of(around))
    whole = next(filter(None, (shifts.pixels(each.get("width", "")) for each in boxes)), None)
    in_row = style.get("display") in ROWS or any(map(_stands_apart, told))
    in_row = in_row or (not is_complete and all(one.get("class") for one in slides))
    reach = _reach(told)
    if not in_row or reach is None or (bool(reach.share) != bool(moved.share) and not whole):
        return False
    far, back = reach.within(whole), moved.within(whole)
    return far is not None and back is not None and far + back > 0


def _stands_apart(style: Style) -> bool:
    return (
        style.get("float") == "left"
        or style.get("display") in _APART
        or style.get("position") == "absolute"
    )


def _moved(style: Style) -> _Length | None:
    """Return how far a box is moved aside; None where it is moved up or down too."""
    found = _Length()
    for axis, told in shifts.told(style):
        length = _length(told) if told not in shifts.UNMOVED else _Length()
        if length is None or (axis == "y" and any(length)):
            return None
        found = found.plus(length)
    return found if min(found) < 0 else None


def _reach(slides: Sequence[Style]) -> _Length | None:
    """Return where the last of slides ends, side by side, None where that is not told."""
    found = _Length()
    for style in slides:
        length = next(_widths(style), None)
        if length is None:
            return None
        placed = style.get("position") == "absolute"
        start = _length(style.get("left", "")) if placed else found
        found = max(found, (start or _Length()).plus(length))
    return found


def _widths(style: Style) -> Iterator[_Length]:
    """Yield the widths that a slide states, but for those of no size."""
    flex = style.get("flex", "").split()
    stated = (style.get("flex-basis", ""), *flex[2:], style.get("width", ""))
    for told in (*stated, style.get("min-width", "")):
        length = _length(told)
        if length and max(length) > 0:
            yield length


def _length(told: str) -> _Length | None:
    match = NUMBER.fullmatch(told)
    if match and match[2] == "%":
        return _Length(share=float(match[1]))
    pixels = shifts.pixels(told)
    return None if pixels is None else _Length(pixels)
