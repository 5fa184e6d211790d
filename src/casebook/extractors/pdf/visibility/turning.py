"""Pages whose lines run upwards or downwards, as wide tables do, seen as they are read."""

from itertools import islice
from typing import NamedTuple

import numpy as np
import pypdfium2

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Numbers
from casebook.extractors.pdf.visibility.glance import text_objects
from casebook.extractors.pdf.visibility.grounds import Box

_UPRIGHT = {0: 0, 1: 90, -1: 270}
"""How a page is turned so that lines that run along it, upwards or downwards are upright."""

_MOST_ASKED = 500


class Turn(NamedTuple):
    """How the lines of a page run: 1 upwards, -1 downwards, 0 along it; and the page's edges."""

    way: int
    edges: Box

    def boxes(self, boxes: Numbers) -> Numbers:
        """Return boxes (left, right, bottom, top) as they stand when lines run along the page."""
        if not self.way:
            return boxes
        left, right, bottom, top = boxes.T
        if self.way > 0:
            turned = bottom, top, self.edges[2] - right, self.edges[2] - left
        else:
            turned = self.edges[3] - top, self.edges[3] - bottom, left, right
        return np.stack(turned, axis=1)

    def back(self, box: Box) -> Box:
        """Return where a box (left, bottom, right, top), as lines run, stands on the page."""
        left, bottom, right, top = box
        if self.way > 0:
            return self.edges[2] - top, left, self.edges[2] - bottom, right
        if self.way < 0:
            return bottom, self.edges[3] - right, top, self.edges[3] - left
        return box

    def heights(self, places: Numbers) -> Numbers:
        """Return the heights of ``places`` (x and y) when lines run along the page."""
        if not self.way:
            return places[:, 1]
        return self.edges[2] - places[:, 0] if self.way > 0 else places[:, 0]


def turned(page: pypdfium2.PdfPage, edges: Box, *, tall: bool) -> Turn:
    """Return how the lines of ``page`` run, and turn it so that pdfium reads them in order.

    ``tall`` where some of its text objects are higher than wide.
    """
    shown = page.get_rotation()
    way = _way_of(page) if tall or shown else 0
    if way is not None and shown != _UPRIGHT[way]:
        page.set_rotation(_UPRIGHT[way])
    return Turn(way or 0, edges)


def _way_of(page: pypdfium2.PdfPage) -> int | None:
    """Return how most of the type on a page runs, None where it stands on its head or slants."""
    pieces = calls.handles(islice(text_objects(calls.handle(page.raw)), _MOST_ASKED))
    boxes = calls.rows(calls.object_box, pieces, 4)[0]
    lengths = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    a, b, *_ = calls.rows(calls.object_matrix, pieces, 6, whole=True)[0].T
    lies = np.abs(b) > np.abs(a)
    ways = {0: ~lies & (a > 0), 1: lies & (b > 0), -1: lies & (b < 0)}
    return next(
        (way for way, such in ways.items() if 2 * lengths[such].sum() > lengths.sum()), None
    )
