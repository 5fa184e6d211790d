"""The taxonomy with the curator's terms: what drafts propose, rulings, and tagging drafts again."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from casebook.runtime.services import Services
from casebook.schemas.cases import CaseStudy, TermGroup
from casebook.schemas.documents import Document
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseFilter, CaseView
from casebook.schemas.reviews import CaseStatus, Decision, Review, Revision
from casebook.schemas.taxonomy import Synonym, Taxonomy, Term, load_taxonomy
from casebook.schemas.terms import (
    OpenTerm,
    Ruling,
    TermDecision,
    TermProposal,
    open_terms,
    term_key,
    with_decisions,
)
from casebook.summarizer.grounding.tagging import MAX_TAGS, lacking, tags_of
from casebook.summarizer.proposals import Proposal
from casebook.warehouse.store import Warehouse


def taxonomy_of(warehouse: Warehouse) -> Taxonomy:
    """Return the taxonomy that is in force: the package's, with the curator's rulings."""
    return with_decisions(load_taxonomy(), warehouse.term_decisions())


def proposals_of(
    document: Document,
    study: CaseStudy,
    proposal: Proposal,
    taxonomy: Taxonomy,
    ruled: Collection[str],
) -> list[TermProposal]:
    """Return the rows for the names that a draft wants and the taxonomy lacks.

    ``ruled`` are the keys that a curator has ruled on: a refused one is not proposed again either.
    """
    now = datetime.now(UTC)
    return [
        TermProposal(
            proposal_id=content_id("term", document.document_id, term_key(claim.name)),
            key=term_key(claim.name),
            name=claim.name,
            group=claim.group,
            document_id=document.document_id,
            evidence=evidence,
            proposed_by="model" if claim in proposal.tags else "statements on tools",
            proposed_at=now,
        )
        for claim, evidence in lacking(document, study, proposal.tags, taxonomy)
        if term_key(claim.name) not in ruled
    ]


def waiting(warehouse: Warehouse) -> list[OpenTerm]:
    """Return the names that wait for a ruling, those of most documents first."""
    taxonomy = taxonomy_of(warehouse)
    found = open_terms(warehouse.term_proposals(), warehouse.term_decisions())
    return [term for term in found if taxonomy.named(term.name) is None]


async def accept(
    name: str,
    services: Services,
    *,
    who: str,
    definition: str,
    group: TermGroup | None = None,
    label: str | None = None,
) -> list[str]:
    """Make a proposed name a term, tag the drafts that name it, and return their case ids.

    Raises:
        InvalidDecision: if it has no definition, is a term already, or its name is taken.
    """
    if not definition.strip():
        raise InvalidDecision(f"say in one sentence what {name} means: a definition is missing")
    proposed = {term.key: term for term in await asyncio.to_thread(waiting, services.warehouse)}
    known = proposed.get(term_key(name))
    if group is None and known is None:
        raise InvalidDecision(f"{name} was not proposed; say its group: technique, tool, …")
    spelled = known.name if known else name.strip()
    term = Term(
        slug="-".join("".join(c if c.isalnum() else " " for c in spelled.casefold()).split()),
        label=(label or spelled).strip(),
        group=group or (known.group if known else "tool"),
        definition=definition.strip(),
        synonyms=[Synonym(form=spelled)],
    )
    return await _rule(spelled, Ruling.ACCEPT, services, who, term=term, slug=term.slug)


async def map_to(name: str, slug: str, services: Services, *, who: str) -> list[str]:
    """Make a name another form of a term, tag the drafts that name it, return their case ids.

    Raises:
        InvalidDecision: if there is no such term, or the name is a term already.
    """
    taxonomy = await asyncio.to_thread(taxonomy_of, services.warehouse)
    term = taxonomy.term(slug) or taxonomy.named(slug)
    if term is None:
        raise InvalidDecision(f"the taxonomy has no term {slug}")
    return await _rule(name.strip(), Ruling.MAP, services, who, slug=term.slug)


async def refuse(
    name: str, services: Services, *, who: str, reason: str | None = None
) -> list[str]:
    """Refuse a name: it is never proposed again."""
    return await _rule(name.strip(), Ruling.REFUSE, services, who, reason=reason)


async def _rule(
    name: str,
    ruling: Ruling,
    services: Services,
    who: str,
    *,
    slug: str | None = None,
    term: Term | None = None,
    reason: str | None = None,
) -> list[str]:
    now = datetime.now(UTC)
    decision = TermDecision(
        decision_id=content_id("ruling", term_key(name), ruling.value, now.isoformat()),
        key=term_key(name),
        name=name,
        ruling=ruling,
        slug=slug,
        term=term,
        reason=reason,
        who=who,
        decided_at=now,
    )
    return await asyncio.to_thread(_store, decision, services)


def _store(decision: TermDecision, services: Services) -> list[str]:
    warehouse = services.warehouse
    before = warehouse.term_decisions()
    if not decision.key:
        raise InvalidDecision(f"{decision.name!r} has no letter or digit to know it by")
    if decision.ruling is not Ruling.REFUSE:
        _check_fits(decision, before)
    warehouse.append(decision)
    if decision.slug is None:
        return []
    return _tag_drafts(decision.slug, decision, services)


def _check_fits(decision: TermDecision, before: Sequence[TermDecision]) -> None:
    taxonomy = with_decisions(load_taxonomy(), before)
    if known := taxonomy.named(decision.name):
        raise InvalidDecision(f"{decision.name} is a form of the term {known.slug} already")
    try:
        after = with_decisions(load_taxonomy(), [*before, decision])
    except ValueError as error:
        raise InvalidDecision(f"{decision.name} does not fit the taxonomy: {error}") from error
    if after.named(decision.name) is None:
        raise InvalidDecision(f"the taxonomy has a term {decision.slug} already; map to it")


def _tag_drafts(slug: str, decision: TermDecision, services: Services) -> list[str]:
    """Give the term to the drafts whose text names it enough; no model is asked."""
    warehouse = services.warehouse
    taxonomy = taxonomy_of(warehouse)
    tagged = []
    for line in warehouse.cases(CaseFilter.of_status(CaseStatus.DRAFT)):
        view = warehouse.case(line.case_id)
        study = _with_tag(view.revision.case_study, view.document, slug, taxonomy)
        if study is not None:
            warehouse.append(*_retagged(view, study, decision))
            tagged.append(line.case_id)
    return tagged


def _with_tag(
    study: CaseStudy, document: Document, slug: str, taxonomy: Taxonomy
) -> CaseStudy | None:
    """Return ``study`` with the tag in its place, if the text earns it; others stay as they are.

    A tag that a curator dropped does not come back: only ``slug`` is added.
    """
    kept = {tag.slug: tag for tag in study.tags}
    ranked = tags_of(document, taxonomy)
    if slug in kept or slug not in {tag.slug for tag in ranked}:
        return None
    order = [kept.pop(t.slug, t) for t in ranked if t.slug in kept or t.slug == slug]
    tags = [*order, *kept.values()][:MAX_TAGS]
    return study.model_copy(update={"tags": tags})


def _retagged(view: CaseView, study: CaseStudy, decision: TermDecision) -> list[Revision | Review]:
    """Return the new revision: the model's still, or the person's where one had edited."""
    before, now = view.revision, datetime.now(UTC)
    case_id = view.case.case_id
    revision = before.model_copy(
        update={
            "revision_id": content_id("rev", before.revision_id, decision.decision_id),
            "parent_id": before.revision_id,
            "case_study": study,
            "created_at": now,
        }
    )
    if before.made_by == "model":
        return [revision]
    review = Review(
        review_id=content_id("review", case_id, decision.decision_id),
        case_id=case_id,
        revision_id=revision.revision_id,
        decision=Decision.EDIT,
        reason=f"The taxonomy knows {decision.name} now.",
        who=decision.who,
        at=now,
    )
    return [revision, review]
