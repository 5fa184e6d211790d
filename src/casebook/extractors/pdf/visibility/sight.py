"""A page drawn twice, with some of it and without: where the two are equal, no reader sees that.

That covers whatever hides text in a PDF, or a line that strikes it out: a box or a picture over it,
a clip, a ground of its own colour, a layer that is switched off. Drawing costs more than reading,
so only pages where something may hide text or strike it out are drawn, and no longer than a
document's budget allows.
"""

import ctypes
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2.internal import set_callback

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.glance import text_objects
from casebook.extractors.pdf.visibility.grounds import Box
from casebook.extractors.pdf.visibility.notes import without_boxes, without_strikes

_SCALE = 1.5
_MOST_PIXELS = 2_000_000
_MOST_DOTS = 60_000_000
"""Of the pictures on a page. pdfium unpacks them whole, whatever size they are drawn at."""

_SEEN, _PLAIN = 16, 32
"""Steps of 255 by which a dot of type must differ, and one of a line, which is thin."""

_OVER_REST, _LEAST = 80, 0.04
"""Steps that the edges of black type do not keep under the same type in white, and the part of
their room on which words leave dots: white ones on a thin dark line leave less.
"""

_AS_SHOWN = pdfium.FPDF_ANNOT
"""With what is pinned to the page: that may lie over it."""

_LONG = 0.4
"""Part of its length that must be seen of a line: it may be dashed."""

_Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(slots=True)
class Budget:
    """What a document's pages may still take to draw, and whether each must be looked at.

    ``layers`` is set where a layer of the document is switched off; ``counted`` is the last number
    of a line in its margins so far.
    """

    layers: bool = False
    seconds: float = 12.0
    counted: int = 0


class Sight:
    """The dots of one page that its text makes.

    ``known`` is False where drawing took too long, or its pictures have too many ``dots``.
    """

    def __init__(self, page: Any, budget: Budget, dots: int) -> None:
        self._paper = _Paper(page, budget, dots)
        self._dots = self._paper.changed(_without(_texts(page)))
        self.known = self._dots is not None

    def shows(self, box: Box) -> bool:
        """Tell whether text left a dot within ``box``."""
        return self._dots is None or bool((self._paper.part(self._dots, box) > _SEEN).any())

    def shows_plainly(self, box: Box) -> bool:
        """Tell whether text left dots within ``box`` that are more than the rest of other type."""
        if self._dots is None:
            return False
        seen = self._paper.part(self._dots, box) > _OVER_REST
        return bool(seen.size) and bool(seen.mean() > _LEAST)


class LineSight:
    """The dots of one page that thin ``lines`` make, and remarks that strike out.

    ``known`` is False where drawing took too long, or its pictures have too many ``dots``.
    """

    def __init__(
        self, page: Any, budget: Budget, dots: int, lines: Sequence[Handle], lids: Container[int]
    ) -> None:
        self._paper = _Paper(page, budget, dots)
        # Dark type would hide a line in its own colour; white type on it covers it.
        with _without(_texts(page, lids)):
            self._dots = self._paper.changed(_without_lines(page, lines))
        self.known = self._dots is not None

    def shows(self, box: Box) -> bool:
        """Tell whether a level line is seen within a box, for most of its length."""
        if self._dots is None:
            return False
        dots = self._paper.part(self._dots, box, more=1)
        return bool(dots.size) and bool((dots.sum(axis=0) >= _PLAIN).mean() >= _LONG)


class BoxSight:
    """The dots of one page that the text boxes make which are pinned to it.

    ``known`` is False where drawing took too long, or its pictures have too many ``dots``.
    """

    def __init__(self, page: Any, budget: Budget, dots: int) -> None:
        self._paper = _Paper(page, budget, dots)
        self._dots = self._paper.changed(without_boxes(calls.handle(page.raw)))
        self.known = self._dots is not None

    def shows(self, box: Box) -> bool:
        """Tell whether a text box left a dot within ``box``."""
        return self._dots is None or bool((self._paper.part(self._dots, box) > _SEEN).any())


class _Paper:
    """White paper that one page is drawn on; not where its pictures have too many ``dots``."""

    def __init__(self, page: Any, budget: Budget, dots: int) -> None:
        self._page, self._budget, self._too_many = page, budget, dots > _MOST_DOTS
        self._ends = time.monotonic() + budget.seconds
        width, height = page.get_size()
        scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        self._size = max(1, round(width * scale)), max(1, round(height * scale))

    def part(self, dots: Numbers, box: Box, more: int = 0) -> Numbers:
        """Return the ``dots`` of the page within ``box``, and so many ``more`` around it."""
        (left, low), (right, high) = self._device(box[0], box[1]), self._device(box[2], box[3])
        columns, rows = sorted((left, right)), sorted((low, high))
        return dots[
            max(0, rows[0] - more) : max(0, rows[1] + 1 + more),
            max(0, columns[0] - more) : max(0, columns[1] + 1 + more),
        ]

    def changed(self, without: AbstractContextManager[None]) -> Numbers | None:
        """Return by how much each dot differs ``without`` something; None if that took too long."""
        began = time.monotonic()
        whole = bare = None if self._too_many else self._drawn()
        if whole is not None:
            with without:
                bare = self._drawn()
        self._budget.seconds -= time.monotonic() - began
        if whole is None or bare is None:
            return None
        return np.asarray(np.abs(whole.astype(np.int16) - bare).max(axis=2))

    def _device(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            self._page.raw, 0, 0, *self._size, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        return across.value, down.value

    def _drawn(self) -> _Pixels | None:
        """Return the dots of the page on white paper, None where it cannot be drawn in its time."""
        try:
            return self._on_paper()
        except pypdfium2.PdfiumError:
            return None

    def _on_paper(self) -> _Pixels | None:
        bitmap = pypdfium2.PdfBitmap.new_native(*self._size, pdfium.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *self._size)
        pause = pdfium.IFSDK_PAUSE(version=1)
        set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > self._ends)
        status = pdfium.FPDF_RenderPageBitmap_Start(
            bitmap.raw, self._page.raw, 0, 0, *self._size, 0, _AS_SHOWN, ctypes.byref(pause)
        )
        pdfium.FPDF_RenderPage_Close(self._page.raw)
        done = status == pdfium.FPDF_RENDER_DONE
        dots = bitmap.to_numpy()[:, :, :3].copy() if done else None
        bitmap.close()
        return dots


def _texts(page: Any, but: Container[int] = ()) -> Sequence[Handle]:
    pieces = text_objects(calls.handle(page.raw))
    return calls.handles(piece for piece in pieces if piece not in but)


@contextmanager
def _without(pieces: Sequence[Handle]) -> Iterator[None]:
    """Take objects out of what is drawn of their page."""
    taken = [piece for piece in pieces if calls.set_active(piece, 0)]
    try:
        yield
    finally:
        for piece in taken:
            calls.set_active(piece, 1)


@contextmanager
def _without_lines(page: Any, lines: Sequence[Handle]) -> Iterator[None]:
    with _without(lines), without_strikes(calls.handle(page.raw)):
        yield
