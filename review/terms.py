"""Names that drafts proposed as tags: accepted as terms, mapped to known ones, or refused."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from review.evidence import new_tag
from review.revisions import edited, review_of, state_of
from schemas.cases import CaseStudy, TermGroup
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, Decision, Review, Revision
from schemas.taxonomy import Taxonomy, load_taxonomy, term_key
from schemas.terms import OpenTerm, Ruling, TermRuling
from schemas.views import CaseView
from warehouse import Warehouse

_AT_ONCE = 50  # cases whose documents are in memory together


def taxonomy_of(warehouse: Warehouse) -> Taxonomy:
    """Return the taxonomy in force: casebook's own, with the curators' rulings."""
    return load_taxonomy().with_rulings(warehouse.rulings())


def open_names(warehouse: Warehouse) -> list[OpenTerm]:
    """Return the names that wait for a ruling, the most frequent first."""
    taxonomy = taxonomy_of(warehouse)
    return [term for term in warehouse.open_terms() if taxonomy.named(term.name) is None]


def accept(
    warehouse: Warehouse,
    name: str,
    who: str,
    *,
    definition: str,
    group: TermGroup | None = None,
    label: str | None = None,
) -> list[str]:
    """Make a proposed name a term; return the ids of the drafts that proposed it and now have it.

    Raises:
        InvalidDecision: if it has no definition or group, or the taxonomy has it already.
    """
    if not definition.strip():
        raise InvalidDecision(f"a definition is missing: say in one sentence what {name} means")
    proposal = _proposal(warehouse, name)
    group = group or (proposal.group if proposal else None)
    if group is None:
        raise InvalidDecision(f"{name} was not proposed: give its group (technique, tool, …)")
    spelled = proposal.name if proposal else name.strip()
    ruling = _ruling(spelled, Ruling.ACCEPT, who).model_copy(
        update={
            "slug": _slug(spelled),
            "label": (label or spelled).strip(),
            "group": group,
            "definition": definition.strip(),
        }
    )
    return _store(warehouse, ruling, proposal)


def map_to(warehouse: Warehouse, name: str, slug: str, who: str) -> list[str]:
    """Make a name another name of a term; return the ids of the drafts that now have its tag.

    Raises:
        InvalidDecision: if there is no such term, or the taxonomy has the name already.
    """
    taxonomy = taxonomy_of(warehouse)
    term = taxonomy.term(slug.strip()) or taxonomy.named(slug)
    if term is None:
        raise InvalidDecision(f"the taxonomy has no term {slug}")
    ruling = _ruling(name, Ruling.MAP, who).model_copy(update={"slug": term.slug})
    return _store(warehouse, ruling, _proposal(warehouse, name))


def refuse(warehouse: Warehouse, name: str, who: str, *, reason: str | None = None) -> None:
    """Refuse a name: it is not proposed again."""
    ruling = _ruling(name, Ruling.REFUSE, who).model_copy(update={"reason": reason})
    warehouse.append(ruling)


def _ruling(name: str, ruling: Ruling, who: str) -> TermRuling:
    key = term_key(name)
    if not key:
        raise InvalidDecision(f"{name!r} has no letter or digit")
    return TermRuling(key=key, name=name.strip(), ruling=ruling, who=who, at=datetime.now(UTC))


def _proposal(warehouse: Warehouse, name: str) -> OpenTerm | None:
    key = term_key(name)
    return next((term for term in warehouse.open_terms() if term.key == key), None)


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


def _store(warehouse: Warehouse, ruling: TermRuling, proposal: OpenTerm | None) -> list[str]:
    before = taxonomy_of(warehouse)
    if known := before.named(ruling.name):
        raise InvalidDecision(f"{ruling.name} is already a name of the term {known.slug}")
    if ruling.ruling is Ruling.ACCEPT and before.term(ruling.slug or ""):
        raise InvalidDecision(f"the taxonomy already has a term {ruling.slug}: map the name to it")
    warehouse.append(ruling)
    return list(_tag_drafts(warehouse, ruling, proposal.quotes)) if proposal else []


def _tag_drafts(warehouse: Warehouse, ruling: TermRuling, quotes: Sequence[str]) -> Iterator[str]:
    """Tag the drafts that hold one of the quotes, without asking a model; yield their case ids."""
    taxonomy = taxonomy_of(warehouse)
    drafts = warehouse.case_ids(CaseStatus.DRAFT)
    for start in range(0, len(drafts), _AT_ONCE):
        for view in warehouse.case_views(drafts[start : start + _AT_ONCE]):
            quote = next((one for one in quotes if one in view.document.text), None)
            study = quote and _tagged(view, ruling, quote, taxonomy)
            if study:
                warehouse.decide(view.case.case_id, state_of(view), *_rows(view, study, ruling))
                yield view.case.case_id


def _tagged(view: CaseView, ruling: TermRuling, quote: str, taxonomy: Taxonomy) -> CaseStudy | None:
    """Return the case's study with the term's tag behind its others, None if it has it."""
    study, term = view.revision.study, taxonomy.term(ruling.slug or "")
    if term is None or term.slug in {tag.slug for tag in study.tags}:
        return None
    tag = new_tag(term, view.document, taxonomy, ruling.who, quote)
    return study.model_copy(update={"tags": (*study.tags, tag)})


def _rows(view: CaseView, study: CaseStudy, ruling: TermRuling) -> list[Revision | Review]:
    """Return the new revision: still the model's draft, or a person's where one edited it."""
    revision = edited(view.revision, study, ruling.who)
    if view.revision.made_by == "model":
        kept = {"made_by": "model", "author": view.revision.author}
        return [revision.model_copy(update=kept)]
    reason = f"The taxonomy has {ruling.name} now."
    review = review_of(view, Decision.EDIT, ruling.who, reason, revision.revision_id)
    return [revision, review]
