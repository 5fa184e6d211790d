"""Colours that style sheets state: which they are, how much they cover, what no eye keeps apart."""

import colorsys
import re
from functools import lru_cache

from casebook.extractors.visibility.declarations.colour_names import NAMED
from casebook.extractors.visibility.declarations.css_values import NUMBER, VARIABLE, number
from casebook.extractors.visibility.declarations.greys import SPACES, bare, grey
from casebook.extractors.visibility.declarations.mixed import mixture, share_of, unmixed

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
DARK: Colour = (18, 18, 18)
"""The ground of a page that asks for dark colours, as browsers paint it."""

FAINTEST = 0.05
"""The share of a cover at which no eye reads."""

_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_PAINT = re.compile(r"#[0-9a-f]{3,8}\b|[a-z]{3,5}\([^()]{5,80}\)|[a-z]+")
_FUNCTION = re.compile(rf"(rgb|hsl|{SPACES})a?\(([^()]{{5,80}})\)")
_SAME_COLOUR = 24
_MOST = 1e6
"""Of a part of a colour; browsers take more as that, too."""


@lru_cache(maxsize=2_048)
def colour(value: str | None) -> Colour | None:
    """Return the colour of a CSS value that states one; a fully transparent one gives None."""
    if not value or is_transparent(value):
        return None
    value = unmixed(value)
    if "color-mix(" in value:
        return _mixed(value)
    if match := _FUNCTION.search(value):
        plain = match[1] in {"rgb", "hsl"}
        return _computed(match[1], match[2]) if plain else grey(match[1], match[2])
    if match := _HEX.search(value):
        return _hex(match[1])
    return next((NAMED[word] for word in value.split() if word in NAMED), None)


def _mixed(value: str) -> Colour | None:
    """Return what two colours make, roughly: each space of colours mixes in its own way."""
    parts = mixture(value)
    one, other = (colour(parts[0]), colour(parts[1])) if parts else (None, None)
    if parts is None or one is None or other is None:
        return None
    return laid_on(other, one, parts[2])


def laid_on(over: Colour, ground: Colour, share: float) -> Colour:
    """Return what a colour that covers a ``share`` of its ground gives on it."""
    red, green, blue = (
        round(share * part + (1 - share) * behind)
        for part, behind in zip(over, ground, strict=True)
    )
    return red, green, blue


def of_gradient(value: str) -> Colour | None:
    """Return the one colour that all of a gradient has, None where there are more, or none."""
    if "transparent" in value or VARIABLE in value:
        return None
    found = {told for part in _PAINT.findall(value) if (told := colour(part)) is not None}
    one = next(iter(found), None)
    return one if one is not None and all(same_colour(one, other) for other in found) else None


def is_transparent(value: str | None) -> bool:
    """Tell ink that leaves no mark."""
    if not value:
        return False
    return value.strip() == "transparent" or cover(value) <= FAINTEST


@lru_cache(maxsize=2_048)
def cover(value: str) -> float:
    """Return how much of what is behind it a colour covers, from 0 to 1."""
    share = share_of(value)
    value = unmixed(value)
    if match := _FUNCTION.search(value):
        parts = re.split(r"[\s,/]+", bare(match[2]))
        return share * stated_share(parts[3]) if len(parts) > 3 else share  # noqa: PLR2004 - three colours and alpha
    if (match := _HEX.search(value)) and len(match[1]) in {4, 8}:  # #rgba
        alpha = match[1][3] * 2 if len(match[1]) == 4 else match[1][6:]  # noqa: PLR2004
        return share * int(alpha, 16) / 255
    return share


def laid_over(value: str, ground: Colour | None) -> Colour | None:
    """Return the colour that ``value`` gives on a ``ground``; None for one that cannot be told."""
    told, share = colour(value), cover(value)
    if told is None or share >= 1 - FAINTEST:
        return told
    if ground is None:
        return None
    return laid_on(told, ground, share)


def stated_share(alpha: str) -> float:
    """Return the number that an alpha or opacity states, from 0; 1 where it states none."""
    told = number(alpha)
    if told is None:
        return 1.0
    return told / 100 if alpha.strip().endswith("%") else told


def _computed(space: str, inside: str) -> Colour | None:
    parts = re.split(r"[\s,/]+", inside.strip())[:3]
    numbers = [NUMBER.match("0" if part == "none" else part) for part in parts]
    told = [(max(-_MOST, min(_MOST, float(m[1]))), m[2]) for m in numbers if m]
    if len(told) < 3:  # noqa: PLR2004 - three parts make a colour
        return None
    if space == "hsl":
        hue, saturation, light = (part for part, _ in told)
        shares = colorsys.hls_to_rgb(hue / 360 % 1, light / 100, saturation / 100)
    else:
        red, green, blue = (part / (100 if unit == "%" else 255) for part, unit in told)
        shares = red, green, blue
    red, green, blue = (min(255, max(0, round(255 * share))) for share in shares)
    return red, green, blue


def _hex(digits: str) -> Colour | None:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in {6, 8}:
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def same_colour(one: Colour, other: Colour) -> bool:
    """Tell whether no eye keeps the two apart."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _SAME_COLOUR


def contrast(one: Colour, other: Colour) -> float:
    """Return how well the two stand out against each other, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for share in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
