"""Text that is pushed out of the box that holds it alone, and cuts off what is beside it. Pure.

Over the left or the upper edge, where no reader scrolls to, and so far that nothing of it is left
in sight however it is set: a text is taken for as large as it may be. Of what stands beside others,
as slides do, a click may bring more, and of what moves (``transition``, ``animation``) a script.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import shifts, styles
from casebook.extractors.visibility.declarations.boxes import cuts
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.painting.extent import (
    BLOCKS,
    DIVISIONS,
    MIDDLE,
    SET_IN,
    SIZE_PX,
    START,
    WITH_MARGINS,
    Extent,
    extent_of,
    total,
)
from casebook.extractors.visibility.painting.sight import is_placed

_INLINE = frozenset(
    "a abbr b bdi br cite code em font i mark q small span strong sub sup u".split()
)
_UNSEEN = frozenset({"script", "style", "template", "noscript", "link", "meta"})
_BOXED = frozenset({"block", "inline-block", "flow-root", "list-item"})
_DISPLAYS = _BOXED | {"inline"}
_OF_LINES = frozenset({"margin-top"})
_OF_BLOCKS = _OF_LINES | {"transform", "translate"}
_LIVELY = re.compile(r"animation|transition|scale$|rotate$|zoom$|.*::before$")
_BESIDE = "::"
_SET_ELSEWHERE = frozenset({"align-content", "place-content", "columns", "column-count"})
_CUT_ALL = frozenset({"hidden", "clip", "auto", "scroll", "overlay", "visible"})
_SIZES = ("height", "max-height", "width", "max-width")
_NO_FRAME = frozenset({"none", "0", "0px"})
_OF_TEXT = frozenset({"line-height", "text-align"})
_SHAPING = (shifts.BOXES - _OF_TEXT) | set(
    "display float position transform translate scale zoom".split()
)
_MOST_WRAPPERS = 3
_MOST_PARTS = 20
_LEAST_PX, _SET_IN_PX = 80.0, 40.0


def is_pushed_out(
    element: Any, style: Style, style_of: Callable[[Any], Style], *, is_complete: bool
) -> bool:
    """Tell an element of ``style`` that is pushed out of a box around it.

    Where not all sheets of a page are known (not ``is_complete``) less is told.
    """
    if not shifts.may_push(style) or not _is_still(style):
        return False
    if unmoved := _unmoved_by(element, style):
        style = {name: told for name, told in style.items() if name not in unmoved}
    told = shifts.shifts(style)
    box = None if told is None else _box_around(element, style, style_of, is_complete)
    if told is None or box is None or not _is_plain(element, style_of, is_complete):
        return False
    kind = extent_of(element, box, style_of, is_complete=is_complete)
    if kind is None:
        return False
    aside, down = (length * _scale(element, style_of) for length in told)
    return _is_above(element, style, style_of(box), down, kind) or _is_left(
        element, style, style_of(box), aside, kind
    )


def _scale(element: Any, style_of: Callable[[Any], Style]) -> float:
    """Return how small a ``rem`` may be by the usual one; 10 pixels are common."""
    size = styles.text_size(style_of(element.getroottree().getroot()))
    return 1.0 if size is None else min(1.0, size / SIZE_PX)


def _is_still(style: Style) -> bool:
    """Tell a box that stays where it is put, scrolls with what is around it, and has no frame."""
    return (
        _is_as_told(style)
        and all(style.get(name, "none") in _NO_FRAME for name in shifts.FRAMES)
        and style.get("float", "none") == "none"
        and style.get("position") not in {"fixed", "sticky"}
        and style.get("display", "block") in _DISPLAYS
    )


def _unmoved_by(element: Any, style: Style) -> frozenset[str]:
    """Return the properties that move no part of a line, where an element is one."""
    if style.get("display") == "inline-block" and style.get("position") != "absolute":
        return _OF_LINES
    return frozenset() if _is_block(element, style) else _OF_BLOCKS


def _is_as_told(style: Style) -> bool:
    """Tell a box that nothing else moves, nor pushes down what it holds."""
    return not any(map(_LIVELY.match, style)) and shifts.UNREAD.isdisjoint(style)


def _is_block(element: Any, style: Style) -> bool:
    display = style.get("display")
    by_itself = element.tag in BLOCKS if display is None else display in _BOXED
    return by_itself or style.get("position") == "absolute"


def _is_plain(element: Any, style_of: Callable[[Any], Style], is_complete: bool) -> bool:
    """Tell an element that holds nothing but lines of text, one below the other."""
    for one in element.iterdescendants("*"):
        known = one.tag in _INLINE or (is_complete and one.tag in BLOCKS)
        unsure = not is_complete and one.get("class") is not None
        style = style_of(one)
        if not known or unsure or not _SHAPING.isdisjoint(style) or not _is_bare(style):
            return False
    return True


def _is_bare(style: Style) -> bool:
    """Tell what has nothing drawn before or after its text, which may make room there."""
    return not any(_BESIDE in name for name in style)


def _box_around(
    element: Any, style: Style, style_of: Callable[[Any], Style], is_complete: bool
) -> Any | None:
    """Return the box of a stated size that cuts off ``element``, and holds nothing else."""
    one = element
    for _ in range(_MOST_WRAPPERS):
        around = one.getparent()
        if around is None or one.tag not in BLOCKS | _INLINE or not _holds_alone(around, one):
            return None
        told = style_of(around)
        if any(cuts(told)):
            is_free = style.get("position") == "absolute" and not is_placed(told)
            return None if is_free or not _is_box(around, told) else around
        unsure = not is_complete and around.get("class") is not None
        is_bare = _SHAPING.isdisjoint(told) and _is_as_told(told)
        if unsure or around.tag not in DIVISIONS or not is_bare:
            return None
        one = around
    return None


def _holds_alone(around: Any, one: Any) -> bool:
    """Tell an element in which nothing is seen but what is in ``one``."""
    parts = list(islice(around, _MOST_PARTS + 1))  # of many, each would look through all
    others = [other for other in parts if other is not one and isinstance(other.tag, str)]
    if len(parts) > _MOST_PARTS or any(map(_is_seen, others)):
        return False
    texts = (around.text, *(child.tail for child in parts))
    return not any(text and not text.isspace() for text in texts)


def _is_seen(element: Any) -> bool:
    """Tell what may take up room, as what a template draws around its element does."""
    return element.tag not in _UNSEEN or element.get("shadowrootmode") is not None


def _is_box(element: Any, style: Style) -> bool:
    """Tell a box of stated size that begins with what it holds, and does not move."""
    return (
        _is_block(element, style)
        and style.get("display", "block") in _BOXED
        and _is_as_told(style)
        and _SET_ELSEWHERE.isdisjoint(style)
        and style.get("overflow", "hidden") in _CUT_ALL
        and not any(style.get(name, "").startswith("clip") for name in ("overflow-x", "overflow-y"))
        and any(shifts.pixels(style.get(name, "")) for name in _SIZES)
    )


def _is_above(element: Any, style: Style, box: Style, down: float, kind: Extent) -> bool:
    """Tell what ends above the upper edge of its ``box``."""
    narrower = total(style, "padding-left", "padding-right", "margin-left", "margin-right")
    stated = total(style, "width")
    padding = total(style, "padding-top", "padding-bottom")
    least = total(style, "height", "min-height")
    above = total(box, "padding-top")
    if None in (narrower, stated, padding, least, above) or "max-width" in style:
        return False
    width = min(kind.width, stated or kind.width) - max(0, narrower or 0)
    if width < _LEAST_PX:
        return False
    by_itself = element.tag in WITH_MARGINS and "margin-top" not in style
    above = (above or 0) + (kind.line if by_itself else 0)
    height = max(kind.height(width), least or 0) + (padding or 0)
    return above + down + height <= 0


def _is_left(element: Any, style: Style, box: Style, aside: float, kind: Extent) -> bool:
    """Tell what ends left of the left edge of its ``box``."""
    padding = total(style, "padding-left", "padding-right")
    before, stated = total(box, "padding-left"), total(style, "width", "min-width")
    if padding is None or before is None or stated is None:
        return False
    is_free = style.get("position") == "absolute"  # as wide as its text
    whole = shifts.pixels(box.get("width", box.get("max-width", "")))
    widths = []
    if not stated and (kind.align == START or is_free):
        widths.append(kind.length + padding)
    elif not stated and whole and kind.align == MIDDLE:
        widths.append(kind.length + padding + whole)
    is_set = "margin-left" in style or "margin-right" in style
    fills = not is_set and not is_free and _is_block(element, style)
    own = stated + padding if stated else (whole or 0) * fills
    if own and kind.is_broken and kind.longest <= own:
        widths.append(own)
    before += _SET_IN_PX if element.tag in SET_IN else 0
    return bool(widths) and before + aside + min(widths) <= 0
