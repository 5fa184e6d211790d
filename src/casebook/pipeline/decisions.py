"""What a curator decides about a case, each kept as a Review with who and when."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from casebook.pipeline.editing import Edit, apply_edits
from casebook.runtime.services import Services
from casebook.schemas.cases import SupportLevel
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import CaseStatus, Decision, Review, Revision


async def approve(
    case_id: str,
    services: Services,
    *,
    who: str,
    reason: str | None = None,
    leave_out_unsupported: bool = False,
    expected_revision: str | None = None,
) -> Review:
    """Approve the case's current revision for publishing.

    Statements without support never reach a reader; approving a case that has some needs
    ``leave_out_unsupported``, so that nobody is surprised by what is missing.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is approved already, has unseen unsupported statements, or is no
            longer at ``expected_revision``.
    """
    view = await _view(case_id, services, expected_revision)
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}:
        raise InvalidDecision(f"{case_id} is {view.status} already; reopen it to decide again")
    unsupported = [
        statement.text
        for _, statement in view.revision.case_study.statements()
        if statement.support.level is SupportLevel.UNSUPPORTED
    ]
    if unsupported and not leave_out_unsupported:
        raise InvalidDecision(
            f"{len(unsupported)} statements have no support in the source: edit them, or approve "
            "leaving them out (--leave-out-unsupported), and readers will not see them"
        )
    return await _keep(view, Decision.APPROVE, services, who, reason)


async def reject(
    case_id: str,
    services: Services,
    *,
    who: str,
    reason: str,
    expected_revision: str | None = None,
) -> Review:
    """Reject the case, saying why.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no reason is given, or it is rejected already.
    """
    if not reason.strip():
        raise InvalidDecision("say why it is rejected: a reason is missing")
    view = await _view(case_id, services, expected_revision)
    if view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is rejected already; reopen it to decide again")
    return await _keep(view, Decision.REJECT, services, who, reason.strip())


async def reopen(
    case_id: str, services: Services, *, who: str, reason: str | None = None
) -> Review:
    """Put a decided case back into the queue.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is in the queue.
    """
    view = await _view(case_id, services, None)
    if view.status is CaseStatus.DRAFT:
        raise InvalidDecision(f"{case_id} is a draft: there is nothing to reopen")
    return await _keep(view, Decision.REOPEN, services, who, reason)


async def comment(case_id: str, services: Services, *, who: str, text: str) -> Review:
    """Leave a comment.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if the comment is empty.
    """
    if not text.strip():
        raise InvalidDecision("the comment is empty")
    view = await _view(case_id, services, None)
    return await _keep(view, Decision.COMMENT, services, who, text.strip())


async def edit(
    case_id: str,
    services: Services,
    edits: Sequence[Edit],
    *,
    who: str,
    reason: str | None = None,
    expected_revision: str | None = None,
) -> Review:
    """Make an edited copy of the current revision; the case is a draft again.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if there is nothing to change, or an edit does not fit.
    """
    view = await _view(case_id, services, expected_revision)
    before = view.revision
    study = await asyncio.to_thread(apply_edits, before.case_study, view.document, edits)
    # As JSON: what was stored has lists where what was just made has tuples.
    if study.model_dump_json() == before.case_study.model_dump_json():
        raise InvalidDecision("the edit changes nothing")
    now = datetime.now(UTC)
    revision = before.model_copy(
        update={
            "revision_id": content_id(
                "rev", case_id, before.revision_id, study.model_dump_json(), now.isoformat()
            ),
            "parent_id": before.revision_id,
            "made_by": "person",
            "author": who,
            "case_study": study,
            "created_at": now,
        }
    )
    review = _review(view, Decision.EDIT, who, reason, revision)
    await asyncio.to_thread(services.warehouse.append, revision, review)
    return review


async def _view(case_id: str, services: Services, expected_revision: str | None) -> CaseView:
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    if expected_revision and view.revision.revision_id != expected_revision:
        raise InvalidDecision("the case was changed meanwhile; look at it again before deciding")
    return view


async def _keep(
    view: CaseView, decision: Decision, services: Services, who: str, reason: str | None
) -> Review:
    review = _review(view, decision, who, reason, view.revision)
    await asyncio.to_thread(services.warehouse.append, review)
    return review


def _review(
    view: CaseView, decision: Decision, who: str, reason: str | None, revision: Revision
) -> Review:
    now = datetime.now(UTC)
    case_id = view.case.case_id
    return Review(
        review_id=content_id("review", case_id, decision.value, who, now.isoformat()),
        case_id=case_id,
        revision_id=revision.revision_id,
        decision=decision,
        reason=reason,
        who=who,
        at=now,
    )
