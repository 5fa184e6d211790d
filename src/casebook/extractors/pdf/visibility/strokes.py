"""Thin straight lines that a page draws, and those of them that run through its type.

Most are rules: of tables, under links, over notes, between columns. They run beside type; so a look
at how high they lie tells nearly every page that strikes nothing out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.combs import MOST_PATHS, Comb, parts_of, with_parts
from casebook.extractors.pdf.visibility.grounds import no_ink
from casebook.extractors.pdf.visibility.objects import Objects

_THICKEST, _SHORTEST = 6.0, 2.0
"""Points."""

_LONGER = 3.0
"""Times as long as thick."""

_AS_WIDE = 0.3
"""Of its height, a path that may draw lines over type, at least."""

_LOW, _HIGH = 0.2, 0.92
"""Parts of the height of type between which a line may strike it out: none under it does."""

_LEVEL, _NEXT = 0.25, 1.5
"""Points between how high the parts of one line lie, and from one to the next."""

_MOST = 2_000
"""Lines through type, on one page: more are a drawing's."""

_IN_ORDER = [0, 2, 1, 3]
"""Left, bottom, right, top, as boxes of characters have them: left, right, bottom, top."""


_NO_LINES = np.zeros((0, 4))


@dataclass(slots=True)
class Lines:
    """The thin lines and the type of a page, as a look over its objects finds them.

    ``handles`` are those of the lines.
    """

    handles: list[Handle] = field(default_factory=list)
    _strokes: list[Numbers] = field(default_factory=list)
    _types: list[Numbers] = field(default_factory=list)
    _combs: list[tuple[Numbers, list[Comb]]] = field(default_factory=list)

    def note_type(self, boxes: Numbers) -> None:
        """Take in the boxes of type."""
        if len(boxes):
            self._types.append(boxes)

    def note_paths(self, objects: Objects, those: Numbers) -> None:
        """Take in what is thin of ``those`` objects."""
        boxes, handles, (width, height) = objects.boxes, objects.handles, objects.sides
        short, long = np.minimum(width, height), np.maximum(width, height)
        thin = those & (short <= _THICKEST) & (long >= np.maximum(_SHORTEST, _LONGER * short))
        if np.count_nonzero(thin):
            self._strokes.append(boxes[thin])
            self.handles += compress(handles, thin.tolist())
        others = those & ~thin & (width > height * _AS_WIDE)
        if 0 < np.count_nonzero(others) <= MOST_PATHS:
            paths = list(compress(handles, others.tolist()))
            several = with_parts(paths)
            combs = list(map(Comb, compress(paths, several.tolist())))
            self._combs += [(boxes[others][several], combs)] if combs else []

    def count(self) -> tuple[int, int, int]:
        """Return how much was taken in, for ``move``."""
        return len(self._strokes), len(self._types), len(self._combs)

    def move(self, since: tuple[int, int, int], matrix: Numbers) -> None:
        """Put what was taken in since then, within a form, where its ``matrix`` shows it."""
        for kept, first in zip((self._strokes, self._types), since[:2], strict=True):
            kept[first:] = [_moved(boxes, matrix) for boxes in kept[first:]]
        where = matrix.astype(np.double)
        for n, (boxes, combs) in enumerate(self._combs[since[2] :], since[2]):
            combs = [comb._replace(within=(*comb.within, where)) for comb in combs]  # noqa: PLW2901
            self._combs[n] = _moved(boxes, matrix), combs

    def through_type(self, turned: Callable[[Numbers], Numbers]) -> Numbers:
        """Return the lines, whole, that may strike some of the type out; most pages have none.

        Boxes (left, right, bottom, top) are ``turned`` to how the page is read.
        """
        if self._types and self._combs:
            self._take_apart()
        if not self._strokes or not self._types:
            return _NO_LINES
        strokes, types = (
            turned(np.concatenate(boxes).take(_IN_ORDER, axis=1))
            for boxes in (self._strokes, self._types)
        )
        height = types[:, 3] - types[:, 2]
        lows, highs = types[:, 2] + _LOW * height, types[:, 2] + _HIGH * height
        levels = (strokes[:, 2] + strokes[:, 3]) / 2
        flat = strokes[:, 1] - strokes[:, 0] > strokes[:, 3] - strokes[:, 2]
        crossed = _between(levels[flat], lows, highs)
        if not crossed.any():
            return _NO_LINES
        # Of what lies at those heights, all: a line may be drawn in parts.
        level = flat & _reaches(levels, lows[crossed], highs[crossed])
        filled, stroked, inked = _inks(list(compress(self.handles, level.tolist())))
        strokes = _as_drawn(strokes[level], stroked & ~filled)
        found = _joined(strokes[filled | stroked], inked[filled | stroked])
        return _crossing(found, types[crossed], lows[crossed], highs[crossed])

    def _take_apart(self) -> None:
        """Take in the lines of those paths that draw several, if type stands where they are."""
        types = np.concatenate(self._types)
        for boxes, combs in self._combs:
            for box, comb in zip(boxes, combs, strict=True):
                over = (types[:, 0] < box[2]) & (types[:, 2] > box[0])
                if not (over & (types[:, 1] < box[3]) & (types[:, 3] > box[1])).any():
                    continue
                parts = parts_of(comb)
                width, height = (parts[:, 2:] - parts[:, :2]).T
                if len(parts) and (np.minimum(width, height) <= _THICKEST).all():
                    self._strokes.append(parts)
                    self.handles += [comb.path] * len(parts)
        self._combs.clear()


def _between(levels: Numbers, lows: Numbers, highs: Numbers) -> Numbers:
    """Tell for each pair of bounds whether one of the levels lies between them."""
    ordered = np.sort(levels)
    return np.asarray(np.searchsorted(ordered, highs) > np.searchsorted(ordered, lows))


def _reaches(levels: Numbers, lows: Numbers, highs: Numbers) -> Numbers:
    """Tell for each level whether it lies between one pair of bounds."""
    begun = np.searchsorted(np.sort(lows), levels, side="right")
    return np.asarray(begun > np.searchsorted(np.sort(highs), levels))


def _inks(paths: list[Handle]) -> tuple[Numbers, Numbers, Numbers]:
    """Return which paths are filled, and drawn with a pen, and which of them in ink."""
    modes = calls.rows(calls.draw_mode, paths, 2, np.intc)[0]
    fills, strokes = (
        calls.rows(ask, paths, 4, np.uintc)[0] for ask in (calls.fill_colour, calls.stroke_colour)
    )
    filled, stroked = modes[:, 0] != pdfium.FPDF_FILLMODE_NONE, modes[:, 1] != 0
    inked = (filled & ~no_ink(*fills.T)) | (stroked & ~no_ink(*strokes.T))
    return filled, stroked, inked


def _as_drawn(boxes: Numbers, by_pen: Numbers) -> Numbers:
    """Return lines as thick as they are; pdfium adds a whole pen at each side of its path."""
    height = np.where(by_pen, (boxes[:, 3] - boxes[:, 2]) / 4, 0.0)
    return np.asarray(boxes + height[:, None] * np.array([0, 0, 1, -1]))


def _joined(boxes: Numbers, inked: Numbers) -> Numbers:
    """Return lines with the parts of each as one; drawn word by word, or cell by cell.

    What leaves no ink on white paper is no part of what does.
    """
    if not len(boxes):
        return _NO_LINES
    levels = (boxes[:, 2] + boxes[:, 3]) / 2
    order = np.argsort(levels, kind="stable")
    rows = np.empty(len(boxes), np.intp)
    rows[order] = np.cumsum(np.diff(levels[order], prepend=levels[order[0]]) > _LEVEL)
    rows = 2 * rows + inked
    order = np.lexsort((boxes[:, 0], rows))
    boxes, rows = boxes[order], rows[order]
    # Row by row, far apart, so that one pass over all finds how far each reaches so far.
    far = rows * (boxes[:, 1].max() - boxes[:, 0].min() + 2 * _NEXT)
    reached = np.maximum.accumulate(boxes[:, 1] + far)
    begins = np.flatnonzero(np.r_[True, boxes[1:, 0] + far[1:] > reached[:-1] + _NEXT])
    left, bottom = (np.minimum.reduceat(boxes[:, n], begins) for n in (0, 2))
    right, top = (np.maximum.reduceat(boxes[:, n], begins) for n in (1, 3))
    return np.stack([left, right, bottom, top], axis=1)


def _crossing(boxes: Numbers, types: Numbers, lows: Numbers, highs: Numbers) -> Numbers:
    """Return those lines that run over some type, at such a height."""
    if len(boxes) > _MOST:
        return _NO_LINES
    level = (boxes[:, 2] + boxes[:, 3]) / 2
    over = np.zeros(len(boxes), np.bool_)
    for n in range(len(boxes)):
        over[n] = (
            (lows < level[n])
            & (level[n] < highs)
            & (types[:, 0] < boxes[n, 1])
            & (types[:, 1] > boxes[n, 0])
        ).any()
    return np.asarray(boxes[over])


def _moved(boxes: Numbers, matrix: Numbers) -> Numbers:
    a, b, c, d, e, f = matrix.tolist()
    left, bottom, right, top = boxes.T
    xs = np.stack([a * x + c * y + e for x in (left, right) for y in (bottom, top)])
    ys = np.stack([b * x + d * y + f for x in (left, right) for y in (bottom, top)])
    return np.stack([xs.min(axis=0), ys.min(axis=0), xs.max(axis=0), ys.max(axis=0)], axis=1)
