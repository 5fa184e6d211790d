"""Words that the taxonomy lacks: what was proposed, and what a curator made of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from casebook.schemas.cases import Evidence, TermGroup
from casebook.schemas.frozen import Frozen
from casebook.schemas.taxonomy import Synonym, Taxonomy, Term


def term_key(name: str) -> str:
    """Return the form in which proposed names are compared: no case, no marks, no spaces."""
    return "".join(character for character in name.casefold() if character.isalnum())


class TermProposal(Frozen):
    """A name that a document's draft was to be filed under, with the words that show it."""

    proposal_id: str
    key: str
    name: str
    group: TermGroup
    document_id: str
    evidence: Sequence[Evidence]
    proposed_by: str
    proposed_at: datetime


class Ruling(StrEnum):
    """What a curator makes of a proposed name."""

    ACCEPT = "accept"
    MAP = "map"
    REFUSE = "refuse"


class TermDecision(Frozen):
    """A curator's ruling on a name; the newest one of a key is in force.

    ``term`` is the new term where it was accepted, ``slug`` the known one that it was mapped to.
    """

    decision_id: str
    key: str
    name: str
    ruling: Ruling
    slug: str | None = None
    term: Term | None = None
    reason: str | None = None
    who: str
    decided_at: datetime


class OpenTerm(Frozen):
    """A name that waits for a ruling, by how many documents it was proposed for."""

    key: str
    name: str
    group: TermGroup
    documents: int
    proposals: Sequence[TermProposal]


def open_terms(
    proposals: Sequence[TermProposal], decisions: Sequence[TermDecision]
) -> list[OpenTerm]:
    """Return the names that nobody has ruled on, those of most documents first."""
    ruled = {decision.key for decision in decisions}
    by_key: dict[str, list[TermProposal]] = {}
    for proposal in proposals:
        if proposal.key not in ruled:
            by_key.setdefault(proposal.key, []).append(proposal)
    found = [
        OpenTerm(
            key=key,
            name=those[0].name,
            group=those[0].group,
            documents=len({p.document_id for p in those}),
            proposals=those,
        )
        for key, those in by_key.items()
    ]
    return sorted(found, key=lambda term: (-term.documents, term.key))


def with_decisions(taxonomy: Taxonomy, decisions: Sequence[TermDecision]) -> Taxonomy:
    """Return ``taxonomy`` with the accepted terms, and the mapped names as their synonyms.

    A decision that the taxonomy has caught up with, or that no longer fits it, is passed over.
    """
    newest = {decision.key: decision for decision in decisions}
    terms = {term.slug: term for term in taxonomy.terms}
    for decision in newest.values():
        if taxonomy.named(decision.name) is not None:
            continue
        known = taxonomy.term(decision.slug) if decision.slug else None
        if decision.ruling is Ruling.ACCEPT and decision.term and decision.term.slug not in terms:
            terms[decision.term.slug] = decision.term
        elif decision.ruling is Ruling.MAP and known:
            form = Synonym(form=decision.name)
            before = terms[known.slug]
            terms[known.slug] = before.model_copy(update={"synonyms": [*before.synonyms, form]})
    if len(terms) == len(taxonomy.terms) and list(terms.values()) == list(taxonomy.terms):
        return taxonomy
    return Taxonomy.model_validate({**dict(taxonomy), "terms": list(terms.values())})
