"""What a curator decides about a case, each kept as a Review with who and when."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from casebook.pipeline.curation import gating
from casebook.pipeline.curation.editing import Edit, apply_edits
from casebook.pipeline.curation.terms import taxonomy_of
from casebook.runtime.services import Services
from casebook.schemas.cases import CaseStudy
from casebook.schemas.errors import GateClosed, InvalidDecision
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

    What has no support never reaches a reader; approving a case that has some needs
    ``leave_out_unsupported``, so that nobody is surprised by what is missing. What is left must
    pass the gate of the settings.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if it is approved already, or is no longer at ``expected_revision``.
        GateClosed: naming the statements that are unsupported and unseen, or too weak.
    """
    view = await _view(case_id, services, expected_revision)
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}:
        raise InvalidDecision(f"{case_id} is {view.status} already; reopen it to decide again")
    _pass_gate(view.revision.case_study, services, seen=leave_out_unsupported)
    return await _keep(view, Decision.APPROVE, services, who, reason)


def _pass_gate(study: CaseStudy, services: Services, *, seen: bool) -> None:
    lost = gating.unsupported(study)
    if lost and not seen:
        raise GateClosed(
            f"{len(lost)} of its parts have no support in the source: {gating.quoted(lost)}. Edit "
            "or drop them, or approve leaving them out (--leave-out-unsupported), and readers will "
            "not see them"
        )
    if short := gating.breaches(study, services.settings.gate):
        told = "; ".join(breach.told() for breach in short)
        raise GateClosed(f"{told}. Edit or drop what is weak, or lower the setting")


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
    review = _review(view, Decision.COMMENT, who, text.strip(), view.revision)
    await asyncio.to_thread(services.warehouse.append, review)  # it overwrites nothing
    return review


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
    taxonomy = await asyncio.to_thread(taxonomy_of, services.warehouse)
    study = await asyncio.to_thread(apply_edits, before.case_study, view.document, edits, taxonomy)
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
    return await keep_edit(view, revision, services, who, reason)


async def keep_edit(
    view: CaseView, revision: Revision, services: Services, who: str, reason: str | None
) -> Review:
    """Store a person's revision and the decision that made it.

    Raises:
        InvalidDecision: if the case was changed since ``view`` was read.
    """
    review = _review(view, Decision.EDIT, who, reason, revision)
    await asyncio.to_thread(
        services.warehouse.decide, view.case.case_id, _seen(view), revision, review
    )
    return review


async def _view(case_id: str, services: Services, expected_revision: str | None) -> CaseView:
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    if expected_revision and view.revision.revision_id != expected_revision:
        raise InvalidDecision("the case was changed meanwhile; look at it again before deciding")
    return view


async def refuse_draft(
    view: CaseView, draft: Revision, services: Services, who: str, reason: str | None
) -> Review:
    """Store that a draft which waits beside the case is not wanted; the case stays as it is.

    Raises:
        InvalidDecision: if the case was changed since ``view`` was read.
    """
    review = _review(view, Decision.REFUSE_DRAFT, who, reason, draft)
    await asyncio.to_thread(services.warehouse.decide, view.case.case_id, _seen(view), review)
    return review


async def _keep(
    view: CaseView, decision: Decision, services: Services, who: str, reason: str | None
) -> Review:
    """Store a decision, unless the case was changed since ``view`` was read."""
    review = _review(view, decision, who, reason, view.revision)
    await asyncio.to_thread(services.warehouse.decide, view.case.case_id, _seen(view), review)
    return review


def _seen(view: CaseView) -> tuple[str, CaseStatus]:
    """Return what a decision rests on, to be the same still when it is stored."""
    return view.revision.revision_id, view.status


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
