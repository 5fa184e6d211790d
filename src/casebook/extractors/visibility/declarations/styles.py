"""What a style declaration does to a text: just enough CSS to tell what no reader sees."""

import re

from casebook.extractors.visibility.declarations.boxes import is_no_row, no_room
from casebook.extractors.visibility.declarations.colours import (
    DARK,
    FAINTEST,
    WHITE,
    Colour,
    is_transparent,
    stated_share,
)
from casebook.extractors.visibility.declarations.css_values import NUMBER, UNIT_PX, number
from casebook.extractors.visibility.declarations.declared import AS_USUAL, Style
from casebook.extractors.visibility.declarations.masks import is_no_size, masks_all
from casebook.extractors.visibility.declarations.off_screen import may_be_off_screen, off_screen
from casebook.extractors.visibility.declarations.shapes import (
    is_clipped_away,
    is_empty_rect,
    is_on_edge,
)

INKS = ("color", "-webkit-text-fill-color")
_SMALLEST_PX = 2
_FAINT_WITHIN = 0.25  # an opacity at which nothing may be seen within another one
_SMALLEST_SCALE = 0.12  # of 16 pixels less than the two that nobody reads are left
_BLURRED_PX = 10
_DOTS = frozenset({"disc", "circle", "square"})
_UNITS_OF_TEXT = {**UNIT_PX, "%": 0.16}
_SIZES_OF_TEXT = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "initial": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip


def canvas(style: Style, stated: str = "") -> Colour:
    """Return the ground of a page by the style of its root, else as a meta element has ``stated``.

    One for readers who like it light too is light.
    """
    schemes = style.get("color-scheme", stated).lower().split()
    return DARK if "dark" in schemes and "light" not in schemes else WHITE


def removes_element(style: Style) -> str | None:
    """Say why an element and all in it is not seen, or None. Descendants cannot undo it."""
    has_box = style.get("display") != "contents"
    return _removed(style) if has_box and not _REMOVING.isdisjoint(style) else None


def _removed(style: Style) -> str | None:
    display = style.get("display")
    if display in {"none", "table-column", "table-column-group"}:
        return "display: none"
    if (_pixels(_inside("blur", style.get("filter", ""))) or 0) >= _BLURRED_PX:
        return "blurred"
    if _is_faint(style.get("opacity")) or _is_faint(_inside("opacity", style.get("filter", ""))):
        return "opacity: 0"
    if style.get("content-visibility") == "hidden" and display != "inline":
        return "content-visibility: hidden"
    if masks_all(style):
        return "masked"
    dotted = style.get("-webkit-text-security") in _DOTS
    return off_screen(style) or _clipped(style) or ("shown as dots" if dotted else None)


def may_hide(style: Style) -> bool:
    """Tell whether an element of this style, and of any other one, may hide its text.

    Not by its colour, which hides only before another one: but before itself it always does.
    """
    size = text_size(style)
    return (
        style.get("visibility") in {"hidden", "collapse"}
        or (size is not None and is_unreadably_small(size))
        or stated_share(style.get("opacity", "1")) <= _FAINT_WITHIN
        or is_transparent(style.get("color"))
        or "currentcolor" in {style.get("background-color"), style.get("background")}
        or is_transparent(style.get("-webkit-text-fill-color"))
        or is_no_size(style.get("mask-size", ""), once=True)
        or is_no_row(style)
        or is_struck(style)
        or may_be_off_screen(style)
        or removes_element({**style, **_AT_WORST}) is not None
    )


def is_struck(style: Style, *, by_itself: bool = False) -> bool:
    """Tell a text with a line through it; ``by_itself`` is one that has it unless a style says."""
    stated = style.get("text-decoration-line", style.get("text-decoration", "revert"))
    return by_itself if stated in AS_USUAL else "line-through" in stated


_REMOVING = frozenset(
    "display filter opacity content-visibility mask mask-image -webkit-text-security left top "
    "right bottom margin-left margin-top text-indent transform translate scale rotate zoom content "
    "clip clip-path height max-height width max-width offset offset-path".split()
)
"""Properties of which a style must have one to remove an element."""

# What another rule may say of the same element.
_AT_WORST = {"position": "absolute", "overflow": "hidden", "white-space": "nowrap"}


def _clipped(style: Style) -> str | None:
    scale = _SCALE.search(style["transform"]) if "transform" in style else None
    scaled = scale[1] if scale else style.get("scale", "")
    factors = _BETWEEN_FACTORS.split(scaled)[:2] if scaled else []
    shrunk = any(
        (factor := number(part)) is not None and abs(factor) < _SMALLEST_SCALE for part in factors
    )
    zoom = number(style.get("zoom"))  # 0 is as good as none there
    zoom = zoom / 100 if zoom and style["zoom"].endswith("%") else zoom
    if shrunk or 0 < (zoom or 1) < _SMALLEST_SCALE:
        return "scaled to nothing"
    if style.get("content", "").startswith("url("):
        return "replaced by a picture"
    if is_on_edge(style.get("transform", ""), style.get("rotate", "")):
        return "turned on edge"
    placed = style.get("position") in {"absolute", "fixed"}
    if (placed and is_empty_rect(style.get("clip", ""))) or is_clipped_away(
        style.get("clip-path", "")
    ):
        return "clipped away"
    return no_room(style)


_SCALE = re.compile(r"scale(?:[xy]|3d)?\(\s*([^()]{1,60})\)")
_BETWEEN_FACTORS = re.compile(r"[\s,]+")


def _is_faint(value: str | None) -> bool:
    """Tell an opacity at which no eye reads: up to 5 %."""
    return value is not None and stated_share(value) <= FAINTEST


_RELATIVE = re.compile(r"(?<![\w.])\d*\.?\d+(?:em|ex|ch|cap|ic|lh|%)(?=$|[\s/])")


def _inside(function: str, value: str) -> str | None:
    match = re.search(rf"{function}\(([^)]*)\)", value) if value else None
    return match[1] if match else None


def text_size(style: Style) -> float | None:
    """Return the declared font size in pixels, roughly, or None where there is none."""
    if style.get("font-size-adjust") == "0":
        return 0.0
    told = style.get("font-size")
    if told is None and (shorthand := style.get("font")):
        match = re.search(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)|0)(?=[\s/]|$)", shorthand)
        told = match[1] if match else None
    if told in _SIZES_OF_TEXT:
        return _SIZES_OF_TEXT[told]
    match = NUMBER.match(told or "")
    if not match or match[2] not in _UNITS_OF_TEXT:
        return None
    return float(match[1]) * _UNITS_OF_TEXT[match[2]]


def is_relative_size(style: Style) -> bool:
    """Tell a font size that is counted from the one around: nothing of nothing is nothing."""
    return _RELATIVE.search(style.get("font-size") or style.get("font", "")) is not None


def is_unreadably_small(pixels: float) -> bool:
    """Tell a size that nobody reads: under two pixels."""
    return pixels < _SMALLEST_PX


def _pixels(value: str | None) -> float | None:
    match = NUMBER.match(value) if value else None
    return float(match[1]) * UNIT_PX.get(match[2], 1) if match else None
