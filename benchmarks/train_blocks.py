r"""Fits the trees of ``web/blocks/block_model.json`` on the web pages of CASEBOOK_DATASETS.

    .venv/bin/python benchmarks/train_blocks.py            # cross-validate, print, write nothing
    .venv/bin/python benchmarks/train_blocks.py --write    # fit on all pages and write the file

A block's label is the share of its words that the longest common subsequence of page and reviewed
text covers, or that of its runs of three words found there and not used up before. A page counts
with the same weight whatever its length, and one of a rare type three times. In cross-validation
the pages of one host stay in one fold. Needs lightgbm (group ``bench``).
"""

import gzip
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from rapidfuzz.distance import LCSseq

from casebook.extractors.kinds import html
from casebook.extractors.text.charset import decode
from casebook.extractors.web.blocks.block_features import NAMES, features, words_of
from casebook.extractors.web.bodies import bodies_of
from casebook.extractors.web.choice import Layout, decide, layout_of
from casebook.extractors.web.markup.parsing import parse
from casebook.extractors.web.page_kind import kind_of
from casebook.extractors.web.second_opinion import quick_reading

WEB = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared/data")) / "web"
MODEL = Path(__file__).parents[1] / "src/casebook/extractors/web/blocks/block_model.json"
FOLDS, ROUNDS, DEPTH = 5, 150, 4
SEEDS = (1, 2, 3)
RARE = 3.0
PARAMETERS = {
    "objective": "cross_entropy",
    "learning_rate": 0.08,
    "num_leaves": 8,
    "max_depth": DEPTH,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page ready to learn from: its blocks as numbers, words and labels."""

    name: str
    fold: int
    kind: str
    truth: Counter[str]
    matrix: Any
    tokens: list[list[str]]
    labels: Any
    layout: Layout

    @property
    def counts(self) -> list[int]:
        """Return the words of each block."""
        return [len(tokens) for tokens in self.tokens]


def load(truth_file: Path) -> Page | None:
    """Return the page of one truth file, None where it holds no block."""
    truth = json.loads(truth_file.read_text())
    data = gzip.decompress((WEB / "html" / f"{truth_file.stem}.html.gz").read_bytes())
    url = truth["url"] or ""
    tree = parse(decode(data, None, markup=True)[0])
    html.prepare(tree)
    read_as = kind_of(tree, url)
    placed = html.page_blocks(tree, bodies_of(tree, read_as))
    if not placed:
        return None
    tokens = [words_of(one.block.text) for one in placed]
    reading = quick_reading(tree, url).split("\n")
    matrix = features(placed, tokens, reading, read_as).astype(np.float32)
    wanted = words_of(truth["main_content"])
    fold = fold_of(url, truth_file.stem)
    stated = truth["page_type"]
    kind = stated if isinstance(stated, str) else stated["primary"]
    labels = np.array(_labels(tokens, wanted))
    return Page(
        truth_file.stem,
        fold,
        kind,
        Counter(wanted),
        matrix,
        tokens,
        labels,
        layout_of(placed, tokens, read_as),
    )


def fold_of(url: str, name: str) -> int:
    """Return the fold of a page: that of its host, or of its ``name`` where it has no address."""
    host = urlsplit(url).netloc.removeprefix("www.") or name
    return hashlib.sha256(host.encode()).digest()[1] % FOLDS


def _labels(tokens: Sequence[Sequence[str]], wanted: Sequence[str]) -> list[float]:
    covered = _covered(tokens, wanted)
    runs = set(zip(wanted, wanted[1:], wanted[2:], strict=False))
    left = Counter(wanted)
    for words, share in zip(tokens, covered, strict=True):
        if share > 0.5:
            left.subtract(words)
    return [
        share if share > 0.5 else _elsewhere(words, runs, left)
        for words, share in zip(tokens, covered, strict=True)
    ]


def _covered(tokens: Sequence[Sequence[str]], wanted: Sequence[str]) -> list[float]:
    """Return the share of each block's words on the longest common subsequence."""
    flat = [word for words in tokens for word in words]
    equal = np.zeros(len(flat))
    for step in LCSseq.opcodes(flat, list(wanted)):
        if step.tag == "equal":
            equal[step.src_start : step.src_end] = 1
    shares, at = [], 0
    for words in tokens:
        shares.append(float(equal[at : at + len(words)].mean()) if words else 0.0)
        at += len(words)
    return shares


def _elsewhere(words: Sequence[str], runs: set[tuple[str, ...]], left: Counter[str]) -> float:
    """Return the share of runs that the truth has in another order, words not yet used up."""
    mine = list(zip(words, words[1:], words[2:], strict=False))
    share = sum(run in runs for run in mine) / len(mine) if len(mine) > 1 else 0.0
    counts = Counter(words)
    free = sum(min(count, max(0, left[word])) for word, count in counts.items())
    if share <= 0.5 or free <= 0.6 * len(words):
        return 0.0
    left.subtract(counts)
    return share


def fit(pages: Sequence[Page]) -> list[Any]:
    """Return trees fitted on ``pages``, without those that share no block with their truth.

    Once for each of ``SEEDS``: one fit of kinds with ten pages depends much on chance.
    """
    import lightgbm

    useful = [page for page in pages if page.labels.max() > 0.5]
    data = lightgbm.Dataset(
        np.concatenate([page.matrix for page in useful]),
        np.concatenate([page.labels for page in useful]),
        weight=np.concatenate([_weights(page) for page in useful]),
    )
    return [lightgbm.train({**PARAMETERS, "seed": seed}, data, ROUNDS) for seed in SEEDS]


def predicted(trees: Sequence[Any], matrix: Any) -> Any:
    """Return the chances that ``trees`` give each row: the mean of their log odds."""
    score = np.mean([one.predict(matrix, raw_score=True) for one in trees], axis=0)
    return 1 / (1 + np.exp(-score))


def _weights(page: Page) -> Any:
    weights = np.sqrt(page.counts) + 0.5
    rare = 1.0 if page.kind == "article" else RARE
    return weights / weights.sum() * 100 * rare


def score(page: Page, chances: Any) -> tuple[float, float, float, float]:
    """Return precision, recall, F1 of the blocks kept, and the F1 that was expected."""
    kept, expected = decide(chances, page.matrix, page.layout, page.counts)
    chosen = zip(page.tokens, kept, strict=True)
    found = Counter(word for words, keep in chosen if keep for word in words)
    both = (found & page.truth).total()
    precision, recall = both / max(1, found.total()), both / max(1, page.truth.total())
    return precision, recall, 2 * both / max(1, found.total() + page.truth.total()), expected


def fits(pages: Sequence[Page]) -> list[list[Any]]:
    """Return for each fold trees that have not seen its pages."""
    return [fit([page for page in pages if page.fold != fold]) for fold in range(FOLDS)]


def load_all() -> list[Page]:
    """Return every page of the data set that holds a block."""
    return [page for file in sorted((WEB / "truth").glob("*.json")) if (page := load(file))]


def cross_validate(pages: Sequence[Page]) -> dict[str, tuple[float, float, float, float]]:
    """Return the score of each page under trees that have not seen its host."""
    scores = {}
    for fold, trees in enumerate(fits(pages)):
        for page in pages:
            if page.fold == fold:
                scores[page.name] = score(page, predicted(trees, page.matrix))
    return scores


def stored(trees: Sequence[Any]) -> dict[str, Any]:
    """Return the trees as the file holds them: each filled up to ``DEPTH`` levels."""
    told = [tree for one in trees for tree in one.dump_model()["tree_info"]]
    found = [_heap(tree["tree_structure"], len(trees)) for tree in told]
    used = sorted({split for tree in found for split in tree["split"]})
    for tree in found:
        tree["split"] = [used.index(split) for split in tree["split"]]
    return {
        "depth": DEPTH,
        "features": [NAMES[split] for split in used],
        "trees": found,
    }


def _heap(root: dict[str, Any], share: int) -> dict[str, Any]:
    level, splits, thresholds = [root], [], []
    for _ in range(DEPTH):
        below = []
        for node in level:
            leaf = "leaf_value" in node
            splits.append(0 if leaf else node["split_feature"])
            thresholds.append(0.0 if leaf else float(f"{node['threshold']:.6g}"))
            below += [node, node] if leaf else [node["left_child"], node["right_child"]]
        level = below
    leaves = [round(node["leaf_value"] / share, 5) for node in level]
    return {"split": splits, "at": thresholds, "leaf": leaves}


def report(pages: Sequence[Page], scores: dict[str, tuple[float, float, float, float]]) -> None:
    """Print the means by page type."""
    for kind, _ in [("all", 0), *Counter(page.kind for page in pages).most_common()]:
        mine = [scores[page.name] for page in pages if kind in {"all", page.kind}]
        means = " ".join(f"{mean(part):.4f}" for part in zip(*mine, strict=True))
        print(f"{kind:14s} {len(mine):4d} precision, recall, F1, expected: {means}")


def main() -> None:
    """Cross-validate; with ``--write`` fit on all pages and write the model."""
    if not find_spec("lightgbm"):
        sys.exit("lightgbm is not installed; it is in the dependency group bench")
    pages = load_all()
    if not pages:
        sys.exit(f"no pages at {WEB}; set CASEBOOK_DATASETS")
    report(pages, cross_validate(pages))
    if "--write" in sys.argv[1:]:
        MODEL.write_text(json.dumps(stored(fit(pages)), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
