"""Type printed over the same type, as halos and shadows are.

pdfium hands out the characters of the first alone; what a reader sees is the last. A text object
that has no characters, stands where another one stands and leaves ink is that one printed again.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import repeat

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle
from casebook.extractors.pdf.visibility.doubled import INKLESS
from casebook.extractors.pdf.visibility.glance import text_objects
from casebook.extractors.pdf.visibility.grounds import no_ink

_SHIFT = 0.5
"""Of the height of the type, how far a shadow may lie."""

_ON_TOP = 0.2
"""Points within which type hides the same type under it."""

_OUTLINE = pdfium.FPDF_TEXTRENDERMODE_STROKE


class Overprints:
    """The text objects of one page that are printed over others of the same text.

    ``pale`` is False where none of the page's is printed in white or next to it.
    """

    def __init__(self, page: Handle, text: Handle, *, pale: bool) -> None:
        self._page, self._text, self._may_be_pale = page, text, pale

    def shows(self, piece: int) -> bool:
        """Tell whether the text of ``piece`` is printed again in ink."""
        again = self._over(piece, _SHIFT)
        return again is not None and _mode(again) not in INKLESS and not _is_pale(again)

    def paints_out(self, piece: int) -> bool:
        """Tell whether the text of ``piece`` is printed again, upon itself, in white."""
        again = self._over(piece, 0.0) if self._pale else None
        return again in self._pale

    def painted_out(self, pieces: Sequence[int]) -> calls.Numbers:
        """Tell of each of ``pieces`` whether it is painted out."""
        if not self._pale:
            return np.zeros(len(pieces), np.bool_)
        told = {piece: self.paints_out(piece) for piece in set(pieces)}
        return np.array([told[piece] for piece in pieces], np.bool_)

    @cached_property
    def _pale(self) -> frozenset[int]:
        return frozenset(filter(_is_pale, self._silent[0]) if self._may_be_pale else ())

    @cached_property
    def _silent(self) -> tuple[list[int], calls.Numbers]:
        indices = range(calls.count_chars(self._text))
        spoken = set(map(calls.char_object, repeat(self._text), indices))
        pieces = [piece for piece in text_objects(self._page) if piece not in spoken]
        return pieces, calls.rows(calls.object_box, calls.handles(pieces), 4)[0]

    def _over(self, piece: int, shift: float) -> int | None:
        """Return the last object that prints the text of ``piece`` again, if any does."""
        pieces, boxes = self._silent
        if not pieces:
            return None
        box = calls.rows(calls.object_box, [calls.handle_of(piece)], 4)[0][0]
        height = box[3] - box[1]
        size = np.abs((boxes[:, 2:] - boxes[:, :2]) - (box[2:] - box[:2])).max(axis=1)
        moved = np.abs((boxes[:, 2:] + boxes[:, :2]) - (box[2:] + box[:2])).max(axis=1) / 2
        near = (moved <= max(_ON_TOP, shift * height)) & (size <= _SHIFT * height)
        found = np.flatnonzero(near)
        return pieces[found[-1]] if len(found) else None


def _is_pale(piece: int) -> bool:
    """Tell type that is printed in white or next to it."""
    mode = _mode(piece)
    ask = calls.stroke_colour if mode == _OUTLINE else calls.fill_colour
    colours, known = calls.rows(ask, [calls.handle_of(piece)], 4, np.uintc)
    return bool((known & no_ink(*colours.T)).any()) and mode not in INKLESS


def _mode(piece: int) -> int:
    return int(calls.render_mode(calls.handle_of(piece)))
