"""A decision as forms and scripts send it."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import ValidationError

from review import decisions
from review.changes import CHANGES, Change, MeasurePart
from schemas.errors import InvalidDecision
from schemas.frozen import Frozen
from schemas.reviews import CaseStatus, Review
from warehouse import Warehouse


class DecisionRequest(Frozen):
    """What a curator wants; ``reason`` is also the text of a comment and the name of an assignee.

    ``expected_…`` say what the curator was looking at. ``confirm`` and ``leave_out`` are those of
    an approval, ``changes`` those of an edit.
    """

    decision: Literal["approve", "reject", "reopen", "comment", "assign", "edit"]
    reason: str | None = None
    confirm: bool = False
    leave_out: bool = False
    changes: tuple[Change, ...] = ()
    expected_revision: str | None = None
    expected_status: CaseStatus | None = None

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> "DecisionRequest":
        """Read a form, which makes one change at most; InvalidDecision if it is not the desk's."""
        given: dict[str, Any] = {name: form[name] for name in cls.model_fields if form.get(name)}
        given["changes"] = [_change(form)] if "action" in form else []
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = ", ".join(str(e["loc"][-1]) for e in error.errors() if e["loc"])
            raise InvalidDecision(f"nothing was changed: the form lacks {wrong}") from error


def decide(
    warehouse: Warehouse,
    case_id: str,
    wanted: DecisionRequest,
    who: str,
    judge: decisions.Judge | None = None,
) -> Review:
    """Carry out a decision; the errors are those of ``review.decisions``."""
    reason, revision, status = wanted.reason or "", wanted.expected_revision, wanted.expected_status
    if revision is None or status is None:
        view = warehouse.case(case_id)
        revision, status = revision or view.revision.revision_id, status or view.status
    seen = revision, status
    here: dict[str, Any] = {"warehouse": warehouse, "case_id": case_id, "who": who}
    match wanted.decision:
        case "approve":
            confirm, leave_out = wanted.confirm, wanted.leave_out
            return decisions.approve(
                **here, seen=seen, note=reason or None, confirm=confirm, leave_out=leave_out
            )
        case "reject":
            return decisions.reject(**here, reason=reason, seen=seen)
        case "reopen":
            return decisions.reopen(**here, seen=seen, note=reason or None)
        case "comment":
            return decisions.comment(**here, text=reason)
        case "assign":
            return decisions.assign(**here, to=reason)
        case "edit":
            here |= {"changes": wanted.changes, "judge": judge}
            return decisions.edit(**here, seen=seen, note=reason or None)


def _change(form: Mapping[str, str]) -> dict[str, object]:
    """Return the change of a form; an empty field is one that is not given."""
    kind = CHANGES.get(form["action"])
    fields = kind.model_fields if kind else {}
    change: dict[str, object] = {name: form[name] for name in fields if form.get(name)}
    if form["action"] == "set_measure":
        change["parts"] = {name: form[name] for name in get_args(MeasurePart) if name in form}
    return {"action": form["action"], **change}
