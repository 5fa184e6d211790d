"""What a style declaration does to a text: just enough CSS to tell what no reader sees."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from casebook.extractors.visibility.declarations.boxes import WIDENING, is_no_row, no_room
from casebook.extractors.visibility.declarations.colours import (
    DARK,
    FAINTEST,
    WHITE,
    Colour,
    is_transparent,
    stated_share,
)
from casebook.extractors.visibility.declarations.css_values import (
    CUSTOM,
    NUMBER,
    UNIT_PX,
    calculated,
    number,
)
from casebook.extractors.visibility.declarations.masks import is_no_size, masks_all
from casebook.extractors.visibility.declarations.resets import set_back
from casebook.extractors.visibility.declarations.shapes import (
    is_clipped_away,
    is_empty_rect,
    is_on_edge,
    moved_by_matrix,
)
from casebook.extractors.visibility.declarations.taken import apart, is_for_others, is_taken

Style = Mapping[str, str]
"""Lower-case property to lower-case value; names that authors give keep their case."""

_LINES = frozenset({"underline", "overline", "line-through", "blink"})
_AS_USUAL = frozenset({"revert", "revert-layer"})
_AS_AROUND = frozenset({"inherit", "initial", "unset", *_AS_USUAL})
INKS = ("color", "-webkit-text-fill-color")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_HIGHEST_CODE = 0x10FFFF
_FAR_PX = 900
_FAR_RIGHT_PX = 3_000
_FIXED_UNITS = {"px", "pt", "pc", "in", "cm", "mm", "em", "rem", "ch"}
_SMALLEST_PX = 2
_FAINT_WITHIN = 0.25  # an opacity at which nothing may be seen within another one
_SMALLEST_SCALE = 0.12  # of 16 pixels less than the two that nobody reads are left
_BLURRED_PX = 10
# What is said of the text's own directions, for text from left to right, top to bottom.
_PHYSICAL = {
    "inline-size": "width",
    "block-size": "height",
    "max-inline-size": "max-width",
    "max-block-size": "max-height",
    "inset-inline-start": "left",
    "inset-inline-end": "right",
    "inset-block-start": "top",
    "inset-block-end": "bottom",
    "margin-inline-start": "margin-left",
    "margin-block-start": "margin-top",
}
_SIDES = {
    "inset": ("top", "right", "bottom", "left"),
    "margin": ("margin-top", "margin-right", "margin-bottom", "margin-left"),
    "padding": ("padding-top", "padding-right", "padding-bottom", "padding-left"),
}
_SHORTHANDS = frozenset({"all", "text-decoration", "background", *_SIDES})
_IMPORTANT = re.compile(r"!\s*important", re.IGNORECASE)
_OF_ANIMATIONS = re.compile(r"(?:-webkit-)?animation(?:-name)?")
_CUSTOM_NAME = re.compile(r"(--[\w-]+)")
_OLD_NAME = re.compile(r"^-webkit-(?=mask|animation|clip-path|transform|filter|opacity)")
_DOTS = frozenset({"disc", "circle", "square"})
_DISPLAYS = frozenset(
    "none contents block inline flow flow-root flex grid table list-item run-in ruby math inherit "
    "initial unset revert revert-layer table-row table-cell table-column table-column-group "
    "table-caption table-row-group table-header-group table-footer-group inline-block inline-flex "
    "inline-grid inline-table -webkit-box -webkit-inline-box -webkit-flex -ms-flexbox -ms-grid "
    "ruby-base ruby-text ruby-base-container ruby-text-container".split()
)
_UNITS_OF_TEXT = {**UNIT_PX, "%": 0.16}
_SIZES_OF_TEXT = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "initial": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_TOUCHING = re.compile(
    r"display|opacity|visibility|position|font|color|background|clip|overflow|transform"
    r"|translate|scale|zoom|filter|contain$|content$|content-vis|mask|animation|--|rotate|text-shadow"
    r"|white-space|text-decoration|float|z-index|isolation|mix-blend|-webkit-(?:text-(?:fill|stroke|security)|background-clip)|grid-template-rows"
)
_PAINTING = re.compile(
    rf"{_TOUCHING.pattern}|left|right|top|bottom|margin|(?:max-)?(?:height|width)"
)
_PLACING = re.compile(r"left|right|top|bottom|margin|padding|text-indent|height|width|max-")
_SIZING = re.compile(r"(?:max-)?(?:height|width)")
_NO_SIZE = re.compile(r"[01](?![.\d])|var\(|calc\(")
_FAR_PLACE = re.compile(
    r"-\d{3}|-\d{2}[\d.]*(?!px|pt)[a-z%]|\d{4}|\d{3}(?!px|pt)[a-z%]|-?[\d.]+e|var\(|calc\("
)


class Declared(NamedTuple):
    """The properties of one rule or attribute, those marked ``!important`` apart."""

    plain: Style
    important: Style

    def of_sight(self, placing: AbstractSet[str]) -> "Declared":
        """Return what of it may hide or show a text, where a page puts one away by ``placing``."""
        plain, important = (
            {
                name: value
                for name, value in told.items()
                if _touches(name)
                or name in placing
                or _beside(name) in placing
                or (placing and name in WIDENING)
            }
            for told in (self.plain, self.important)
        )
        return Declared(plain, important)

    def placing(self) -> set[str]:
        """Return the places and sizes of which it gives one that may put a text out of sight."""
        return {
            name
            for told in (self.plain, self.important)
            for name, value in told.items()
            if _PLACING.match(name)
            and (_NO_SIZE if _SIZING.fullmatch(name) else _FAR_PLACE).match(value)
        }

    def of(self, side: str) -> "Declared":
        """Return what of it paints, as said of what stands before or after a text."""
        plain, important = (
            {
                f"{name}{side}": value
                for name, value in told.items()
                if _PAINTING.match(name) and not name.startswith(CUSTOM)
            }
            for told in (self.plain, self.important)
        )
        return Declared(plain, important)


@lru_cache(maxsize=1_000)
def _touches(name: str) -> bool:
    return _TOUCHING.match(name) is not None


def _beside(name: str) -> str:
    """Return the margin that a padding takes back, or that a width makes room for."""
    return "margin-left" if name in {"width", "float"} else name.replace("padding", "margin")


NOTHING = Declared({}, {})


def canvas(style: Style, stated: str = "") -> Colour:
    """Return the ground of a page by the style of its root, else as a meta element has ``stated``.

    One for readers who like it light too is light.
    """
    schemes = style.get("color-scheme", stated).lower().split()
    return DARK if "dark" in schemes and "light" not in schemes else WHITE


def declared(text: str) -> Declared:
    """Return the properties of a style attribute or rule body; the last one of a name wins.

    In lower case, but for names that their author gave: custom properties and animations.
    """
    plain: dict[str, str] = {}
    important: dict[str, str] = {}
    text = _COMMENT.sub("", text) if "/*" in text else text
    lowered = text.lower()
    has_names = CUSTOM in text or "animation" in lowered or "\\" in text  # or may have
    for part in apart(text if has_names else lowered):
        name, colon, value = part.partition(":")
        if "\\" in part:
            name, value = unescaped(name), unescaped(value)
            if is_for_others(part) or part[: len(name) + 1].endswith("\\"):
                continue
        value, *mark = _IMPORTANT.split(value) if "!" in value else (value,)
        if not colon or len(mark) > 1 or any(map(str.strip, mark)):
            continue
        name, value = name.strip(), value.strip()
        if has_names:
            name = _lowered(name)
            value = value if _OF_ANIMATIONS.fullmatch(name) else _lowered(value)
        told = important if mark else plain
        value = calculated(value)
        if not _is_understood(name, value):
            continue
        if name in _SHORTHANDS:
            told.update(_written_out(name, value))
        else:
            told[_today(name) if name[:1] == "-" else _PHYSICAL.get(name, name)] = value
    return Declared(plain, important)


def _lowered(text: str) -> str:
    if CUSTOM not in text:
        return text.lower()
    parts = _CUSTOM_NAME.split(text)
    return "".join(part if n % 2 else part.lower() for n, part in enumerate(parts))


def _is_understood(name: str, value: str) -> bool:
    """Tell a declaration that browsers know; where they do not, what was said before counts."""
    if name == "display" and "var(" not in value and not is_display(value):
        return False
    return value != "revert-layer" and is_taken(name, value)


def _today(name: str) -> str:
    """Return what a property is called since it needs no prefix."""
    return _OLD_NAME.sub("", name)


def _written_out(name: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield the properties that a shorthand sets."""
    if name == "all":
        yield from set_back(value).items()
        return
    if name in _SIDES and "var(" not in value:
        yield from zip(_SIDES[name], _all_sides(value), strict=True)
        return
    if name == "text-decoration" and "var(" not in value and value not in _AS_AROUND:
        lines = [word for word in value.split() if word in _LINES]
        yield "text-decoration-line", " ".join(lines) or "none"
    elif name == "text-decoration":
        yield "text-decoration-line", value
    if name == "background":  # sets those too
        yield from (("background-color", ""), ("background-image", ""))
    yield name, value


def is_display(value: str) -> bool:
    """Tell a way to be displayed that browsers know."""
    return _DISPLAYS.issuperset(value.split())


def _all_sides(value: str) -> tuple[str, str, str, str]:
    """Return top, right, bottom and left of one to four values."""
    top, right, bottom, left, *_ = (*value.split(), "", "", "", "")
    right = right or top
    return top, right, bottom or top, left or right


def unescaped(text: str) -> str:
    """Return ``text`` with the escapes of CSS resolved."""
    if "\\" not in text:
        return text

    def resolved(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else 0
        return match[2] or (chr(code) if 0 < code <= _HIGHEST_CODE else "")

    return _ESCAPE.sub(resolved, text)


def removes_element(style: Style) -> str | None:
    """Say why an element and all in it is not seen, or None. Descendants cannot undo it."""
    if _REMOVING.isdisjoint(style):
        return None
    if style.get("display") in {"none", "table-column", "table-column-group"}:
        return "display: none"
    if (_pixels(_inside("blur", style.get("filter", ""))) or 0) >= _BLURRED_PX:
        return "blurred"
    if _is_faint(style.get("opacity")) or _is_faint(_inside("opacity", style.get("filter", ""))):
        return "opacity: 0"
    if style.get("content-visibility") == "hidden":
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
    return by_itself if stated in _AS_USUAL else "line-through" in stated


_REMOVING = frozenset(
    "display filter opacity content-visibility mask mask-image -webkit-text-security left top right "
    "bottom margin-left margin-top text-indent transform translate scale rotate zoom content clip "
    "clip-path height max-height width max-width".split()
)
"""Properties of which a style must have one to remove an element."""

# What another rule may say of the same element.
_AT_WORST = {"position": "absolute", "overflow": "hidden", "white-space": "nowrap"}


def _off_screen(style: Style) -> str | None:
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    sides = ("left", "top", "right", "bottom") if placed else ()
    for name in (*sides, "margin-left", "margin-top", "text-indent"):
        if name not in style:
            continue
        # So far from the right or the lower edge is beyond the left or the upper one.
        sideways = name in {"left", "margin-left", "text-indent", "right", "bottom"}
        # A bar across the screen goes far out with its margin and comes back with its padding.
        back = style.get(name.replace("margin", "padding")) if name.startswith("margin") else None
        if _is_far(style.get(name), sideways=sideways) and f"-{back}" != style[name]:
            return f"off screen ({name})"
    if "transform" not in style and "translate" not in style:
        return None
    if any(_is_far(far, sideways=True) for far in moved_by_matrix(style.get("transform", ""))):
        return "off screen (transform)"
    moves = [*_moves(style.get("transform", "")), *_both(style.get("translate", "").split())]
    away = any(_is_far(far, sideways=way == "x") for way, far in moves)
    return "off screen (transform)" if away else None


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
