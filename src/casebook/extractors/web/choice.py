"""Which blocks of a page to keep, and what the result is worth. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from casebook.extractors.text.passages import Block
from casebook.extractors.web.block_features import NAMES, Matrix, features, words_of
from casebook.extractors.web.block_model import best_cut, expected_f1, probabilities
from casebook.extractors.web.page_kind import PageKind
from casebook.extractors.web.tree_blocks import Place, Placed

DOUBTFUL = 0.85
"""Expected F1 under which the reading is worth a look against the page."""

_LIKES = 3
_SHARED = 0.6
_GENERATIONS = 3
_TINY = 1e-6
_TRUST = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The blocks kept, in reading order, and the word-level F1 that the model expects of them."""

    blocks: list[Block]
    expected: float


def choose(placed: Sequence[Placed], reading: Sequence[str], kind: PageKind) -> Choice:
    """Return the blocks of a page of ``kind`` that are its text.

    ``reading`` are the paragraphs that trafilatura keeps: evidence, not the result.
    """
    if not placed:
        return Choice([], 0.0)
    tokens = [words_of(one.block.text) for one in placed]
    matrix = features(placed, tokens, reading, kind)
    chances = lean(probabilities(matrix), matrix)
    kept, expected = decide(chances, likes_of(placed), [len(words) for words in tokens])
    chosen = zip(placed, kept, strict=True)
    return Choice([one.block for one, keep in chosen if keep], expected)


def lean(chances: Matrix, matrix: Matrix) -> Matrix:
    """Return ``chances`` moved towards what trafilatura keeps on a page that sells something.

    There are too few such pages to learn from, and each shop builds them in another way.
    """
    kept, sells = (matrix[:, NAMES.index(name)] for name in ("kept", "is_product"))
    return 1 / (1 + np.exp(-(_log_odds(chances) + _TRUST * sells * (2 * kept - 1))))


def decide(chances: Matrix, likes: Sequence[str], words: Sequence[int]) -> tuple[Matrix, float]:
    """Return which blocks to keep, and the F1 that ``chances`` promise for them.

    Blocks with the same ``likes`` share most of their verdict: the posts of a thread, the cards
    of a list stay or go together.
    """
    shared = _shared(chances, likes, words)
    kept = shared >= best_cut(shared, words)
    return kept, expected_f1(chances, kept, words)


def likes_of(placed: Sequence[Placed]) -> list[str]:
    """Return for each block the tags and classes of its place and of the two around it."""
    return [_signature(one.place) for one in placed]


def _signature(place: Place | None) -> str:
    parts = []
    for _ in range(_GENERATIONS):
        if place is not None:
            parts.append(place.signature)
            place = place.parent
    return "/".join(parts)


def _shared(chances: Matrix, likes: Sequence[str], words: Sequence[int]) -> Matrix:
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(likes):
        groups.setdefault(name, []).append(number)
    score = _log_odds(chances)
    weights = np.sqrt(np.array(words) + 1.0)
    mixed = score.copy()
    for group in groups.values():
        if len(group) >= _LIKES:
            mean = (score[group] * weights[group]).sum() / weights[group].sum()
            mixed[group] = (1 - _SHARED) * score[group] + _SHARED * mean
    return 1 / (1 + np.exp(-mixed))


def _log_odds(chances: Matrix) -> Matrix:
    safe = np.clip(chances, _TINY, 1 - _TINY)
    return np.log(safe / (1 - safe))
