"""Names that drafts propose as tags: accepted as terms, mapped to known terms, or refused.

The rulings raise InvalidDecision if the name or term is invalid.
"""

from datetime import UTC, datetime

from review.evidence import new_tag
from review.judgment import being_judged
from review.revisions import edited, keep, state_of
from schemas.cases import CaseStudy, TermGroup
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, CaseView, Decision
from schemas.taxonomy import OpenTerm, Ruling, Taxonomy, TermRuling, load_taxonomy, term_key
from summarizer.checks import Checker
from warehouse import Warehouse

_AT_ONCE = 50  # cases in memory


def taxonomy_of(warehouse: Warehouse) -> Taxonomy:
    """Return casebook's taxonomy with the curators' rulings."""
    return load_taxonomy().with_rulings(warehouse.rulings())


def open_names(warehouse: Warehouse) -> list[OpenTerm]:
    """Return the names that await a ruling, most frequent first."""
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
    judged: bool,
) -> list[str]:
    """Make a name a term; return the ids of the drafts that proposed it and are now tagged.

    If ``judged``, the tags are stored as being judged, for ``settle``.
    """
    if not definition.strip():
        raise InvalidDecision(f"a definition is missing: define {name} in one sentence")
    proposal = _proposal(warehouse, name)
    group = group or (proposal.group if proposal else None)
    if group is None:
        raise InvalidDecision(f"{name} was not proposed: give its group (technique, tool, …)")
    spelled = proposal.name if proposal else name.strip()
    slug = "-".join("".join(c if c.isalnum() else " " for c in spelled.casefold()).split())
    if taxonomy_of(warehouse).term(slug):
        raise InvalidDecision(f"the taxonomy already has a term {slug}: map the name to it")
    term = {"slug": slug, "label": (label or spelled).strip(), "group": group}
    ruling = _ruling(spelled, Ruling.ACCEPT, who, definition=definition.strip(), **term)
    return _store(warehouse, ruling, judged=judged)


def map_to(warehouse: Warehouse, name: str, slug: str, who: str, *, judged: bool) -> list[str]:
    """Make a name a synonym of a term; return the ids as ``accept`` does."""
    taxonomy = taxonomy_of(warehouse)
    term = taxonomy.term(slug.strip()) or taxonomy.named(slug)
    if term is None:
        raise InvalidDecision(f"the taxonomy has no term {slug}")
    ruling = _ruling(name, Ruling.MAP, who, slug=term.slug)
    return _store(warehouse, ruling, judged=judged)


def refuse(warehouse: Warehouse, name: str, who: str, *, reason: str | None = None) -> None:
    """Refuse a name; it will not be proposed again."""
    warehouse.append(_ruling(name, Ruling.REFUSE, who, reason=reason))


def _ruling(name: str, ruling: Ruling, who: str, **details: str | None) -> TermRuling:
    if not (key := term_key(name)):
        raise InvalidDecision(f"{name!r} has no letter or digit")
    now = datetime.now(UTC)
    fields = {"key": key, "name": name.strip(), "ruling": ruling, "who": who, "at": now}
    return TermRuling.model_validate(fields | details)


def _proposal(warehouse: Warehouse, name: str) -> OpenTerm | None:
    key = term_key(name)
    return next((term for term in warehouse.open_terms() if term.key == key), None)


def _store(warehouse: Warehouse, ruling: TermRuling, *, judged: bool) -> list[str]:
    """Store a ruling, and tag the drafts that contain a quote of its proposal; return their ids.

    Their documents also have to name a tool or model. No model is asked here.
    """
    if known := taxonomy_of(warehouse).named(ruling.name):
        raise InvalidDecision(f"{ruling.name} is already a name of the term {known.slug}")
    proposal = _proposal(warehouse, ruling.name)
    warehouse.append(ruling)
    taxonomy, tagged = taxonomy_of(warehouse), list[str]()
    term, quotes = taxonomy.term(ruling.slug or ""), proposal.quotes if proposal else ()
    drafts = warehouse.case_ids(CaseStatus.DRAFT) if quotes else []
    for start in range(0, len(drafts), _AT_ONCE):
        for view in warehouse.case_views(drafts[start : start + _AT_ONCE]):
            quote = next((one for one in quotes if one in view.document.text), None)
            study = view.revision.study
            if not term or not quote or ruling.slug in {tag.slug for tag in study.tags}:
                continue
            checker = Checker(view.document)
            if checker.is_named(ruling.name, term.group, term):
                tag = new_tag(term, quote, checker, view.document, taxonomy)
                study = study.model_copy(update={"tags": (*study.tags, tag)})
                _keep(warehouse, view, being_judged(study, view) if judged else study, ruling)
                tagged.append(view.case.case_id)
    return tagged


def _keep(warehouse: Warehouse, view: CaseView, study: CaseStudy, ruling: TermRuling) -> None:
    """Store the new revision, attributed to the model unless a person edited the draft."""
    before = view.revision
    revision = edited(before, study, ruling.who)
    if before.made_by == "model":
        revision = revision.model_copy(update={"made_by": "model", "author": before.author})
        warehouse.decide(view.case.case_id, state_of(view), revision)
    else:
        reason = f"The taxonomy now has {ruling.name}."
        keep(warehouse, view, Decision.EDIT, ruling.who, reason, new=revision)
