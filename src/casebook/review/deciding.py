"""A decision as the desk's forms and the API send it, and its way into the pipeline."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from casebook.pipeline.curation import decisions
from casebook.pipeline.curation.editing import Edit
from casebook.runtime.services import Services
from casebook.schemas.cases import MEASURES
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import CaseStatus, Review

_EDIT_FIELDS = ("action", "field", "index", "value", "text", "quote", "slug")


class DecisionRequest(Frozen):
    """What a curator wants. ``expected_…`` say what they were looking at when they decided."""

    decision: Literal["approve", "reject", "reopen", "comment", "edit"]
    reason: str | None = None
    leave_out_unsupported: bool = False
    edits: Sequence[Edit] = ()
    expected_revision: str | None = None
    expected_status: CaseStatus | None = None

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> "DecisionRequest":
        """Read a form, which makes one edit at most.

        Raises:
            InvalidDecision: if the form is not one of ours.
        """
        # A field left empty means that nothing was said; for a fact's value that it has none.
        edit: dict[str, object] = {name: form[name] for name in _EDIT_FIELDS if form.get(name)}
        if form.get("action") == "set_fact":
            edit["value"] = form.get("value", "")
        if form.get("action") == "set_measures":
            measures = {name: form[name] for name in MEASURES if name in form}
            edit = {"action": "set_measures", "index": form.get("index"), "measures": measures}
        given = {name: form[name] for name in cls.model_fields if form.get(name)}
        try:
            return cls.model_validate({**given, "edits": [edit] if "action" in edit else []})
        except ValidationError as error:
            wrong = ", ".join(str(e["loc"][-1]) for e in error.errors() if e["loc"])
            raise InvalidDecision(f"nothing was changed: the form lacks {wrong}") from error


async def decide(case_id: str, wanted: DecisionRequest, services: Services) -> Review:
    """Carry out a decision in the curator's name.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if the case changed since the curator saw it, or forbids the step.
    """
    await _check_unchanged(case_id, wanted, services)
    who, reason, expected = services.settings.curator, wanted.reason, wanted.expected_revision
    match wanted.decision:
        case "approve":
            return await decisions.approve(
                case_id,
                services,
                who=who,
                reason=reason,
                leave_out_unsupported=wanted.leave_out_unsupported,
                expected_revision=expected,
            )
        case "reject":
            if not (reason or "").strip():
                raise InvalidDecision("say why it is rejected: whoever submits it again will ask")
            return await decisions.reject(
                case_id, services, who=who, reason=reason or "", expected_revision=expected
            )
        case "reopen":
            return await decisions.reopen(case_id, services, who=who, reason=reason)
        case "comment":
            return await decisions.comment(case_id, services, who=who, text=reason or "")
        case "edit":
            return await decisions.edit(
                case_id,
                services,
                wanted.edits,
                who=who,
                reason=reason,
                expected_revision=expected,
            )


async def _check_unchanged(case_id: str, wanted: DecisionRequest, services: Services) -> None:
    """Refuse what was decided looking at an older state. A comment overwrites nothing."""
    if wanted.decision == "comment" or not (wanted.expected_revision or wanted.expected_status):
        return
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    revised = wanted.expected_revision not in {None, view.revision.revision_id}
    if revised or wanted.expected_status not in {None, view.status}:
        last = view.reviews[-1].who if view.reviews else view.revision.author
        raise InvalidDecision(
            f"nothing was changed: {last} changed this case meanwhile; reload it and decide again"
        )
