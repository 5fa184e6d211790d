"""Shadows and strokes that show letters whatever their own ink. Pure."""

import re
from collections.abc import Iterator, Mapping

from casebook.extractors.visibility.declarations.colours import (
    Colour,
    colour,
    is_transparent,
    same_colour,
)
from casebook.extractors.visibility.declarations.css_values import UNIT_PX, VARIABLE

EDGES = (
    "text-shadow", "-webkit-text-stroke", "-webkit-text-stroke-width", "-webkit-text-stroke-color",
)  # fmt: skip
"""Properties of letters that is_edged looks at, which what is in an element takes over."""

_COMMA = re.compile(r",(?![^()]*\))")
_LENGTH = re.compile(r"(?<![\w#.])(-?\d{0,9}\.?\d{1,9})(px|pt|em|rem)?(?![\w.%])")
_WORD = re.compile(r"#?[\w-]+(?:\([^()]*\))?")
_LONGEST = 1_000
_FARTHEST, _MOST_BLURRED = 100.0, 40.0


def is_edged(style: Mapping[str, str], ground: Colour | None) -> bool:
    """Tell letters with a shadow or a stroke that is seen on their ``ground``."""
    shadow = style.get("text-shadow", "none")[:_LONGEST]
    return (
        shadow != "none" and any(_is_seen(one, ground) for one in _COMMA.split(shadow))
    ) or _is_stroked(style, ground)


def _is_seen(shadow: str, ground: Colour | None) -> bool:
    """Tell a shadow near its letters, not too blurred, in another colour than the ground."""
    if VARIABLE in shadow:
        return True
    lengths = [
        float(one[1]) * UNIT_PX[one[2] or ""] for one in _LENGTH.finditer(_without_ink(shadow))
    ]
    near = all(abs(length) <= _FARTHEST for length in lengths[:2])
    blurred = len(lengths) > 2 and lengths[2] >= _MOST_BLURRED  # noqa: PLR2004 - after the place
    return near and not blurred and _stands_out(shadow, ground)


def _is_stroked(style: Mapping[str, str], ground: Colour | None) -> bool:
    whole = style.get("-webkit-text-stroke", "")[:_LONGEST]
    if VARIABLE in whole:
        return True
    width = style.get("-webkit-text-stroke-width", _without_ink(whole))
    lengths = [float(one[1]) for one in _LENGTH.finditer(width)]
    is_wide = any(length > 0 for length in lengths) or width.strip() in {"thin", "medium", "thick"}
    return is_wide and _stands_out(style.get("-webkit-text-stroke-color", whole), ground)


def _stands_out(paint: str, ground: Colour | None) -> bool:
    """Tell a paint that is seen; one that states no colour is in the ink of the letters."""
    inks = list(_inks(paint))
    if not inks:
        return False
    found = colour(inks[0])
    return not is_transparent(inks[0]) and (
        found is None or ground is None or not same_colour(found, ground)
    )


def _inks(paint: str) -> Iterator[str]:
    for word in _WORD.findall(paint):
        if word[0] == "#" or "(" in word or word == "transparent" or colour(word) is not None:
            yield word


def _without_ink(paint: str) -> str:
    return re.sub(r"[a-z-]+\([^()]*\)|#[0-9a-f]+", " ", paint)
