"""Decisions as forms and scripts send them: one request class per decision.

Apart from ``expected_…``, the fields are arguments of the function in ``review.decisions`` that has
the name of the decision.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from review import decisions
from review.changes import CHANGES, Change, MeasurePart
from review.revisions import Seen
from schemas.errors import InvalidDecision
from schemas.frozen import Frozen
from schemas.reviews import CaseStatus, Review
from warehouse import Warehouse

_ATTEMPTS = 4


class _Request(Frozen):
    expected_revision: str | None = None
    expected_status: CaseStatus | None = None


class Approve(_Request):
    """Approve the case; ``confirm`` or ``leave_out`` its doubtful parts."""

    decision: Literal["approve"] = "approve"
    note: str | None = None
    confirm: bool = False
    leave_out: bool = False


class Reject(_Request):
    """Reject the case, or an edit of a published case, with a reason for the history."""

    decision: Literal["reject"] = "reject"
    reason: str = ""


class Reopen(_Request):
    """Make a decided case a draft again."""

    decision: Literal["reopen"] = "reopen"
    note: str | None = None


class Withdraw(_Request):
    """Take a published case off the site; readers see the reason."""

    decision: Literal["withdraw"] = "withdraw"
    reason: str = ""


class Comment(_Request):
    """Comment on the case, or on one ``part`` such as ``s-3``."""

    decision: Literal["comment"] = "comment"
    text: str = ""
    part: str | None = None


class Resolve(_Request):
    """Mark a comment as resolved, by its ``review_id``."""

    decision: Literal["resolve"] = "resolve"
    comment_id: str = ""


class Assign(_Request):
    """Assign the case to a person; an empty name unassigns it."""

    decision: Literal["assign"] = "assign"
    to: str = ""


class Edit(_Request):
    """Change facts, statements and tags."""

    decision: Literal["edit"] = "edit"
    changes: tuple[Change, ...] = ()
    note: str | None = None


class Undo(_Request):
    """Undo the last edit."""

    decision: Literal["undo"] = "undo"


class Restore(_Request):
    """Restore an earlier revision."""

    decision: Literal["restore"] = "restore"
    revision_id: str = ""


AnyRequest = (
    Approve | Reject | Reopen | Withdraw | Comment | Resolve | Assign | Edit | Undo | Restore
)

_KINDS = {kind.model_fields["decision"].default: kind for kind in get_args(AnyRequest)}
_FORMER: Mapping[str, tuple[str, ...]] = {
    "reason": ("note", "text", "to"),
    "about": ("part", "comment_id", "revision_id"),
    **dict.fromkeys(("confirm", "leave_out", "changes"), ()),
}
"""Former field names of decisions, with the current ones; scripts can still use them."""


def _renamed(given: Any) -> Any:
    """Return a request with the fields of its decision, without the empty ones."""
    kind = _KINDS.get(str(given.get("decision"))) if isinstance(given, Mapping) else None
    if kind is None:
        return given
    fields = {}
    for name, value in given.items():
        known = [one for one in (name, *_FORMER.get(name, ())) if one in kind.model_fields]
        if value != "" and (known or name not in _FORMER):
            fields[known[0] if known else name] = value
    return fields


DecisionRequest = Annotated[
    Annotated[AnyRequest, Field(discriminator="decision")], BeforeValidator(_renamed)
]

NUMBERS = frozenset({"rests_on", "quotes", "rest_quotes"})
"""Fields of changes with several numbers, in forms one box for each."""

_REQUESTS: TypeAdapter[AnyRequest] = TypeAdapter(DecisionRequest)
_FIELDS = {*_FORMER, *(name for kind in _KINDS.values() for name in kind.model_fields)}


def request_of(form: Mapping[str, str]) -> AnyRequest:
    """Parse a form with at most one change; raise InvalidDecision if it is incomplete."""
    # An edit's own text and part are fields of its change.
    names = _FIELDS - ({"text", "part", "revision_id"} if "action" in form else set())
    given: dict[str, Any] = {name: value for name, value in form.items() if name in names}
    if "action" in form:
        given["changes"] = [_change(form)]
    try:
        return _REQUESTS.validate_python(given)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][-1]) for one in error.errors() if one["loc"])
        message = f"nothing was changed: the form has a missing or invalid field ({wrong})"
        raise InvalidDecision(message) from error


def decide(
    warehouse: Warehouse,
    case_id: str,
    wanted: AnyRequest,
    who: str,
    *,
    judged: bool = False,
    seconds: float | None = None,
) -> Review:
    """Carry out a decision on a case that was open for ``seconds``.

    If ``judged``, edited parts are stored as being judged. The errors are those of
    ``review.decisions``.
    """
    names = type(wanted).model_fields.keys() - _Request.model_fields.keys() - {"decision"}
    arguments = {name: getattr(wanted, name) for name in names}
    if not isinstance(wanted, Comment | Resolve | Assign):
        arguments["seen"] = _seen(warehouse, case_id, wanted)
    if isinstance(wanted, Approve | Reject):
        arguments["seconds"] = seconds
    if isinstance(wanted, Edit):
        arguments["judged"] = judged
    act = getattr(decisions, wanted.decision)
    review: Review
    for left in reversed(range(_ATTEMPTS if isinstance(wanted, Edit) else 1)):
        try:
            review = act(warehouse, case_id, who=who, **arguments)
        except InvalidDecision as error:
            # An edit applies to any state: somebody else or the judge stored one just now.
            if not left or error.kind != "case_changed":
                raise
        else:
            break
    return review


def _seen(warehouse: Warehouse, case_id: str, wanted: AnyRequest) -> Seen:
    """Return the expected revision and status, by default the current ones."""
    revision, status = wanted.expected_revision, wanted.expected_status
    if revision is None or status is None:
        view = warehouse.case_without_company(case_id)
        revision, status = revision or view.revision.revision_id, status or view.status
    return revision, status


def _change(form: Mapping[str, str]) -> dict[str, object]:
    """Return the change that a form describes; empty fields count as missing."""
    kind = CHANGES.get(form["action"])
    fields = kind.model_fields if kind else {}
    change: dict[str, object] = {name: form[name] for name in fields if form.get(name)}
    if form["action"] == "set_measure":
        change["parts"] = {name: form[name] for name in get_args(MeasurePart) if name in form}
    change |= {name: form[name].split() for name in NUMBERS if name in form}
    return {"action": form["action"], **change}
