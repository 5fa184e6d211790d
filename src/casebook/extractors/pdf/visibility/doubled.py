"""Type drawn twice: strokes over fills, shadows, boldness that is made of two prints.

pdfium leaves out a text object that stands where one of the few before it does. Copies that are
drawn line after line, or letter by letter, are farther from each other, and words come twice.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, product, repeat
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.grounds import no_ink

INKLESS = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
"""Ways to draw text without ink, or as a clip alone."""

_OUTLINE = pdfium.FPDF_TEXTRENDERMODE_STROKE
_FAR, _PART = 3.0, 0.6
"""Points between where two copies begin, and parts of their width, at most: at a glance."""

_STEPS = 1000
"""Tells places that are counted in other steps apart, mostly."""

_MIXED = 2**0.5
"""Times of it that come to no whole number."""

_APART, _AWAY = 0.5, 0.125
"""Of the room of a letter, and of the height of its line, by which its copy is moved at most: one
that is set twice is moved by all of its room, whichever way the line runs."""

_FARTHEST = 6.0
"""Points between a letter and its copy."""

_MOST_LETTERS = 100_000
"""Of a page that is looked at: a full one in small type has a tenth of that."""

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
    # One number for each place; two that are equal by chance are looked at, no more.
    places = np.sort(across + _STEPS * np.rint(_STEPS * step) + _MIXED * down)
    return bool(np.count_nonzero(places[1:] == places[:-1]))


def text_of(page: pypdfium2.PdfPage, *, repeats: bool) -> pypdfium2.PdfTextPage:
    """Return the text of ``page``, each letter once, where some of it may be drawn twice.

    Close it.
    """
    text = page.get_textpage()
    looks = repeats and text.count_chars() <= _MOST_LETTERS
    copies = _copies(calls.handle(text.raw)) if looks else []
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
    where these are signs alone. Of a word that is written over another one, nothing is a copy:
    "250" stays whole where a "100" is covered.
    """
    words = _words(text)
    owners = list(dict.fromkeys(letter.owner for word in words for letter in word))
    inked = dict(zip(owners, _inked(calls.handles(owners)), strict=True))
    printed, kept = _Printed(), {owner for owner in owners if not inked[owner]}
    for number, word in enumerate(words):
        kept |= printed.adds(number, [letter for letter in word if inked[letter.owner]])
    # Dots of a chart lie upon each other, and two dashes make a sign.
    found = (letter for word in words for letter in word if letter.owner not in kept)
    if not any(chr(letter.code).isalnum() for letter in found):
        return []
    return calls.handles([owner for owner in owners if owner not in kept])


class _Letter(NamedTuple):
    """A letter of a text object, where it stands, and how far from it a copy may stand."""

    owner: int
    code: int
    left: float
    base: float
    aside: float
    above: float


class _Printed:
    """The letters of a page that are printed so far, and their words, by where they stand."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int, int], list[tuple[int, _Letter]]] = {}

    def adds(self, number: int, word: Sequence[_Letter]) -> set[int]:
        """Return the text objects of a word that are no copies; what they print is printed then."""
        new, over = set[int](), set[int]()
        for owner, some in groupby(word, key=_owner):
            letters = list(some)
            for letter, found in [(letter, self._word_at(letter)) for letter in letters]:
                if found is None:
                    new.add(owner)
                    held = self._places.setdefault(_place(letter), [])
                    held += [(number, letter)] * (len(held) < _MOST_NEAR)
                elif found != number:
                    over.add(owner)
        # Copies of letters one by one stand in the same word.
        return new | over if new else new

    def _word_at(self, letter: _Letter) -> int | None:
        """Return the number of the word whose letter stands where ``letter`` does, if any."""
        code, across, down = _place(letter)
        return next(
            (
                number
                for x, y in _AROUND
                for number, other in self._places.get((code, across + x, down + y), ())
                if abs(other.left - letter.left) < letter.aside
                and abs(other.base - letter.base) < letter.above
            ),
            None,
        )


_owner = attrgetter("owner")


def _words(text: Handle) -> list[list[_Letter]]:
    """Return the letters of a page, word by word, in the order they are read in."""
    indices = range(calls.count_chars(text))
    owners = map(calls.char_object, repeat(text), indices)
    codes = map(calls.char_code, repeat(text), indices)
    boxes = calls.rows(calls.char_loose_box, indices, 4, whole=True, text=text)[0]
    places, known = calls.rows(calls.char_origin, indices, 2, np.double, text=text)
    left, top, right, bottom = boxes.T
    room = np.stack([right - left, top - bottom], axis=1)
    # Some fonts say that a line is any number of lines high.
    most = np.minimum(room.min(axis=1), _FARTHEST)
    far = np.minimum(_AWAY * room.max(axis=1), most)
    rooms = np.minimum(_APART * room, far[:, None])
    letters = np.concatenate([places, rooms], axis=1).tolist()
    found: list[list[_Letter]] = [[]]
    for owner, code, letter, knows in zip(owners, codes, letters, known.tolist(), strict=True):
        if not owner or not knows or code in _SPACES:
            found.append([])
            continue
        if found[-1] and letter[0] < found[-1][-1].left - _FARTHEST:
            found.append([])  # back to where a line begins
        found[-1].append(_Letter(owner, code, *letter))
    return list(filter(None, found))


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
