"""Shapes that leave nothing of an element: clips of no size, and transforms onto an edge. Pure."""

import math
import re
from collections.abc import Iterator, Sequence

from casebook.extractors.visibility.declarations.css_values import UNIT_PX

_FUNCTION = re.compile(
    r"(circle|ellipse|polygon|path|shape|inset|rect|xywh)\(([^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_LENGTH = re.compile(r"(-?\d{0,9}\.?\d{1,9})([a-z]+|%)?")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_INSET_RECT = re.compile(r"rect\(([^()]{1,80})\)")
_TURN = re.compile(r"(?:rotate[xy]|skew[xy]?|rotate3d)\(([^()]{1,80})\)")
_ANGLE = re.compile(r"(-?\d{0,9}\.?\d{1,9})(deg|grad|rad|turn)")
_DEGREES = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_MATRIX = re.compile(r"matrix(?:3d)?\(([^()]{1,400})\)")
_SMALLEST_AREA = 0.0004
_EDGE = 0.02
_SIDE = 1_000.0
"""Pixels of a side of an element, of which shares are counted."""

_THIN, _AREA = 2.0, 4.0
"""Pixels of a shape in which nobody reads a word."""

_MOST_SMALL = 12
_LONGEST = 500


def is_clipped_away(clip_path: str) -> bool:
    """Tell a ``clip-path`` within which nothing is."""
    found = _FUNCTION.search(clip_path[:_LONGEST]) if clip_path else None
    if found is None:
        return False
    name, inside = found[1], found[2].partition(" round ")[0].strip()
    return _EMPTY[name](inside)


def is_empty_rect(clip: str) -> bool:
    """Tell a ``clip`` of the old kind within which nothing is."""
    found = _INSET_RECT.search(clip[:_LONGEST]) if clip else None
    return found is not None and _no_rect(found[1])


def _no_circle(inside: str) -> bool:
    radius, _, place = inside.partition("at ")
    sides = _lengths(radius)
    reach = max(sides, default=_SIDE)
    centre = _lengths(place)
    return any(side < _THIN for side in sides) or any(at + reach <= 0 for at in centre)


def _no_polygon(inside: str) -> bool:
    points = [_lengths(point) for point in inside.split(",") if point.strip() not in _RULES]
    if any(len(point) != 2 for point in points):  # noqa: PLR2004 - x and y
        return False
    turns = zip(points, [*points[1:], *points[:1]], strict=True)
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in turns)) / 2
    outside = any(
        max(place) <= 0 or min(place) >= _SIDE for place in zip(*points, strict=True) if place
    )
    return area < _AREA or (outside and ("%" in inside or max(map(max, points)) <= 0))


def _no_path(inside: str) -> bool:
    """Tell a path that never leaves its first pixel."""
    numbers = [float(number) for number in _NUMBER.findall(inside)]
    return len(numbers) <= _MOST_SMALL and all(abs(number) <= 1 for number in numbers)


def _no_inset(inside: str) -> bool:
    top, right, bottom, left = _around(_lengths(inside))
    return top + bottom >= _SIDE - _THIN or left + right >= _SIDE - _THIN


def _no_rect(inside: str) -> bool:
    """Tell a rectangle whose edges, from the upper left corner, meet."""
    parts = inside.replace(",", " ").split()
    if len(parts) != 4:  # noqa: PLR2004 - sides
        return False
    top, right, bottom, left = (
        (_SIDE if n in {1, 2} else 0.0) if part == "auto" else next(iter(_lengths(part)), 0.0)
        for n, part in enumerate(parts)
    )
    return min(bottom - top, right - left) < _THIN or min(right, bottom) <= 0


def _no_box(inside: str) -> bool:
    sides = _lengths(inside)
    if len(sides) != 4:  # noqa: PLR2004 - place and size
        return False
    across, along, width, height = sides
    return min(width, height) < _THIN or across + width <= 0 or along + height <= 0


_RULES = frozenset({"", "evenodd", "nonzero"})
_EMPTY = {
    "circle": _no_circle,
    "ellipse": _no_circle,
    "polygon": _no_polygon,
    "path": _no_path,
    "shape": _no_path,
    "inset": _no_inset,
    "rect": _no_rect,
    "xywh": _no_box,
}


def _lengths(text: str) -> list[float]:
    """Return the lengths that a text states, in pixels."""
    return [float(one[1]) * UNIT_PX.get(one[2] or "", 1.0) for one in _stated(text)]


def _stated(text: str) -> Iterator[re.Match[str]]:
    return (one for part in text.split() if (one := _LENGTH.fullmatch(part)))


def _around(sides: Sequence[float]) -> tuple[float, float, float, float]:
    """Return top, right, bottom and left of one to four values, as CSS shortens them."""
    match list(sides):
        case []:
            return 0.0, 0.0, 0.0, 0.0
        case [every]:
            return every, every, every, every
        case [upright, across]:
            return upright, across, upright, across
        case [top, across, bottom]:
            return top, across, bottom, across
        case [top, right, bottom, left, *_]:
            return top, right, bottom, left
    raise AssertionError(sides)


def is_on_edge(transform: str, rotate: str) -> bool:
    """Tell an element that is turned, or pressed, until nothing of its face is seen."""
    if not transform and not rotate:
        return False
    transform = transform[:_LONGEST]
    turned = [turn[1] for turn in _TURN.finditer(transform) if not _is_flat(turn[1])]
    turned += (
        [rotate] if rotate[:1] in {"x", "y"} or (" " in rotate and not _is_flat(rotate)) else []
    )
    if any(map(_is_right_angle, turned)):
        return True
    if not (numbers := _in_matrix(transform)):
        return False
    a, b, c, d = map(float, numbers[:4])
    return abs(a * d - b * c) < _SMALLEST_AREA


def _is_flat(turn: str) -> bool:
    """Tell a turn about the axis that points at the reader: "0, 0, 1, 90deg"."""
    axis = _NUMBER.findall(turn)[:3] if len(_NUMBER.findall(turn)) > 3 else []  # noqa: PLR2004
    return (bool(axis) and float(axis[2]) != 0) or turn.startswith("z")


def _is_right_angle(turn: str) -> bool:
    found = _ANGLE.search(turn)
    if found is None:
        return False
    return abs(math.cos(math.radians(float(found[1]) * _DEGREES[found[2]]))) < _EDGE


def moved_by_matrix(transform: str) -> list[str]:
    """Return how far a matrix moves an element, to the right and down, in pixels."""
    return [f"{number}px" for number in _in_matrix(transform[:_LONGEST])[4:]]


def _in_matrix(transform: str) -> list[str]:
    """Return the six numbers of a transform on the screen's plane, none where there is no other."""
    matrix = _MATRIX.search(transform) if transform else None
    numbers = _NUMBER.findall(matrix[1]) if matrix else []
    if len(numbers) == 16:  # noqa: PLR2004 - in three dimensions
        numbers = [numbers[n] for n in (0, 1, 4, 5, 12, 13)]
    return numbers if len(numbers) == 6 else []  # noqa: PLR2004 - see above
