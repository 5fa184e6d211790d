"""Boxes that leave their text no room, and cut off what is beside it. Pure."""

import re
from collections.abc import Mapping

from casebook.extractors.visibility.declarations.css_values import NUMBER, UNIT_PX

WIDENING = frozenset("min-height min-width padding-top padding-bottom flex flex-grow".split())
"""Properties that give a box more room than its height and width say."""

_CUTTING = re.compile(r"\b(?:strict|content|paint)\b")
_SCROLLING = ("auto", "scroll", "overlay")
_NO_BOX = frozenset({"inline", "contents"})
_NO_ROW = frozenset({"0fr", "0px", "0"})  # of a grid, in which a part that is cut is folded
_SMALL, _LEAST_ROOM = 2.0, 8.0
_FAR_ASIDE = 700.0
_AS_HIGH_AS_TEXT = frozenset({"min-content", "max-content", "fit-content"})
_WHOLE = re.compile(r"[1-9]\d{2,3}%")


def no_room(style: Mapping[str, str]) -> str | None:
    """Say why there is no room for a text in a box of this style, or None."""
    if style.get("display", "") in {"grid", "inline-grid"} and is_no_row(style):
        return "no height or width"
    cut, scrolled = cuts(style)
    if not (cut or scrolled) or style.get("display") in _NO_BOX:
        return None
    if cut and style.get("white-space") == "nowrap" and _is_aside(style.get("text-indent", "")):
        return "off screen (text-indent)"
    firm = cut and not _grows(style)
    flat = ("height", "max-height") if firm else ("max-height",)
    narrow = ("width", "max-width") if firm else ("max-width",)
    if any(map(_is_small, map(style.get, flat))) and not _is_higher(style):
        return "no height or width"
    is_thin = any(map(_is_small, map(style.get, narrow)))
    return "no height or width" if is_thin and _pixels(style.get("min-width")) <= 1 else None


def _grows(style: Mapping[str, str]) -> bool:
    """Tell a part of a row or column that grows: it may have a size of nothing to begin with."""
    share = style.get("flex-grow", style.get("flex", ""))
    return bool(share) and not share.startswith(("0", "none", "initial"))


def is_no_row(style: Mapping[str, str]) -> bool:
    """Tell the rows of a grid that is folded up."""
    return style.get("grid-template-rows") in _NO_ROW


def cuts(style: Mapping[str, str]) -> tuple[bool, bool]:
    """Tell whether a box cuts off what is beside it, and whether one scrolls there."""
    told = [style.get(name, "") for name in ("overflow", "overflow-y", "overflow-x")]
    cut = any(one.startswith("hidden") for one in told) or any(
        one.startswith("clip") for one in told[:2]
    )
    contained = _CUTTING.search(style.get("contain", "")) is not None
    return cut or contained, any(one.startswith(_SCROLLING) for one in told)


def _is_small(size: str | None) -> bool:
    return 0 <= _pixels(size) <= _SMALL


def _is_higher(style: Mapping[str, str]) -> bool:
    """Tell a box that is higher than its height: its padding counts, in which its text may be.

    What pushes the text down by a length of its own pushes it out; a share keeps room for it.
    """
    above, below = style.get("padding-top", ""), style.get("padding-bottom", "")
    return (
        _pixels(style.get("min-height")) > 1
        or style.get("min-height") in _AS_HIGH_AS_TEXT
        or _pixels(below) >= _LEAST_ROOM
        or (above.endswith("%") and _pixels(above) >= _LEAST_ROOM)
    )


def _is_aside(indent: str) -> bool:
    return _WHOLE.fullmatch(indent) is not None or _pixels(indent) >= _FAR_ASIDE


def _pixels(value: str | None) -> float:
    """Return a length in pixels, less than nothing where none is told."""
    match = NUMBER.fullmatch(value) if value else None
    return float(match[1]) * UNIT_PX.get(match[2], 1) if match else -1.0
