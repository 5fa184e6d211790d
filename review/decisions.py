"""Decisions on a case; each is stored with a name and a time.

All raise UnknownId if the case is unknown, and InvalidDecision if its state forbids the decision or
has changed since it was ``seen``.
"""

from collections.abc import Sequence

from publishing.exchange.imports import as_imported
from publishing.gate import WHOLE, blocked
from publishing.wording import day
from review.changes import Change, note_on
from review.doubts import confirmed, held_back, quoted
from review.edits import apply_changes
from review.judgment import being_judged
from review.parts import find_part
from review.people import known_person
from review.rebase import rebased
from review.revisions import Seen, current, edited, find_revision, is_same, keep
from review.speakers import corrected, rechecked
from review.terms import taxonomy_of
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, CaseView, Decision, Review, Revision
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
    seconds: float | None = None,
) -> Review:
    """Approve the current revision for publishing.

    ``confirm`` confirms every doubtful or unjudged part in the curator's name, but no refuted one.
    If parts are still held back, approval requires ``leave_out``, because readers will not see
    them. ``seconds`` is how long the case was open.
    """
    view = current(warehouse, case_id, seen)
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}:
        raise InvalidDecision(f"{case_id} is already {view.status}; reopen it to decide again")
    before = view.revision
    study = confirmed(before.study, who) if confirm else before.study
    if (held := held_back(study)) and not leave_out:
        is_cut = any(one.support.reason == WHOLE for one in held)
        raise InvalidDecision(
            f"readers would not see {len(held)} of its parts: {quoted(held)}. "
            f"{f'{WHOLE} ' if is_cut else ''}Edit, drop or confirm them, or approve without them "
            "(--leave-out)"
        )
    if reason := blocked(study, has_prose=view.is_prose):
        raise InvalidDecision(f"it cannot be published. {reason}")
    if study != before.study:
        why = "Confirmed the doubtful parts."
        keep(warehouse, view, Decision.EDIT, who, why, new=edited(before, study, who))
        view = current(warehouse, case_id)
    return keep(warehouse, view, Decision.APPROVE, who, note, seconds=seconds)


def reject(
    warehouse: Warehouse,
    case_id: str,
    reason: str,
    who: str,
    *,
    seen: Seen | None = None,
    seconds: float | None = None,
) -> Review:
    """Reject the case, with a reason for anybody who submits the source again.

    Only an edit of a published case can be rejected; the published revision is then current again.
    """
    if not reason.strip():
        raise InvalidDecision("give a reason for the rejection; it is kept in the history")
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is already rejected; reopen it to decide again")
    if view.published_revision_id == view.revision.revision_id:
        raise InvalidDecision(f"readers see this revision of {case_id}: withdraw the case instead")
    return keep(warehouse, view, Decision.REJECT, who, reason.strip(), seconds=seconds)


def withdraw(
    warehouse: Warehouse, case_id: str, reason: str, who: str, *, seen: Seen | None = None
) -> Review:
    """Remove a published case at the next publication; its page then shows the reason."""
    if not reason.strip():
        raise InvalidDecision(
            "give a reason for the withdrawal; readers see it instead of the case"
        )
    view = current(warehouse, case_id, seen)
    if view.published_revision_id is None or view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is not published: there is nothing to withdraw")
    return keep(warehouse, view, Decision.WITHDRAW, who, reason.strip())


def reopen(
    warehouse: Warehouse,
    case_id: str,
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
) -> Review:
    """Make a decided case a draft again; the published revision stays published."""
    view = current(warehouse, case_id, seen)
    if view.status is CaseStatus.DRAFT:
        raise InvalidDecision(f"{case_id} is a draft: there is nothing to reopen")
    return keep(warehouse, view, Decision.REOPEN, who, note)


def comment(
    warehouse: Warehouse, case_id: str, text: str, who: str, *, part: str | None = None
) -> Review:
    """Comment on the case or on one of its parts."""
    if not text.strip():
        raise InvalidDecision("the comment is empty")
    view = current(warehouse, case_id)
    if part and find_part(view.revision.study, part) is None:
        raise InvalidDecision(f"the case no longer has the part {part}: comment on the case")
    return keep(warehouse, view, Decision.COMMENT, who, text.strip(), part=part)


def resolve(warehouse: Warehouse, case_id: str, comment_id: str, who: str) -> Review:
    """Mark a comment as resolved."""
    view = current(warehouse, case_id)
    if comment_id not in {one.review_id for one in open_comments(view)}:
        raise InvalidDecision("the case has no such open comment; someone may have resolved it")
    return keep(warehouse, view, Decision.RESOLVE, who, None, resolves=comment_id)


def open_comments(view: CaseView) -> list[Review]:
    """Return the unresolved comments, oldest first."""
    resolved = {one.resolves for one in view.reviews}
    comments = (one for one in view.reviews if one.decision is Decision.COMMENT)
    return [one for one in comments if one.review_id not in resolved]


def assign(warehouse: Warehouse, case_id: str, to: str, who: str) -> Review:
    """Assign the case to a person with an account; an empty name unassigns it."""
    name = known_person(warehouse, to.strip(), who) if to.strip() else None
    return keep(warehouse, current(warehouse, case_id), Decision.ASSIGN, who, name)


def edit(
    warehouse: Warehouse,
    case_id: str,
    changes: Sequence[Change],
    who: str,
    *,
    seen: Seen | None = None,
    note: str | None = None,
    judged: bool = False,
) -> Review:
    """Store an edited revision; the case becomes a draft again.

    If ``judged``, the changed parts are stored as being judged, for ``settle``. If others changed
    the case since it was ``seen``, the changes apply to its current state; if they changed the same
    part, EditClash is raised. Imported texts can only be quoted by cases drafted from them.
    """
    view = warehouse.case(case_id)
    changes = rebased(changes, view, seen, who) if seen else changes
    before = view.revision
    earlier = {one.revision_id: one.study for one in view.revisions}
    taxonomy = taxonomy_of(warehouse)
    document = corrected(view.document, changes)
    study = apply_changes(before.study, document, changes, taxonomy, who, earlier=earlier)
    if document.speakers != before.speakers:
        study = rechecked(study, view.document, document)
        note = note or "Corrected who speaks for whom."
    elif study == before.study:
        raise InvalidDecision("the edit changes nothing")
    if not view.is_quotable:
        study = as_imported(study)
    elif judged:
        study = being_judged(study, view)
    new = edited(before, study, who).model_copy(update={"speakers": document.speakers})
    note = note or note_on(changes)
    return keep(warehouse, view, Decision.EDIT, who, note, new=new)


def restore(
    warehouse: Warehouse, case_id: str, revision_id: str, who: str, *, seen: Seen | None = None
) -> Review:
    """Restore an earlier revision; the case becomes a draft again."""
    view = current(warehouse, case_id, seen)
    target = find_revision(view, revision_id)
    if target is None:
        raise InvalidDecision(f"{case_id} has no revision {revision_id}")
    if is_same(target, view.revision):
        raise InvalidDecision("nothing was changed: the case already equals that revision")
    new = edited(target, target.study, who)
    new = new.model_copy(update={"parent_id": view.revision.revision_id})
    why = f"Restored the revision by {target.author} of {day(target.created_at)}."
    return keep(warehouse, view, Decision.EDIT, who, why, new=new)


def undo(warehouse: Warehouse, case_id: str, who: str, *, seen: Seen | None = None) -> Review:
    """Undo the newest edit that was not undone yet."""
    view = current(warehouse, case_id, seen)
    if (before := undoable(view)) is None:
        raise InvalidDecision("there is no edit to undo")
    return restore(warehouse, case_id, before.revision_id, who, seen=seen)


def undoable(view: CaseView) -> Revision | None:
    """Return the revision before the newest edit by a person that was not undone, or None."""
    # After an undo the current revision equals an earlier one: continue from there.
    same: Revision | None = next(one for one in view.revisions if is_same(one, view.revision))
    verdicts = {one.revision_id for one in view.reviews if one.decision is Decision.JUDGE}
    while same and same.revision_id in verdicts:
        same = find_revision(view, same.parent_id)
    return find_revision(view, same.parent_id) if same and same.made_by == "person" else None
