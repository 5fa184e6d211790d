"""Lines that run from right to left, Arabic and Hebrew, read by where their letters stand.

A file draws letters in any order, and pdfium guesses which of them it must turn over: it reads
some words of a line backwards, and signs and figures elsewhere. Their places tell: from the right,
but for words in Latin letters and figures, which run from the left.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from casebook.extractors.pdf.lines import Piece
from casebook.extractors.pdf.visibility.eye import Eye

_LETTERS = ((0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC))
"""Hebrew, Arabic and what is written like them, and their forms: a search for them is slower."""

_OTHER = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f\u3040-\u9fff]")
_SPACE = 0.15
"""Type sizes between words, at least."""

_LAM, _ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"
"""Both letters of this ligature stand at one place."""

_SEPARATORS, _SIGNS = frozenset(".,:/\u060c\u066b\u066c"), frozenset("+-%$€£#°\u066a")
"""Within figures; and beside them, where they run with these in Hebrew, and not in Arabic."""

_BEGIN, _MORE = re.compile("%{0,3}N|L"), re.compile("(?P<within>[^LNR]*)[LN]")
_SIGNS_BEHIND, _CLOSED = re.compile("%+"), re.compile("[^_]+_+")
"""Signs beside a figure; a sign that stands right behind a word, and not before the next one."""

_WITHIN = frozenset(("", ".", "%"))
"""What stands between two figures of one number, by its kind."""

_BRACKETS = str.maketrans("()[]{}", ")(][}{")


class Glyph(NamedTuple):
    """What stands at one place of a line: a letter with its marks, or a ligature."""

    text: str
    left: float
    right: float


def is_backwards(text: str) -> bool:
    """Tell a text most of whose letters run from right to left."""
    if text.isascii():
        return False
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    letters = sum(int(np.count_nonzero((units >= a) & (units <= b))) for a, b in _LETTERS)
    return letters > 0 and letters > len(_OTHER.findall(text))


def words_of(eye: Eye, pieces: Sequence[Piece], size: float) -> list[list[Glyph]]:
    """Return the words of a line of ``size`` points, from the right, with their letters so.

    There are none where it has no letter but marks.
    """
    glyphs = sorted(_glyphs(eye, pieces), key=lambda glyph: -glyph.right)
    words = [glyphs[:1]] if glyphs else []
    for last, glyph in pairwise(glyphs):
        if last.left - glyph.right > _SPACE * size:
            words.append([])
        words[-1].append(glyph)
    return words


def _glyphs(eye: Eye, pieces: Sequence[Piece]) -> Iterator[Glyph]:
    letters = [(at + n, x) for at, text in pieces for n, x in enumerate(text) if not x.isspace()]
    lefts, rights = eye.rooms([at for at, _ in letters])
    places: dict[float, Glyph] = {}
    marks: list[Glyph] = []
    for (_, letter), left, right in zip(letters, lefts.tolist(), rights.tolist(), strict=True):
        if unicodedata.category(letter) == "Mn":
            marks.append(Glyph(letter, left, right))
            continue
        known = places.get(left)
        text = _ligature(known.text, letter) if known else letter
        places[left] = Glyph(text, left, max(right, known.right) if known else right)
    found = sorted(places.values(), key=_midst)
    midsts = [_midst(glyph) for glyph in found]
    for mark in marks if found else ():
        n = bisect_left(midsts, _midst(mark))
        near = range(max(0, n - 1), min(len(found), n + 1))
        under = min(near, key=lambda m: abs(midsts[m] - _midst(mark)))
        found[under] = found[under]._replace(text=found[under].text + mark.text)
    yield from found


def _ligature(before: str, letter: str) -> str:
    """Return letters at one place as they are spelled."""
    return letter + before if letter == _LAM and before in _ALEFS else before + letter


def _midst(glyph: Glyph) -> float:
    return glyph.left + glyph.right


def text_of(words: Sequence[Sequence[Glyph]]) -> str:
    """Return the text of words that stand from right to left."""
    signs = [sign for n, word in enumerate(words) for sign in [*[" "] * (n > 0), *_texts(word)]]
    arabic = any(unicodedata.bidirectional(sign[0]) == "AL" for sign in signs)
    kinds = "".join(_kind(sign, arabic=arabic) for sign in signs)
    found, at = [], 0
    while at < len(signs):
        end = _run_from(kinds, at)
        found += signs[at:end][::-1] if end > at else signs[at : at + 1]
        at = max(end, at + 1)
    return _with_brackets("".join(found))


def _texts(word: Sequence[Glyph]) -> list[str]:
    return [glyph.text for glyph in word]


def _kind(sign: str, *, arabic: bool) -> str:
    """Return how a sign runs: R from the right, L from the left, N as figures do, or as others."""
    if sign == " ":
        return "_"
    if sign.isdecimal():
        return "N"
    if sign[0] in _SEPARATORS:
        return "."
    if sign[0] in _SIGNS and not arabic:
        return "%"
    kind = unicodedata.bidirectional(sign[0])
    return "R" if kind in ("R", "AL") else "L" if kind == "L" else "?"


def _run_from(kinds: str, at: int) -> int:
    """Return the end of the run from left to right that begins at ``at``, seen from the right."""
    begin = _BEGIN.match(kinds, at)
    if begin is None:
        return at
    at = begin.end()
    while more := _MORE.match(kinds, at):
        if kinds[at - 1] == "N" == kinds[more.end() - 1] and more["within"] not in _WITHIN:
            break
        if _CLOSED.fullmatch(more["within"]):
            break
        at = more.end()
    signs = _SIGNS_BEHIND.match(kinds, at) if kinds[at - 1] == "N" else None
    return signs.end() if signs else at


def _with_brackets(text: str) -> str:
    """Return ``text`` with brackets that open: some files name them by how they look."""
    depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0:
            return text.translate(_BRACKETS)
    return text
