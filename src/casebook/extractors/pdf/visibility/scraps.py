"""Type that many small marks cover together, as hatching or strips do, or that other type lies on.

Each mark alone covers no word, and a page may have tens of thousands. So they are counted on a grid
of squares, and a piece of type is suspected that lies mostly on such squares. Pure.
"""

import numpy as np

from casebook.extractors.pdf.calls import Numbers

_SQUARE = 3.0
"""Points: of a rule under or beside a line of type it takes one row, or two."""

_MOST_SQUARES = 1_000
"""Along a side of the grid; larger pages have larger squares."""

_LOWEST = 4.0
"""Points to a piece of type: a dot or a dash under a rule fills no more than a square."""

_MOST_PAIRS = 100_000
"""Marks times pieces of type that are compared before any is counted: mostly none meet."""

_COVERED = 0.6
_FEWEST, _WIDEST = 3, 8.0
"""Marks over a piece of type, and points of it for each that stands upright."""


def covered_by(marks: Numbers, types: Numbers) -> bool:
    """Tell whether a piece of type lies mostly on marks, of boxes left, bottom, right, top.

    On several that stand as high as it, or on many upright ones beside each other. Rules of tables
    and under links are neither.
    """
    if len(marks) < _FEWEST or not len(types):
        return False
    upright = marks[:, 3] - marks[:, 1] > marks[:, 2] - marks[:, 0]
    lying, standing = marks[~upright], marks[upright]
    types = types[types[:, 3] - types[:, 1] >= _LOWEST]
    if len(lying) >= _FEWEST - 1:
        level = _between((lying[:, 1] + lying[:, 3]) / 2, types[:, 1], types[:, 3])
        if _hide(lying, types[level >= _FEWEST - 1]):
            return True
    if len(standing) < _FEWEST:
        return False
    beside = _between((standing[:, 0] + standing[:, 2]) / 2, types[:, 0], types[:, 2])
    fenced = (beside >= _FEWEST) & (_WIDEST * beside >= types[:, 2] - types[:, 0])
    return _hide(standing, types[fenced])


def _hide(marks: Numbers, types: Numbers) -> bool:
    return len(types) > 0 and bool((_share(marks, types) >= _COVERED).any())


def _between(places: Numbers, lows: Numbers, highs: Numbers) -> Numbers:
    """Return how many of ``places`` lie between each pair of bounds."""
    ordered = np.sort(places)
    return np.asarray(np.searchsorted(ordered, highs) - np.searchsorted(ordered, lows))


def lying_on(some: Numbers, others: Numbers) -> Numbers:
    """Tell which of ``some`` boxes lie on others."""
    return _share(others, some) > 0


def _share(marks: Numbers, types: Numbers) -> Numbers:
    """Return of each piece of type how much of it lies on squares that have a mark."""
    types = types.astype(np.float64)
    known = np.isfinite(types).all(axis=1) & (types[:, 2] > types[:, 0])
    if not known.any():
        return np.zeros(len(types))
    low, high = types[known, :2].min(axis=0), types[known, 2:].max(axis=0)
    square = max(_SQUARE, float((high - low).max()) / _MOST_SQUARES)
    if len(marks) * len(types) <= _MOST_PAIRS and not _are_near(marks, types, 2 * square):
        return np.zeros(len(types))
    last = np.ceil((high - low) / square).astype(np.intp)
    marked = _sums(_marked(_squares(marks, low, square, last), last))
    left, bottom, right, top = _squares(types, low, square, last).T
    inside = marked[right, top] - marked[left, top] - marked[right, bottom] + marked[left, bottom]
    share = inside / np.maximum(1, (right - left) * (top - bottom))
    return np.asarray(np.where(known, share, 0.0))


def _are_near(marks: Numbers, types: Numbers, room: float) -> bool:
    """Tell whether some mark is no farther than that from some piece of type."""
    left, bottom, right, top = marks.T[:, :, None]
    across = (left < types[:, 2] + room) & (right > types[:, 0] - room)
    along = (bottom < types[:, 3] + room) & (top > types[:, 1] - room)
    return bool(np.count_nonzero(across & along))


def _squares(boxes: Numbers, low: Numbers, square: float, last: Numbers) -> Numbers:
    """Return the squares of boxes: the first ones, and those after the last; none off the grid."""
    with np.errstate(invalid="ignore"):
        first = np.floor((boxes[:, :2] - low) / square)
        after = np.maximum(np.ceil((boxes[:, 2:] - low) / square), first + 1)
    both = np.nan_to_num(np.concatenate([first, after], axis=1), posinf=0, neginf=0)
    return np.asarray(np.clip(both, 0, np.tile(last, 2)).astype(np.intp))


def _marked(squares: Numbers, last: Numbers) -> Numbers:
    """Return the squares of the grid that lie under some mark."""
    change = np.zeros(last + 1, np.int32)
    left, bottom, right, top = squares.T
    corners = ((left, bottom, 1), (right, top, 1), (left, top, -1), (right, bottom, -1))
    for across, along, step in corners:
        np.add.at(change, (across, along), step)
    return np.asarray(change.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0)


def _sums(marked: Numbers) -> Numbers:
    """Return how many squares are marked to the left of and under each corner."""
    sums = np.zeros(np.add(marked.shape, 1), np.int64)
    sums[1:, 1:] = marked.cumsum(axis=0).cumsum(axis=1)
    return sums
