"""What a style declaration does to a text: just enough CSS to tell what no reader sees.

Only inline styles, and rules of ``<style>`` whose selector names one element by tag, classes and id
(``p.a.b``; no descendants, no states). Rules inside at-rules (print, small screens) do not count.
One pass, linear in the length.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Style = Mapping[str, str]
"""Lower-case property to lower-case value."""

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)

_LONGEST_SHEET = 1_000_000
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][A-Za-z_][\w-]{0,80}){1,4})")
_NAME = re.compile(r"[.#][\w-]+")
_RULES_PER_NAME = 16
_COMMENT_OR_BRACE = re.compile(r"/\*.*?(?:\*/|\Z)|[{}]", re.DOTALL)
_NUMBER = re.compile(r"(-?\d*\.?\d+)\s*([a-z%]*)")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?")
_NAMED = {"white": WHITE, "snow": (255, 250, 250), "black": (0, 0, 0), "#fff": WHITE}
_FAR_PX = 900
_UNIT_PX = {"": 1, "px": 1, "pt": 4 / 3, "em": 16, "rem": 16, "vw": 12, "vh": 8, "%": 10}
_SAME_COLOUR = 24
_SMALLEST_PX = 2
_UNITS_OF_TEXT = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "": 1.0}


def declarations(text: str) -> dict[str, str]:
    """Return the properties of a style attribute or rule body; the last one of a name wins."""
    pairs = (part.partition(":") for part in text.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, colon, value in pairs
        if colon
    }


@dataclass(frozen=True, slots=True)
class Rule:
    """Declarations for elements of ``tag`` (any where empty) that carry all ``names``."""

    tag: str
    names: frozenset[str]
    style: Style


Rules = Mapping[str, Sequence[Rule]]
"""Rules by the first name of their selector: ``.class`` or ``#id``."""


def simple_rules(sheet: str) -> dict[str, list[Rule]]:
    """Return the rules of a style sheet that name one element; at most 16 for a first name."""
    rules: dict[str, list[Rule]] = {}
    for selectors, body in _top_level(sheet[:_LONGEST_SHEET]):
        style = declarations(body)
        for selector in selectors.split(","):
            if match := _SELECTOR.fullmatch(selector.strip()):
                names = _NAME.findall(match[2])
                rule = Rule(match[1] or "", frozenset(names), style)
                rules.setdefault(names[0], []).append(rule)
    return {name: found[-_RULES_PER_NAME:] for name, found in rules.items()}


def cascade(rules: Rules, tag: str, names: frozenset[str]) -> dict[str, str]:
    """Return what ``rules`` declare for an element; more names in a selector win over fewer."""
    fitting = [
        rule
        for name in names
        for rule in rules.get(name, ())
        if rule.tag in {"", tag} and rule.names <= names
    ]
    style: dict[str, str] = {}
    for rule in sorted(fitting, key=lambda rule: len(rule.names)):
        style |= rule.style
    return style


def _top_level(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selector and body of each rule that stands in no at-rule."""
    depth, start, selector = 0, 0, ""
    for mark in _COMMENT_OR_BRACE.finditer(sheet):
        if mark.group() == "{":
            if depth == 0:
                selector, start = sheet[start : mark.start()].strip(), mark.end()
            depth += 1
        elif mark.group() == "}" and depth:
            depth -= 1
            if depth == 0:
                if not selector.startswith("@"):
                    yield selector, sheet[start : mark.start()]
                start = mark.end()
        elif mark.group() != "}" and depth == 0:
            start = mark.end()


def removes_element(style: Style) -> str | None:
    """Say why an element and all in it is not seen, or None. Descendants cannot undo it."""
    if style.get("display") == "none":
        return "display: none"
    if _number(style.get("opacity")) == 0:
        return "opacity: 0"
    if reason := _off_screen(style):
        return reason
    return _clipped(style)


def _off_screen(style: Style) -> str | None:
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    sides = ("left", "top", "right", "bottom") if placed else ()
    for name in (*sides, "margin-left", "margin-top", "text-indent"):
        pixels = _pixels(style.get(name))
        if pixels is not None and pixels <= -_FAR_PX:
            return f"off screen ({name})"
    shift = re.search(r"translate[xy3d]*\(\s*(-\d[^,)]*)", style.get("transform", ""))
    pixels = _pixels(shift[1]) if shift else None
    return "off screen (transform)" if pixels is not None and pixels <= -_FAR_PX else None


def _clipped(style: Style) -> str | None:
    if re.search(r"scale[xy3d]*\(\s*0\s*[,)]", style.get("transform", "")):
        return "scaled to nothing"
    if style.get("position") in {"absolute", "fixed"} and re.search(
        r"rect\(\s*[01](px)?[\s,]+[01](px)?[\s,]+[01](px)?|inset\(\s*(50|100)%",
        style.get("clip", "") + style.get("clip-path", ""),
    ):
        return "clipped away"
    sizes = (_pixels(style.get(name)) for name in ("height", "width", "max-height", "max-width"))
    small = any(size is not None and 0 <= size <= 1 for size in sizes)
    cut = style.get("overflow", style.get("overflow-y", "")).startswith(("hidden", "clip"))
    return "no height or width" if small and cut else None


def text_size(style: Style) -> float | None:
    """Return the declared font size in pixels, roughly, or None where there is none."""
    declared = style.get("font-size")
    if declared is None and (shorthand := style.get("font")):
        match = re.search(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%))", shorthand)
        declared = match[1] if match else None
    match = _NUMBER.match(declared or "")
    if not match or match[2] not in _UNITS_OF_TEXT:
        return None
    return float(match[1]) * _UNITS_OF_TEXT[match[2]]


def is_unreadably_small(pixels: float) -> bool:
    """Tell a size that nobody reads: under two pixels."""
    return pixels < _SMALLEST_PX


def colour(value: str | None) -> Colour | None:
    """Return the colour of a CSS value that states one; a fully transparent one gives None."""
    if not value:
        return None
    if match := _RGB.search(value):
        opaque = match[4] is None or _number(match[4]) != 0
        return (int(match[1]), int(match[2]), int(match[3])) if opaque else None
    if match := _HEX.search(value):
        return _hex(match[1])
    return next((_NAMED[word] for word in value.split() if word in _NAMED), None)


def _hex(digits: str) -> Colour | None:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in {6, 8} or digits[6:] == "00":
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def same_colour(one: Colour, other: Colour) -> bool:
    """Tell whether no eye keeps the two apart."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _SAME_COLOUR


def _number(value: str | None) -> float | None:
    match = _NUMBER.match(value or "")
    return float(match[1]) if match else None


def _pixels(value: str | None) -> float | None:
    match = _NUMBER.match(value or "")
    return float(match[1]) * _UNIT_PX.get(match[2], 1) if match else None
