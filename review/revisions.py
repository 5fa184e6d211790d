"""A case's revisions, and the rows that a decision stores: an edited revision and a review."""

from datetime import UTC, datetime

from schemas.cases import CaseStudy
from schemas.errors import InvalidDecision
from schemas.frozen import content_id
from schemas.reviews import CaseStatus, CaseView, Decision, Review, Revision
from warehouse import Warehouse

Seen = tuple[str, CaseStatus]
"""The revision id and status that a curator saw."""


def current(warehouse: Warehouse, case_id: str, seen: Seen | None = None) -> CaseView:
    """Return the case; raise UnknownId, or InvalidDecision if it changed since it was ``seen``."""
    view = warehouse.case_without_company(case_id)
    if seen is not None and seen != state_of(view):
        raise outdated(view)
    return view


def state_of(view: CaseView) -> Seen:
    """Return the revision id and status of a case."""
    return view.revision.revision_id, view.status


def last_author(view: CaseView) -> str:
    """Return the person or model that changed the case last."""
    return view.reviews[-1].who if view.reviews else view.revision.author


def outdated(view: CaseView) -> InvalidDecision:
    """Return the error for a decision about an earlier state of the case."""
    return InvalidDecision(
        f"nothing was changed: {last_author(view)} changed this case in the meantime; "
        "reload it and decide again"
    )


def find_revision(view: CaseView, revision_id: str | None) -> Revision | None:
    """Return the revision of a case with an id, or None."""
    return next((one for one in view.revisions if one.revision_id == revision_id), None)


def is_same(one: Revision, other: Revision) -> bool:
    """Return whether two revisions have the same study and the same speakers."""
    return (one.study, one.speakers) == (other.study, other.speakers)


def edited(before: Revision, study: CaseStudy, who: str) -> Revision:
    """Return a person's revision with ``study``, a child of ``before``."""
    now = datetime.now(UTC)
    return before.model_copy(
        update={
            "revision_id": content_id(
                "rev", before.revision_id, study.model_dump(mode="json"), who, now.isoformat()
            ),
            "parent_id": before.revision_id,
            "made_by": "person",
            "author": who,
            "study": study,
            "created_at": now,
        }
    )


def keep(
    warehouse: Warehouse,
    view: CaseView,
    decision: Decision,
    who: str,
    reason: str | None,
    *,
    new: Revision | None = None,
    about: Revision | None = None,
    **details: str | float | None,
) -> Review:
    """Store a decision and its ``new`` revision, if the case has not changed since ``view``.

    The decision is ``about`` the new revision, by default the current one; ``details`` are other
    fields of the review.
    """
    at, case_id = datetime.now(UTC), view.case.case_id
    fields = {
        "review_id": content_id("review", case_id, decision.value, who, at.isoformat()),
        "case_id": case_id,
        "revision_id": (about or new or view.revision).revision_id,
        "decision": decision,
        "reason": reason,
        "who": who,
        "at": at,
    }
    review = Review.model_validate(fields | details)
    warehouse.decide(case_id, state_of(view), *([new] if new else []), review)
    return review
