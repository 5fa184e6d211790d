"""Changes to a case that someone else changed since it was seen."""

from collections.abc import Sequence
from typing import Any

from review import changes as to
from review.comparison import Part, differs, partner, text_of
from review.doubts import part_id, parts_of
from review.revisions import Seen
from schemas.cases import CaseStudy, Statement
from schemas.errors import EditClash, InvalidDecision
from schemas.reviews import CaseView


def merged(changes: Sequence[to.Change], view: CaseView, seen: Seen) -> Sequence[to.Change]:
    """Return ``changes`` to the revision that was ``seen`` as changes to the current one.

    InvalidDecision is raised where the case was decided or the part is gone, EditClash where the
    part has other words now.
    """
    revision_id, status = seen
    if seen == (view.revision.revision_id, view.status):
        return changes
    base = next((one for one in view.revisions if one.revision_id == revision_id), None)
    last = view.reviews[-1].who if view.reviews else view.revision.author
    if base is None or status != view.status:
        raise InvalidDecision(
            f"nothing was changed: {last} changed this case in the meantime; "
            "reload it and decide again"
        )
    return [_moved(change, base.study, view.revision.study, last) for change in changes]


def _moved(change: to.Change, before: CaseStudy, after: CaseStudy, last: str) -> to.Change:
    part = to.part_of(change)
    old = next((one for one in parts_of(before) if part_id(one) == part), None)
    if part is None or old is None:
        return change
    new = partner(part, before, after)
    if new is None and len(before.statements) == len(after.statements):  # reworded from the ground
        new = next((one for one in after.statements if part_id(one) == part), None)
    if new is None:
        raise InvalidDecision(
            f"nothing was changed: {last} dropped “{text_of(old)[:80]}” in the meantime"
        )
    if differs((old, new)):
        why = f"{last} changed this part in the meantime"
        if not isinstance(change, to.SetStatement | to.SetFact):
            raise InvalidDecision(f"nothing was changed: {why}; look at it again")
        raise EditClash(why, part=part_id(new), theirs=text_of(new))
    field: dict[str, Any] = {"n": _number(new)} if hasattr(change, "n") else {"part": part_id(new)}
    if (
        isinstance(change, to.SetStatement)
        and isinstance(old, Statement)
        and change.rests_on is not None
    ):
        is_same = {*change.rests_on} == {*old.rests_on}  # a form sends it in any case
        now = (partner(f"s-{n}", before, after) for n in change.rests_on)
        field["rests_on"] = None if is_same else tuple(_number(one) for one in now if one)
    return change if isinstance(change, to.SetFact) else change.model_copy(update=field)


def _number(part: Part) -> int:
    return int(part_id(part)[2:])
