"""Pictures of scanned pages set upright: how they slant, and how they are straightened. Pure.

A picture is an array of grey, a byte a pixel, row by row from the top. tesseract reads pages that
slant by three degrees; from four on it leaves out most of their lines and is as sure of the rest.
"""

import math
from itertools import pairwise

import numpy as np

from casebook.extractors.pdf.calls import Numbers

_STEEPEST, _STEP = 8.0, 0.25
"""Degrees."""

_LEAST = 2.5
"""Degrees. What slants less is read as well as it is."""

_CLEARER = 1.1
"""Times as clear as unslanted, of lines of text; pictures and drawings have none."""

_EACH = 3
"""Of the pixels of each direction, the ones that are looked at: lines of type are ten high."""

_MOST_DARK = 100_000
_WHITE = 255


def straightened(picture: Numbers) -> tuple[Numbers, float]:
    """Return ``picture`` with its lines level, and by how many degrees they fell to the right."""
    slant = _slant(picture)
    if abs(slant) < _LEAST:
        return picture, 0.0
    height, width = picture.shape
    shifts = np.round(np.arange(width) * -math.tan(math.radians(slant))).astype(int)
    shifts -= (shifts.min() + shifts.max()) // 2
    straight = np.full_like(picture, _WHITE)
    edges = [0, *(np.flatnonzero(np.diff(shifts)) + 1).tolist(), width]
    for begin, end in pairwise(edges):
        shift = int(shifts[begin])
        to, of = max(shift, 0), max(-shift, 0)
        kept = height - abs(shift)
        straight[to : to + kept, begin:end] = picture[of : of + kept, begin:end]
    return straight, slant


def turned(picture: Numbers, degrees: int) -> Numbers:
    """Return ``picture`` turned clockwise by a number of quarters of a circle."""
    return np.rot90(picture, -degrees // 90)


def as_pgm(picture: Numbers) -> bytes:
    """Return a picture in the simplest format there is (netpbm's PGM)."""
    height, width = picture.shape
    return f"P5 {width} {height} 255\n".encode() + np.ascontiguousarray(picture).tobytes()


def _slant(picture: Numbers) -> float:
    """Return by how many degrees the lines of a picture fall to the right; 0 where none are seen.

    Where the picture is looked at along its lines, rows are full of ink or empty.
    """
    small = picture[::_EACH, ::_EACH]
    down, right = np.nonzero(small < (int(small.min()) + int(small.max())) // 2)
    some = -(-len(down) // _MOST_DARK)
    if not some:
        return 0.0
    down, right = down[::some], right[::some]

    def clearness(degrees: float) -> float:
        rows = np.round(down - right * math.tan(math.radians(degrees))).astype(int)
        counts = np.bincount(rows - rows.min()).astype(float)
        return float((counts**2).sum())

    steps = int(_STEEPEST / _STEP)
    best = max((n * _STEP for n in range(-steps, steps + 1)), key=clearness)
    return best if clearness(best) > _CLEARER * clearness(0.0) else 0.0
