"""Which blocks of a page are its text: a sum of small decision trees, and the cut it gives.

The trees are gradient-boosted (Friedman 2001) over ``block_features``; they were fitted by
``benchmarks/train_blocks.py``, which says on what and how well they do on pages that they have not
seen. The cut is the one that makes the expected word-level F1 of the kept text largest: under the
model a word is right with the probability of its block, so the sum over kept blocks gives the
expectation, and that tells how much the reading is worth.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from casebook.extractors.block_features import NAMES, Matrix

_FILE = "block_model.json"
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class _Trees:
    """All trees as arrays: node n of a tree has the children 2n+1 and 2n+2; leaves come last."""

    depth: int
    start: float
    columns: Any
    thresholds: Any
    leaves: Any


@cache
def _trees() -> _Trees:
    stored = json.loads(files("casebook.extractors").joinpath(_FILE).read_text())
    place = {name: number for number, name in enumerate(NAMES)}
    names = [[place[stored["features"][n]] for n in tree["split"]] for tree in stored["trees"]]
    return _Trees(
        depth=stored["depth"],
        start=stored["start"],
        columns=np.array(names),
        thresholds=np.array([tree["at"] for tree in stored["trees"]]),
        leaves=np.array([tree["leaf"] for tree in stored["trees"]]),
    )


def probabilities(matrix: Matrix) -> Matrix:
    """Return for each row of ``block_features.features`` the probability that it is text."""
    pieces = [_chances(matrix[at : at + _AT_ONCE]) for at in range(0, len(matrix), _AT_ONCE)]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _chances(matrix: Matrix) -> Matrix:
    trees = _trees()
    rows = np.arange(len(matrix))[:, None]
    each = np.arange(len(trees.columns))[None, :]
    node = np.zeros((len(matrix), len(trees.columns)), dtype=int)
    for _ in range(trees.depth):
        right = matrix[rows, trees.columns[each, node]] > trees.thresholds[each, node]
        node = 2 * node + 1 + right
    score = trees.start + trees.leaves[each, node - trees.columns.shape[1]].sum(axis=1)
    return 1 / (1 + np.exp(-score))


def best_cut(chances: Matrix, words: Sequence[int]) -> tuple[float, float]:
    """Return the probability from which blocks are kept, and the word-level F1 to expect."""
    counts = np.array(words, dtype=float)
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum((chances * counts)[order])
    total = right[-1] + np.cumsum(counts[order])
    expected = 2 * right / np.maximum(total, 1e-9)
    best = int(expected.argmax())
    return float(chances[order[best]]), float(expected[best])
