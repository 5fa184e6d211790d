"""Chooses what a report may cite: the statements that fit, near-repeats of a company once."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import pairwise
from typing import Any

from sentencex import segment

from publishing.reports.scopes import cases_sql
from publishing.similarity import TextSimilarity, content_words, stems
from schemas.cases import Section
from schemas.reports import Citation, Material, Scope
from warehouse import Dataset

_PARTS = 6  # statements and paragraphs that are looked at, for each that is wanted
_MOST, _PER_CASE = 400, 4
_ROLES = 4  # what teams did is written about most: no role gets more than this part of the room
_BEST_CASES, _BEST_PARTS, _MORE_OF_A_CASE = 3, 3, 16
_LONGEST_PIECE = 700  # characters of an imported text that are cited as one
_SENTENCE_END = re.compile(r"[.!?][”\"')\]]*\s+(?=[A-Z0-9“\"(])|\n+")
_REPEATS = 0.6  # of the weight of each of two sentences stands in the other
_WORDS = range(8, 61)  # of a sentence that can stand alone
# Sentences that need the one before, or that are about the text instead of the system.
_LEANING = """
this these that those they it its their he she his her such both here there another other however
additionally moreover furthermore also similarly but and so then thus instead for\\sexample
for\\sinstance as\\sa\\sresult as\\ssuch in\\saddition in\\scontrast the\\slatter the\\sformer
the\\ssame
"""
_ABOUT = (
    "article presentation talk transcript text post blog source discussion podcast speaker author"
)
# Imported texts have headings of every kind: what a sentence is about is seen by its own words.
_MEASURED = "reduc increas improv achiev saved savings accura faster fewer higher lower"
_CUES = {
    Section.FAILURES: "fail limitation struggl did.not didn.t does.not doesn.t cannot inadequa "
    "degrad drawback lack insufficien broke unreliab hallucinat",
    Section.CHALLENGES: "challeng difficult problem obstacle hard.to bottleneck complicat",
    Section.LESSONS: "lesson takeaway insight importan proved proven learned best.practice should "
    "essential crucial worked better.than outperform",
}


def _any(words: str, end: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words.split())}){end}", re.IGNORECASE)


_LEANS, _IS_MEASURED = _any(_LEANING, r"\b"), _any(_MEASURED)
_ABOUT_TEXT = re.compile(
    rf"\bcase stud(?:y|ies)\b|\b(?:the|this) (?:{'|'.join(_ABOUT.split())})s?\b", re.IGNORECASE
)
_CUED = {section: _any(words) for section, words in _CUES.items()}


def material(
    tables: Dataset,
    scope: Scope,
    words: str,
    most: int = _MOST,
    per_case: int = _PER_CASE,
) -> list[Material]:
    """Return at most so many statements of a scope's cases that fit some words, the best first.

    Imported texts are cited by their sentences, those that can be understood alone. What was hard,
    what worked and what failed has its share of the room.
    """
    words = content_words(words)
    rows = tables.citable(words, cases_sql(scope), _PARTS * most)
    likeness = TextSimilarity(row["text"] for row in rows)
    found = [one for row in rows for one in _pieces(row, words, likeness)]
    found.sort(key=lambda one: -one.score)
    kept: list[Material] = []
    per: Counter[object] = Counter()
    for one in without_repeats((one for one in found if one.role), likeness):
        limits = {one.citation.case_id: per_case, one.role: most // _ROLES}
        if all(per[key] < limit for key, limit in limits.items()):
            per.update(limits.keys())
            kept.append(one)
    return kept[:most]


def without_repeats(found: Iterable[Material], likeness: TextSimilarity) -> Iterator[Material]:
    """Yield what no earlier statement of the same company says with nearly the same words."""
    said: dict[str, list[str]] = defaultdict(list)
    for one in found:
        text, earlier = one.citation.text, said[one.company]
        if not any(_is_repeat(text, other, likeness) for other in earlier):
            earlier.append(text)
            yield one


def _is_repeat(text: str, other: str, likeness: TextSimilarity) -> bool:
    return min(likeness.share(text, other), likeness.share(other, text)) >= _REPEATS


def of_row(row: dict[str, Any], text: str, score: float) -> Material:
    """Return a row of `Dataset.citable` as material, with the part of its text that is cited."""
    section = _section_of(text) if row["section"] == "imported" else row["section"]
    citation = Citation(
        case_id=row["case_id"],
        revision_id=row["revision_id"],
        part=row["part"],
        text=text,
        quote=row["quote"],
        label=row["company"] or row["title"],
        title=row["title"],
        year=row["year"],
    )
    company = row["company_key"] or row["case_id"]
    value = row["value"] if section == Section.RESULTS else None
    return Material(citation=citation, section=section, company=company, value=value, score=score)


def passages(tables: Dataset, words: str, most: int, per_case: int) -> list[Material]:
    """Return at most so many statements and pieces of imported texts that fit some words.

    A piece is a paragraph or, of a long one, the lines and sentences around the best. After them
    comes what else the cases state that fit best: an answer often shares no word with its question.
    """
    words = content_words(words)
    rows = tables.citable(words, cases_sql(Scope()), _PARTS * most)
    likeness = TextSimilarity(row["text"] for row in rows)
    per: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    for row in rows:
        per[row["case_id"]] += 1
        if per[row["case_id"]] <= per_case and len(kept) < most:
            kept.append(row)
    known = {(row["case_id"], row["part"]) for row in kept}
    for case_id in _best_cases(rows):
        parts = [p for p in tables.citable_parts([case_id]) if p["section"] != Section.ABSTRACT]
        parts = [p for p in parts if (case_id, p["part"]) not in known]
        parts.sort(key=lambda part: -likeness.share(words, part["text"]))
        kept += [part | {"score": 0.0} for part in parts[:_MORE_OF_A_CASE]]
    return [of_row(row, _piece(row["text"], words, likeness), row["score"]) for row in kept]


def _best_cases(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the few cases whose best parts fit best together."""
    scores: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        scores[row["case_id"]].append(row["score"])
    return nlargest(_BEST_CASES, scores, key=lambda one: sum(nlargest(_BEST_PARTS, scores[one])))


def _piece(text: str, words: str, likeness: TextSimilarity) -> str:
    """Return a text, or the part of it around the sentence that fits best."""
    if len(text) <= _LONGEST_PIECE:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]
    spans = list(pairwise([0, *ends]))
    shares = [likeness.share(words, text[start:end]) for start, end in spans]
    first = last = shares.index(max(shares))
    while spans[last][1] - spans[first][0] < _LONGEST_PIECE and (first, last) != (
        0,
        len(spans) - 1,
    ):
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
    return text[spans[first][0] : spans[last][1]].strip()


def _pieces(row: dict[str, Any], words: str, likeness: TextSimilarity) -> Iterator[Material]:
    """Yield a statement, or the sentences of an imported paragraph that can stand alone."""
    whole = row["part"].startswith("s")
    for text in [row["text"]] if whole else sentences(row["text"]):
        share = likeness.share(words, text)
        if whole or share:  # a statement fits by its case as well, a sentence of a text by itself
            yield of_row(row, text, round(row["score"] * (0.3 + share), 4))


def _section_of(text: str) -> str:
    """Return the part of a case that a sentence of an imported text would belong to."""
    if re.search(r"\d", text) and _IS_MEASURED.search(text):
        return Section.RESULTS.value
    cued = (section for section, cue in _CUED.items() if cue.search(text))
    return next(cued, Section.ARCHITECTURE).value


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of an imported paragraph that can be understood alone."""
    lines = [line.strip() for line in paragraph.split("\n")]
    found = (one.strip() for line in lines if line for one in segment("en", line))
    return [one for one in found if _is_self_contained(one)]


def _is_self_contained(text: str) -> bool:
    is_whole = text[:1].isupper() and text.endswith((".", "!", "?", ".”", '."'))
    is_clear = not _LEANS.match(text) and not _ABOUT_TEXT.search(text)
    return is_whole and is_clear and len(text.split()) in _WORDS


def shared_words(texts: Sequence[str]) -> Counter[str]:
    """Return in how many of some texts each word stands, long words by their first letters."""
    return Counter(one for text in texts for one in stems(text))
