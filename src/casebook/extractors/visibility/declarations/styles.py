"""What a style declaration does to a text: just enough CSS to tell what no reader sees."""

import re
from collections.abc import Iterator, Sequence

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
from casebook.extractors.visibility.declarations.paths import is_led_away
from casebook.extractors.visibility.declarations.shapes import (
    is_clipped_away,
    is_empty_rect,
    is_on_edge,
    moved_by_matrix,
)

_WIDTHS = frozenset({"%", "vw", "svw", "lvw", "dvw"})
_HEIGHTS = frozenset({"%", "vh", "svh", "lvh", "dvh"})
_SHIFTING = ("margin-left", "margin-top", "text-indent")
_SIDES = {"left": "left", "top": "top", "right": "left", "bottom": "top"}
_ASIDE = frozenset({"left", "right"})
_SCREEN = 100
_MOVING = frozenset({"transform", "translate"})
INKS = ("color", "-webkit-text-fill-color")
_FAR_PX = 900
_FAR_RIGHT_PX = 3_000
_FIXED_UNITS = {"px", "pt", "pc", "in", "cm", "mm", "em", "rem", "ch"}
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
    return _off_screen(style) or _clipped(style) or ("shown as dots" if dotted else None)


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
_AT_WORST = {"position": "fixed", "overflow": "hidden", "white-space": "nowrap"}


def _off_screen(style: Style) -> str | None:
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    sides = _sides(style) if placed else []
    for name in (*sides, *_SHIFTING):
        if name not in style:
            continue
        # So far from the right or the lower edge is beyond the left or the upper one.
        sideways = name in {"left", "margin-left", "text-indent", "right", "bottom"}
        # A bar across the screen goes far out with its margin and comes back with its padding.
        back = style.get(name.replace("margin", "padding")) if name.startswith("margin") else None
        if _is_far(style[name], sideways=sideways) and f"-{back}" != style[name]:
            return f"off screen ({name})"
    if side := _beyond(style):
        return f"off screen ({side})"
    if is_led_away(style):
        return "off screen (offset-path)"
    if "transform" not in style and "translate" not in style:
        return None
    if any(_is_far(far, sideways=True) for far in moved_by_matrix(style.get("transform", ""))):
        return "off screen (transform)"
    moves = [*_moves(style.get("transform", "")), *_both(style.get("translate", "").split())]
    starts = {"x": style.get("left"), "y": style.get("top")} if placed else {}
    away = any(
        _is_far(far, sideways=way == "x") and far != f"-{starts.get(way)}" for way, far in moves
    )
    return "off screen (transform)" if away else None


def _beyond(style: Style) -> str | None:
    """Return by which side an element is fixed beyond the screen, where nobody scrolls to it.

    By a whole screen, or by at least its own size, as a drawer is that is shut. Not one that comes
    back by a move or a margin.
    """
    if style.get("position") != "fixed" or not _MOVING.isdisjoint(style):
        return None
    for side in _sides(style):
        match = NUMBER.match(style[side])
        if match is None or style.get(f"margin-{side}", "").startswith("-"):
            continue
        units, length = (_WIDTHS, "width") if side in _ASIDE else (_HEIGHTS, "height")
        if match[2] in units:
            is_beyond = abs(float(match[1])) >= _SCREEN
        else:
            far, size = _pixels(style[side]) or 0, _pixels(style.get(length))
            is_beyond = far >= _FAR_RIGHT_PX or (size is not None and 0 < size <= -far)
        if is_beyond:
            return side
    return None


def _sides(style: Style) -> list[str]:
    """Return by which sides an element is placed: a left and an upper one win over the others.

    A share of the height moves none from its place: few boxes around state theirs (CSS 2.2, 9.4.3).
    """
    is_moved = style["position"] == "relative"
    return [
        side
        for side, first in _SIDES.items()
        if side in style
        and (side == first or style.get(first, "auto") == "auto")
        and not (is_moved and first == "top" and style[side].endswith("%"))
    ]


def _moves(transform: str) -> Iterator[tuple[str, str]]:
    """Yield how far functions move an element, to the right (x) or down (y)."""
    for found in _SHIFTS.finditer(transform):
        if found[1] in {"x", "y"}:
            yield found[1], found[2].strip()
        elif found[1] != "z":
            yield from _both(list(map(str.strip, found[2].split(","))))


def _both(sides: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip("xy", sides, strict=False)


def _is_far(value: str | None, *, sideways: bool) -> bool:
    """Tell a place that no reader scrolls to; below the page's end one does."""
    match = NUMBER.match(value) if value else None
    if match is None:
        return False
    pixels = float(match[1]) * UNIT_PX.get(match[2], 1)
    return pixels <= -_FAR_PX or (sideways and match[2] in _FIXED_UNITS and pixels >= _FAR_RIGHT_PX)


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


_SHIFTS = re.compile(r"translate([xyz]|3d)?\(\s*([^()]{1,80})\)")
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
