"""Objects of a page or a form, measured together."""

from itertools import compress
from typing import NamedTuple

import numpy as np

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers


class Objects(NamedTuple):
    """Some of the objects of a page or a form: when each is drawn, its handle, its box.

    ``sides`` are their widths, and their heights.
    """

    order: Numbers
    handles: list[Handle]
    boxes: Numbers
    sides: Numbers

    @classmethod
    def of(cls, handles: list[Handle]) -> "Objects":
        """Measure objects that are drawn in this order."""
        boxes = calls.rows(calls.object_box, handles, 4)[0].astype(np.float64)
        left, bottom, right, top = boxes.T
        return cls(np.arange(len(handles)), handles, boxes, np.array([right - left, top - bottom]))

    def those(self, which: Numbers) -> "Objects":
        """Return the objects for which ``which`` is true."""
        (at,) = which.nonzero()  # a mask takes three times as long, each time
        if len(at) == len(self.handles):
            return self
        handles = list(compress(self.handles, which.tolist()))
        boxes, sides = self.boxes.take(at, axis=0), self.sides.take(at, axis=1)
        return Objects(self.order.take(at), handles, boxes, sides)
