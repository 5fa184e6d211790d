"""How far a style moves a box from where it would stand. Pure."""

import re
from collections.abc import Iterator, Mapping

from casebook.extractors.visibility.declarations.boxes import WIDENING
from casebook.extractors.visibility.declarations.css_values import NUMBER, UNIT_PX

FRAMES = frozenset(
    "border border-top border-left border-width border-top-width border-left-width border-block "
    "border-inline border-block-start border-inline-start border-block-width border-inline-width "
    "border-block-start-width border-inline-start-width".split()
)
"""Properties that set a text further in, or down."""

UNREAD = frozenset(
    {f"{name}{way}" for name in ("margin", "padding") for way in ("", "-block", "-inline")}
)
"""Those that are left as they stand where a variable tells them."""

_SIZES = frozenset(
    "height width max-height max-width top left right bottom margin-top margin-left margin-right "
    "margin-bottom padding-left padding-right text-align align-content place-content line-height "
    "letter-spacing word-spacing text-indent direction writing-mode columns column-count "
    "column-width transition transition-property".split()
)
BOXES = WIDENING | FRAMES | UNREAD | _SIZES
"""What tells how large a box is, and where in it its text stands."""

_FIXED = frozenset({"", "px", "pt", "pc", "in", "cm", "mm", "q", "rem", "em"})
_OF_PLACE = frozenset({"left", "top"})
_SHIFTING = frozenset({"margin-left", "margin-top", "transform", "translate", *_OF_PLACE})
_PLACED = frozenset({"relative", "absolute"})
_SLIDING = ("margin-left", "transform", "translate", "left")
_SLID = re.compile(r"-\d{3,9}(?:\.\d{1,9})?(?:px|%)")
UNMOVED = frozenset({"", "auto", "none", "initial", "unset"})
_UNTOLD = "?"
_FUNCTION = re.compile(r"translate([xyz]|3d)?\(([^()]{1,80})\)\s*")
_UP_PX, _ASIDE_PX = 20.0, 100.0
"""From here on a line of text, or a few words, may be moved out of a box."""


def may_push(part: Mapping[str, str]) -> bool:
    """Tell what may move a text out of a box, over its left or upper edge."""
    if not _goes_back(part):
        return False
    # What is placed, and how, another rule may say.
    found = shifts({"position": "relative", **part})
    return found is not None and (found[0] <= -_ASIDE_PX or found[1] <= -_UP_PX)


def moves(part: Mapping[str, str]) -> bool:
    """Tell what may do so, or move a row aside by as much as one of its parts is wide."""
    if not _goes_back(part):
        return False
    return may_push(part) or any(_SLID.search(part[name]) for name in _SLIDING if name in part)


def _goes_back(part: Mapping[str, str]) -> bool:
    """Tell at a glance what may move to the left, or up; most parts of a style do not."""
    return not _SHIFTING.isdisjoint(part) and any(
        "-" in part[name] for name in _SHIFTING if name in part
    )


def shifts(style: Mapping[str, str]) -> tuple[float, float] | None:
    """Return how far a style moves a box to the right, and down, in pixels.

    None where that is not told, or hangs on the size of a box.
    """
    found = {"x": 0.0, "y": 0.0}
    for axis, stated in told(style):
        length = 0.0 if stated in UNMOVED else pixels(stated)
        if length is None:
            return None
        found[axis] += length
    return found["x"], found["y"]


def told(style: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each length by which a box is moved."""
    left = style.get("margin-left", "")
    yield "x", _UNTOLD if left == "auto" else left
    yield "y", style.get("margin-top", "")
    if style.get("position") in _PLACED:
        yield "x", _from(style, "left", "right")
        yield "y", _from(style, "top", "bottom")
    yield from zip("xy", style.get("translate", "").split(), strict=False)
    transform = style.get("transform", "")
    for name, inside in _FUNCTION.findall(transform):
        sides = {"y": "y", "z": ""}.get(name, "xy")
        yield from zip(sides, map(str.strip, inside.split(",")), strict=False)
    if _FUNCTION.sub("", transform) not in UNMOVED:
        yield "x", _UNTOLD


def _from(style: Mapping[str, str], start: str, end: str) -> str:
    """Return how far something is placed from one edge; from the other one counts without that."""
    stated = style.get(start, "auto")
    return _UNTOLD if stated == "auto" and style.get(end, "auto") != "auto" else stated


def pixels(stated: str) -> float | None:
    """Return a length that is the same in a box of any size, in pixels, or None."""
    match = NUMBER.fullmatch(stated)
    if match is None or (match[2] not in _FIXED and float(match[1]) != 0):
        return None
    return float(match[1]) * UNIT_PX.get(match[2], 1)
