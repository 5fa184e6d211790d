"""Finds numbers of a case study that do not agree, and notes those of the source itself."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from schemas.cases import (
    CaseStudy,
    Evidence,
    Match,
    Measure,
    Section,
    Statement,
    Support,
    SupportLevel,
)
from schemas.sources import Document
from summarizer.answers import StatementAnswer
from summarizer.arithmetic import changes_in, disagreements, exchanges
from summarizer.quotes import QuoteFinder
from summarizer.rendering import one_line
from summarizer.sentences import word_set

_LONGEST = 600  # characters from a statement's first quote to its last


class Mismatch(NamedTuple):
    """Numbers of one or two statements that do not agree.

    Statements are faithful if the numbers below them do not agree either; ``evidence`` has them if
    they are the source's.
    """

    places: tuple[int, ...]  # the ``n`` of the statements
    reason: str
    is_faithful: bool = False
    evidence: tuple[Evidence, ...] = ()


def mismatches_of(study: CaseStudy, document: Document) -> Iterator[Mismatch]:
    """Yield the mismatches within statements, with what they rest on, and between results."""
    by_n = {s.n: s for s in study.statements if s.section is not Section.GAPS}
    for n, one in by_n.items():
        below = [by_n[other] for other in one.rests_on if other in by_n]
        words = "\n".join(s.text for s in below) or _quoted(one, document)
        is_faithful = bool(disagreements(words))
        evidence = one.evidence if is_faithful and not below else ()
        for reason in disagreements(one.text, one.measure):
            yield Mismatch((n,), reason, is_faithful, evidence)
        known = [change for s in below for change in changes_in(s.text, s.measure)]
        known = known or changes_in(words) or changes_in("", one.measure)
        for reason in exchanges(changes_in(one.text, one.measure), known):
            yield Mismatch((n,), reason)
    results = [s for s in by_n.values() if s.measure and s.measure.number is not None]
    for one, other in combinations(results, 2):
        mine, theirs = _value(one), _value(other)
        if mine != theirs and _beside_value(one) == _beside_value(other):
            quotes = [" ".join(e.quote for e in s.evidence) for s in (one, other)]
            is_quoted = mine in quotes[0] and theirs in quotes[1]
            evidence = one.evidence + other.evidence if is_quoted else ()
            reason = f"“{mine}” and “{theirs}” are given for the same."
            yield Mismatch((one.n, other.n), reason, is_faithful=True, evidence=evidence)


def _quoted(statement: Statement, document: Document) -> str:
    """Return the source from a statement's first to its last quote, empty if they are far apart."""
    found = [(e.start, e.end) for e in statement.evidence if e.match is Match.EXACT]
    ends = [end for span in found for end in span if end is not None]
    start, end = min(ends, default=0), max(ends, default=0)
    return " ".join(document.text[start:end].split()) if end - start <= _LONGEST else ""


def _value(result: Statement) -> str:
    return (result.measure and result.measure.value) or ""


def _beside_value(result: Statement) -> tuple[object, ...]:
    measure, words = result.measure or Measure(), word_set(result.text.replace(_value(result), ""))
    return words, measure.metric, measure.unit, measure.baseline, measure.sample


def doubts_of(study: CaseStudy, document: Document) -> dict[int, str]:
    """Return the reasons for doubt by statement: what it rests on has other numbers."""
    found = [one for one in mismatches_of(study, document) if not one.is_faithful]
    return {n: one.reason for one in reversed(found) for n in one.places}


def with_notices(
    study: CaseStudy, document: Document, answers: Iterable[StatementAnswer] | None = None
) -> CaseStudy:
    """Return the study with gaps about numbers of the source that do not agree.

    The judge's ``answers``, if one was asked, come first, then other mismatches of statements that
    it did not refute. All of their quotes have to be in the source.
    """
    finder = QuoteFinder(document)
    refuted = {s.n for s in study.statements if s.support.level is SupportLevel.REFUTED}
    found = [(one.statement, finder.find_all(one.quotes)) for one in answers or ()]
    found += [
        (f"Numbers of the account do not agree: {one.reason}", one.evidence)
        for one in mismatches_of(study, document)
        if refuted.isdisjoint(one.places)
    ]
    level = SupportLevel.UNVERIFIED if answers is None else SupportLevel.VERIFIED
    noticed, seen = list(study.statements), list[Evidence]()
    for text, evidence in found:
        is_exact = bool(evidence) and all(e.match is Match.EXACT for e in evidence)
        if is_exact and not any(_overlap(one, other) for one in evidence for other in seen):
            seen += evidence
            noticed.append(
                Statement(
                    n=max((s.n for s in noticed), default=0) + 1,
                    section=Section.GAPS,
                    text=one_line(text),
                    evidence=evidence,
                    support=Support(level=level),
                )
            )
    return study.model_copy(update={"statements": tuple(noticed)})


def _overlap(one: Evidence, other: Evidence) -> bool:
    spans = (one.start, one.end), (other.start, other.end)
    (start, end), (begin, stop) = ((first or 0, last or 0) for first, last in spans)
    return start < stop and begin < end
