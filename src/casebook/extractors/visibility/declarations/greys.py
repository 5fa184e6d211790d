"""Greys in the colour spaces of CSS Color 4: what is written there to hide is white or black.

What has a hue is not worked out: between colours that no eye keeps apart it hardly matters.
"""

import re

Colour = tuple[int, int, int]

SPACES = "oklch|oklab|lch|lab|hwb|color"
_OF_RGB = re.compile(r"(?:srgb(?:-linear)?|display-p3|a98-rgb|prophoto-rgb|rec2020)\s+")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_COLOURLESS = 0.02
_PARTS = 3


def grey(space: str, inside: str) -> Colour | None:
    """Return the grey that ``space(inside)`` is, None where it is none or cannot be told."""
    parts = re.split(r"[\s,]+", bare(inside.partition("/")[0]))
    told = [_share(part) for part in parts]
    numbers = [number for number in told if number is not None]
    if len(numbers) < _PARTS or len(told) > _PARTS:
        return None
    one, two, three = numbers
    if space == "color":
        return _of(one) if max(numbers) - min(numbers) <= _COLOURLESS else None
    if space == "hwb":  # the hue comes first
        return _of(two / (two + three)) if two + three >= 1 else None
    lightness = one if space.startswith("ok") or "%" in parts[0] else one / 100
    hueless = two if space.endswith("lch") else max(abs(two), abs(three))
    if hueless > (_COLOURLESS if space.startswith("ok") else 100 * _COLOURLESS):
        return None
    return _of(_gamma(lightness**3 if space.startswith("ok") else _luminance(100 * lightness)))


def bare(inside: str) -> str:
    """Return the parts of a colour without the name of its space: white is one in each of these."""
    return _OF_RGB.sub("", inside.strip(), count=1).strip()


def _share(part: str) -> float | None:
    match = _NUMBER.match(part)
    if match is None:
        return 0.0 if part == "none" else None
    return float(match[0]) / (100 if "%" in part else 1)


def _luminance(lightness: float) -> float:
    """Return CIE Y of L* (0 to 100); the straight part near black does not matter here."""
    return float(((lightness + 16) / 116) ** 3)


def _gamma(linear: float) -> float:
    """Return sRGB of linear light (IEC 61966-2-1), the straight part near black left out."""
    return float(1.055 * max(0.0, linear) ** (1 / 2.4) - 0.055)


def _of(share: float) -> Colour:
    level = min(255, max(0, round(255 * share)))
    return level, level, level
