"""A newer draft beside a case: taken over whole or by field, or refused."""

from collections.abc import Collection, Sequence

from review.comparison import FIELDS, changed_fields, statements_of
from review.evidence import locate, rechecked
from review.revisions import Seen, current, edited, review_of, state_of
from schemas.cases import FACT_NAMES, CaseStudy, Fact, Match, Statement, Support, Tag, numbered
from schemas.cases import SupportLevel as Level
from schemas.documents import Document
from schemas.errors import InvalidDecision
from schemas.reviews import Decision, Review, Revision
from schemas.views import CaseView
from warehouse import Warehouse

_LOST = Support(level=Level.REFUTED, reason="Its quote is not in the newer text.")
_OFFSET = 10_000  # keeps the draft's statement numbers apart from the case's


def adopt(
    warehouse: Warehouse,
    case_id: str,
    fields: Collection[str] | None,
    who: str,
    *,
    seen: Seen | None = None,
    draft_id: str | None = None,
) -> Review:
    """Take over a newer draft, whole (None) or by ``fields``; the case is a draft again.

    Other fields stay as they are. Where the draft was made from another text, their quotes are
    located in that text, and marked where they are no longer in it.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no draft waits, ``fields`` names none that differ, or the case or the
            waiting draft (``draft_id``) changed.
    """
    view = current(warehouse, case_id, seen)
    draft = _waiting(view, draft_id)
    document = warehouse.document(draft.document_id) or view.document
    study, kept = merged(view, draft, document, fields)
    # Following the draft, a later comparison shows what was kept as edited.
    revision = edited(draft, study, who)
    reason = f"Kept {', '.join(FIELDS[name].lower() for name in kept)}." if kept else None
    review = review_of(view, Decision.ADOPT_DRAFT, who, reason, revision.revision_id)
    warehouse.decide(case_id, state_of(view), revision, review)
    return review


def refuse_draft(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    reason: str | None = None,
    seen: Seen | None = None,
    draft_id: str | None = None,
) -> Review:
    """Refuse the draft that waits; the case stays as it is.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no draft waits, or the case or the waiting draft changed.
    """
    view = current(warehouse, case_id, seen)
    draft = _waiting(view, draft_id)
    review = review_of(view, Decision.REFUSE_DRAFT, who, reason, draft.revision_id)
    warehouse.decide(case_id, state_of(view), review)
    return review


def edited_fields(view: CaseView) -> list[str]:
    """Return the fields in which a person's revision differs from the draft that it follows."""
    if view.revision.made_by == "model":
        return []
    base = _draft_behind(view.revision, view.revisions)
    return changed_fields(base.study, view.revision.study) if base else list(FIELDS)


def merged(
    view: CaseView, draft: Revision, document: Document, fields: Collection[str] | None
) -> tuple[CaseStudy, list[str]]:
    """Return the case with ``fields`` of the draft, and the differing fields that stay.

    ``document`` is the draft's.
    """
    held, new = view.revision.study, draft.study
    differing = changed_fields(held, new)
    if fields is None:
        return new, []
    if unknown := [name for name in fields if name not in differing]:
        raise InvalidDecision(f"nothing differs in {', '.join(unknown)}")
    if not fields and differing:
        raise InvalidDecision("nothing is chosen: choose what to take over, or refuse the draft")
    kept = [name for name in differing if name not in fields]
    if kept and document.document_id != view.revision.document_id:
        held = relocated(held, document)
    return _joined(held, new, kept), kept


def relocated(study: CaseStudy, document: Document) -> CaseStudy:
    """Return ``study`` with its quotes located in another text."""
    return study.model_copy(
        update={
            "facts": tuple(_fact_in(fact, document) for fact in study.facts),
            "statements": tuple(_statement_in(one, document) for one in study.statements),
            "tags": tuple(_tag_in(tag, document) for tag in study.tags),
        }
    )


def _statement_in(before: Statement, document: Document) -> Statement:
    after = rechecked(before, document)
    stands = all(found.match is Match.EXACT for found in after.evidence)
    return after.model_copy(update={"support": before.support}) if stands else after


def _fact_in(fact: Fact, document: Document) -> Fact:
    evidence = locate([found.quote for found in fact.evidence], document)
    lost = bool(evidence) and all(found.match is Match.MISSING for found in evidence)
    return fact.model_copy(
        update={"evidence": evidence, "support": _LOST if lost else fact.support}
    )


def _tag_in(tag: Tag, document: Document) -> Tag:
    evidence = locate([found.quote for found in tag.evidence], document)
    lost = all(found.match is Match.MISSING for found in evidence)
    return tag.model_copy(update={"evidence": evidence, "support": _LOST if lost else tag.support})


def _joined(held: CaseStudy, new: CaseStudy, kept: Sequence[str]) -> CaseStudy:
    """Return ``new`` with the fields ``kept`` of ``held``."""
    facts = [(held if name in kept else new).fact(name) for name in FACT_NAMES]
    statements: list[Statement] = []
    for field in FIELDS:
        if field not in FACT_NAMES and field != "tags":
            of_case = field in kept
            found = statements_of(held if of_case else new, field)
            statements += found if of_case else map(_apart, found)
    return CaseStudy(
        facts=tuple(fact for fact in facts if fact.value is not None),
        statements=numbered(statements),
        tags=held.tags if "tags" in kept else new.tags,
    )


def _apart(statement: Statement) -> Statement:
    answers = statement.answers and statement.answers + _OFFSET
    return statement.model_copy(update={"n": statement.n + _OFFSET, "answers": answers})


def _draft_behind(revision: Revision, revisions: Sequence[Revision]) -> Revision | None:
    """Return the nearest draft by a model among the ancestors of ``revision``."""
    by_id = {one.revision_id: one for one in revisions}
    parent = by_id.get(revision.parent_id or "")
    while parent is not None and parent.made_by != "model":
        parent = by_id.get(parent.parent_id or "")
    return parent


def _waiting(view: CaseView, draft_id: str | None) -> Revision:
    if view.newer is None:
        raise InvalidDecision("no newer draft waits; `casebook rerun` makes one")
    if draft_id not in {None, view.newer.revision_id}:
        raise InvalidDecision("a newer draft arrived in the meantime; compare it again")
    return view.newer
