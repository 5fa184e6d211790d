"""Numbers of lines in the margin, as drafts for review and contracts have them: no text.

Beside each line they make a table of a page of prose, or stand in the midst of its sentences.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from casebook.extractors.pdf.lines import Piece
from casebook.extractors.pdf.visibility.eye import Eye

_FIRST, _LAST = re.compile(r"\A\d{1,5}(?= |\Z)"), re.compile(r"(?:\A|(?<= ))\d{1,5}\Z")
_FEWEST, _FEWEST_MORE = 6, 3
"""Numbers on a page, and on one that goes on counting."""

_YEARS, _MOST_YEARS = range(1900, 2101), 25
"""What a history counts by, too, in fewer lines than a page of a draft has."""

_STEPS = (1, 2, 5, 10)
_MOSTLY = 0.9
_PART = 0.4
"""Of the lines of a page, those that are numbered, or between numbers: one column of two."""

_SMALL = 0.4
"""Of the lines that are numbered, those that begin small: rows of a table and lists seldom do."""

_ALIGNED, _ROOM, _LEVEL = 1.5, 2.0, 2.0
"""Points between the edges of numbers, from these to the text, and between parts of one line."""


class _Number(NamedTuple):
    """A number at the edge of a line: which, where, and what of the line is left."""

    line: int
    value: int
    left: float
    right: float
    base: float
    rest: list[Piece]


def unnumbered(
    eye: Eye, stretches: Sequence[list[Piece]], after: int = 0
) -> tuple[list[list[Piece]], list[str]]:
    """Return the lines of a page without the numbers in its margins, and these.

    ``after`` is the last number of the pages before it, if their lines are numbered: where the
    first one of this page is the next, whatever else it holds are numbered lines, too.
    """
    kept, numbers = list(stretches), list[str]()
    for first in (True, False):
        at = 0 if first else -1
        fewest = _FEWEST_MORE if after else _FEWEST
        if sum(pieces[at][1][at].isdecimal() for pieces in kept) < fewest:
            continue
        found = _in_margin(eye, kept, after, first=first)
        for number in found:
            kept[number.line] = number.rest
        numbers += [str(number.value) for number in found]
        kept = [pieces for pieces in kept if pieces]
    return kept, numbers


def _in_margin(
    eye: Eye, stretches: Sequence[list[Piece]], after: int, *, first: bool
) -> list[_Number]:
    """Return the numbers of the lines, if these are numbered at the left or right."""
    told = list(_numbered(stretches, first=first))
    if not _may_count([int(text) for _, (_, text), _ in told], _FEWEST_MORE if after else _FEWEST):
        return []
    numbers = _numbers(eye, told)
    goes_on = after > 0 and any(number.value - after in _STEPS for number in numbers)
    fewest = _FEWEST_MORE if goes_on else _FEWEST
    edges = Counter(round(number.right / _ALIGNED) for number in numbers)
    often = [edge for edge, times in edges.items() if times >= fewest]
    if not often:
        return []
    edge = min(often) if first else max(often)
    found = [n for n in numbers if abs(round(n.right / _ALIGNED) - edge) <= 1]
    found.sort(key=lambda number: -number.base)
    steps = Counter(b.value - a.value for a, b in pairwise(found))
    step, times = steps.most_common(1)[0] if steps else (0, 0)
    goes_on = goes_on and bool(found) and found[0].value - after == step
    if (
        len(found) < (fewest if goes_on else _FEWEST)
        or step not in _STEPS
        or times < _MOSTLY * (len(found) - 1)
    ):
        return []
    if len(found) < _MOST_YEARS and all(number.value in _YEARS for number in found):
        return []
    rests = {number.line: number.rest for number in found}
    lines = [rests.get(n, pieces) for n, pieces in enumerate(stretches)]
    lines = [pieces for pieces in lines if pieces and not pieces[0][1].isdecimal()]
    if len(found) * step < _PART * len(lines):
        return []
    places = list(eye.places([(pieces[0][0], _end(*pieces[-1])) for pieces in lines]))
    if first:
        beside = max(n.right for n in found) + _ROOM <= min(left for _, _, left, *_ in places)
    else:
        beside = min(n.left for n in found) - _ROOM >= max(right for _, _, _, right, *_ in places)
    heights = {round(n.base / _LEVEL) + step for n in found for step in (-1, 0, 1)}
    level = [
        pieces[0][1][:1].islower()
        for pieces, (_, _, _, _, base, _, _) in zip(lines, places, strict=True)
        if round(base / _LEVEL) in heights
    ]
    return found if beside and level and (goes_on or sum(level) >= _SMALL * len(level)) else []


def _may_count(values: Sequence[int], fewest: int) -> bool:
    """Tell numbers of which enough have their next one, wherever they stand: most pages' do not."""
    known = set(values)
    most = max(sum(value + step in known for value in values) for step in _STEPS)
    return most >= _MOSTLY * (fewest - 1)


def _numbered(
    stretches: Sequence[list[Piece]], *, first: bool
) -> Iterator[tuple[int, Piece, list[Piece]]]:
    """Yield which lines begin, or end, with a number, that, and what of the line is left."""
    for n, pieces in enumerate(stretches):
        at, text = pieces[0 if first else -1]
        if not text[0 if first else -1].isdecimal():
            continue
        if not (match := (_FIRST if first else _LAST).search(text)):
            continue
        begin, end = match.span()
        rest = (at + end, text[end:]) if first else (at, text[:begin])
        rest = (rest[0] + len(rest[1]) - len(rest[1].lstrip()), rest[1].strip())
        others = [rest] if rest[1] else []
        others = [*others, *pieces[1:]] if first else [*pieces[:-1], *others]
        yield n, (at + begin, match.group()), others


def _numbers(eye: Eye, told: Sequence[tuple[int, Piece, list[Piece]]]) -> list[_Number]:
    """Return numbers with the places where they stand."""
    places = eye.places([(at, _end(at, text)) for _, (at, text), _ in told])
    return [
        _Number(n, int(text), left, right, base, rest)
        for (n, (_, text), rest), (_, _, left, right, base, _, _) in zip(told, places, strict=True)
    ]


def _end(position: int, text: str) -> int:
    return position + len(text.rstrip("\ufffe")) - 1
