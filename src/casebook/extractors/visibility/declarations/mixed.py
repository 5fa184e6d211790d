"""Colours that a style states by other colours (CSS Color 5): the one that comes of it. Pure."""

import re

_LIGHT = re.compile(r"light-dark\(\s*([^(),]{1,40}(?:\([^()]{0,60}\))?)\s*,.*\)")
_NAMED = r"[^,()]{1,30}?(?:\([^()]{0,60}\))?"
_FROM = re.compile(
    rf"(?:rgb|hsl|hwb|color|lab|lch|oklab|oklch)a?\(\s*from\s+({_NAMED})\s+(?:srgb\s+)?"
    r"(?:r\s+g\s+b|h\s+s\s+l|h\s+w\s+b|l\s+a\s+b|l\s+c\s+h)\s*"
    r"(?:/\s*(\d{0,9}\.?\d{1,9})%?\s*)?\)"
)
_OTHERWISE = re.compile(
    r"(rgba?|hsla?|hwb|(?:ok)?l(?:ab|ch))\(\s*from\s+[^()]{1,30}?\s+(?=[\d.-]+%?\s)"
)
_MIX = re.compile(
    rf"color-mix\(\s*in\s+[^,()]{{1,30}},\s*({_NAMED})(?:\s+(\d{{1,9}}(?:\.\d{{1,9}})?)%)?\s*"
    rf",\s*({_NAMED})(?:\s+(\d{{1,9}}(?:\.\d{{1,9}})?)%)?\s*\)"
)
_CLEAR = "transparent"
_LONGEST = 200


def unmixed(value: str) -> str:
    """Return ``value`` with the colours that others make, where one of them alone decides."""
    if len(value) > _LONGEST or ("from" not in value and "-" not in value):
        return value
    value = _LIGHT.sub(r"\1", value)
    return _MIX.sub(_mixed, _OTHERWISE.sub(r"\1(", _FROM.sub(_derived, value)))


def mixture(value: str) -> tuple[str, str, float] | None:
    """Return the two colours that a value mixes, and the part of the second, from 0 to 1."""
    match = _MIX.search(value)
    return (match[1], match[3], _percent(match[4], match[2])) if match else None


def share_of(value: str) -> float:
    """Return how much there is, from 0 to 1, of a colour that is mixed with nothing or thinned."""
    if len(value) > _LONGEST:
        return 1.0
    if (match := _FROM.search(value)) and match[2]:
        percent = "%" in match[0]
        return float(match[2]) / (100 if percent else 1)
    if (match := _MIX.search(value)) and _CLEAR in {match[1], match[3]}:
        other = _percent(match[4], match[2])
        return other if match[1] == _CLEAR else 1 - other
    return 1.0


def _percent(told: str | None, opposite: str | None) -> float:
    """Return the part of the second of two colours, from 0 to 1."""
    if told is not None:
        return float(told) / 100
    return 0.5 if opposite is None else 1 - float(opposite) / 100


def _derived(match: re.Match[str]) -> str:
    return _CLEAR if match[2] and float(match[2]) == 0 else match[1]


def _mixed(match: re.Match[str]) -> str:
    one, first, other, second = match.groups()
    if first is not None and second is None:
        second = str(100 - float(first))
    share = 50.0 if second is None else float(second)
    if share == 0 or one == other:
        return one
    if share >= 100 and not first:  # noqa: PLR2004 - percent
        return other
    # What is mixed with nothing is fainter, and the same on its own ground.
    return one if other == _CLEAR else other if one == _CLEAR else match[0]
