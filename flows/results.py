"""The result of one source, built from what its run made and paid."""

from typing import Any

from flows.run import Run
from schemas.results import IngestResult, IngestStatus
from schemas.reviews import Revision, Triage
from schemas.sources import Document


def drafted(run: Run, document: Document, triage: Triage, draft: Revision) -> IngestResult:
    """Return the result of a source that has a draft."""
    study, year = draft.study, draft.study.fact("year").value
    fields = {
        "case_id": draft.case_id,
        "revision_id": draft.revision_id,
        "title": study.fact("title").value or document.title,
        "company": study.fact("company").value,
        "year": int(year) if year and year.isdigit() else None,
        "statements": study.counts(),
        "support": study.support_counts(),
        "strategy": draft.recipe.strategy if draft.recipe else None,
        "strategy_reason": draft.strategy_reason,
        "unread": draft.unread,
        "unjudged": str(run.unjudged) if run.unjudged else None,
        "model": draft.author,
    }
    return result(run, IngestStatus.DRAFT, **_triaged(document, triage) | fields)


def refused(run: Run, document: Document, triage: Triage) -> IngestResult:
    """Return the result of a source that is not a case study."""
    return result(run, IngestStatus.NOT_A_CASE_STUDY, **_triaged(document, triage))


def result(run: Run, status: IngestStatus, **fields: Any) -> IngestResult:
    """Return a result with what the run found and paid; ``fields`` are those of its end."""
    costs = [generation.usage.cost_usd for generation in run.paid]
    return IngestResult(
        source=run.label,
        source_id=run.source_id,
        same_as=run.same_as,
        near_copies=tuple(run.near_copies),
        status=status,
        llm_calls=sum(generation.attempts for generation in run.paid),
        tokens=sum(g.usage.prompt_tokens + g.usage.completion_tokens for g in run.paid),
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
        seconds=dict(run.seconds),
        **fields,
    )


def _triaged(document: Document, triage: Triage) -> dict[str, Any]:
    year = document.published.year if document.published else None
    read = {"document_id": document.document_id, "kind": document.kind}
    judged = {"verdict": triage.verdict.value, "reason": triage.reason, "model": triage.model}
    return {**read, **judged, "title": document.title, "year": year}
