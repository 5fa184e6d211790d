"""Which blocks of a page to keep, and what the result is worth. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from casebook.extractors.block_features import features, words_of
from casebook.extractors.block_model import best_cut, probabilities
from casebook.extractors.page_kind import PageKind
from casebook.extractors.passages import Block
from casebook.extractors.tree_blocks import Placed

DOUBTFUL = 0.75
"""Expected F1 under which the reading is worth a look against the page."""


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
    chances = probabilities(features(placed, reading, kind))
    cut, expected = best_cut(chances, [len(words_of(one.block.text)) for one in placed])
    kept = zip(placed, chances, strict=True)
    return Choice([one.block for one, chance in kept if chance >= cut], expected)
