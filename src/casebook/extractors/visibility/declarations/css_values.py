"""Values of style declarations that must be worked out: ``var()`` and ``calc()``."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

VARIABLE = "var("
CUSTOM = "--"
UNIT_PX = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945,
    "em": 16.0, "rem": 16.0, "ch": 8.0, "rch": 8.0, "ex": 8.0, "rex": 8.0, "cap": 11.0,
    "rcap": 11.0, "ic": 16.0, "ric": 16.0, "lh": 19.0, "rlh": 19.0, "%": 10.0,
    **{
        f"{kind}{side}": pixels
        for kind in ("v", "sv", "lv", "dv", "cq")
        for side, pixels in (
            ("w", 12.0), ("h", 8.0), ("i", 12.0), ("b", 8.0), ("min", 8.0), ("max", 12.0)
        )
    },
}  # fmt: skip
"""Pixels of a unit, roughly, on a wide screen."""

NUMBER = re.compile(r"(-?\d*\.?\d+(?:e[-+]?\d{1,3})?)\s*([a-z%]*)")
"""A number and its unit."""

_VAR = re.compile(r"var\(\s*(--[\w-]{1,80})\s*(?:,([^()]{0,80}))?\)")
_CALC = re.compile(r"calc\(([^()]{1,80})\)")
_UNITS = "|".join(sorted(filter(None, UNIT_PX), key=len, reverse=True))
_TERM = re.compile(rf"\s*([-+*/])?\s*(-?\d*\.?\d+)({_UNITS})?")
_LIMITS = re.compile(r"\b(min|max|clamp)\(([^()]{1,80})\)")
_LENGTH = re.compile(rf"(-?\d{{0,9}}\.?\d{{1,9}})({_UNITS})?")
_MOST_VARIANTS = 30


def number(value: str | None) -> float | None:
    """Return the number with which a value begins, whatever its unit."""
    match = NUMBER.match(value) if value else None
    return float(match[1]) if match else None


def resolved(value: str, known: Mapping[str, str]) -> str:
    """Return ``value`` with its variables as ``known``, else with their fallbacks."""
    for _ in range(_MOST_VARIANTS):
        found = _VAR.search(value)
        if found is None:
            break
        value = _put(value, found, known.get(found[1], found[2] or ""))
    return calculated(value)


def variants(value: str, known: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    """Yield what ``value`` may come to, at most 30 ways, with its variables as ``known``."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_VARIANTS:
        each = waiting.pop()
        seen += 1
        found = _VAR.search(each)
        if found is None:
            yield calculated(each)
        else:
            waiting += [
                _put(each, found, told) for told in (found[2] or "", *known.get(found[1], ()))
            ]


def calculated(value: str) -> str:
    """Return ``value`` with ``calc()``, ``min()`` and the like of numbers as one, in pixels."""
    if "(" not in value:
        return value
    return _LIMITS.sub(_limited, _CALC.sub(_sum, value) if "calc(" in value else value)


def _put(value: str, found: re.Match[str], told: str) -> str:
    return f"{value[: found.start()]}{told.strip()}{value[found.end() :]}"


def _limited(found: re.Match[str]) -> str:
    """Return the smallest, largest or bounded one of numbers."""
    terms = [_LENGTH.fullmatch(part.strip()) for part in found[2].split(",")]
    numbers = [float(term[1]) * UNIT_PX[term[2] or ""] for term in terms if term]
    if len(numbers) < len(terms):
        return found[0]
    if found[1] == "clamp":
        numbers = sorted([max(numbers[:1] + numbers[1:2]), *numbers[2:]])
    number = max(numbers) if found[1] == "max" else min(numbers)
    return f"{number:g}{'px' if any(term and term[2] for term in terms) else ''}"


def _sum(found: re.Match[str]) -> str:
    total, product, at, unit = 0.0, 0.0, 0, ""
    while at < len(found[1].rstrip()):
        term = _TERM.match(found[1], at)
        if term is None or (at > 0 and not term[1]):
            return found[0]
        at, number = term.end(), float(term[2]) * UNIT_PX[term[3] or ""]
        unit = "px" if term[3] else unit
        if term[1] == "*":
            product *= number
        elif term[1] == "/":
            product = product / number if number else 0.0
        else:
            total, product = total + product, -number if term[1] == "-" else number
    return f"{total + product:g}{unit}"
