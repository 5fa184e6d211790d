"""What a CSS declaration says about sight, and the one-class rules of a page. Pure.

No cascade: a rule counts where its selector is a single class or id, outside of any condition, and
where no other rule of the page shows the same class again.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Style = Mapping[str, str]

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile("[{}]")
_SIMPLE = re.compile(r"[.#][\w-]+")
_NAMES = re.compile(r"[.#][\w-]+")
_SHOWS = re.compile(
    r"display\s*:\s*(?!none)|visibility\s*:\s*visible|opacity\s*:\s*(?:1|0?\.[2-9])|animation",
    re.IGNORECASE,
)
_MAY_HIDE = re.compile(
    r"none|hidden|collapse|opacity|font-size|clip|indent|:\s*-\d{3}|overflow", re.IGNORECASE
)
_FAR = re.compile(r"-(?:\d{4,}|999)(?:\.\d+)?(?:px|r?em|%|vw|vh)?")
_NOUGHT = re.compile(r"0*(?:\.0*)?(?:px|r?em|%|pt|v[wh])?|(?:1|0?\.\d+)(?:px|pt)")
_ALMOST_NOUGHT = re.compile(r"0*(?:\.0\d*)?%?")
_NO_AREA = re.compile(r"rect\((?:[01](?:px)?[, ]*){4}\)|inset\((?:50|100)%")
_HEX = re.compile(r"#([\da-f]{3}|[\da-f]{6})")
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+%?)\s*)?\)"
)
_COLOURS = {"white": (255, 255, 255), "black": (0, 0, 0)}
_SIDES = ("width", "height", "max-width", "max-height")
_OFFSETS = ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
# What fades in is transparent only until a script has moved it into place.
_MOVING = frozenset({"transform", "transition", "animation", "will-change", "filter"})
_NEAR = 10
_LONGEST_SHEET = 60_000


class Hiding(NamedTuple):
    """Why a style hides its element, and whether a click or a script may show it."""

    reason: str
    may_open: bool


def parse_style(text: str) -> dict[str, str]:
    """Return the declarations of a ``style`` attribute or a rule, in lower case."""
    pairs = (declaration.partition(":") for declaration in text.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, colon, value in pairs
        if colon
    }


def hiding_rules(tree: Any) -> dict[str, dict[str, str]]:
    """Return the styles that hide, by ``.class`` or ``#id``, from the ``<style>`` of a page."""
    # The sheets of a whole design system say little about this page, and come last.
    sheets = sorted((style.text or "" for style in tree.iter("style")), key=len)
    rules: dict[str, dict[str, str]] = {}
    shown: set[str] = set()
    for selectors, body, is_conditional in _rules("\n".join(sheets)[:_LONGEST_SHEET]):
        if _SHOWS.search(body):
            shown.update(_NAMES.findall(selectors))
        if not is_conditional and _MAY_HIDE.search(body):
            for name in map(str.strip, selectors.split(",")):
                if _SIMPLE.fullmatch(name):
                    rules.setdefault(name, {}).update(parse_style(body))
    return {name: style for name, style in rules.items() if name not in shown and hiding_of(style)}


def _rules(css: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the selectors and the declarations of each rule, and whether it is within another."""
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


def hiding_of(style: Style) -> Hiding | None:
    """Return why an element of this style is out of sight, or None."""
    if style.get("display") == "none":
        return Hiding("display: none", may_open=True)
    if style.get("visibility") in {"hidden", "collapse"}:
        return Hiding("visibility: hidden", may_open=True)
    if _ALMOST_NOUGHT.fullmatch(style.get("opacity") or "full") and _MOVING.isdisjoint(style):
        return Hiding("opacity: 0", may_open=True)
    if "hidden" in style.get("overflow", "") and any(
        _NOUGHT.fullmatch(style.get(side) or "full") for side in _SIDES
    ):
        return Hiding("a box without area", may_open=True)
    if _NOUGHT.fullmatch(style.get("font-size") or "full"):
        return Hiding("font-size: 0", may_open=False)
    if any(_FAR.fullmatch(style.get(name, "")) for name in _OFFSETS):
        return Hiding("off screen", may_open=False)
    if _NO_AREA.search(style.get("clip", "") + style.get("clip-path", "")):
        return Hiding("clipped to nothing", may_open=False)
    return None


def ink_of(style: Style) -> tuple[int, int, int] | None:
    """Return the colour of the text as red, green and blue, None where the style has none."""
    return _colour(style.get("color", ""))


def ground_of(style: Style) -> tuple[int, int, int] | None:
    """Return the colour behind the text, None where the style names none or a picture."""
    stated = style.get("background-color") or style.get("background", "")
    return None if "url(" in stated or "gradient" in stated else _colour(stated)


def is_transparent(style: Style) -> bool:
    """Return whether the ink is transparent and no picture is cut out by it."""
    ink, rgb = style.get("color", ""), _RGB.match(style.get("color", ""))
    clear = ink == "transparent" or (rgb and rgb[4] and float(rgb[4].rstrip("%")) == 0)
    return bool(clear) and not any("background-clip" in name for name in style)


def looks_alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Return whether no eye tells two colours apart."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def _colour(value: str) -> tuple[int, int, int] | None:
    value = value.strip()
    if value in _COLOURS:
        return _COLOURS[value]
    if found := _HEX.match(value):
        digits = found[1] if len(found[1]) > 3 else "".join(2 * digit for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.match(value):
        return int(found[1]), int(found[2]), int(found[3])
    return None
