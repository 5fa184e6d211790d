"""Which of the sides by which a style places a box count, by what it stands in. Pure.

A left and an upper side win over the others, unless the text runs, or is set, from those; and what
is fixed stands on the screen, unless a box around it holds it.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import off_screen
from casebook.extractors.visibility.declarations.boxes import cuts
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.declarations.shifts import UNMOVED

_PLACED = frozenset({"absolute", "fixed", "relative"})
_FROM_START = frozenset({"left", "start", "justify", "initial"})
_SET_ELSEWHERE = frozenset(
    {"align-content", "place-content", "align-self", "justify-self", "place-self"}
)
_IN_LINES = frozenset({"", "block", "inline", "inline-block", "flow-root", "list-item"})
_HOLDS_LATER = ("transform", "filter", "perspective", "translate", "scale", "rotate")
_MOST_AROUND = 100


def as_placed(element: Any, style: Style, style_of: Callable[[Any], Style]) -> Style:
    """Return the ``style`` of an element without the sides that do not count.

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
    """Tell a right or a lower side of which another one leaves nothing."""
    if end not in style or not off_screen.is_told(style, off_screen.WINNING[end]):
        return False
    if any(cuts(style)) or style.get("display", "") not in _IN_LINES:
        return False
    is_between = style.get(f"margin-{off_screen.WINNING[end]}") == "auto"
    if is_between or not _SET_ELSEWHERE.isdisjoint(style):
        return False
    if end == "bottom":
        return True
    lines = [(one, style_of(one)) for one in (element, *_around(element))]
    if any(told.get("direction", one.get("dir", "")).lower() == "rtl" for one, told in lines):
        return False
    aligned = (told.get("text-align") or one.get("align") for one, told in lines)
    return next(filter(None, aligned), "left").lower() in _FROM_START and not any(
        one.tag == "center" for one, _ in lines
    )


def _around(element: Any) -> Any:
    return islice(element.iterancestors("*"), _MOST_AROUND)


def _holds(style: Style) -> bool:
    """Tell a box that holds what is fixed within it (CSS Transforms Level 1, 3), and shows it."""
    contained = style.get("contain", "")
    if "layout" in contained and "paint" not in contained:
        return True
    return any(
        style.get(name, "none") not in UNMOVED
        for name in off_screen.HOLDING
        if name != "will-change"
    ) or any(name in style.get("will-change", "") for name in _HOLDS_LATER)
