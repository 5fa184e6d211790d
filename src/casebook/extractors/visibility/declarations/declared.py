"""What a style attribute or the body of a rule declares, as browsers take it in. Pure."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from casebook.extractors.visibility.declarations.boxes import WIDENING
from casebook.extractors.visibility.declarations.css_values import CUSTOM, calculated
from casebook.extractors.visibility.declarations.resets import set_back
from casebook.extractors.visibility.declarations.taken import apart, is_for_others, is_taken

Style = Mapping[str, str]
"""Lower-case property to lower-case value; names that authors give keep their case."""

_LINES = frozenset({"underline", "overline", "line-through", "blink"})
AS_USUAL = frozenset({"revert", "revert-layer"})
_AS_AROUND = frozenset({"inherit", "initial", "unset", *AS_USUAL})
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_HIGHEST_CODE = 0x10FFFF
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
    "padding-inline-start": "padding-left",
    "padding-inline-end": "padding-right",
    "padding-block-start": "padding-top",
    "padding-block-end": "padding-bottom",
}
_SIDES = {
    "inset": ("top", "right", "bottom", "left"),
    "margin": ("margin-top", "margin-right", "margin-bottom", "margin-left"),
    "padding": ("padding-top", "padding-right", "padding-bottom", "padding-left"),
}
_PAIRS = {
    f"{name}-{way}": tuple(f"{name}-{side}" if name != "inset" else side for side in sides)
    for name in ("inset", "margin", "padding")
    for way, sides in (("block", ("top", "bottom")), ("inline", ("left", "right")))
}
_LONGHANDS = {
    "background": ("background-color", "background-image"),
    "mask": ("mask-image",),
    "offset": ("offset-path", "offset-distance"),
}
_SHORTHANDS = frozenset({"all", "font", "text-decoration", *_LONGHANDS, *_SIDES, *_PAIRS})
_IMPORTANT = re.compile(r"!\s*important", re.IGNORECASE)
_PLUS = re.compile(r"(?<![^,(\s])\+(?=\.?\d)")  # of a number, where it says nothing
_OF_ANIMATIONS = re.compile(r"(?:-webkit-)?animation(?:-name)?")
_SIZE_OF_FONT = re.compile(
    r"(?:^|\s)((?:xx?-|xxx-)?(?:small|large)|\d*\.?\d+(?:[a-z]+|%)|0)(?=[\s/]|$)"
)
_CUSTOM_NAME = re.compile(r"(--[\w-]+)")
_OLD_NAME = re.compile(r"^-webkit-(?=mask|animation|clip-path|transform|filter|opacity)")
_DISPLAYS = frozenset(
    "none contents block inline flow flow-root flex grid table list-item run-in ruby math inherit "
    "initial unset revert revert-layer table-row table-cell table-column table-column-group "
    "table-caption table-row-group table-header-group table-footer-group inline-block inline-flex "
    "inline-grid inline-table -webkit-box -webkit-inline-box -webkit-flex -ms-flexbox -ms-grid "
    "ruby-base ruby-text ruby-base-container ruby-text-container".split()
)
_TOUCHING = re.compile(
    r"display|opacity|visibility|position|font|color|background|clip|overflow|transform"
    r"|translate|scale|zoom|filter|contain$|content$|content-vis|mask|animation|--|rotate|text-shadow"
    r"|offset|white-space|text-decoration|float|z-index|isolation|mix-blend|-webkit-(?:text-(?:fill|stroke|security)|background-clip)|grid-template-rows"
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
        value = calculated(_PLUS.sub("", value) if "+" in value else value)
        if not _is_understood(name, value):
            continue
        name = _today(name) if name[:1] == "-" else _PHYSICAL.get(name, name)
        if name in _SHORTHANDS:
            told.update(_written_out(name, value))
        else:
            told[name] = value
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
    if name in _PAIRS and "var(" not in value:
        start, end, *_ = (*value.split(), value, value)
        yield from zip(_PAIRS[name], (start, end), strict=True)
        return
    if name == "text-decoration" and "var(" not in value and value not in _AS_AROUND:
        lines = [word for word in value.split() if word in _LINES]
        yield "text-decoration-line", " ".join(lines) or "none"
    elif name == "text-decoration":
        yield "text-decoration-line", value
    elif name == "font" and "var(" not in value:
        size = _SIZE_OF_FONT.search(value)
        yield "font-size", value if value in _AS_AROUND else size[1] if size else "medium"
    yield from ((long, "") for long in _LONGHANDS.get(name, ()))  # it sets those too
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
