"""Lines that one path draws together, told apart: of such a path only the box around all is known.

Most paths with several parts are charts, frames and shapes. A path counts as lines where each of
its parts is straight and thin.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers

_FEWEST, _RECTANGLE, _MOST_SEGMENTS = 4, 5, 400
"""Of a path: two lines have four, a rectangle five at most, and many more are a drawing."""

MOST_PATHS = 100
"""On one page, or within one form: more are a drawing's."""


class Comb(NamedTuple):
    """A path that may draw several lines, and where the forms that it lies in show it."""

    path: Handle
    within: tuple[Numbers, ...] = ()


def with_parts(paths: Sequence[Handle]) -> Numbers:
    """Tell which paths begin anew behind a straight part, as two lines in one path do.

    Most that are no lines are rectangles, of four or five segments.
    """
    counts = calls.answers(calls.count_segments, paths)
    may_be = (counts >= _FEWEST) & (counts <= _MOST_SEGMENTS)
    short = np.flatnonzero(may_be & (counts <= _RECTANGLE))
    if len(short):
        thirds = calls.handles([calls.path_segment(paths[n], 2) for n in short.tolist()])
        kinds = calls.answers(calls.segment_kind, thirds)
        may_be[short] = kinds == pdfium.FPDF_SEGMENT_MOVETO
    return np.asarray(may_be)


def parts_of(comb: Comb) -> Numbers:
    """Return the boxes of the straight parts of a path: left, bottom, right, top, with their pen.

    None where it has but one, or a curve. As pdfium has them, they reach a whole pen beyond.
    """
    path, nothing = comb.path, np.zeros((0, 4))
    segments = [calls.path_segment(path, n) for n in range(calls.count_segments(path))]
    kinds = calls.answers(calls.segment_kind, calls.handles(segments))
    begins = np.flatnonzero(kinds == pdfium.FPDF_SEGMENT_MOVETO)
    curved = np.count_nonzero(kinds == pdfium.FPDF_SEGMENT_BEZIERTO)
    if len(begins) < 2 or curved or begins[0] != 0:  # noqa: PLR2004 - several
        return nothing
    places, pen = calls.points(segments).astype(np.double), _pen_of(path)
    own = calls.rows(calls.object_matrix, [path], 6, whole=True)[0][0].astype(np.double)
    for a, b, c, d, e, f in (own, *comb.within):
        x, y = places.T
        places = np.stack([a * x + c * y + e, b * x + d * y + f], axis=1)
        pen *= abs(a * d - b * c) ** 0.5
    low, high = np.minimum.reduceat(places, begins), np.maximum.reduceat(places, begins)
    return np.concatenate([low - pen, high + pen], axis=1)


def _pen_of(path: Handle) -> float:
    """Return how thick a path is drawn, 0 where it is only filled."""
    if not calls.rows(calls.draw_mode, [path], 2, np.intc)[0][0, 1]:
        return 0.0
    return float(calls.rows(calls.stroke_width, [path], 1)[0][0, 0])
