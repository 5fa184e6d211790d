"""From a draft to a checked case study: quotes located, levels set, tags mapped, judge asked."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pydantic import ConfigDict

from schemas.cases import (
    FACT_NAMES,
    CaseStudy,
    Fact,
    Origin,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
    numbered,
)
from schemas.errors import CasebookError
from schemas.frozen import Frozen
from schemas.sources import Document
from schemas.taxonomy import Taxonomy, TermProposal, term_key
from summarizer.agreement import numbers
from summarizer.asker import Asker
from summarizer.checks import Checker
from summarizer.drafts import Claim, Draft, FactClaim, TagClaim
from summarizer.judge import judge_statements
from summarizer.sentences import words

# Two sentences with so many of their words in common, and the same numbers, say the same.
_ALIKE = 0.8
_MOST_TAGS = 15


def without_repeats(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Return the statements that are kept, and those left out as repeats of one of them.

    A result with its parts outweighs a sentence elsewhere, and the earlier one any other. What
    referred to a repeat refers to the one that is kept. The abstract repeats on purpose.
    """
    kept: list[Statement] = []
    left_out: list[Statement] = []
    instead: dict[int, int] = {}
    for statement in sorted(statements, key=lambda s: s.measure is None):
        twin = next((one for one in kept if _say_the_same(statement, one)), None)
        if twin is None:
            kept.append(statement)
        else:
            left_out.append(statement)
            instead[statement.n] = twin.n
    return [_referring(s, instead) for s in sorted(kept, key=lambda s: s.n)], left_out


def _say_the_same(one: Statement, other: Statement) -> bool:
    if Section.ABSTRACT in {one.section, other.section}:
        return False
    mine, theirs = _words(one.text), _words(other.text)
    if len(mine & theirs) < _ALIKE * len(mine | theirs):
        return False
    return _values(one.text) == _values(other.text)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in words(text))


def _values(text: str) -> set[tuple[float, ...]]:
    return {number.values for number in numbers(text)}


def _referring(statement: Statement, instead: dict[int, int]) -> Statement:
    def kept(numbers: Iterable[int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(instead.get(n, n) for n in numbers))

    answers = statement.answers
    changes = {
        "answers": None if answers is None else instead.get(answers, answers),
        "rests_on": kept(statement.rests_on),
    }
    return statement.model_copy(update=changes)


class Verified(Frozen):
    """A checked case study, the names that the taxonomy lacks, and why no judge could be asked.

    ``dropped`` are the statements that repeated another one; ``generation_ids`` are the judge's.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    study: CaseStudy
    dropped: tuple[str, ...] = ()
    proposals: tuple[TermProposal, ...] = ()
    unjudged: CasebookError | None = None
    generation_ids: tuple[str, ...] = ()


async def verify(
    draft: Draft, document: Document, taxonomy: Taxonomy, judge: Asker | None = None
) -> Verified:
    """Return the checked case study; one whose judge cannot be asked stays unjudged."""
    found = await asyncio.to_thread(_checked_by_code, draft, document, taxonomy)
    if judge is None:
        return found
    before = len(judge.generations)
    study, trouble = await judge_statements(found.study, document, judge)
    asked = tuple(generation.generation_id for generation in judge.generations[before:])
    changes = {"study": _resting(study), "unjudged": trouble, "generation_ids": asked}
    return found.model_copy(update=changes)


def _checked_by_code(draft: Draft, document: Document, taxonomy: Taxonomy) -> Verified:
    names = [fact.value for fact in draft.facts if fact.name in {"company", "title"}]
    checker = Checker(document, names)
    texts = [claim.text for claim in draft.claims]
    found = [_statement(claim, n, checker, texts) for n, claim in enumerate(draft.claims, start=1)]
    statements, repeats = without_repeats(found)
    tags, proposals = _tags(draft.tags, checker, taxonomy, document)
    study = CaseStudy(
        facts=_facts(draft.facts, checker, document),
        statements=numbered(statements),
        tags=tags,
    )
    dropped = tuple(statement.text for statement in repeats)
    return Verified(study=_resting(study), dropped=dropped, proposals=proposals)


def _resting(study: CaseStudy) -> CaseStudy:
    """Return the study with sentences of the abstract marked that rest on something refuted."""
    refuted = {s.n for s in study.statements if s.support.level is SupportLevel.REFUTED}
    reason = "A statement that it rests on is refuted."
    doubtful = Support(level=SupportLevel.DOUBTFUL, reason=reason)
    statements = tuple(
        s.model_copy(update={"support": doubtful})
        if refuted.intersection(s.rests_on) and s.n not in refuted
        else s
        for s in study.statements
    )
    return study.model_copy(update={"statements": statements})


def _statement(claim: Claim, n: int, checker: Checker, texts: Sequence[str] = ()) -> Statement:
    """Return a checked statement; ``texts`` are those of the draft, on which an abstract rests."""
    evidence = checker.find(claim.quotes)
    if claim.section is Section.ABSTRACT and not claim.quotes:
        support = checker.abstract_support(claim.text, [texts[place] for place in claim.rests_on])
    else:
        support = checker.support(claim.text, evidence, claim.measure, claim.origin)
    is_verbatim = support.level is SupportLevel.VERBATIM
    is_source = is_verbatim and claim.origin is Origin.MODEL
    return Statement(
        n=n,
        section=claim.section,
        text=claim.text,
        evidence=evidence,
        support=support,
        origin=Origin.SOURCE if is_source else claim.origin,
        answers=None if claim.answers is None else claim.answers + 1,
        rests_on=tuple(place + 1 for place in claim.rests_on),
        measure=claim.measure,
    )


def _facts(claims: Sequence[FactClaim], checker: Checker, document: Document) -> tuple[Fact, ...]:
    by_name = {claim.name: claim for claim in reversed(claims)}
    return tuple(_fact(by_name[name], checker, document) for name in FACT_NAMES if name in by_name)


def _fact(claim: FactClaim, checker: Checker, document: Document) -> Fact:
    """Return a fact; what the page itself states needs no quote, nor does a title of our own."""
    evidence = checker.find(claim.quotes)
    is_stated = claim.value in {document.title, str(getattr(document.published, "year", ""))}
    if is_stated and not claim.quotes:
        support = Support(level=SupportLevel.VERBATIM)
    elif claim.name == "title":
        support = Support(level=SupportLevel.UNVERIFIED)
    elif claim.inferred:
        support = checker.quote_support(evidence)
    else:
        support = checker.value_support(claim.value, evidence)
    return Fact(
        name=claim.name,
        value=claim.value,
        evidence=evidence,
        support=support,
        inferred=claim.inferred,
    )


def _tags(
    claims: Sequence[TagClaim], checker: Checker, taxonomy: Taxonomy, document: Document
) -> tuple[tuple[Tag, ...], tuple[TermProposal, ...]]:
    """Return tags of known terms, and proposals for unknown names; a tag needs a found quote."""
    tags: dict[str, Tag] = {}
    proposals: dict[str, TermProposal] = {}
    for claim in claims:
        evidence = checker.telling(claim.quotes)
        term, key = taxonomy.named(claim.name), term_key(claim.name)
        if not evidence or not key:
            continue
        if term is None:
            proposals[key] = TermProposal(
                key=key,
                name=claim.name,
                group=claim.group,
                document_id=document.document_id,
                quote=evidence[0].quote,
                proposed_at=datetime.now(UTC),
            )
        elif term.slug not in tags and len(tags) < _MOST_TAGS:
            tags[term.slug] = Tag(
                slug=term.slug,
                label=term.label,
                group=term.group,
                evidence=evidence,
                support=checker.quote_support(evidence),
            )
    return tuple(tags.values()), tuple(proposals.values())
