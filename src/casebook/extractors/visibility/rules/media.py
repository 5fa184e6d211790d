"""Which media and container queries hold for a reader at a wide screen (Media Queries Level 4)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from casebook.extractors.visibility.declarations.css_values import calculated

SCREEN_PX = 1280.0
CONTAINER_PX = 800.0
"""What a column of text on such a screen is wide, roughly."""

_HEIGHT_PX = 800.0
_DEEPEST = 5
_LONGEST = 1_000
_TYPES = frozenset({"all", "screen"})
# What a desk has, and a reader who has set nothing.
_IS = {
    "any-hover": "hover", "any-pointer": "fine", "color-gamut": "srgb", "display-mode": "browser",
    "dynamic-range": "standard", "forced-colors": "none", "hover": "hover",
    "inverted-colors": "none", "orientation": "landscape", "overflow-block": "scroll",
    "overflow-inline": "scroll", "pointer": "fine", "prefers-color-scheme": "light",
    "prefers-contrast": "no-preference", "prefers-reduced-data": "no-preference",
    "prefers-reduced-motion": "no-preference", "prefers-reduced-transparency": "no-preference",
    "scripting": "enabled", "update": "fast",
}  # fmt: skip
_NOTHING = frozenset({"none", "no-preference"})
_MEASURES = {
    "aspect-ratio": SCREEN_PX / _HEIGHT_PX, "color": 8.0, "color-index": 0.0, "grid": 0.0,
    "device-aspect-ratio": SCREEN_PX / _HEIGHT_PX, "device-height": _HEIGHT_PX,
    "device-width": SCREEN_PX, "height": _HEIGHT_PX, "block-size": _HEIGHT_PX, "monochrome": 0.0,
    "resolution": 1.0, "-webkit-device-pixel-ratio": 1.0,
}  # fmt: skip
_KNOWN = {*_IS, *_MEASURES, "width", "inline-size", "not"}
_FEATURE = re.compile(r"\(\s*([a-z-]+)\s*(?=[:)])")
_UNITS = {"": 1.0, "px": 1.0, "em": 16.0, "rem": 16.0, "cm": 37.8, "in": 96.0, "pt": 4 / 3} | {
    "dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96,
}  # fmt: skip
_BOUND = re.compile(r"^(-webkit-)?(min|max)-")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|=)\s*")
_NUMBER = re.compile(r"(\d{0,9}\.?\d{1,9})\s*(?:/\s*(\d{1,9})|([a-z]{0,4}))")
_NAME = re.compile(r"[\w-]+\s+(?=not\s|\()")


def media_hold(queries: str) -> bool:
    """Tell whether one of a list of media queries, in lower case, holds; an empty one does."""
    return not queries.strip() or _one_holds(queries[:_LONGEST])


@lru_cache(maxsize=1_024)  # a style sheet has the same few again and again
def _one_holds(queries: str) -> bool:
    return any(_holds(query, SCREEN_PX, 0) for query in queries.split(","))


def container_holds(query: str) -> bool:
    """Tell a query, perhaps behind a container's name, that holds for a column of text."""
    query = query.strip()[:_LONGEST]
    return _holds(_NAME.sub("", query, count=1) if _NAME.match(query) else query, CONTAINER_PX, 0)


def _holds(query: str, width: float, depth: int) -> bool:
    query = query.strip()
    if depth > _DEEPEST:
        return False
    if query.startswith(("not ", "not(")):
        denied = query.removeprefix("not")
        return not _is_unknown(denied) and not _holds(denied, width, depth + 1)
    for word, among in (("or", any), ("and", all)):
        parts = list(_apart(query, word))
        if len(parts) > 1:
            return among(_holds(part, width, depth + 1) for part in parts)
    if not query.startswith("("):
        return query.removeprefix("only ").strip() in _TYPES
    inside = query[1:-1].strip() if query.endswith(")") else ""
    if inside.startswith(("(", "not ")):
        return _holds(inside, width, depth + 1)
    return _is(inside, _MEASURES | {"width": width, "inline-size": width})


def _is_unknown(query: str) -> bool:
    """Tell a query for a feature that no browser has; it holds neither so nor denied."""
    return any(_BOUND.sub(r"\1", name) not in _KNOWN for name in _FEATURE.findall(query))


def _apart(query: str, word: str) -> Iterator[str]:
    """Yield what ``word`` joins outside brackets."""
    level, start = 0, 0
    for mark in re.finditer(rf"[()]|(?<=[\s)]){word}(?=[\s(])", query):
        if mark[0] in "()":
            level += 1 if mark[0] == "(" else -1
        elif level == 0:
            yield query[start : mark.start()]
            start = mark.end()
    yield query[start:]


def _is(feature: str, measures: dict[str, float]) -> bool:
    """Tell a feature that is there: alone, of a value, above or below one, or between two."""
    if len(compared := _COMPARED.split(feature)) > 1:
        numbers = [_number(part, measures) for part in compared[::2]]
        signs = compared[1::2]
        return all(
            one is not None and other is not None and _compare(one, sign, other)
            for one, sign, other in zip(numbers, signs, numbers[1:], strict=False)
        )
    name, colon, value = (part.strip() for part in feature.partition(":"))
    bound = _BOUND.match(name)
    name = _BOUND.sub(lambda match: match[1] or "", name)
    if name in _IS:
        return _IS[name] == value if colon else _IS[name] not in _NOTHING
    if name not in measures or not colon:
        return measures.get(name, 0.0) > 0
    number = _number(value, {})
    sign = {"min": ">=", "max": "<="}[bound[2]] if bound else "="
    return number is not None and _compare(measures[name], sign, number)


def _number(text: str, measures: dict[str, float]) -> float | None:
    """Return a length, a ratio or a resolution in pixels, or the measure that ``text`` names."""
    if text in measures:
        return measures[text]
    match = _NUMBER.fullmatch(calculated(text))
    if match is None or (match[3] or "") not in _UNITS:
        return None
    return float(match[1]) * _UNITS[match[3] or ""] / float(match[2] or 1)


def _compare(one: float, sign: str, other: float) -> bool:
    return {
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
        "=": one == other,
    }[sign]
