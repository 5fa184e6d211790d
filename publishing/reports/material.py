"""Material for reports and answers: the best matching statements, without near-duplicates."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from statistics import mean
from typing import Any

from publishing.reports.imported_text import excerpt, sentences
from publishing.reports.scopes import cases_sql
from publishing.similarity import TextSimilarity, topics
from schemas.cases import Section
from schemas.reports import Citation, Material, Scope, SentenceRole
from warehouse import Dataset

_CANDIDATES = 6  # for each statement or paragraph that is wanted
_MOST, _PER_CASE = 400, 4
_SHARE = 0.25  # most texts are about what teams did, so no role gets more than this
_IMPORTED_SHARE = 0.5  # they have no role, however many there are
_BEST_CASES, _BEST_PARTS, _MORE_OF_A_CASE = 3, 3, 16
_SENTENCES_PER_CASE, _BEST, _BEST_FOR_SHARE = 2, 5, 30
# Set on half of benchmarks/questions.jsonl.
_LEAST_SCORE = 1.5  # of the best texts: as if each had one and a half words that no other has
_LEAST_SHARE = 0.8
_REPEATS = 0.6  # shared weight, in both directions, from which two sentences are repeats


def material(
    tables: Dataset, scope: Scope, words: str, most: int = _MOST, per_case: int = _PER_CASE
) -> list[Material]:
    """Return at most ``most`` statements of a scope's cases that match some words, best first.

    Imported texts are cited by their sentences that make sense alone. No role gets more than a
    share of the list.
    """
    rows, words, similarity = _matching(tables, scope, words, most)
    found = [one for row in rows for one in _citable_texts(row, words, similarity)]
    found.sort(key=lambda one: -one.score)
    kept: list[Material] = []
    used: Counter[object] = Counter()
    for one in without_repeats((one for one in found if one.role), similarity):
        share = _IMPORTED_SHARE if one.role is SentenceRole.IMPORTED else _SHARE
        limits = {one.citation.case_id: per_case, one.role: int(most * share)}
        if all(used[key] < limit for key, limit in limits.items()):
            used.update(limits.keys())
            kept.append(one)
    return kept[:most]


def without_repeats(found: Iterable[Material], similarity: TextSimilarity) -> Iterator[Material]:
    """Yield material, except near-duplicates of an earlier statement of the same company."""
    kept: dict[str, list[str]] = defaultdict(list)
    for one in found:
        text, earlier = one.citation.text, kept[one.company]
        shares = (min(similarity.share(text, o), similarity.share(o, text)) for o in earlier)
        if all(share < _REPEATS for share in shares):
            earlier.append(text)
            yield one


def passages(tables: Dataset, words: str, most: int, per_case: int) -> list[Material]:
    """Return at most ``most`` statements and excerpts of imported texts that match some words.

    Other statements of the best cases follow, since answers often share no word with the question.
    """
    rows, words, similarity = _matching(tables, Scope(), words, most)
    used: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    for row in rows:
        used[row["case_id"]] += 1
        if used[row["case_id"]] <= per_case and len(kept) < most:
            kept.append(row)
    known = {(row["case_id"], row["part"]) for row in kept}
    for case_id in _best_cases(rows):
        parts = [p for p in tables.citable_parts([case_id]) if p["section"] != Section.ABSTRACT]
        parts = [p for p in parts if (case_id, p["part"]) not in known]
        parts.sort(key=lambda part: -similarity.share(words, part["text"]))
        kept += [part | {"score": 0.0} for part in parts[:_MORE_OF_A_CASE]]
    return [_material(row, excerpt(row["text"], words, similarity), row["score"]) for row in kept]


def nearest(tables: Dataset, question: str, most: int) -> list[Material]:
    """Return the best sentence of each of the ``most`` texts that match a question best.

    Empty if no text is near enough for an answer.
    """
    rows, words, similarity = _matching(tables, Scope(), question, most)
    if not _is_near(rows):
        return []
    used: Counter[str] = Counter()
    kept: list[Material] = []
    for row in rows:
        best = max(_citable_texts(row, words, similarity), key=lambda one: one.score, default=None)
        if best and used[row["case_id"]] < _SENTENCES_PER_CASE:
            used[row["case_id"]] += 1
            kept.append(best)
    return kept[:most]


def _is_near(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a text or a case has most of a question, or some of its rare words."""
    best = [row["score"] for row in rows[:_BEST]]
    shares = (row["share"] for row in rows[:_BEST_FOR_SHARE])
    return bool(best) and (mean(best) >= _LEAST_SCORE or max(shares) >= _LEAST_SHARE)


def _matching(
    tables: Dataset, scope: Scope, words: str, most: int
) -> tuple[list[dict[str, Any]], str, TextSimilarity]:
    """Return candidates for ``most`` texts, the words with synonyms, and the words' rarity."""
    asked = topics(words)
    rows = tables.citable(asked, cases_sql(scope), _CANDIDATES * most)
    given = " ".join(one for same in asked for one in same)
    return rows, given, TextSimilarity(row["text"] for row in rows)


def statements_of(
    parts: Mapping[str, Iterable[Mapping[str, Any]]],
) -> dict[tuple[str, int], Material]:
    """Return the citable statements of some cases by case and number; ``parts`` are by case."""
    rows = [dict(row) for own in parts.values() for row in own if row["part"].startswith("s")]
    return {(row["case_id"], row["n"]): _material(row, row["text"], 0.0) for row in rows}


def _best_cases(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the cases with the highest total score of their best parts."""
    scores: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        scores[row["case_id"]].append(row["score"])
    return nlargest(_BEST_CASES, scores, key=lambda one: sum(nlargest(_BEST_PARTS, scores[one])))


def _citable_texts(
    row: dict[str, Any], words: str, similarity: TextSimilarity
) -> Iterator[Material]:
    """Yield a statement, or the sentences of an imported paragraph that make sense alone."""
    is_statement = row["part"].startswith("s")
    for text in [row["text"]] if is_statement else sentences(row["text"]):
        share = similarity.share(words, text)
        if is_statement or share:  # a statement can match by the name of its case alone
            yield _material(row, text, round(row["score"] * (0.3 + share), 4))


def _material(row: dict[str, Any], text: str, score: float) -> Material:
    """Return a row of `Dataset.citable` as material that cites ``text``."""
    copied = ("case_id", "revision_id", "part", "quote", "title", "year")
    label = row["company"] or row["title"]
    return Material(
        citation=Citation(**{name: row[name] for name in copied}, text=text, label=label),
        section=row["section"],
        company=row["company_key"] or row["case_id"],
        value=row["value"] if row["section"] == Section.RESULTS else None,
        support=row["support"],
        score=score,
    )
