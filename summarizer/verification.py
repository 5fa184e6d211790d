"""From a draft to a checked case study: quotes located, levels set, tags mapped, judge asked."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ConfigDict

from schemas.cases import (
    FACT_NAMES,
    CaseStudy,
    Fact,
    Match,
    Measure,
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
from summarizer import judging
from summarizer.asking import Asker
from summarizer.checks import Checker
from summarizer.drafts import Claim, Draft, FactClaim, TagClaim

_MOST_TAGS = 15


class Verified(Frozen):
    """A checked case study, the names that the taxonomy lacks, and why no judge could be asked.

    ``generation_ids`` are those of the judge.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    study: CaseStudy
    proposals: tuple[TermProposal, ...] = ()
    unjudged: CasebookError | None = None
    generation_ids: tuple[str, ...] = ()


async def verify(
    draft: Draft, document: Document, taxonomy: Taxonomy, judge: Asker | None = None
) -> Verified:
    """Return the checked case study; one whose judge cannot be asked stays unjudged."""
    study, proposals = await asyncio.to_thread(_checked_by_code, draft, document, taxonomy)
    if judge is None:
        return Verified(study=study, proposals=proposals)
    before = len(judge.generations)
    study, trouble = await judging.judge(study, document, judge)
    asked = tuple(generation.generation_id for generation in judge.generations[before:])
    return Verified(study=study, proposals=proposals, unjudged=trouble, generation_ids=asked)


def checked(
    text: str,
    section: Section,
    quotes: Sequence[str],
    document: Document,
    *,
    measure: Measure | None = None,
    origin: Origin = Origin.CURATOR,
    n: int = 0,
    answers: int | None = None,
    known: Sequence[str] = (),
) -> Statement:
    """Return a statement with its quotes located and its level set by code alone.

    ``known`` are names that need not stand in the passage: the company's, for one.
    """
    claim = Claim(section=section, text=text, quotes=tuple(quotes), origin=origin, measure=measure)
    statement = _statement(claim, n, Checker(document, known))
    return statement.model_copy(update={"answers": answers})


def _checked_by_code(
    draft: Draft, document: Document, taxonomy: Taxonomy
) -> tuple[CaseStudy, tuple[TermProposal, ...]]:
    names = [fact.value for fact in draft.facts if fact.name in {"company", "title"}]
    checker = Checker(document, names)
    claims: dict[str, tuple[int, Claim]] = {}
    for n, claim in enumerate(draft.claims, start=1):
        claims.setdefault(claim.text.casefold(), (n, claim))
    statements = [_statement(claim, n, checker) for n, claim in claims.values()]
    tags, proposals = _tags(draft.tags, checker, taxonomy, document)
    study = CaseStudy(
        facts=_facts(draft.facts, checker, document),
        statements=numbered(statements),
        tags=tags,
    )
    return study, proposals


def _statement(claim: Claim, n: int, checker: Checker) -> Statement:
    evidence = checker.find(claim.quotes)
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
        evidence = tuple(e for e in checker.find(claim.quotes) if e.match is not Match.MISSING)
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
