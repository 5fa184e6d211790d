"""Masks that let nothing of an element through (CSS Masking Level 1). Pure."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from casebook.extractors.visibility.declarations.css_values import UNIT_PX

_GRADIENT = re.compile(r"(?:-webkit-)?(?:repeating-)?(?:linear|radial|conic)-gradient\(")
_DIRECTION = re.compile(
    r"to\s|from\s|at\s|in\s|circle|ellipse|closest-|farthest-|[-+.\d]+(?:[a-z]+)?\b"
)
_CLEAR = re.compile(
    r"transparent|#[0-9a-f]{3}0(?![0-9a-f])|#[0-9a-f]{6}00(?![0-9a-f])"
    r"|[a-z]{3,5}\((?:[^(),]*,){3}\s*0?\.?0+%?\s*\)|[a-z]{3,5}\([^()/]*/\s*0?\.?0+%?\s*\)"
)
_LENGTH = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|vw|vh|%)?(?![\w.%])")
_INLINE = re.compile(r"url\(\s*([\"']?)data:([^,\"']*),(.*)\1\s*\)")
_TAG = re.compile(r"<\s*([a-z][\w:-]*)")
_BARE = frozenset({"svg", "g", "defs", "title", "desc", "metadata"})
_LONGEST = 2_000


def masks_all(style: Mapping[str, str]) -> bool:
    """Tell a mask that is clear throughout, or drawn in no size or once on no more than a pixel."""
    if "mask" not in style and "mask-image" not in style:
        return False
    whole = style.get("mask", "none")[:_LONGEST]
    layers = _apart((style.get("mask-image") or whole)[:_LONGEST])
    if any(not _is_image(layer) for layer in layers):
        return False
    if all(map(_is_clear, layers)):
        return True
    size = style.get("mask-size", _size_in(whole))
    repeat = style.get("mask-repeat", whole)
    return len(layers) == 1 and is_no_size(size, once="no-repeat" in repeat)


def is_no_size(size: str, *, once: bool) -> bool:
    """Tell a size of nothing: of a pixel at the most where it is drawn ``once``."""
    sides = [_LENGTH.match(side) for side in size.split()[:2]]
    pixels = [float(side[1]) * UNIT_PX[side[2] or ""] for side in sides if side]
    return any(side <= (1 if once else 0) for side in pixels)


def _is_image(layer: str) -> bool:
    return bool(_GRADIENT.search(layer)) or "url(" in layer


def _is_clear(layer: str) -> bool:
    """Tell a gradient all of whose colours are, or an empty picture."""
    match = _GRADIENT.search(layer)
    if match is None:
        return _is_empty(layer)
    stops = _apart(_closed(layer[match.end() :]))
    if stops and _DIRECTION.match(stops[0]):
        stops = stops[1:]
    return bool(stops) and all(map(_CLEAR.match, stops))


def _is_empty(layer: str) -> bool:
    """Tell a picture that stands in the style itself, and draws nothing."""
    found = _INLINE.search(layer)
    if found is None or "base64" in found[2]:
        return False
    drawn = unquote(found[3]).strip()
    if "svg" not in found[2]:
        return not drawn
    return "style" not in drawn and "<!" not in drawn and _BARE.issuperset(_TAG.findall(drawn))


def _size_in(whole: str) -> str:
    """Return the size that the shorthand states behind a slash outside brackets."""
    bare = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", whole)
    return bare.partition("/")[2].strip()


def _closed(text: str) -> str:
    """Return ``text`` up to the bracket that closes it."""
    level = 0
    for mark in re.finditer(r"[()]", text):
        level += 1 if mark.group() == "(" else -1
        if level < 0:
            return text[: mark.start()]
    return text


def _apart(text: str) -> Sequence[str]:
    """Return what commas outside brackets part."""
    parts, level, start = [], 0, 0
    for mark in re.finditer(r"[(),]", text):
        level += {"(": 1, ")": -1}.get(mark.group(), 0)
        if mark.group() == "," and level == 0:
            parts.append(text[start : mark.start()].strip())
            start = mark.end()
    return [*parts, text[start:].strip()]
