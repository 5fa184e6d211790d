"""What became of one submitted source: the interface that scripts read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from casebook.pipeline.ingestion.run import Run
from casebook.schemas.copies import Twin
from casebook.schemas.documents import Document
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import Revision, Unread
from casebook.schemas.sources import AliasReason, SourceKind
from casebook.schemas.triage import Triage
from casebook.summarizer.models.asking import total_usage


class Status(StrEnum):
    """Where a submitted source ended."""

    DRAFT = "draft"
    NOT_A_CASE_STUDY = "not_a_case_study"
    FAILED = "failed"


class SamePage(Frozen):
    """The address that the submitted one leads to, and how that showed."""

    url: str
    reason: AliasReason


class Outcome(Frozen):
    """One object a source, as ``casebook submit --json`` prints it.

    ``tokens`` and ``cost_usd`` count what this run paid, not what it found; ``cost_usd`` is None
    where a price is not known. ``same_as`` is there where the address turned out to be of another
    source, which ``source_id`` then names; ``near_copies`` are other sources with much of the same
    text, None where nobody asked for their names, as in a batch. ``unjudged`` tells why the judge
    did not judge the draft, which is a failure of its own. ``error_exit`` is the exit code that the
    failure asks for.
    """

    source: str
    source_id: str
    case_id: str | None = None
    revision_id: str | None = None
    document_id: str | None = None
    status: Status
    kind: SourceKind | None = None
    title: str | None = None
    company: str | None = None
    year: int | None = None
    verdict: str | None = None
    reason: str | None = None
    same_as: SamePage | None = None
    near_copies: Sequence[Twin] | None = ()
    statements: Mapping[str, int] = {}
    support: Mapping[str, int] = {}
    strategy: str | None = None
    strategy_reason: str | None = None
    unread: Sequence[Unread] = ()
    unjudged: str | None = None
    model: str | None = None
    llm_calls: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    seconds: Mapping[str, float] = {}
    failure: Failure | None = None
    error_exit: int = 0

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the outcome that another process told, its exit code included."""
        data = dict(told)
        if failure := data.get("failure"):
            data["failure"] = {**failure, "source_id": data["source_id"], "at": datetime.now(UTC)}
        return cls.model_validate(data)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object; the failure is told by its stage, kind and message."""
        data = self.model_dump(mode="json", exclude={"error_exit"})
        if self.failure is not None:
            wanted = {"failure_id", "stage", "kind", "transient", "message"}
            data["failure"] = self.failure.model_dump(mode="json", include=wanted)
        return data


def _spent(run: Run) -> dict[str, Any]:
    usage = total_usage([g.usage for g in run.paid] + [w.usage for w in run.wasted])
    calls = sum(g.attempts for g in run.paid) + sum(w.attempts for w in run.wasted)
    return {
        "source": run.label,
        "source_id": run.source_id,
        "same_as": SamePage(url=run.alias.url, reason=run.alias.reason) if run.alias else None,
        "near_copies": run.twins if run.name_copies else None,
        "llm_calls": calls,
        "tokens": usage.prompt_tokens + usage.completion_tokens,
        "cost_usd": usage.cost_usd,
        "seconds": dict(run.seconds),
    }


def drafted(run: Run, document: Document, triage: Triage, draft: Revision) -> Outcome:
    """Return the outcome of a source that has a draft."""
    study = draft.case_study
    year = study.year.value
    return Outcome(
        **_spent(run),
        status=Status.DRAFT,
        case_id=draft.case_id,
        revision_id=draft.revision_id,
        document_id=document.document_id,
        kind=document.kind,
        title=study.title.value,
        company=study.company.value,
        year=int(year) if year and year.isdigit() else None,
        verdict=triage.verdict.value,
        reason=triage.reason,
        statements=study.counts(),
        support=study.support_counts(),
        strategy=draft.strategy,
        strategy_reason=draft.strategy_reason,
        unread=draft.unread,
        unjudged=run.unjudged.message if run.unjudged else None,
        model=draft.author,
    )


def refused(run: Run, document: Document, triage: Triage) -> Outcome:
    """Return the outcome of a source that is no case study."""
    return Outcome(
        **_spent(run),
        status=Status.NOT_A_CASE_STUDY,
        document_id=document.document_id,
        kind=document.kind,
        title=document.title,
        year=document.published.year if document.published else None,
        verdict=triage.verdict.value,
        reason=triage.reason,
        model=triage.model,
    )


def failed(run: Run, failure: Failure, kind: SourceKind | None, exit_code: int) -> Outcome:
    """Return the outcome of a source that could not be worked."""
    return Outcome(
        **_spent(run), status=Status.FAILED, kind=kind, failure=failure, error_exit=exit_code
    )
