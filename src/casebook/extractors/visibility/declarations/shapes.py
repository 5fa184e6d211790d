"""Shapes that leave nothing of an element: clips of no size, and transforms onto an edge. Pure."""

import re

_EMPTY = re.compile(
    r"(?:circle|ellipse)\(\s*0(?![.\d])|polygon\(\s*0(?:px|%)?(?:[\s,]+0(?:px|%)?)+\s*\)"
    r"|path\((?:\s*(?:evenodd|nonzero)\s*,)?\s*[\"'][\s\d.,mz-]*[\"']\s*\)"
    r"|(?:rect|xywh)\((?:\s*0(?:px|%)?(?![.\d])\s*){4}"
    r"|xywh\((?:\s*-?[\d.]+[a-z%]*){2}\s*(?:0(?:px|%)?(?=[\s)])|-?[\d.]+[a-z%]*\s+0(?:px|%)?\s*(?=\)))"
)
_INSET = re.compile(r"inset\(\s*([^()]{1,60}?)\s*(?:round\b[^()]*)?\)")
_SHARE = re.compile(r"(-?\d{0,9}\.?\d{1,9})%?")
_ON_EDGE = re.compile(
    r"rotate[xy]\(\s*-?(?:90|270)deg|rotate[xy]\(\s*-?0?\.[27]5turn|skew[xy]?\(\s*-?(?:90|270)deg"
    r"|rotate3d\(\s*(?:1\s*,\s*0\s*,\s*0|0\s*,\s*1\s*,\s*0)\s*,\s*-?(?:90|270)deg"
)
_TURNED = re.compile(r"[xy]\s+-?(?:90|270)deg")
_MATRIX = re.compile(r"matrix\(([^()]{1,200})\)")
_SMALLEST_AREA = 0.0004
_WHOLE = 100.0
_LONGEST = 500


def is_clipped_away(clip_path: str) -> bool:
    """Tell a ``clip-path`` within which nothing is."""
    if not clip_path:
        return False
    clip_path = clip_path[:_LONGEST]
    inset = _INSET.search(clip_path)
    return bool(_EMPTY.search(clip_path) or (inset and _meet(inset[1].split())))


def _meet(sides: list[str]) -> bool:
    """Tell insets of which two opposite ones meet."""
    shares = [
        float(match[1]) if (match := _SHARE.fullmatch(side)) and side.endswith("%") else 0.0
        for side in sides
    ]
    top, right, bottom, left = _around(shares)
    return top + bottom >= _WHOLE or left + right >= _WHOLE


def _around(shares: list[float]) -> tuple[float, float, float, float]:
    """Return top, right, bottom and left of one to four values, as CSS shortens them."""
    match shares:
        case [every]:
            return every, every, every, every
        case [upright, across]:
            return upright, across, upright, across
        case [top, across, bottom]:
            return top, across, bottom, across
        case _:
            top, right, bottom, left = shares[:4]
            return top, right, bottom, left


def is_on_edge(transform: str, rotate: str) -> bool:
    """Tell an element that is turned, or pressed, until nothing of its face is seen."""
    if not transform and not rotate:
        return False
    transform = transform[:_LONGEST]
    if _ON_EDGE.search(transform) or _TURNED.fullmatch(rotate):
        return True
    if not (numbers := _in_matrix(transform)):
        return False
    a, b, c, d = map(float, numbers[:4])
    return abs(a * d - b * c) < _SMALLEST_AREA


def moved_by_matrix(transform: str) -> list[str]:
    """Return how far a matrix moves an element, to the right and down, in pixels."""
    return [f"{number}px" for number in _in_matrix(transform[:_LONGEST])[4:]]


def _in_matrix(transform: str) -> list[str]:
    """Return the six numbers of a transform in two dimensions, none where there is no other."""
    matrix = _MATRIX.search(transform) if transform else None
    numbers = re.findall(r"-?\d*\.?\d+", matrix[1]) if matrix else []
    return numbers if len(numbers) == 6 else []  # noqa: PLR2004 - see above
