"""Changes to a case that someone else has changed since it was opened."""

from collections.abc import Sequence
from typing import Any

from review import changes as to
from review.diff import Diff, Pair
from review.parts import find_part, part_id, text_of
from review.revisions import Seen, find_revision, last_author, outdated, state_of
from schemas.cases import Part, Statement
from schemas.errors import EditClash, InvalidDecision
from schemas.reviews import CaseView


def rebased(
    changes: Sequence[to.Change], view: CaseView, seen: Seen, who: str
) -> Sequence[to.Change]:
    """Return the changes by ``who`` to the revision that was ``seen``, for the current one.

    Raises:
        InvalidDecision: if the case was decided, or the part is gone.
        EditClash: if the part has another text now.
    """
    if seen == state_of(view):
        return changes
    base = find_revision(view, seen[0])
    if base is None or seen[1] != view.status:
        raise outdated(view)
    is_outdated = base.speakers != view.revision.speakers
    if is_outdated and any(isinstance(one, to.SetSpeakers) for one in changes):
        raise outdated(view)
    diff = Diff(base.study, view.revision.study)
    others = (review.who for review in reversed(view.reviews) if review.who != who)
    last = next(others, last_author(view))
    return [_rebased(change, diff, last) for change in changes]


def _rebased(change: to.Change, diff: Diff, last: str) -> to.Change:
    part = to.part_of(change)
    old = find_part(diff.before, part)
    if part is None or old is None:
        return change
    new = diff.counterpart(part)
    if new is None and len(diff.before.statements) == len(diff.after.statements):
        new = find_part(diff.after, part)  # rewritten completely
    if new is None:
        raise InvalidDecision(
            f"nothing was changed: {last} dropped “{text_of(old)[:80]}” in the meantime"
        )
    if isinstance(change, to.Move):
        return _moved(change, old, new, last)
    if isinstance(change, to.Merge):
        change = change.model_copy(update={"other": _other(change, diff, last)})
    pair = Pair(old, new)
    # Only a confirmation is about the judge's verdict.
    if pair.differs if isinstance(change, to.Confirm) else pair.is_edited:
        why = f"{last} changed this part in the meantime"
        if not isinstance(change, to.SetStatement | to.SetFact):
            raise InvalidDecision(f"nothing was changed: {why}; look at it again")
        raise EditClash(why, part=part_id(new), theirs=text_of(new))
    if isinstance(change, to.SetFact):
        return change
    field: dict[str, Any] = {"n": _number(new)} if hasattr(change, "n") else {"part": part_id(new)}
    if (
        isinstance(change, to.SetStatement)
        and isinstance(old, Statement)
        and change.rests_on is not None
    ):
        is_same = {*change.rests_on} == {*old.rests_on}  # forms always send it
        now = (diff.counterpart(f"s-{n}") for n in change.rests_on)
        field["rests_on"] = None if is_same else tuple(_number(one) for one in now if one)
    return change.model_copy(update=field)


def _moved(change: to.Move, old: Part, new: Part, last: str) -> to.Move:
    """Return a move of a statement, which may have another text now, but must be where it was."""
    if isinstance(old, Statement) and isinstance(new, Statement) and old.section != new.section:
        raise InvalidDecision(
            f"nothing was changed: {last} moved it to “{new.section.heading}” in the meantime"
        )
    return change.model_copy(update={"part": part_id(new)})


def _other(change: to.Merge, diff: Diff, last: str) -> int:
    """Return the current number of the other statement of a merge."""
    old = find_part(diff.before, f"s-{change.other}")
    new = diff.counterpart(f"s-{change.other}")
    if old is None or new is None or Pair(old, new).is_edited:
        raise InvalidDecision(
            f"nothing was changed: {last} changed the other statement in the meantime"
        )
    return _number(new)


def _number(part: Part) -> int:
    return int(part_id(part)[2:])
