"""The history of a case: events with their changes, dropped statements and open comments."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from review.decisions import open_comments
from review.diff import Diff
from review.parts import part_id
from review.revisions import find_revision
from review.side_by_side import FieldDiff, side_by_side
from schemas.cases import CaseStudy, Section, Statement
from schemas.errors import UnknownId
from schemas.reviews import CaseView, Decision, Review, Revision

_DONE: Mapping[Decision, str] = {
    Decision.APPROVE: "approved",
    Decision.REJECT: "rejected",
    Decision.EDIT: "edited",
    Decision.REOPEN: "reopened",
    Decision.WITHDRAW: "withdrew the case from the site",
    Decision.COMMENT: "commented",
    Decision.RESOLVE: "resolved a comment",
    Decision.ADOPT_DRAFT: "adopted a newer draft",
    Decision.REFUSE_DRAFT: "rejected a newer draft",
    Decision.JUDGE: "judged the text",
}


@dataclass(frozen=True)
class Event:
    """One line of the history, with the ``revision`` that it made and its ``changes``."""

    at: datetime
    who: str
    what: str
    why: str | None = None
    revision: Revision | None = None
    changes: Sequence[FieldDiff] = ()


def history(view: CaseView) -> list[Event]:
    """Return the history of the case, newest first."""
    revisions = {revision.revision_id: revision for revision in view.revisions}
    judged = {one.revision_id for one in view.reviews if one.decision is Decision.JUDGE}
    drafts = [
        Event(one.created_at, one.author, f"drafted ({one.recipe.strategy})", one.making, one)
        for one in view.revisions
        if one.recipe and one.made_by == "model" and one.revision_id not in judged
    ]
    decisions = [_event(review, revisions) for review in view.reviews]
    return sorted([*drafts, *decisions], key=lambda event: event.at, reverse=True)


def changed_history(view: CaseView) -> list[Event]:
    """Return the history with the text changes of each edit."""

    def changed(event: Event) -> Event:
        revision = event.revision
        before = find_revision(view, revision.parent_id) if revision else None
        if before is None or revision is None:
            return event
        return replace(event, changes=_differences(view, before, revision))

    return [changed(event) for event in history(view)]


def between(view: CaseView, old_id: str, new_id: str) -> tuple[Revision, Revision, list[FieldDiff]]:
    """Return two revisions of a case and their differences, or raise UnknownId."""
    old, new = find_revision(view, old_id), find_revision(view, new_id)
    if old is None or new is None:
        raise UnknownId("The case has no such revision: choose two from its history.")
    return old, new, _differences(view, old, new)


def _differences(view: CaseView, old: Revision, new: Revision) -> list[FieldDiff]:
    return side_by_side(old.study, new.study, view.document, view.document)


def dropped(view: CaseView) -> list[tuple[str, Statement]]:
    """Return dropped statements that were not restored, each with a revision that has it."""
    held = _texts(view.revision.study)
    found: dict[tuple[Section, str], tuple[str, Statement]] = {}
    for revision in view.revisions:
        before = find_revision(view, revision.parent_id)
        if before is None or revision.made_by != "person":
            continue
        had, kept = _texts(before.study), _texts(revision.study)
        if kept.total() < had.total():
            texts = [one.text for one in revision.study.statements]  # a merged one is in another
            gone = {
                one
                for one in had
                if had[one] > max(kept[one], held[one])
                and not any(one[1] in text != one[1] for text in texts)
            }
            parts = ((_place(one), one) for one in before.study.statements)
            found |= {place: (before.revision_id, one) for place, one in parts if place in gone}
    return list(found.values())


def _place(one: Statement) -> tuple[Section, str]:
    return one.section, one.text


def _texts(study: CaseStudy) -> Counter[tuple[Section, str]]:
    """Count the texts by section, because sections can share texts."""
    return Counter(map(_place, study.statements))


def comments_by_part(view: CaseView) -> dict[str, list[Review]]:
    """Return the open comments by the current id of their part; "" for the case as a whole."""
    found: dict[str, list[Review]] = defaultdict(list)
    for one in open_comments(view):
        revision, part = find_revision(view, one.revision_id), one.part or ""
        if part and revision and revision is not view.revision:
            now = Diff(revision.study, view.revision.study).counterpart(part)
            part = part_id(now) if now else ""
        found[part].append(one)
    return found


def _event(review: Review, revisions: Mapping[str, Revision]) -> Event:
    if review.decision is Decision.ASSIGN:
        what = f"assigned it to {review.reason}" if review.reason else "unassigned it"
        return Event(review.at, review.who, what)
    made = {Decision.EDIT, Decision.ADOPT_DRAFT, Decision.JUDGE}
    revision = revisions.get(review.revision_id) if review.decision in made else None
    return Event(review.at, review.who, _DONE[review.decision], review.reason, revision)
