"""Letters that are spread: "l e a s t" as pdfium writes it, "least" as it is meant.

pdfium takes wide room between letters for a space. LaTeX sets programs so: each word is as wide as
its letters would be in one width, whatever the type; so do fonts that are wrong about their widths.
The true spaces of such a line are wider than the others by far. Without them no word can be read,
and the room between some of them looks like that between cells.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import NamedTuple, Self

import numpy as np

from casebook.extractors.pdf.lines import Line, Piece
from casebook.extractors.pdf.visibility.eye import Eye
from casebook.extractors.pdf.words import has_no_capitals

# It begins with a space, which is searched for fastest, and looks back.
_SPREAD = re.compile(r" (?<=(?<!\S)[^\W\d_] )[^\W\d_](?: [^\W\d_])+(?!\S)")
"""Three letters or more, each by itself, from the first space on."""

_FEWEST_LINES = 2
"""Of a program."""

_FEWEST_LETTERS = 12
"""Of a line that stands by itself."""

# Type sizes: the widest room that counts, the narrowest space, and how far the lines of a program
# stand apart at most; and how much wider spaces are than the room between letters. The room between
# the letters of one word differs by up to .13, as their shapes do.
_WIDEST, _SPACE, _STEP, _UNEVEN = 0.8, 0.25, 2.5, 0.2
_WIDER = 2.5

_LONGEST = 80
"""Characters of a heading in capitals."""

_BROAD = 0.82
"""Type sizes to a letter of such a line, spaces and all; most are .7 to .77."""

_SET_WIDE, _SPACED = 0.15, 1.8
"""Type sizes between most letters that are set wide, and times that, of a space between words."""

_ROUNDS = 8
_LONG = 4
"""Letters of what is surely a word by itself."""

_SAME = 0.5
"""Points between sizes of one type."""


class _Letters(NamedTuple):
    """The letters of a line, the room before each but the first, and the least that is a space.

    In type sizes; ``space`` is 0 where letters and words stand about as far apart.
    """

    letters: list[str]
    rooms: list[float]
    space: float

    @classmethod
    def of(cls, eye: Eye, pieces: Sequence[Piece], size: float) -> Self:
        """Measure the letters of a line."""
        places = _letters_of(pieces)
        rooms = _rooms(eye, places, size)
        letters = [letter for _, letter in places]
        space = _least_space(rooms)
        while space and not _is_even(letters, rooms, space):
            space = _least_space([room for room in rooms if room < space])
        return cls(letters, rooms, space)

    def text(self, space: float) -> str:
        """Return the line with a space wherever there is that much room."""
        parts = [
            f" {letter}" if room >= space else letter
            for letter, room in zip(self.letters[1:], self.rooms, strict=True)
        ]
        return "".join([*self.letters[:1], *parts])


def with_words(eye: Eye, stretches: Sequence[Sequence[Piece]], lines: Sequence[Line]) -> list[Line]:
    """Return the ``lines`` of a page with the words whole whose letters are spread.

    ``stretches`` are what each line is made of. Several such lines under one another are lines of
    a program.
    """
    found = list(lines)
    for n in [n for n, line in enumerate(lines) if line.text.isupper()]:
        if _may_be_set_wide(lines[n]):
            found[n] = lines[n]._replace(text=_close_set(eye, stretches[n], lines[n]))
    marked = [n for n, line in enumerate(lines) if _SPREAD.search(line.text)]
    told = {n: _letters(eye, stretches[n], lines[n]) for n in marked}
    spread = {n: seen for n, seen in told.items() if _is_spread(lines[n].text, seen)}
    for n, seen in spread.items():
        if _is_sure(lines[n].text):
            found[n] = lines[n]._replace(text=seen.text(seen.space))
    for start, end in _runs(lines) if len(spread) >= _FEWEST_LINES else ():
        some = [spread[n].space for n in range(start, end) if n in spread]
        if len(some) >= _FEWEST_LINES:
            usual = median(some)
            run = {n: _letters(eye, stretches[n], lines[n]) for n in range(start, end)}
            for n in _lines_of_programs(lines, run, spread, usual):
                text = run[n].text(run[n].space or usual)
                found[n] = lines[n]._replace(text=text, fixed=True)
    return found


def is_one(pieces: Sequence[Piece], line: Line) -> bool:
    """Tell a line of one word, or one whose letters were joined: its words stand far apart."""
    spaces = len(pieces) - 1 + sum(text.count(" ") for _, text in pieces)
    return not spaces or line.text.count(" ") < spaces


def _may_be_set_wide(line: Line) -> bool:
    """Tell which line in capitals may be a heading: many set room between the letters of these."""
    if line.fixed or " " not in line.text or len(line.text) > _LONGEST:
        return False
    if any(has_no_capitals(letter) for letter in line.text):
        return False
    letters = sum(map(str.isalnum, line.text))
    return line.right - line.left >= _BROAD * letters * max(line.size, line.last)


def _close_set(eye: Eye, pieces: Sequence[Piece], line: Line) -> str:
    """Return a line in capitals with only those spaces that are wider than its letters' room.

    pdfium takes the wider ones of these for spaces: "RESU LTS".
    """
    places, size = _letters_of(pieces), max(line.size, line.last)
    few = places[: _FEWEST_LETTERS // 2]
    if len(few) < _FEWEST_LETTERS // 2 or median(_rooms(eye, few, size)) < _SET_WIDE:
        return line.text
    rooms = _rooms(eye, places, size)
    said = " ".join([text for _, text in pieces])
    spaced = [a.isspace() for a, b in pairwise(said) if not b.isspace()]
    within = [room for room, space in zip(rooms, spaced, strict=True) if not space]
    several = 2 * len(within) > len(rooms)
    usual = median(within if several else rooms)
    # Single letters that stand as far apart as all others may be cells.
    if usual < _SET_WIDE or not (several or any(room >= _SPACED * usual for room in rooms)):
        return line.text
    parts = [
        f" {letter}" if space and room >= _SPACED * usual else letter
        for (_, letter), room, space in zip(places[1:], rooms, spaced, strict=True)
    ]
    return "".join([places[0][1], *parts])


def _letters_of(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the letters and signs of a line, each with its position."""
    return [(at + n, x) for at, text in pieces for n, x in enumerate(text) if not x.isspace()]


def _rooms(eye: Eye, letters: Sequence[Piece], size: float) -> list[float]:
    """Return the room before each letter but the first, in type sizes."""
    lefts, rights = eye.edges([(at, at) for at, _ in letters])
    rooms: list[float] = np.minimum((lefts[1:] - rights[:-1]) / (size or 1.0), _WIDEST).tolist()
    return rooms


def _letters(eye: Eye, pieces: Sequence[Piece], line: Line) -> _Letters:
    # A line may begin with a small number.
    return _Letters.of(eye, pieces, max(line.size, line.last))


def _least_space(rooms: Sequence[float]) -> float:
    """Return what parts the spaces of a line from the room between letters; 0 where nothing does.

    It stands midway between the means of both.
    """
    low, high = min(rooms, default=0.0), max(rooms, default=0.0)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        narrow, wide = [r for r in rooms if r < middle], [r for r in rooms if r >= middle]
        if not narrow or not wide:
            return 0.0
        low, high = fmean(narrow), fmean(wide)
    return (low + high) / 2 if high >= max(_SPACE, _WIDER * low) else 0.0


def _is_even(letters: Sequence[str], rooms: Sequence[float], space: float) -> bool:
    """Tell whether letters of one word stand about as far apart, if so much room is a space.

    Where they do not, what is a space by far, as before another column, hides the narrower ones.
    """
    low, high = _WIDEST, -_WIDEST
    for (a, b), room in zip(pairwise(letters), rooms, strict=True):
        # What stands beside signs leaves other room: programs are set word by word.
        if room < space and a.isalnum() and b.isalnum():
            low, high = min(low, room), max(high, room)
        else:
            low, high = _WIDEST, -_WIDEST
        if high - low > _UNEVEN:
            return False
    return True


def _is_spread(text: str, seen: _Letters) -> bool:
    """Tell a line whose letters stand apart, none of which do between its true spaces.

    Words are never run together.
    """
    if not seen.space:
        return False
    whole = seen.text(seen.space)
    if " " not in whole or _SPREAD.search(whole):
        return False
    return _keeps_words(text.split(), whole.split())


def _is_sure(text: str) -> bool:
    """Tell a line that is known by itself: most of what stands between spaces is one letter."""
    parts = text.split()
    single = sum(len(part) == 1 for part in parts)
    return 2 * single > len(parts) and sum(map(len, parts)) >= _FEWEST_LETTERS


def _keeps_words(parts: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether no two of ``parts`` that are words by themselves stand in one of ``words``."""
    waiting = iter(parts)
    for word in words:
        length = last = 0
        while length < len(word):
            part = len(next(waiting, word))
            if min(part, last) >= _LONG:
                return False
            length, last = length + part, part
    return True


def _runs(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield where lines of one type that stand under one another begin and end."""
    start = 0
    for n, (a, b) in enumerate(pairwise(lines), 1):
        size = max(a.size, a.last)
        other = abs(max(b.size, b.last) - size) > _SAME
        if other or not 0 < a.base - b.base <= _STEP * size:
            yield start, n
            start = n
    yield start, len(lines)


def _lines_of_programs(
    lines: Sequence[Line],
    run: dict[int, _Letters],
    spread: dict[int, _Letters],
    space: float,
) -> Iterator[int]:
    """Yield the numbers of lines that are a program among those of a ``run``.

    Prose has no room as wide as its spaces, ``space``; what is one word may belong to it.
    """
    held: list[int] = []
    for n in [*run, -1]:
        if n in spread or (n >= 0 and (" " not in lines[n].text or " " in run[n].text(space))):
            held.append(n)
            continue
        if sum(one in spread for one in held) >= _FEWEST_LINES:
            yield from held
        held = []
