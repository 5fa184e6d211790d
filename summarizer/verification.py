"""Verifies a draft: locates quotes, checks statements, maps tags and asks the judge."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

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
from schemas.errors import AnswerInvalid, CasebookError, ModelError
from schemas.sources import Document
from schemas.taxonomy import Taxonomy, TermProposal, term_key
from summarizer.asker import Asker
from summarizer.checks import Checker
from summarizer.drafts import Claim, Draft, FactClaim, TagClaim
from summarizer.heard import with_heard
from summarizer.judge import judge_study
from summarizer.mismatches import doubts_of, with_notices
from summarizer.profiles import Strategy
from summarizer.prompt_copies import NOTE, is_copied
from summarizer.repair import CORRECTED, repaired
from summarizer.repeats import without_repeats

_MOST_TAGS = 15


class Verified(NamedTuple):
    """A checked case study, proposals for unknown tags, and the error if the judge failed."""

    study: CaseStudy
    dropped: tuple[str, ...] = ()  # repeated statements, and those copied from the prompt
    proposals: tuple[TermProposal, ...] = ()
    unjudged: CasebookError | None = None


async def verify(
    draft: Draft,
    document: Document,
    taxonomy: Taxonomy,
    judge: Asker | None = None,
    writer: Asker | None = None,
) -> Verified:
    """Return the checked and judged case study; parts without a verdict stay unverified.

    The ``writer`` corrects once the parts that the judge accepts only in part.
    """
    checked = await asyncio.to_thread(_checked_by_code, draft, document, taxonomy)
    if judge is None:
        noticed = await asyncio.to_thread(with_notices, checked.study, document)
        return checked._replace(study=with_heard(noticed, document))
    judged, error = await judge_study(checked.study, document, judge, notice=True)
    study = _with_doubts(judged)
    is_answering = error is None or isinstance(error, AnswerInvalid)
    writes = writer and writer.profile.is_capable and draft.strategy is not Strategy.GUIDED
    if writer and writes and is_answering:
        try:
            corrected = await repaired(study, document, writer)
        except ModelError as failure:
            error = error or failure
        else:
            judged, again = await judge_study(corrected, document, judge, _is_corrected)
            study, error = _with_doubts(judged), error or again
    return checked._replace(study=with_heard(study, document), unjudged=error)


def _checked_by_code(draft: Draft, document: Document, taxonomy: Taxonomy) -> Verified:
    names = [fact.value for fact in draft.facts if fact.name in {"company", "title"}]
    checker = Checker(document, names)
    texts = [claim.text for claim in draft.claims]
    found = [
        checked_statement(claim, n, checker, texts) for n, claim in enumerate(draft.claims, start=1)
    ]
    copied = [s for s in found if s.support.level is SupportLevel.REFUTED and is_copied(s.text)]
    statements, repeats = without_repeats([one for one in found if one not in copied])
    tags, proposals = _tags(draft.tags, checker, taxonomy, document)
    facts = {claim.name: claim for claim in reversed(draft.facts)}
    study = CaseStudy(
        facts=tuple(_fact(facts[n], checker, document) for n in FACT_NAMES if n in facts),
        statements=numbered(statements),
        tags=tags,
    )
    notes = (f"{statement.text} ({NOTE})" for statement in copied)
    dropped = (*(statement.text for statement in repeats), *notes)
    study = _with_doubts(study, doubts_of(study, document))
    return Verified(study=study, dropped=dropped, proposals=proposals)


def _is_corrected(support: Support) -> bool:
    return support == CORRECTED


def _with_doubts(study: CaseStudy, reasons: Mapping[int, str] | None = None) -> CaseStudy:
    """Return the study, with statements with ``reasons`` and sentences about refuted ones doubtful.

    A level that is worse stays.
    """
    refuted = {s.n for s in study.statements if s.support.level is SupportLevel.REFUTED}
    found = dict(reasons or {}) | {
        s.n: "A statement that it summarizes is refuted."
        for s in study.statements
        if refuted.intersection(s.rests_on)
    }
    statements = tuple(
        s.model_copy(update={"support": Support(level=SupportLevel.DOUBTFUL, reason=found[s.n])})
        if s.n in found and s.n not in refuted
        else s
        for s in study.statements
    )
    return study.model_copy(update={"statements": statements})


def checked_statement(
    claim: Claim, n: int, checker: Checker, texts: Sequence[str] = ()
) -> Statement:
    """Return the checked statement; ``texts`` are all texts of the draft, for the abstract."""
    evidence = checker.find(claim.quotes, claim.translations)
    if claim.section is Section.GAPS and not claim.quotes:
        support = Support(level=SupportLevel.UNVERIFIED)  # only a judge can tell
    elif claim.section is Section.ABSTRACT and not claim.quotes:
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
        form=claim.form,
    )


def _fact(claim: FactClaim, checker: Checker, document: Document) -> Fact:
    """Return the checked fact; page metadata and proposed titles need no quote."""
    evidence = checker.find(claim.quotes)
    is_stated = claim.value in {document.title, str(getattr(document.published, "year", ""))}
    if is_stated and not claim.quotes:
        is_record = document.is_prose  # whose title and year are those of the imported record
        support = Support(level=SupportLevel.IMPORTED if is_record else SupportLevel.VERBATIM)
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
    """Return tags of known terms, and proposals for unknown names.

    They need a quote, and tools and models also their name in the document.
    """
    tags: dict[str, Tag] = {}
    proposals: dict[str, TermProposal] = {}
    for claim in claims:
        evidence = checker.tag_evidence(claim.quotes)
        term, key = taxonomy.named(claim.name), term_key(claim.name)
        if not (evidence and key and checker.is_named(claim.name, claim.group, term)):
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
