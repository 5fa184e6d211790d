"""Finds numbers of a case study that do not agree, and notes those of the source itself."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.cases import (
    CaseStudy,
    Evidence,
    Match,
    Section,
    Statement,
    Support,
    SupportLevel,
)
from schemas.sources import Document
from summarizer.answers import StatementAnswer
from summarizer.arithmetic import changes_in, disagreements, exchanges
from summarizer.checks import Checker
from summarizer.rendering import one_line

_LONGEST = 600  # characters from a statement's first quote to its last


class Mismatch(NamedTuple):
    """Numbers of statement ``n`` that do not agree.

    It is faithful if the numbers it rests on do not agree either; ``evidence`` has them if they are
    the source's.
    """

    n: int
    reason: str
    is_faithful: bool = False
    evidence: tuple[Evidence, ...] = ()


def mismatches_of(study: CaseStudy, document: Document) -> Iterator[Mismatch]:
    """Yield the mismatches within statements, and with what they rest on."""
    by_n = {s.n: s for s in study.statements if s.section is not Section.GAPS}
    for n, one in by_n.items():
        below = [by_n[other] for other in one.rests_on if other in by_n]
        words = "\n".join(s.text for s in below) or _quoted(one, document)
        is_faithful = bool(disagreements(words))
        evidence = one.evidence if is_faithful and not below else ()
        for reason in disagreements(one.text, one.measure):
            yield Mismatch(n, reason, is_faithful, evidence)
        known = [change for s in below for change in changes_in(s.text, s.measure)]
        known = known or changes_in(words) or changes_in("", one.measure)
        for reason in exchanges(changes_in(one.text, one.measure), known):
            yield Mismatch(n, reason)


def _quoted(statement: Statement, document: Document) -> str:
    """Return the source from a statement's first to its last quote, empty if they are far apart."""
    found = [(e.start, e.end) for e in statement.evidence if e.match is Match.EXACT]
    ends = [end for span in found for end in span if end is not None]
    start, end = min(ends, default=0), max(ends, default=0)
    return " ".join(document.text[start:end].split()) if end - start <= _LONGEST else ""


def doubts_of(study: CaseStudy, document: Document) -> dict[int, str]:
    """Return the reasons for doubt by statement: what it rests on has other numbers."""
    found = [one for one in mismatches_of(study, document) if not one.is_faithful]
    return {one.n: one.reason for one in reversed(found)}


def with_notices(
    study: CaseStudy, document: Document, answers: Iterable[StatementAnswer] | None = None
) -> CaseStudy:
    """Return the study with gaps about numbers of the source that do not agree.

    Mismatches that code found in statements which the judge did not refute come first, then others
    among its ``answers``, if one was asked; these are doubtful with a number or name that their
    quotes lack. All of their quotes have to be in the source.
    """
    level = SupportLevel.UNVERIFIED if answers is None else SupportLevel.VERIFIED
    checker, carried = Checker(document), Support(level=level)
    refuted = {s.n for s in study.statements if s.support.level is SupportLevel.REFUTED}
    found = [
        (f"Numbers of the account do not agree: {one.reason}", one.evidence, carried)
        for one in mismatches_of(study, document)
        if one.n not in refuted
    ]
    for text, evidence in ((a.statement, checker.find(a.quotes)) for a in answers or ()):
        support = checker.support(text, evidence)
        found.append((text, evidence, support if support.is_doubtful else carried))
    noticed, seen = list(study.statements), list[Evidence]()
    for text, evidence, support in found:
        is_exact = bool(evidence) and all(e.match is Match.EXACT for e in evidence)
        if is_exact and not any(_overlap(one, other) for one in evidence for other in seen):
            seen += evidence
            noticed.append(
                Statement(
                    n=max((s.n for s in noticed), default=0) + 1,
                    section=Section.GAPS,
                    text=one_line(text),
                    evidence=evidence,
                    support=support,
                )
            )
    return study.model_copy(update={"statements": tuple(noticed)})


def _overlap(one: Evidence, other: Evidence) -> bool:
    spans = (one.start, one.end), (other.start, other.end)
    (start, end), (begin, stop) = ((first or 0, last or 0) for first, last in spans)
    return start < stop and begin < end
