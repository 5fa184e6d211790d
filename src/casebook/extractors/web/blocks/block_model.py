"""Which blocks of a page are its text: a sum of small decision trees, and the cut it gives.

The trees are gradient-boosted (Friedman 2001) over ``block_features``; they were fitted by
``benchmarks/train_blocks.py``, which says on what and how well they do on pages that they have not
seen. The cut is the one that makes the expected word-level F1 of the kept text largest: under the
model a word is right with the probability of its block, so the sum over kept blocks gives the
expectation, and that tells how much the reading is worth.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from casebook.extractors.web.blocks.block_features import NAMES, Matrix

_FILE = "block_model.json"
# Rows; the processor's cache holds what is looked up for so many, and not for all of a long page.
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Trees:
    """All trees as arrays: node n of a tree has the children 2n+1 and 2n+2; leaves come last."""

    depth: int
    columns: Any
    thresholds: Any
    leaves: Any


def trees_of(stored: Mapping[str, Any]) -> Trees:
    """Return the trees of a model file: ``depth``, ``features``, and per tree its nodes."""
    place = {name: number for number, name in enumerate(NAMES)}
    names = [[place[stored["features"][n]] for n in tree["split"]] for tree in stored["trees"]]
    return Trees(
        depth=stored["depth"],
        columns=np.array(names),
        thresholds=np.array([tree["at"] for tree in stored["trees"]]),
        leaves=np.array([tree["leaf"] for tree in stored["trees"]]),
    )


@cache
def shipped() -> Trees:
    """Return the trees that casebook comes with."""
    return trees_of(json.loads(files(__package__).joinpath(_FILE).read_text()))


def probabilities(matrix: Matrix) -> Matrix:
    """Return for each row of ``block_features.features`` the probability that it is text."""
    pieces = [_chances(matrix[at : at + _AT_ONCE]) for at in range(0, len(matrix), _AT_ONCE)]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _chances(matrix: Matrix) -> Matrix:
    trees = shipped()
    (rows, width), (count, nodes) = matrix.shape, trees.columns.shape
    # Places in the flat arrays: numpy finds those in two thirds of the time of two subscripts, and
    # faster where it need not look for wrong ones.
    row, tree = width * np.arange(rows)[:, None], nodes * np.arange(count)
    node = 1 + (matrix.take(trees.columns[:, 0], axis=1) > trees.thresholds[:, 0])
    for _ in range(trees.depth - 1):
        here = tree + node
        value = matrix.take(row + trees.columns.take(here, mode="wrap"), mode="wrap")
        node = 2 * node + 1 + (value > trees.thresholds.take(here, mode="wrap"))
    leaf = trees.leaves.shape[1] * np.arange(count) + node - nodes
    return 1 / (1 + np.exp(-trees.leaves.take(leaf).sum(axis=1)))


def best_cut(chances: Matrix, words: Sequence[int]) -> float:
    """Return the probability from which blocks are kept: the expected F1 is largest there."""
    counts = np.array(words, dtype=float)
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum((chances * counts)[order])
    total = right[-1] + np.cumsum(counts[order])
    return float(chances[order[int((right / np.maximum(total, 1e-9)).argmax())]])


def expected_f1(chances: Matrix, kept: Matrix, words: Sequence[int]) -> float:
    """Return the word-level F1 that ``chances`` promise for the blocks ``kept``."""
    right = chances * np.array(words, dtype=float)
    total = np.array(words, dtype=float)[kept].sum() + right.sum()
    return float(2 * right[kept].sum() / max(total, 1e-9))
