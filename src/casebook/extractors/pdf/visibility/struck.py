"""Words that a line goes through: whoever drew it takes them back.

Either a remark that strikes out (an annotation), or a line that is drawn: level, thin, through the
midst of the letters, and no longer than what it strikes out. So no rule under a word or over it is
one, none of a table or a fraction, and none that runs on behind a heading.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np

from casebook.extractors.pdf.calls import Numbers
from casebook.extractors.pdf.lines import Line, Piece
from casebook.extractors.pdf.visibility.grounds import Box

_LOW, _HIGH, _THICK = 0.12, 0.48, 0.17
"""Type sizes: how high above the foot of its letters a line may run, and its thickness at most."""

_MIDST = (0.15, 0.85)
"""Parts of the height of most letters between which it runs."""

_RISEN, _ABOVE, _BELOW = (0.1, 0.6), (0.65, 0.7), (-0.05, 0.0)
"""Type sizes above the foot: where the line of a remark runs, and where only a marker is."""

_OVER = 1.25
"""Type sizes by which it may reach over what it strikes out, at each end: some draw by hand."""

_PART = 0.65
"""Of a letter that must lie under it."""

_FILLED = 0.5
"""Of its own length that letters fill: it strikes out no empty room between columns."""

_FEWEST = 2
"""Letters that have a case: one may have a stroke of its own (đ, ħ)."""

_WORD = re.compile(r"\S+")
_MOST_PAIRS = 4_000_000
"""Letters times lines of a page that are compared."""


class Letters(Protocol):
    """What is asked about the letters of a page; an ``Eye`` tells it."""

    def letters(self, positions: Sequence[int]) -> Numbers:
        """Return left, right, bottom, top, foot and type size of each."""
        ...

    def edges(self, ends: Sequence[tuple[int, int]]) -> tuple[Numbers, Numbers]:
        """Return where stretches begin and end."""
        ...

    def sees_line(self, box: Box) -> bool:
        """Tell whether a thin line is seen, drawn along a box: left, bottom, right, top."""
        ...


class Left(NamedTuple):
    """What is left of the lines of a page, what is struck out of each, and how far they reached.

    ``reach`` tells by the position of the last piece of a line that is left where the whole line
    began and ended.
    """

    rows: list[list[Piece]]
    said: list[str]
    reach: Mapping[int, tuple[int, int]]


def unstruck(
    eye: Letters, stretches: Sequence[list[Piece]], strokes: Numbers, marked: Numbers
) -> Left:
    """Return the lines of a page without what is struck out, and that.

    ``strokes`` are lines that run through some type, and ``marked`` is what a remark strikes out,
    as boxes: left, right, bottom, top. Those count that a reader sees.
    """
    whole = Left(list(stretches), [], {})
    if not len(strokes) and not len(marked):
        return whole
    words = [(at + m.start(), m[0]) for p in stretches for at, t in p for m in _WORD.finditer(t)]
    near = list(_near(eye, words, strokes, marked))
    struck = _struck(eye, near, strokes, marked)
    if not struck:
        return whole
    kept = [list(chain.from_iterable(_left(*piece, struck) for piece in row)) for row in stretches]
    said = [" ".join(text for piece in row for text in _gone(*piece, struck)) for row in stretches]
    reach = {
        left[-1][0]: (row[0][0], _end(*row[-1]))
        for row, left, text in zip(stretches, kept, said, strict=True)
        if left and text
    }
    gone = [text.replace("\ufffe", "-") for text in said if text]
    return Left([row for row in kept if row], gone, reach)


def as_wide(
    eye: Letters, rows: Sequence[Sequence[Piece]], lines: Sequence[Line], left: Left
) -> list[Line]:
    """Return ``lines``, which are made of ``rows``, as far as they reached.

    What is struck out at the end of one ends no paragraph.
    """
    found = list(lines)
    if not left.reach:
        return found
    some = [n for n, row in enumerate(rows) if row[-1][0] in left.reach]
    lefts, rights = eye.edges([left.reach[rows[n][-1][0]] for n in some])
    for n, begin, end in zip(some, lefts.tolist(), rights.tolist(), strict=True):
        line = found[n]
        found[n] = line._replace(left=min(line.left, begin), right=max(line.right, end))
    return found


def _end(position: int, text: str) -> int:
    return position + len(text.rstrip("\ufffe")) - 1


def _near(
    eye: Letters, words: Sequence[Piece], strokes: Numbers, marked: Numbers
) -> Iterator[Piece]:
    """Yield the words that stand as high as some line, or mark, lies."""
    _, _, _, _, feet, sizes = eye.letters([at for at, _ in words]).T
    levels = np.sort((strokes[:, 2] + strokes[:, 3]) / 2)
    lined = np.searchsorted(levels, feet + _HIGH * sizes) > np.searchsorted(
        levels, feet + _LOW * sizes
    )
    bottoms, tops = np.sort(marked[:, 2]), np.sort(marked[:, 3])
    inside = np.searchsorted(bottoms, feet + sizes) > np.searchsorted(tops, feet)
    yield from (word for word, so in zip(words, (lined | inside).tolist(), strict=True) if so)


def _struck(
    eye: Letters, words: Sequence[Piece], strokes: Numbers, marked: Numbers
) -> frozenset[int]:
    """Return the positions of the letters that are struck out."""
    signs = [(at + n, sign) for at, word in words for n, sign in enumerate(word)]
    if len(signs) * (len(strokes) + len(marked)) > _MOST_PAIRS:
        return frozenset()
    places = eye.letters([at for at, _ in signs])
    is_letter = np.array([sign.isalnum() for _, sign in signs], np.bool_)
    ends = np.cumsum([len(word) for _, word in words])
    under, asked = np.zeros((2, len(signs)), np.bool_)
    for box in strokes:
        for some in _by_word(_under(box, places, is_letter), ends):
            under[some] |= eye.sees_line(_over(places[some], *box[2:].tolist()))
    for box in marked:
        within = _within(box, places) & ~asked
        asked |= within
        for some in _by_word(np.flatnonzero(within), ends):
            under[some] |= _is_lined(eye, places[some])
    lined = {at for (at, _), so in zip(signs, under.tolist(), strict=True) if so}
    return frozenset(chain.from_iterable(_of_word(at, word, lined) for at, word in words))


def _under(box: Numbers, places: Numbers, is_letter: Numbers) -> Numbers:
    """Return which letters a line strikes out; none where it is a line of another sort."""
    left, right, bottom, top = box.tolist()
    lefts, rights, lows, highs, feet, sizes = places.T
    level = (bottom + top) / 2
    shared = np.minimum(rights, right) - np.maximum(lefts, left)
    lined = (shared >= _PART * (rights - lefts)) & (shared > 0)
    lined &= (feet + _LOW * sizes <= level) & (level <= feet + _HIGH * sizes)
    lined &= top - bottom <= _THICK * sizes
    run = np.flatnonzero(lined)
    letters = np.flatnonzero(lined & is_letter)
    if not len(letters):
        return letters
    over = _OVER * sizes[run].max()
    if lefts[run].min() - left > over or right - rights[run].max() > over:
        return run[:0]
    share = (level - lows[letters]) / np.maximum(highs[letters] - lows[letters], 0.01)
    midst = np.count_nonzero((share >= _MIDST[0]) & (share <= _MIDST[1]))
    filled = (rights[run] - lefts[run]).sum() >= _FILLED * (rights[run].max() - lefts[run].min())
    return run if 2 * midst >= len(letters) and filled else run[:0]


def _within(box: Numbers, places: Numbers) -> Numbers:
    """Tell letters whose midst a mark is over."""
    left, right, bottom, top = box.tolist()
    lefts, rights, lows, highs, _, _ = places.T
    across, along = (lefts + rights) / 2, (lows + highs) / 2
    known = rights > lefts
    return np.asarray(
        known & (left <= across) & (across <= right) & (bottom <= along) & (along <= top)
    )


def _by_word(run: Numbers, ends: Numbers) -> Iterator[Numbers]:
    """Yield those letters of a run that are of one word; of a line, a part may be painted over."""
    if len(run):
        starts = np.flatnonzero(np.diff(np.searchsorted(ends, run, side="right"))) + 1
        yield from np.split(run, starts)


def _over(places: Numbers, bottom: float, top: float) -> Box:
    """Return the box over letters in a row, from ``bottom`` to ``top``."""
    return float(places[:, 0].min()), bottom, float(places[:, 1].max()), top


def _is_lined(eye: Letters, places: Numbers) -> bool:
    """Tell whether a line is seen through letters, which is no marker that fills all their room."""
    foot, size = np.median(places[:, 4:], axis=0).tolist()
    at, over, under = (
        eye.sees_line(_over(places, foot + low * size, foot + high * size))
        for low, high in (_RISEN, _ABOVE, _BELOW)
    )
    return at and not (over and under)


def _of_word(at: int, word: str, lined: set[int]) -> Iterator[int]:
    """Yield the positions of those letters of a word, and signs, that are struck out."""
    letters = [n for n, sign in enumerate(word) if sign.isalnum()]
    if not letters and 2 * sum(at + n in lined for n in range(len(word))) >= len(word):
        yield from range(at, at + len(word))  # a sign between struck words, or behind a number
    struck = [n for n in letters if at + n in lined]
    if not struck or (len(struck) < _FEWEST and _is_barred(at + struck[0], word[struck[0]], lined)):
        return
    whole = len(struck) == len(letters)
    for n, sign in enumerate(word):
        # What pdfium makes of the end of a line (U+FFFE) has no place.
        between = not sign.isalnum() and struck[0] < n < struck[-1]
        if at + n in lined or between or (sign == "\ufffe" and (whole or n - 1 in struck)):
            yield at + n


def _is_barred(at: int, sign: str, lined: set[int]) -> bool:
    """Tell a letter that has a bar of its own, for nothing beside it is under the line."""
    beside = not lined.isdisjoint((at - 2, at - 1, at + 1, at + 2))
    return not beside and sign.swapcase() != sign


def _left(at: int, text: str, struck: frozenset[int]) -> Iterator[Piece]:
    """Yield what is left of a piece of a line."""
    yield from _runs(at, text, [at + n not in struck for n in range(len(text))])


def _gone(at: int, text: str, struck: frozenset[int]) -> Iterator[str]:
    """Yield what is struck out of a piece of a line, spaces between its words and all."""
    gone = [at + n in struck for n in range(len(text))]
    for n, sign in enumerate(text):
        gone[n] |= sign.isspace() and n > 0 and gone[n - 1] and gone[n + 1 : n + 2] == [True]
    yield from (said for _, said in _runs(at, text, gone))


def _runs(at: int, text: str, wanted: Sequence[bool]) -> Iterator[Piece]:
    marks = "".join("x" if each else " " for each in wanted)
    for found in _WORD.finditer(marks):
        said = text[found.start() : found.end()]
        if bare := said.strip():
            yield at + found.start() + said.index(bare[0]), bare
