"""The part of a case study that readers may see."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from schemas.cases import CaseStudy, Fact, Section, Statement, Tag
from schemas.frozen import Frozen

WHOLE = "Readers see a summary whole or not at all, and another sentence of it is held back."
"""The reason for holding back sentences that are fine themselves."""
UNQUOTED = "Readers see an example only with its quote from the source."
"""The reason for holding back an example whose quotes were not found."""


class GatedStudy(Frozen):
    """The readable part of a study, and the parts held back from readers.

    Statements keep their numbers, so they can be compared with those of the revision. Sentences of
    the summary that are held back because of others say so in their reason.
    """

    study: CaseStudy
    held_back: tuple[Statement, ...] = ()
    facts_held_back: tuple[Fact, ...] = ()
    tags_held_back: tuple[Tag, ...] = ()


def readable(study: CaseStudy) -> GatedStudy:
    """Return the publishable part of ``study``.

    Refuted, doubtful and unjudged parts are only published if a curator confirmed them. Quotes that
    were not found in the source are left out, and an example without any is held back. If one
    sentence of the summary is held back, or has neither quotes nor published statements to support
    it, the whole summary is held back.
    """
    statements, no_statements = _with_whole_summary(
        *_with_quoted_example(*_split(study.statements))
    )
    facts, no_facts = _split(study.facts)
    tags, no_tags = _split(study.tags)
    shown = CaseStudy(
        facts=tuple(map(_with_found_quotes, facts)),
        statements=_with_known_answers(map(_with_found_quotes, statements)),
        tags=tuple(map(_with_found_quotes, tags)),
    )
    return GatedStudy(
        study=shown, held_back=no_statements, facts_held_back=no_facts, tags_held_back=no_tags
    )


def blocked(study: CaseStudy, *, has_prose: bool = False) -> str | None:
    """Return the reason why ``study`` cannot be published, None if it can.

    A case with an imported text (``has_prose``) needs no statements.
    """
    shown = readable(study).study
    if not study.statements and not has_prose:
        return "The case has no statements: edit it, or make a new draft."
    if study.statements and not shown.statements:
        return "No statement can be published: confirm or edit the doubtful ones."
    if not has_visible_text(study.fact("title").value):
        return "The case has no title: give it one."
    if not shown.fact("title").value:
        return "The title is not supported by the source: confirm or edit it."
    return None


def has_visible_text(text: str | None) -> bool:
    """Return whether a reader sees anything of ``text``."""
    return any(unicodedata.category(sign)[0] not in "CZM" for sign in text or "")


StudyPart = TypeVar("StudyPart", Statement, Fact, Tag)


def _split(parts: Sequence[StudyPart]) -> tuple[tuple[StudyPart, ...], tuple[StudyPart, ...]]:
    """Return the parts that may be published, and the others."""
    shown = tuple(part for part in parts if part.support.is_publishable)
    return shown, tuple(part for part in parts if not part.support.is_publishable)


def _with_quoted_example(
    shown: tuple[Statement, ...], held_back: tuple[Statement, ...]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    loose = [s for s in shown if s.section is Section.EXAMPLE and not _is_quoted(s)]
    kept = tuple(s for s in shown if s not in loose)
    return kept, (*held_back, *(_with_reason(s, UNQUOTED) for s in loose))


def _is_quoted(statement: Statement) -> bool:
    return any(evidence.is_found for evidence in statement.evidence)


def _with_whole_summary(
    shown: tuple[Statement, ...], held_back: tuple[Statement, ...]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    kept = {statement.n for statement in shown}
    problems = {s.n: problem for s in shown if (problem := _problem(s, kept))}
    if problems or any(s.section is Section.ABSTRACT for s in held_back):
        problems = {s.n: WHOLE for s in shown if s.section is Section.ABSTRACT} | problems
    loose = (_with_reason(s, problems[s.n]) for s in shown if s.n in problems)
    return tuple(s for s in shown if s.n not in problems), (*held_back, *loose)


def _problem(statement: Statement, kept: Collection[int]) -> str:
    """Return the reason why nothing that readers see supports a statement, or an empty string."""
    if any(n not in kept for n in statement.rests_on):
        return "A statement that it summarizes is held back."
    has_base = statement.rests_on or _is_quoted(statement)
    is_baseless = statement.section is Section.ABSTRACT and not has_base
    return "It has no quote, and summarizes no statement." if is_baseless else ""


def _with_reason(statement: Statement, reason: str) -> Statement:
    support = statement.support.model_copy(update={"reason": reason})
    return statement.model_copy(update={"support": support})


def _with_found_quotes(part: StudyPart) -> StudyPart:
    return part.model_copy(update={"evidence": tuple(e for e in part.evidence if e.is_found)})


def _with_known_answers(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return ``statements``, without references to challenges that are not among them."""
    kept = list(statements)
    challenges = {s.n for s in kept if s.section is Section.CHALLENGES}
    return tuple(
        s
        if s.section is Section.SOLUTIONS and s.answers in challenges
        else s.model_copy(update={"answers": None})
        for s in kept
    )
