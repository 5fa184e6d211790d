"""Type drawn twice: strokes over fills, shadows, boldness that is made of two prints.

pdfium leaves out a text object that stands where one of the few before it does. Copies that are
drawn line after line, or letter by letter, are farther from each other, and words come twice.
"""

from collections.abc import Iterator, Sequence
from itertools import product, repeat
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.grounds import no_ink

INKLESS = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
"""Ways to draw text without ink, or as a clip alone."""

_OUTLINE = pdfium.FPDF_TEXTRENDERMODE_STROKE
_FAR, _PART = 3.0, 0.6
"""Points between where two copies begin, and parts of their width, at most: at a glance."""

_STEPS = 1000
"""Tells places that are counted in other steps apart, mostly."""

_ASIDE, _ABOVE = 0.5, 0.35
"""Of the room of a letter, by which its copy is moved at most; one set twice is moved by all."""

_FARTHEST = 6.0
"""Points between a letter and its copy."""

_MOST_NEAR = 8
"""Of one letter, about as near as that."""

_SPACES = frozenset(map(ord, "\x00 \t\r\n\xa0"))
_AROUND = tuple(product((-1, 0, 1), repeat=2))


def may_repeat(boxes: Numbers) -> bool:
    """Tell whether two text objects, by their ``boxes``, begin at about the same place."""
    left, _, right, top = boxes.T
    step = np.minimum(_FAR, _PART * (right - left))
    wide = step > 0
    step = step[wide]
    across, down = np.floor(left[wide] / step), np.floor(top[wide] / step)
    places = np.sort(across + _STEPS * np.rint(_STEPS * step) + 1j * down)
    return bool((places[1:] == places[:-1]).any())


def text_of(page: pypdfium2.PdfPage, *, repeats: bool) -> pypdfium2.PdfTextPage:
    """Return the text of ``page``, each letter once, where some of it may be drawn twice.

    Close it.
    """
    text = page.get_textpage()
    copies = _copies(calls.handle(text.raw)) if repeats else []
    if not copies:
        return text
    text.close()
    for piece in copies:
        calls.set_active(piece, 0)
    text = page.get_textpage()
    for piece in copies:
        calls.set_active(piece, 1)
    return text


def _copies(text: Handle) -> list[Handle]:
    """Return the text objects of a page, with its ``text``, whose letters stand there already.

    What is printed without ink, or in white, is no copy, and has none: that is told elsewhere. None
    where these are signs alone.
    """
    held, printed = _letters(text), _Printed()
    pieces = calls.handles(held)
    told = zip(pieces, held.values(), _inked(pieces), strict=True)
    found = [(piece, some) for piece, some, inked in told if inked and printed.holds(some)]
    # Dots of a chart lie upon each other, and two dashes make a sign.
    words = any(chr(letter.code).isalnum() for _, some in found for letter in some)
    return [piece for piece, _ in found] if words else []


class _Letter(NamedTuple):
    """A letter, where it stands, and how far from it a copy may stand."""

    code: int
    left: float
    base: float
    aside: float
    above: float


class _Printed:
    """The letters of a page that are printed so far, by about where they stand."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int, int], list[_Letter]] = {}

    def holds(self, letters: Sequence[_Letter]) -> bool:
        """Tell whether all ``letters`` are printed already; those that are not are from now on."""
        new = [letter for letter in letters if not self._has(letter)]
        for letter in new:
            held = self._places.setdefault(_place(letter), [])
            held += [letter] * (len(held) < _MOST_NEAR)
        return not new

    def _has(self, letter: _Letter) -> bool:
        code, across, down = _place(letter)
        return any(
            abs(other.left - letter.left) < letter.aside
            and abs(other.base - letter.base) < letter.above
            for x, y in _AROUND
            for other in self._places.get((code, across + x, down + y), ())
        )


def _letters(text: Handle) -> dict[int, list[_Letter]]:
    """Return the letters of each text object, but its spaces, in the order they are read in."""
    indices = range(calls.count_chars(text))
    owners = map(calls.char_object, repeat(text), indices)
    codes = map(calls.char_code, repeat(text), indices)
    boxes = calls.rows(calls.char_loose_box, indices, 4, whole=True, text=text)[0]
    places, known = calls.rows(calls.char_origin, indices, 2, np.double, text=text)
    left, top, right, bottom = boxes.T
    # Some fonts say that a line is any number of lines high.
    most = np.minimum(right - left, _FARTHEST)
    far = np.stack([_ASIDE * most, np.minimum(_ABOVE * (top - bottom), most)], axis=1)
    rooms = np.concatenate([places, far], axis=1).tolist()
    found: dict[int, list[_Letter]] = {}
    for owner, code, room, knows in zip(owners, codes, rooms, known.tolist(), strict=True):
        if owner and knows and code not in _SPACES:
            found.setdefault(owner, []).append(_Letter(code, *room))
    return found


def _place(letter: _Letter) -> tuple[int, int, int]:
    return letter.code, int(letter.left // _FARTHEST), int(letter.base // _FARTHEST)


def _inked(pieces: Sequence[Handle]) -> Iterator[bool]:
    """Yield whether each text object leaves ink that is seen on white paper."""
    modes = calls.answers(calls.render_mode, pieces)
    fills, strokes = (
        calls.rows(ask, pieces, 4, np.uintc)[0] for ask in (calls.fill_colour, calls.stroke_colour)
    )
    inks = np.where((modes == _OUTLINE)[:, None], strokes, fills)
    inked = ~np.isin(modes, INKLESS) & ~no_ink(*inks.T)
    yield from inked.tolist()
