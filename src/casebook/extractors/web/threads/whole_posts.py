"""Of a thread whose posts are known: all words of each post, and what tells its hour. Pure."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np

from casebook.extractors.text.characters import count_words
from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.bodies import Bodies, is_comment, is_remark, tells_of_joining
from casebook.extractors.web.dates import names_day
from casebook.extractors.web.markup.tree_blocks import Placed
from casebook.extractors.web.threads.nearest import of_nearest

_PROSE = 20
_LINKED = 0.6
_UNFOLDS = re.compile(r"expand(?:-?link)?(?![a-z])", re.IGNORECASE)
_TERMS = frozenset({"dl", "dt", "dd"})
_HOUR = re.compile(r"\b\d{1,2}[:.]\d\d(?!\d)|\bago\b")


class _Part(Enum):
    """Where an element stands: in the words of a post, beside them, or in no post."""

    BODY = auto()
    REMARK = auto()
    BESIDE = auto()
    ELSEWHERE = auto()


class _At(NamedTuple):
    part: _Part
    frame: Any = None


def whole_posts(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], bodies: Bodies
) -> Matrix:
    """Return ``kept`` with all that stands in ``bodies`` and little else of their posts.

    A line before a post that may tell its hour or day, a remark on one, what unfolds a quotation,
    and a heading of the first level are left as they are; beside a lone post prose is, too, for how
    far that goes is not told. So is all where more than half of the prose stands in no post's
    words: then the posts are not the page's text.
    """
    known = {frame: _At(_Part.BESIDE, frame) for frame in bodies.frames.values()}
    for body, frame in bodies.frames.items():
        known[body] = _At(_Part.REMARK if is_remark(body) else _Part.BODY, frame)
    elsewhere = _At(_Part.ELSEWHERE)
    ats = [of_nearest(one.place.element, known, elsewhere) for one in placed]
    counts = np.array(words)
    posted = np.array([at.part in {_Part.BODY, _Part.REMARK} for at in ats])
    prose = kept & np.array(list(map(_is_prose, placed))) & ~posted
    if counts[prose].sum() > counts[posted].sum():
        return kept
    kept = kept.copy()
    said: set[Any] = set()
    dated: list[int] = []
    for n, (one, at) in enumerate(zip(placed, ats, strict=True)):
        if at.part is _Part.BODY:
            kept[n] |= not _unfolds(one)
        elif at.part is _Part.BESIDE and one.level != 1:
            if bodies.is_lone and _is_prose(one):
                continue
            kept[n] &= at.frame not in said and _tells_when(one)
            dated += [n] if kept[n] else []
        elif at.part is _Part.ELSEWHERE and one.level != 1 and said:
            kept[n] &= _is_prose(one)
        if at.part in {_Part.BODY, _Part.REMARK}:
            said.add(at.frame)
    if bodies.is_lone:  # over it is the whole top of the page
        kept[dated[:-1]] = False
    return kept


def opens_with_post(placed: Sequence[Placed], bodies: Bodies) -> bool:
    """Tell whether no prose of ``placed``, which are kept, stands before the first post's words.

    Else the posts are comments on that, as those on a link always are.
    """
    first = next(iter(bodies.frames))
    inside = set(first.iter())
    before = takewhile(lambda one: one.place.element not in inside, placed)
    return is_comment(first) or not any(map(_is_prose, before))


def _tells_when(one: Placed) -> bool:
    """Tell a line that may tell when a post was written, and is no row of links.

    In a list of terms a day without an hour is one of the poster's.
    """
    text = one.block.text.strip()
    if "\n" in text or one.linked >= _LINKED or tells_of_joining(text):
        return False
    return bool(_HOUR.search(text)) or (one.place.tag not in _TERMS and names_day(text))


def _is_prose(one: Placed) -> bool:
    """Tell a paragraph from lines that are set one below the other."""
    return any(count_words(line) >= _PROSE for line in one.block.text.splitlines())


def _unfolds(one: Placed) -> bool:
    """Tell a control within the words of a post."""
    return one.button or bool(_UNFOLDS.search(one.place.names))
