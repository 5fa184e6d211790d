"""A decision as forms and scripts send it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from pydantic import ValidationError

from review import decisions
from review.changes import CHANGES, Change, MeasurePart
from review.revisions import Seen
from schemas.errors import InvalidDecision
from schemas.frozen import Frozen
from schemas.reviews import CaseStatus, Review
from warehouse import Warehouse


class DecisionRequest(Frozen):
    """What a curator wants; ``reason`` is also the text of a comment and the name of an assignee.

    Readers see that of a withdrawal. ``expected_…`` say what the curator was looking at.
    ``confirm`` and ``leave_out`` are those of an approval, ``changes`` those of an edit. ``about``
    is the part that a comment is about, the comment to resolve, or the revision to restore.
    """

    decision: Literal[
        "approve", "reject", "reopen", "withdraw", "comment", "resolve", "assign", "edit", "undo",
        "restore",
    ]  # fmt: skip
    reason: str | None = None
    about: str | None = None
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
    *,
    seconds: float | None = None,
) -> Review:
    """Carry out a decision; the errors are those of ``review.decisions``.

    The case was open for ``seconds`` before.
    """
    reason, about = wanted.reason or "", wanted.about or ""
    seen = _seen(warehouse, case_id, wanted)
    note = reason or None
    calls: dict[str, tuple[Callable[..., Review], dict[str, Any]]] = {
        "approve": (
            decisions.approve,
            {
                "seen": seen,
                "note": note,
                "confirm": wanted.confirm,
                "leave_out": wanted.leave_out,
                "seconds": seconds,
            },
        ),
        "reject": (decisions.reject, {"seen": seen, "reason": reason, "seconds": seconds}),
        "withdraw": (decisions.withdraw, {"seen": seen, "reason": reason}),
        "reopen": (decisions.reopen, {"seen": seen, "note": note}),
        "comment": (decisions.comment, {"text": reason, "part": about or None}),
        "resolve": (decisions.resolve, {"comment_id": about}),
        "assign": (decisions.assign, {"to": reason}),
        "undo": (decisions.undo, {"seen": seen}),
        "restore": (decisions.restore, {"seen": seen, "revision_id": about}),
        "edit": (
            decisions.edit,
            {"seen": seen, "note": note, "changes": wanted.changes, "judge": judge},
        ),
    }
    call, fields = calls[wanted.decision]
    return call(warehouse, case_id, who=who, **fields)


def _seen(warehouse: Warehouse, case_id: str, wanted: DecisionRequest) -> Seen | None:
    """Return what the curator was looking at, None where only the case matters."""
    if wanted.decision in {"comment", "resolve", "assign"}:
        return None
    revision, status = wanted.expected_revision, wanted.expected_status
    if revision is None or status is None:
        view = warehouse.case(case_id)
        revision, status = revision or view.revision.revision_id, status or view.status
    return revision, status


def _change(form: Mapping[str, str]) -> dict[str, object]:
    """Return the change of a form; an empty field is one that is not given."""
    kind = CHANGES.get(form["action"])
    fields = kind.model_fields if kind else {}
    change: dict[str, object] = {name: form[name] for name in fields if form.get(name)}
    if form["action"] == "set_measure":
        change["parts"] = {name: form[name] for name in get_args(MeasurePart) if name in form}
    if "rests_on" in form:
        change["rests_on"] = form["rests_on"].split()
    return {"action": form["action"], **change}
