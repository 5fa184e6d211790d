"""Boxes of one colour that lie over the text of the element that they span. Pure.

Only such as stay within a part of the page: what is fixed over all of it asks for consent, or goes
once the page has loaded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import colours
from casebook.extractors.visibility.declarations.css_values import VARIABLE
from casebook.extractors.visibility.painting import painted
from casebook.extractors.visibility.painting.sight import is_placed, stacks

COVERED = "covered by a box"
PLACES = frozenset(
    "left right top bottom width height max-width max-height margin-left margin-top margin-right "
    "margin-bottom mix-blend-mode".split()
)
"""What tells how far a box reaches, and whether it is seen through."""

GROUNDS = ("background-color", "background")
"""Properties that paint behind a text."""
_PICTURE = re.compile(rf"url\(|gradient|{re.escape(VARIABLE)}")
_LEVEL = re.compile(r"-?\d{1,9}")
_PAGE = frozenset({"html", "body"})
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Lid:
    """A box over what is in ``around``: an element, or what stands before or after its text."""

    around: Any
    box: Any
    side: str
    level: int


def may_cover(part: Mapping[str, str]) -> bool:
    """Tell a rule that makes a box which lies over a text; one made by several is none."""
    sides = (side for side in painted.SIDES if f"position{side}" in part)
    return is_box(part) or any(is_box(painted.of_side(part, side)) for side in sides)


def is_box(style: Mapping[str, str]) -> bool:
    """Tell a box of one colour that spans what it is placed in."""
    return style.get("position") == "absolute" and _level_of_box(style) is not None


def lids_at(
    element: Any, style: Mapping[str, str], style_of: Callable[[Any], Mapping[str, str]]
) -> Iterator[Lid]:
    """Yield the boxes that an element of ``style`` is, or has before or after its text."""
    for side in painted.SIDES if is_placed(style) and element.tag not in _PAGE else ():
        layer = painted.of_side(style, side)
        if painted.has_content(layer) and is_box(layer):
            yield Lid(element, None, side, _level_of_box(layer) or 0)
    if is_box(style):
        ancestors = islice(element.iterancestors(), _DEEPEST)
        around = next((one for one in ancestors if is_placed(style_of(one))), None)
        if around is not None and around.tag not in _PAGE:
            yield Lid(around, element, "", _level_of_box(style) or 0)


def covered(lid: Lid, style_of: Callable[[Any], Mapping[str, str]]) -> Iterator[Any]:
    """Yield the elements whose own text lies under ``lid``, in the order of the page."""
    over: set[Any] = set()
    passed = lid.side == "::before"
    for element in lid.around.iter("*"):
        is_box = element is lid.box
        passed |= is_box
        within = element is not lid.around and element.getparent() in over
        if (
            is_box
            or within
            or (element is not lid.around and _is_over(element, lid, passed, style_of))
        ):
            over.add(element)
        else:
            yield element


def _is_over(
    element: Any, lid: Lid, passed: bool, style_of: Callable[[Any], Mapping[str, str]]
) -> bool:
    """Tell what is painted after a box, or is one of several that take turns in its place."""
    style = style_of(element)
    stated = _LEVEL.fullmatch(style.get("z-index", ""))
    level = int(stated[0]) if stated else 0
    if not (stated or is_placed(style) or stacks(style)):
        return False
    return level > lid.level or (level == lid.level and passed) or _level_of_box(style) is not None


def _level_of_box(style: Mapping[str, str]) -> int | None:
    """Return how high a box lies that spans what it is placed in, None for what is no such box."""
    if not (_is_opaque(style) and painted.spans_all(style) and painted.is_drawn(style)):
        return None
    if colours.stated_share(style.get("opacity", "1")) < 1 - colours.FAINTEST:
        return None
    if style.get("mix-blend-mode", "normal") != "normal":
        return None
    stated = _LEVEL.fullmatch(style.get("z-index", ""))
    level = int(stated[0]) if stated else 0
    return level if level >= 0 else None


def _is_opaque(style: Mapping[str, str]) -> bool:
    """Tell a ground of one colour, through which nothing is seen."""
    paint = next(filter(None, (style.get(name) for name in GROUNDS)), "")
    if not paint or _PICTURE.search(paint) or colours.colour(paint) is None:
        return False
    return colours.cover(paint) >= 1 - colours.FAINTEST
