"""Proposals of cases that may describe the same system, for a curator to decide.

They are of one company and similar in their words, or have the same address. The threshold was set
on half of the labelled pairs in ``evals/record``; `benchmarks/record.py` measures both halves.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from publishing.similarity import FUNCTION_WORDS
from schemas.frozen import Frozen
from schemas.systems import Account
from services.systems import refused_pairs
from warehouse import Warehouse

THRESHOLD = 0.38
"""The least likeness of two accounts of one system, from 0 to 1."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_FEWEST_CASES = 200  # document frequencies of smaller collections say little
_MOST_WORDS, _MOST_TAGS = 5, 3


class Proposal(Frozen):
    """Two cases of one company that may describe the same system, the earlier account first."""

    one: Account
    other: Account
    abstracts: tuple[str, str]
    systems: tuple[str, str]  # their ids now
    likeness: float
    reasons: tuple[str, ...]


def proposals(warehouse: Warehouse, company_id: str | None = None) -> list[Proposal]:
    """Return the proposals for all cases or those of a company, most likely first.

    Of the accounts of two systems only the most similar pair is proposed, and none if a pair of
    them was refused.
    """
    rows = warehouse.account_texts(company_id)
    if not rows:
        return []
    weights, refused = _Weights(*warehouse.word_frequencies()), refused_pairs(warehouse)
    found = [one for group in _by_company(rows) for one in _of_company(group, weights, refused)]
    found.sort(key=lambda one: (-one.likeness, one.one.case_id, one.other.case_id))
    return found


class _Weights:
    """Weights words by their rarity in the collection."""

    def __init__(self, total: int, cases: Mapping[str, int]) -> None:
        self._total, self._cases = max(total, _FEWEST_CASES), cases
        self._fewest = 2 if total >= _FEWEST_CASES else 1  # words of one case are names and noise

    def vector(self, text: str) -> dict[str, float]:
        """Return the weight of each word: (1 + log of its frequency) times log of its rarity."""
        counted = Counter(
            word for word in _WORD.findall(text.lower()) if word not in FUNCTION_WORDS
        )
        return {
            word: (1 + math.log(n)) * math.log(self._total / cases)
            for word, n in counted.items()
            if (cases := self._cases.get(word, 1)) >= self._fewest
        }


def _by_company(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["company_id"], []).append(row)
    yield from groups.values()


def _of_company(
    rows: Sequence[Mapping[str, Any]], weights: _Weights, refused: Collection[tuple[str, str]]
) -> Iterator[Proposal]:
    shorts = [weights.vector(f"{row['title'] or ''} {row['abstract']}") for row in rows]
    wholes = [weights.vector(row["whole"]) for row in rows]
    system_of = {row["case_id"]: row["system_id"] for row in rows}
    apart = {
        frozenset((system_of[one], system_of[other]))
        for one, other in refused
        if one in system_of and other in system_of
    }
    best: dict[frozenset[str], Proposal] = {}
    for i, k in combinations(range(len(rows)), 2):
        one, other = rows[i], rows[k]
        systems = frozenset((one["system_id"], other["system_id"]))
        if len(systems) == 1 or systems in apart:
            continue
        is_same_source = bool(one["url"]) and one["url"] == other["url"]
        likeness = (_cosine(shorts[i], shorts[k]) + _cosine(wholes[i], wholes[k])) / 2
        if not is_same_source and likeness < THRESHOLD:
            continue
        made = Proposal(
            one=_account(one),
            other=_account(other),
            abstracts=(one["abstract"], other["abstract"]),
            systems=(one["system_id"], other["system_id"]),
            likeness=round(likeness, 3),
            reasons=tuple(_reasons(one, other, wholes[i], wholes[k], same_source=is_same_source)),
        )
        if systems not in best or best[systems].likeness < made.likeness:
            best[systems] = made
    yield from best.values()


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    lengths = [math.sqrt(sum(weight**2 for weight in words.values())) for words in (one, other)]
    return product / (lengths[0] * lengths[1]) if all(lengths) else 0.0


def _account(row: Mapping[str, Any]) -> Account:
    return Account(**{name: row[name] for name in Account.model_fields})


def _reasons(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    mine: Mapping[str, float],
    theirs: Mapping[str, float],
    *,
    same_source: bool,
) -> Iterator[str]:
    """Yield the reasons in words, for the curator."""
    yield "the same company"
    if same_source:
        yield "the same address"
    own = set(_WORD.findall(one["company_id"]))
    common = mine.keys() & theirs.keys() - own
    shared = sorted(common, key=lambda word: (-mine[word] * theirs[word], word))
    if shared:
        yield f"the words {', '.join(shared[:_MOST_WORDS])}"
    tags = [tag for tag in one["tags"] if tag in other["tags"]]
    if tags:
        yield f"the tags {', '.join(tags[:_MOST_TAGS])}"
    years = one["account_date"].year, other["account_date"].year
    yield f"both from {years[0]}" if years[0] == years[1] else f"from {years[0]} and {years[1]}"
