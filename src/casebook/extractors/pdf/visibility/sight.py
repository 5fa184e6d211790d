"""A page drawn twice, with its text and without: where the two are equal, no reader sees a word.

That covers whatever hides text in a PDF: a box or a picture over it, a clip, a ground of its own
colour, a layer that is switched off. Drawing costs more than reading, so only pages where
something may hide text are drawn, and no longer than a document's budget allows.
"""

import ctypes
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2.internal import set_callback

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.visibility.glance import text_objects
from casebook.extractors.pdf.visibility.grounds import Box

_SCALE = 1.5
_MOST_PIXELS = 2_000_000
_MOST_DOTS = 60_000_000
"""Of the pictures on a page. pdfium unpacks them whole, whatever size they are drawn at."""

_SEEN = 16
"""Steps of 255 by which a dot must differ."""

_Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(slots=True)
class Budget:
    """What a document's pages may still take to draw, and whether each must be looked at.

    ``layers`` is set where a layer of the document is switched off.
    """

    layers: bool = False
    seconds: float = 12.0


class Sight:
    """The dots of one page that its text makes.

    ``known`` is False where drawing took too long, or its pictures have too many ``dots``.
    """

    def __init__(self, page: Any, budget: Budget, dots: int) -> None:
        began = time.monotonic()
        self._page = page
        self._ends = began + budget.seconds
        width, height = page.get_size()
        scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        self._size = max(1, round(width * scale)), max(1, round(height * scale))
        self._dots = self._text_dots() if dots <= _MOST_DOTS else None
        self.known = self._dots is not None
        budget.seconds -= time.monotonic() - began

    def shows(self, box: Box) -> bool:
        """Tell whether text left a dot within ``box``."""
        if self._dots is None:
            return True
        (left, low), (right, high) = self._device(box[0], box[1]), self._device(box[2], box[3])
        columns, rows = sorted((left, right)), sorted((low, high))
        part = self._dots[max(0, rows[0]) : rows[1] + 1, max(0, columns[0]) : columns[1] + 1]
        return bool(part.any())

    def _device(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            self._page.raw, 0, 0, *self._size, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        return across.value, down.value

    def _text_dots(self) -> Any:
        whole = self._drawn()
        if whole is None:
            return None
        pieces = calls.handles(text_objects(calls.handle(self._page.raw)))
        texts = [piece for piece in pieces if calls.set_active(piece, 0)]
        bare = self._drawn()
        for piece in texts:
            calls.set_active(piece, 1)
        if bare is None:
            return None
        return (np.abs(whole.astype(np.int16) - bare) > _SEEN).any(axis=2)

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
            bitmap.raw, self._page.raw, 0, 0, *self._size, 0, 0, ctypes.byref(pause)
        )
        pdfium.FPDF_RenderPage_Close(self._page.raw)
        done = status == pdfium.FPDF_RENDER_DONE
        dots = bitmap.to_numpy()[:, :, :3].copy() if done else None
        bitmap.close()
        return dots
