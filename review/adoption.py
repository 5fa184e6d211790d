"""A newer draft of a case: adopted whole or by field, or refused.

Both raise UnknownId if the case is unknown, and InvalidDecision if it has no newer draft, or if the
case (``seen``) or the draft (``draft_id``) has changed since the curator opened it.
"""

from collections.abc import Collection, Mapping, Sequence

from review.diff import FIELDS, Diff, field_of
from review.judgment import being_judged
from review.parts import PartT, updated
from review.revisions import Seen, current, edited, find_revision, keep
from schemas.cases import FACT_NAMES, CaseStudy, Match, Statement, Support, numbered
from schemas.cases import SupportLevel as Level
from schemas.errors import InvalidDecision
from schemas.reviews import CaseView, Decision, Review, Revision
from schemas.sources import Document
from summarizer.checks import Checker
from warehouse import Warehouse

_LOST = Support(level=Level.REFUTED, reason="Its quote is not in the newer text.")
_LOOSE = Support(level=Level.DOUBTFUL, reason="A statement that supports it was not adopted.")
_OFFSET = 10_000  # keeps the draft's statement numbers apart from the case's


def adopt(
    warehouse: Warehouse,
    case_id: str,
    fields: Collection[str] | None,
    who: str,
    *,
    seen: Seen | None = None,
    draft_id: str | None = None,
    judged: bool = False,
) -> Review:
    """Adopt a newer draft, whole (None) or by ``fields``; the case becomes a draft again.

    If the draft is based on another text, the quotes of the other fields are located in that text,
    and parts whose quotes are missing are refuted. If ``judged``, parts that changed in this way,
    or that the draft's judge did not judge, are stored as being judged, for ``settle``.
    """
    view = current(warehouse, case_id, seen)
    draft = _waiting(view, draft_id)
    document = warehouse.document(draft.document_id) or view.document
    document = document.spoken_by(draft.speakers)
    study, kept = merged(view, draft, document, fields)
    study = being_judged(study, view, draft) if judged else study
    # A child of the draft, so that a later comparison shows the kept fields as edited.
    new = edited(draft, study, who)
    reason = f"Kept {', '.join(FIELDS[name].lower() for name in kept)}." if kept else None
    return keep(warehouse, view, Decision.ADOPT_DRAFT, who, reason, new=new)


def refuse_draft(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    reason: str | None = None,
    seen: Seen | None = None,
    draft_id: str | None = None,
) -> Review:
    """Refuse the newer draft; the case does not change."""
    view = current(warehouse, case_id, seen)
    draft = _waiting(view, draft_id)
    return keep(warehouse, view, Decision.REFUSE_DRAFT, who, reason, about=draft)


def edited_fields(view: CaseView) -> list[str]:
    """Return the fields in which people changed the draft or import behind the current revision."""
    base: Revision | None = view.revision
    while base is not None and base.made_by == "person":
        base = find_revision(view, base.parent_id)
    pairs = Diff(base.study, view.revision.study).pairs if base else {}
    return [name for name in FIELDS if not base or any(one.is_edited for one in pairs[name])]


def merged(
    view: CaseView, draft: Revision, document: Document, fields: Collection[str] | None
) -> tuple[CaseStudy, list[str]]:
    """Return the case with ``fields`` of the draft, and the fields kept although they differ.

    ``document`` is the draft's.
    """
    held, new = view.revision.study, draft.study
    if fields is None:
        return new, []
    differing = Diff(held, new).changed
    if unknown := [name for name in fields if name not in differing]:
        raise InvalidDecision(f"the draft does not differ in {', '.join(unknown)}")
    if not fields and differing:
        raise InvalidDecision("no field is selected: select fields to adopt, or reject the draft")
    kept = [name for name in differing if name not in fields]
    if kept and document.document_id != view.revision.document_id:
        held = _relocated(held, document)
    return _joined(held, new, kept), kept


def _relocated(study: CaseStudy, document: Document) -> CaseStudy:
    """Return ``study`` with its quotes located in another text."""
    checker = Checker(document)

    def relocated(part: PartT) -> PartT:
        evidence = checker.find([found.quote for found in part.evidence])
        lost = bool(evidence) and all(found.match is Match.MISSING for found in evidence)
        return updated(part, evidence=evidence, support=_LOST if lost else part.support)

    return study.map_parts(relocated)


def _joined(held: CaseStudy, new: CaseStudy, kept: Sequence[str]) -> CaseStudy:
    """Return ``new`` with the ``kept`` fields taken from ``held``."""
    facts = [(held if name in kept else new).fact(name) for name in FACT_NAMES]
    drafted = new.model_copy(update={"statements": tuple(map(_shifted, new.statements))})
    chosen = [
        *(one for one in held.statements if field_of(one) in kept),
        *(one for one in drafted.statements if field_of(one) not in kept),
    ]
    # A statement of one side can cite one that both sides have.
    by_words = {(one.section, one.text): one.n for one in chosen}
    places = {
        one.n: by_words.get((one.section, one.text))
        for one in (*held.statements, *drafted.statements)
    } | {one.n: one.n for one in chosen}
    return CaseStudy(
        facts=tuple(fact for fact in facts if fact.value is not None),
        statements=numbered(_resting(one, places) for one in chosen),
        tags=held.tags if "tags" in kept else new.tags,
    )


def _shifted(one: Statement) -> Statement:
    rests_on = tuple(n + _OFFSET for n in one.rests_on)
    numbers = {"n": one.n + _OFFSET, "answers": one.answers and one.answers + _OFFSET}
    return one.model_copy(update={**numbers, "rests_on": rests_on})


def _resting(one: Statement, places: Mapping[int, int | None]) -> Statement:
    """Return a summary sentence that cites the chosen statements; doubtful if some are missing."""
    found = tuple(place for n in one.rests_on if (place := places.get(n)))
    is_loose = len(found) < len(one.rests_on) and one.support.level is not Level.REFUTED
    support = _LOOSE if is_loose else one.support
    return one.model_copy(update={"rests_on": found, "support": support})


def _waiting(view: CaseView, draft_id: str | None) -> Revision:
    if view.newer is None:
        raise InvalidDecision("there is no newer draft; `casebook rerun` makes one")
    if draft_id not in {None, view.newer.revision_id}:
        raise InvalidDecision("a newer draft arrived in the meantime; compare it again")
    return view.newer
