"""What curators decide about a case. Each decision is a row with a name and a time."""

from collections.abc import Sequence
from datetime import timedelta

from publishing.gate import blocked
from review.changes import Change
from review.doubts import confirmed, held_back, quoted
from review.editing import apply_changes
from review.revisions import Seen, current, edited, review_of, state_of
from review.terms import taxonomy_of
from schemas.cases import CaseStudy
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, Decision, Review
from schemas.views import CaseView
from warehouse import Warehouse


def approve(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
    confirm: bool = False,
    leave_out: bool = False,
) -> Review:
    """Approve the current revision for publishing.

    ``confirm`` accepts every doubtful part in the curator's name. What is held back even then needs
    ``leave_out``: readers will not see it, and the curator should know.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is approved already, changed since it was ``seen``, cannot be
            published, or parts would be held back without ``leave_out``.
    """
    view = current(warehouse, case_id, seen)
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}:
        raise InvalidDecision(f"{case_id} is {view.status} already; reopen it to decide again")
    before = view.revision.study
    study = confirmed(before, who) if confirm else before
    _check_readable(study, leave_out=leave_out)
    if study == before:
        return _keep(warehouse, view, Decision.APPROVE, who, note)
    revision = edited(view.revision, study, who)
    confirmation = review_of(
        view, Decision.EDIT, who, "Confirmed what was doubtful.", revision.revision_id
    )
    at = confirmation.at + timedelta(microseconds=1)
    approval = review_of(view, Decision.APPROVE, who, note, revision.revision_id, at=at)
    warehouse.decide(case_id, state_of(view), revision, confirmation, approval)
    return approval


def _check_readable(study: CaseStudy, *, leave_out: bool) -> None:
    if (held := held_back(study)) and not leave_out:
        raise InvalidDecision(
            f"readers would not see {len(held)} of its parts: {quoted(held)}. Edit, drop or "
            "confirm them, or approve without them (--leave-out)"
        )
    if reason := blocked(study):
        raise InvalidDecision(f"it cannot be published. {reason}")


def reject(
    warehouse: Warehouse, case_id: str, reason: str, who: str, *, seen: Seen | None = None
) -> Review:
    """Reject the case, with a reason for those who submit the source again.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if the reason is empty, or the case is rejected already or changed.
    """
    if not reason.strip():
        raise InvalidDecision("give a reason for the rejection: it is kept in the history")
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is rejected already; reopen it to decide again")
    return _keep(warehouse, view, Decision.REJECT, who, reason.strip())


def reopen(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
) -> Review:
    """Put a decided case back among the drafts.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is a draft, or changed.
    """
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.DRAFT:
        raise InvalidDecision(f"{case_id} is a draft: there is nothing to reopen")
    return _keep(warehouse, view, Decision.REOPEN, who, note)


def comment(warehouse: Warehouse, case_id: str, text: str, who: str) -> Review:
    """Leave a comment; it overwrites nothing.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is empty.
    """
    if not text.strip():
        raise InvalidDecision("the comment is empty")
    review = review_of(current(warehouse, case_id), Decision.COMMENT, who, text.strip())
    warehouse.append(review)
    return review


def assign(warehouse: Warehouse, case_id: str, to: str, who: str) -> Review:
    """Hand the case to a curator; an empty name takes it from everyone.

    Raises:
        UnknownId: if there is no such case.
    """
    review = review_of(current(warehouse, case_id), Decision.ASSIGN, who, to.strip() or None)
    warehouse.append(review)
    return review


def edit(
    warehouse: Warehouse,
    case_id: str,
    changes: Sequence[Change],
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
) -> Review:
    """Make an edited copy of the current revision; the case is a draft again.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if nothing would change, a change does not fit, or the case changed.
    """
    view = current(warehouse, case_id, seen)
    before = view.revision
    taxonomy = taxonomy_of(warehouse)
    study = apply_changes(before.study, view.document, changes, taxonomy, who)
    if study == before.study:
        raise InvalidDecision("the edit changes nothing")
    revision = edited(before, study, who)
    review = review_of(view, Decision.EDIT, who, note, revision.revision_id)
    warehouse.decide(case_id, state_of(view), revision, review)
    return review


def _keep(
    warehouse: Warehouse, view: CaseView, decision: Decision, who: str, reason: str | None
) -> Review:
    review = review_of(view, decision, who, reason)
    warehouse.decide(view.case.case_id, state_of(view), review)
    return review
