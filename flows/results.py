"""The result of one source, built from what its run made and paid."""

from collections.abc import Sequence
from typing import Any

from flows.run import Run
from schemas.documents import Document
from schemas.failures import Failure
from schemas.generations import Generation
from schemas.results import IngestResult, IngestStatus
from schemas.reviews import Revision
from schemas.triage import Triage


def drafted(run: Run, document: Document, triage: Triage, draft: Revision) -> IngestResult:
    """Return the result of a source that has a draft."""
    study = draft.study
    year = study.fact("year").value
    return IngestResult(
        **_common(run),
        status=IngestStatus.DRAFT,
        case_id=draft.case_id,
        revision_id=draft.revision_id,
        document_id=document.document_id,
        kind=document.kind,
        title=study.title or document.title,
        company=study.company,
        year=int(year) if year and year.isdigit() else None,
        verdict=triage.verdict.value,
        reason=triage.reason,
        statements=study.counts(),
        support=study.support_counts(),
        strategy=draft.recipe.strategy if draft.recipe else None,
        strategy_reason=draft.strategy_reason,
        unread=draft.unread,
        unjudged=str(run.unjudged) if run.unjudged else None,
        model=draft.author,
    )


def refused(run: Run, document: Document, triage: Triage) -> IngestResult:
    """Return the result of a source that is not a case study."""
    return IngestResult(
        **_common(run),
        status=IngestStatus.NOT_A_CASE_STUDY,
        document_id=document.document_id,
        kind=document.kind,
        title=document.title,
        year=document.published.year if document.published else None,
        verdict=triage.verdict.value,
        reason=triage.reason,
        model=triage.model,
    )


def failed(run: Run, failure: Failure) -> IngestResult:
    """Return the result of a source that a stage failed on."""
    return IngestResult(**_common(run), status=IngestStatus.FAILED, failure=failure)


def _common(run: Run) -> dict[str, Any]:
    return {
        "source": run.label,
        "source_id": run.source_id,
        "same_as": run.same_as,
        "near_copies": tuple(run.near_copies),
        "llm_calls": sum(generation.attempts for generation in run.paid),
        "tokens": sum(g.usage.prompt_tokens + g.usage.completion_tokens for g in run.paid),
        "cost_usd": total_cost(run.paid),
        "seconds": dict(run.seconds),
    }


def total_cost(generations: Sequence[Generation]) -> float | None:
    """Return the sum in US dollars, None where one price is unknown."""
    costs = [generation.usage.cost_usd for generation in generations]
    return None if None in costs else sum(cost for cost in costs if cost is not None)
