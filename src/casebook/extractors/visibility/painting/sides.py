"""Which of the sides by which a style places a box count, by what it stands in. Pure.

A left and an upper side win over the others, unless a text runs, or is set, from those. What is
fixed stands on the screen, unless a box around holds it.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import off_screen
from casebook.extractors.visibility.declarations.boxes import cuts
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.declarations.shifts import UNMOVED

_PLACED = frozenset({"absolute", "fixed", "relative"})
_FROM_START = frozenset({"left", "start", "justify", "initial"})
_PLAIN_DISPLAYS = frozenset({"", "none", "block", "inline", "inline-block", "list-item"})
_SETTING_ELSEWHERE = off_screen.SETTING - {"text-align", "direction"}  # which are handed down
_MOVING = _SETTING_ELSEWHERE | {"text-align", "float", "position"}
_HOLDS_LATER = ("transform", "filter", "perspective", "translate", "scale", "rotate")
_HOLDING = off_screen.HOLDING | {"will-change", "contain"}
_MOST_AROUND = 60
_MOST_WITHIN = 200


def as_placed(element: Any, style: Style, style_of: Callable[[Any], Style]) -> Style:
    """Return the ``style`` of an element without the far sides that do not count.

    What another box than the screen holds is as good as not fixed.
    """
    if style.get("position") not in _PLACED:
        return style
    gone = {end for end in off_screen.WINNING if _is_beaten(end, element, style, style_of)}
    if gone:
        style = {name: told for name, told in style.items() if name not in gone}
    if off_screen.beyond(style) and any(map(_holds, map(style_of, _around(element)))):
        return {**style, "position": "absolute"}
    return style


def _is_beaten(end: str, element: Any, style: Style, style_of: Callable[[Any], Style]) -> bool:
    """Tell a far right or lower side of which another one leaves nothing."""
    is_far = off_screen.is_far(style.get(end, ""), sideways=True)
    if not (is_far and off_screen.is_told(style, off_screen.WINNING[end])):
        return False
    lines = [(one, style_of(one)) for one in (element, *_around(element))]
    if style["position"] == "relative":
        return end == "bottom" or not any(_is_from_right(one, told) for one, told in lines)
    # A box from one side to the other is as wide as both say: what is set from its end is away.
    within = list(islice(element.iterdescendants("*"), _MOST_WITHIN + 1))
    return (
        not any(cuts(style))
        and _is_plain(element, style, _SETTING_ELSEWHERE)
        and _is_from_start(lines)
        and len(within) <= _MOST_WITHIN
        and all(_is_plain(one, style_of(one), _MOVING) and not one.get("align") for one in within)
    )


def _is_from_start(lines: Sequence[tuple[Any, Style]]) -> bool:
    """Tell a text that runs, and is set, from the left by what it is and stands in."""
    aligned = (told.get("text-align") or one.get("align") for one, told in lines)
    return next(filter(None, aligned), "left").lower() in _FROM_START and not any(
        one.tag == "center" or "writing-mode" in told or _is_from_right(one, told)
        for one, told in lines
    )


def _is_plain(element: Any, style: Style, moving: AbstractSet[str]) -> bool:
    """Tell a box of lines of which each begins at its start."""
    return (
        element.tag not in {"center", "table"}
        and style.get("display", "") in _PLAIN_DISPLAYS
        and moving.isdisjoint(style)
        and "auto" not in {style.get("margin-left"), style.get("margin-top")}
        and not _is_from_right(element, style)
    )


def _is_from_right(element: Any, style: Style) -> bool:
    return "rtl" in {style.get("direction"), (element.get("dir") or "").lower()}


def _around(element: Any) -> Any:
    return islice(element.iterancestors("*"), _MOST_AROUND)


def _holds(style: Style) -> bool:
    """Tell a box that holds what is fixed within it (CSS Transforms Level 1, 3), and shows it."""
    if _HOLDING.isdisjoint(style):
        return False
    contained = style.get("contain", "")
    return (
        ("layout" in contained and "paint" not in contained)
        or any(name in style.get("will-change", "") for name in _HOLDS_LATER)
        or any(style.get(name, "none") not in UNMOVED for name in off_screen.HOLDING)
    )
