"""CSS that hides text: inline styles, and the rules of ``<style>`` for one class or id. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from extractors.web.patterns import pattern

Style = Mapping[str, str]

_LONGEST_SHEET = 60_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile("[{}]")
_NAME = re.compile(r"[.#][\w-]+")
_SHOWS, _MAY_HIDE = pattern("hidden", "shows"), pattern("hidden", "may_hide")
_FAR, _ZERO = pattern("hidden", "far"), pattern("hidden", "zero")
_NO_AREA, _COLOUR = pattern("hidden", "no_area"), pattern("hidden", "colour")
_CLEAR, _CLEAR_INK = pattern("hidden", "clear"), pattern("hidden", "clear_ink")
_SIDES = ("width", "height", "max-width", "max-height")
_OFFSETS = ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
# Elements that fade in are transparent only until a script moves them into place.
_MOVING = frozenset({"transform", "transition", "animation", "will-change", "filter"})
_NEAR = 10


class Hiding(NamedTuple):
    """Why a style hides its element, and whether a click or script may show it."""

    reason: str
    may_open: bool


_HIDING_RULES: tuple[tuple[str, bool, Callable[[Style], object]], ...] = (
    ("display: none", True, lambda s: s.get("display") == "none"),
    ("visibility: hidden", True, lambda s: s.get("visibility") in {"hidden", "collapse"}),
    ("opacity: 0", True, lambda s: _CLEAR.match(s.get("opacity", "")) and _MOVING.isdisjoint(s)),
    ("a box without area", True, lambda s: s.get("overflow") == "hidden" and _has_zero(s)),
    ("font-size: 0", False, lambda s: "font-size" in s and _ZERO.fullmatch(s["font-size"])),
    ("off screen", False, lambda s: any(_FAR.fullmatch(s.get(name, "")) for name in _OFFSETS)),
    ("clipped", False, lambda s: _NO_AREA.search(f"{s.get('clip')} {s.get('clip-path')}")),
    ("transparent ink", False, lambda s: _CLEAR_INK.match(s.get("color", "")) and not _clips(s)),
)


def parse_style(text: str) -> dict[str, str]:
    """Return the declarations of a ``style`` attribute or rule, in lower case."""
    pairs = (declaration.partition(":") for declaration in text.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip() for name, sign, value in pairs if sign
    }


def hiding_of(style: Style) -> Hiding | None:
    """Return why an element with this style is hidden, or None."""
    found = ((reason, may_open) for reason, may_open, hides in _HIDING_RULES if hides(style))
    return next((Hiding(*known) for known in found), None)


def hiding_rules(tree: Any) -> dict[str, dict[str, str]]:
    """Return the hiding styles of a page's ``<style>`` elements, by ``.class`` or ``#id``."""
    # The large sheets of a whole design system say little about this page.
    sheets = sorted((style.text or "" for style in tree.iter("style")), key=len)
    rules: dict[str, dict[str, str]] = {}
    shown: set[str] = set()
    for selectors, body, is_conditional in _rules("\n".join(sheets)[:_LONGEST_SHEET]):
        if _SHOWS.search(body):
            shown.update(_NAME.findall(selectors))
        if not is_conditional and _MAY_HIDE.search(body):
            for name in filter(_NAME.fullmatch, map(str.strip, selectors.split(","))):
                rules.setdefault(name, {}).update(parse_style(body))
    return {name: style for name, style in rules.items() if name not in shown and hiding_of(style)}


def looks_alike(ink: Style, ground: Style) -> bool | None:
    """Return whether two styles have similar colours, None if one is not a plain colour."""
    behind = _colour(ground.get("background-color") or ground.get("background", ""))
    before = _colour(ink.get("color", ""))
    if behind is None or before is None:
        return None
    return all(abs(one - other) <= _NEAR for one, other in zip(before, behind, strict=True))


def _rules(css: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each rule's selectors and declarations, and whether it is inside another."""
    css = _COMMENT.sub("", css)
    heads: list[str] = []
    start = 0
    for brace in _BRACE.finditer(css):
        text = css[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            heads.append(text.rpartition(";")[2])
        elif heads:
            yield heads.pop(), text, bool(heads)


def _has_zero(style: Style) -> bool:
    return any(name in style and _ZERO.fullmatch(style[name]) for name in _SIDES)


def _clips(style: Style) -> bool:
    """Return whether the letters clip a picture, which makes them visible."""
    return any("clip" in name for name in style)


def _colour(value: str) -> tuple[int, int, int] | None:
    """Return red, green and blue; None for other names, pictures and gradients."""
    found = _COLOUR.match(value.strip())
    if found is None or "url(" in value:
        return None
    white, black, long, short, *rgb = found.groups()
    if white or black:
        return (255, 255, 255) if white else (0, 0, 0)
    digits = long or "".join(2 * digit for digit in short or "")
    red, green, blue = (
        [int(digits[at : at + 2], 16) for at in (0, 2, 4)] if digits else map(int, rgb)
    )
    return red, green, blue
