"""What can be told of each block of a page without reading it for meaning: numbers for a model.

Three sides of a block count: itself (length, links, punctuation, tag), where it stands (see
``place_features``), and whether trafilatura keeps it and its neighbours. Nothing depends on the
language of the text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from casebook.extractors.text.characters import words_in
from casebook.extractors.web.blocks.place_features import PLACE_NAMES, place_rows
from casebook.extractors.web.markup.tree_blocks import Placed
from casebook.extractors.web.page_kind import PageKind

_MARK = re.compile(r"[.!?,;:。，、！？]")
# Thai and Lao, kana, Han: a whole sentence would be one word.
_RANGES = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_UNSPACED, _PIECE = re.compile(f"[{_RANGES}]"), re.compile(rf"[{_RANGES}]{{1,2}}|[^\W{_RANGES}]+")
_DIGIT = re.compile(r"\d")
_ENDS = tuple(".!?。！？…:")
_CLOSING = "\"'”’»)]"
_KINDS_OF_TAG = {
    "p": 0, "li": 1, "td": 3, "tr": 3, "table": 3, "dd": 4, "dt": 4, "figcaption": 5, "figure": 5,
    "caption": 5, "blockquote": 6, "h1": 7, "h2": 7, "h3": 7, "h4": 7, "h5": 7, "h6": 7, "pre": 8,
    "label": 9, "summary": 9,
}  # fmt: skip
_OF_CONTAINERS = 2
_PROSE_WORDS = 10
_PROSE_LINKS = 0.34
_SHINGLE = 3
_KEPT = 0.5
_KEPT_WORDS = 5
_END_WORDS = 8
_FAR = 99
_WINDOWS = (2, 6, 15)

_OWN = (
    "log_words linked level ended marks upper digits bold row verbatim button tag copies copy kept"
).split()
_AROUND = (
    "before position log_from_start log_to_end from_h1 from_h1_share kept_before kept_after "
    "between from_first_kept from_last_kept kept_2 kept_6 kept_15 prose_2 prose_6 linked_2 "
    "linked_6 words_2 previous_words next_words previous_linked next_linked previous_heading "
    "next_heading previous_kept next_kept"
).split()
_PAGE = [
    *("page_words page_kept page_blocks page_linked page_prose page_h1 reading_words".split()),
    *(f"is_{kind}" for kind in PageKind),
]
NAMES: tuple[str, ...] = (*_OWN, *_AROUND, *PLACE_NAMES, *_PAGE)
"""The names of the columns, in order."""

Matrix = Any
"""A numpy array: one row for each block, one column for each name."""


def words_of(text: str) -> list[str]:
    """Return the words of ``text``, lower case; of scripts without spaces, two characters each."""
    text = text.lower()
    return words_in(text) if text.isascii() or not _UNSPACED.search(text) else _PIECE.findall(text)


def features(
    placed: Sequence[Placed],
    tokens: Sequence[Sequence[str]],
    reading: Sequence[str],
    kind: PageKind,
) -> Matrix:
    """Return the features of ``placed``, the blocks of a page; ``tokens`` are their words.

    ``reading`` are the paragraphs that trafilatura keeps of the page.
    """
    return _Features(placed, tokens, reading, kind).matrix


class _Features:
    """The columns of one page, built side by side."""

    def __init__(
        self,
        placed: Sequence[Placed],
        tokens: Sequence[Sequence[str]],
        reading: Sequence[str],
        kind: PageKind,
    ) -> None:
        self.placed = placed
        self.tokens = tokens
        self.counts = np.array([len(tokens) for tokens in self.tokens], dtype=float)
        self.linked = np.array([block.linked for block in placed])
        prose = (self.counts >= _PROSE_WORDS) & (self.linked < _PROSE_LINKS)
        self.prose = np.where(prose, self.counts, 0.0)
        known = {one.block.text: words for one, words in zip(placed, tokens, strict=True)}
        self.reading = [known.get(text) or words_of(text) for text in reading]
        self.keys = [" ".join(words) for words in tokens]
        self.kept = np.array(_kept(self.keys, self.tokens, self.reading))
        self.total = max(1.0, self.counts.sum())
        self.level = np.array([block.level for block in placed])
        of_page = np.tile(np.array(self._page(kind), dtype=float), (len(placed), 1))
        columns = np.column_stack([*self._own(), *self._around()])
        self.matrix = np.hstack([columns, self._places(), of_page])

    def _own(self) -> list[Matrix]:
        texts = [block.block.text for block in self.placed]
        copies, seen = Counter(self.keys), Counter[str]()
        copy = []
        for key in self.keys:
            seen[key] += 1
            copy.append(seen[key])
        words = np.maximum(1, self.counts)
        sizes = np.maximum(1, [len(text) for text in texts])
        return [
            np.log1p(self.counts),
            self.linked,
            np.where(self.level == 0, 7, self.level),
            np.array([text.rstrip().rstrip(_CLOSING).endswith(_ENDS) for text in texts]),
            np.array([len(_MARK.findall(text)) for text in texts]) / words,
            np.array([text.lstrip()[:1].isupper() for text in texts]),
            np.array([len(_DIGIT.findall(text)) for text in texts]) / sizes,
            np.array([block.bold for block in self.placed]),
            np.array([block.row for block in self.placed]),
            np.array([block.block.verbatim for block in self.placed]),
            np.array([block.button for block in self.placed]),
            np.array([_KINDS_OF_TAG.get(b.place.tag, _OF_CONTAINERS) for b in self.placed]),
            np.array([copies[key] for key in self.keys]),
            np.array(copy),
            self.kept,
        ]

    def _around(self) -> list[Matrix]:
        count = len(self.placed)
        index = np.arange(count)
        sure = (self.kept > _KEPT) & (self.counts >= _KEPT_WORDS)
        ends = np.flatnonzero((self.kept > _KEPT) & (self.counts >= _END_WORDS))
        first, last = (ends[0], ends[-1]) if len(ends) else (count, -1)
        tops = np.flatnonzero(self.level == 1)
        top = tops[0] if len(tops) else 0
        heading = self.level > 0
        words = np.log1p(self.counts)
        return [
            (np.cumsum(self.counts) - self.counts) / self.total,
            (index + 1) / count,
            np.log1p(index),
            np.log1p(count - index),
            index - top,
            (index - top) / count,
            _since(sure),
            _since(sure[::-1])[::-1],
            (index >= first) & (index <= last),
            (index - first) / count,
            (index - last) / count,
            *(self._share(self.kept * self.counts, reach) for reach in _WINDOWS),
            *(self._share(self.prose, reach) for reach in _WINDOWS[:2]),
            *(self._share(self.linked * self.counts, reach) for reach in _WINDOWS[:2]),
            _window(self.counts, 2),
            *(_neighbours(words)),
            *(_neighbours(self.linked)),
            *(_neighbours(heading)),
            *(_neighbours(self.kept)),
        ]

    def _share(self, part: Matrix, reach: int) -> Matrix:
        return _window(part, reach) / np.maximum(1, _window(self.counts, reach))

    def _places(self) -> Matrix:
        amounts = np.column_stack(
            [
                self.counts,
                self.linked * self.counts,
                self.kept * self.counts,
                self.prose,
                np.ones(len(self.placed)),
            ]
        )
        return place_rows([block.place for block in self.placed], amounts, self.total)

    def _page(self, kind: PageKind) -> list[float]:
        return [
            np.log(self.total),
            (self.kept * self.counts).sum() / self.total,
            np.log1p(len(self.placed)),
            (self.linked * self.counts).sum() / self.total,
            self.prose.sum() / self.total,
            (self.level == 1).sum(),
            np.log1p(sum(map(len, self.reading))),
            *(kind is other for other in PageKind),
        ]


def _kept(
    keys: Sequence[str], tokens: Sequence[Sequence[str]], reading: Sequence[Sequence[str]]
) -> list[float]:
    """Return for each block the share of its runs of three words that ``reading`` has too."""
    joined = [word for words in reading for word in words]
    runs = set(_runs(joined))
    whole = {" ".join(words) for words in reading}
    shares = []
    for key, words in zip(keys, tokens, strict=True):
        if key in whole or len(words) < _SHINGLE:
            shares.append(float(key in whole))
        else:
            shared = sum(map(runs.__contains__, _runs(words)))
            shares.append(shared / (len(words) - _SHINGLE + 1))
    return shares


def _runs(words: Sequence[str]) -> Any:
    return zip(*(words[n:] for n in range(_SHINGLE)), strict=False)


def _since(marked: Matrix) -> Matrix:
    """Return how many blocks ago the last marked one before each stood, at most 99."""
    index = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, index, -_FAR - 1))
    before = np.concatenate([[-_FAR - 1], last[:-1]])
    return np.minimum(_FAR, index - before - 1)


def _window(values: Matrix, reach: int) -> Matrix:
    """Return the sum of ``values`` from ``reach`` places before each to ``reach`` after it."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    return sums[np.minimum(len(values), index + reach + 1)] - sums[np.maximum(0, index - reach)]


def _neighbours(values: Matrix) -> tuple[Matrix, Matrix]:
    """Return the value before and the value after each, -1 outside."""
    padded = np.concatenate([[-1.0], values.astype(float), [-1.0]])
    return padded[:-2], padded[2:]
