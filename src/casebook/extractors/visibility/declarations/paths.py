"""Paths along which a style moves an element (Motion Path Module Level 1). Pure."""

import re
from collections.abc import Mapping
from math import cos, radians, sin

from casebook.extractors.visibility.declarations.css_values import NUMBER, UNIT_PX

_FAR_PX = 2_000.0
"""So far to the left or up that also half of a wide element is out of sight."""

_PATH = re.compile(r"path\(\s*(?:\w+\s*,\s*)?[\"']([^\"'()]{1,400})[\"']\s*\)\s*([^\s,/]*)")
_RAY = re.compile(r"ray\(\s*(-?\d{0,9}\.?\d{1,9})(deg|turn|grad|rad)[^()]*\)\s*([^\s,/]*)")
_STEP = re.compile(r"([a-z])([^a-z]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_DEGREES = {"deg": 1.0, "turn": 360.0, "grad": 0.9, "rad": 57.29578}
_AT_START = frozenset({"", "auto", "0", "0px", "0%"})


def is_led_away(style: Mapping[str, str]) -> bool:
    """Tell what is moved far to the left, or up, along a path."""
    if "offset-path" not in style and "offset" not in style:
        return False
    told = style.get("offset-path") or style.get("offset", "")
    if path := _PATH.search(told):
        x, y = _on(path[1], style.get("offset-distance") or path[2])
    elif ray := _RAY.search(told):
        angle = radians(float(ray[1]) * _DEGREES[ray[2]])
        length = NUMBER.fullmatch(style.get("offset-distance") or ray[3])
        far = float(length[1]) * UNIT_PX.get(length[2], 1) if length else 0
        x, y = far * sin(angle), -far * cos(angle)
    else:
        return False
    return min(x, y) <= -_FAR_PX


def _on(path: str, distance: str) -> tuple[float, float]:
    """Return the nearest place at which something may be: at one of the two ends of a path.

    The end of a line may be counted from its start: which of both its letter told in its case.
    """
    steps = [(step, _NUMBER.findall(numbers)) for step, numbers in _STEP.findall(path)]
    points = [tuple(map(float, numbers)) for step, numbers in steps if len(numbers) == 2]  # noqa: PLR2004 - x and y
    ways = "".join(step for step, _ in steps)
    if len(points) < len(steps) or not ways.startswith("m"):
        return 0, 0
    (x, y), *others = points
    if distance in _AT_START:
        return x, y
    if distance != "100%" or ways != "ml":
        return 0, 0
    ((right, down),) = others
    return max(right, x + right), max(down, y + down)
