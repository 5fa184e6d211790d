"""What curators decide about a case. Each decision is a row with a name and a time.

All raise UnknownId for a case that is not stored, and InvalidDecision where the state of the case
forbids the step or is not as it was ``seen``.
"""

from collections.abc import Callable, Sequence

from publishing.gate import blocked
from review.changes import Change
from review.doubts import confirmed, held_back, quoted
from review.editing import apply_changes
from review.revisions import Seen, current, edited, keep
from review.terms import taxonomy_of
from schemas.cases import CaseStudy
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, Decision, Review
from schemas.sources import Document
from warehouse import Warehouse

REASONS = (
    "Not a real deployment.",
    "Advertising without substance.",
    "The text was extracted badly.",
    "Another case covers it.",
)
"""Frequent reasons for a rejection."""

Judge = Callable[[CaseStudy, Document, CaseStudy], CaseStudy]
"""Judges the statements of a study that another one, the last argument, does not have."""


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
    """
    view = current(warehouse, case_id, seen)
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}:
        raise InvalidDecision(f"{case_id} is {view.status} already; reopen it to decide again")
    before = view.revision
    study = confirmed(before.study, who) if confirm else before.study
    if (held := held_back(study)) and not leave_out:
        raise InvalidDecision(
            f"readers would not see {len(held)} of its parts: {quoted(held)}. Edit, drop or "
            "confirm them, or approve without them (--leave-out)"
        )
    if reason := blocked(study):
        raise InvalidDecision(f"it cannot be published. {reason}")
    if study != before.study:
        why = "Confirmed what was doubtful."
        keep(warehouse, view, Decision.EDIT, who, why, new=edited(before, study, who))
        view = current(warehouse, case_id)
    return keep(warehouse, view, Decision.APPROVE, who, note)


def reject(
    warehouse: Warehouse, case_id: str, reason: str, who: str, *, seen: Seen | None = None
) -> Review:
    """Reject the case, with a reason for those who submit the source again."""
    if not reason.strip():
        raise InvalidDecision("give a reason for the rejection: it is kept in the history")
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is rejected already; reopen it to decide again")
    return keep(warehouse, view, Decision.REJECT, who, reason.strip())


def reopen(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
) -> Review:
    """Put a decided case back among the drafts."""
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.DRAFT:
        raise InvalidDecision(f"{case_id} is a draft: there is nothing to reopen")
    return keep(warehouse, view, Decision.REOPEN, who, note)


def comment(warehouse: Warehouse, case_id: str, text: str, who: str) -> Review:
    """Leave a comment; it overwrites nothing."""
    if not text.strip():
        raise InvalidDecision("the comment is empty")
    return keep(warehouse, current(warehouse, case_id), Decision.COMMENT, who, text.strip())


def assign(warehouse: Warehouse, case_id: str, to: str, who: str) -> Review:
    """Hand the case to a curator; an empty name takes it from everyone."""
    return keep(warehouse, current(warehouse, case_id), Decision.ASSIGN, who, to.strip() or None)


def edit(
    warehouse: Warehouse,
    case_id: str,
    changes: Sequence[Change],
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
    judge: Judge | None = None,
) -> Review:
    """Make an edited copy of the current revision; the case is a draft again.

    ``judge`` reads what was changed, as it reads a model's statements.
    """
    view = current(warehouse, case_id, seen)
    before = view.revision
    taxonomy = taxonomy_of(warehouse)
    study = apply_changes(before.study, view.document, changes, taxonomy, who)
    if study == before.study:
        raise InvalidDecision("the edit changes nothing")
    study = judge(study, view.document, before.study) if judge else study
    return keep(warehouse, view, Decision.EDIT, who, note, new=edited(before, study, who))
