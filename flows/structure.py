"""Drafts of imported texts, which another database published about a source."""

from asyncio import to_thread
from collections.abc import Collection
from datetime import UTC, datetime

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from flows.ingest import draft_document
from flows.rerun import results
from schemas.errors import CasebookError, ConfigurationError, InvalidDecision
from schemas.results import Failure, IngestResult, IngestStatus
from services.run import Run, ended


@flow(name="structure", persist_result=False)
async def structure(
    case_ids: list[str] | None = None,
    limit: int | None = None,
    budget_usd: float | None = None,
    batch_api: bool = False,
) -> list[IngestResult]:
    """Draft the texts of these imported cases, by default of all without such a draft."""
    settings = Settings.load(**({} if budget_usd is None else {"budget_run": budget_usd}))
    async with Resources(settings, patience=settings.patience, in_orders=batch_api) as resources:
        chosen = await unstructured(resources, case_ids or (), limit)
        return [one async for one in results(chosen, resources, draft_text)]


async def unstructured(
    resources: Resources, case_ids: Collection[str] = (), limit: int | None = None
) -> list[str]:
    """Return the first ``limit`` of these cases, by default of all without a draft of their text.

    Raises:
        ConfigurationError: if the model cannot write statements.
    """
    if not resources.usual_plan(0).triage_by_model:
        raise ConfigurationError(
            f"{resources.profile.model} cannot write statements, so imported texts stay as they "
            "are; set CASEBOOK_LLM_BASE_URL and CASEBOOK_LLM_MODEL"
        )
    found = case_ids or await to_thread(resources.warehouse.ids, "unstructured_imports")
    return [*found][:limit]


async def draft_text(case_id: str, resources: Resources) -> IngestResult:
    """Draft the imported text of a case; the draft waits beside the text.

    A failure is returned, not stored: the model's answers are, so the next run continues.
    """
    view = await to_thread(resources.warehouse.case, case_id)
    prose = (one for one in reversed(view.revisions) if one.basis and not one.study.statements)
    text = next(prose, None)
    run = Run(view.source.reference, resources, force=True, case_id=case_id, imported=text)
    run.source_id = view.source.source_id
    try:
        if not (view.document.is_prose and (view.newer or view.revision).basis):
            raise InvalidDecision(f"{case_id} is not based on an imported text alone")
        return await draft_document(run, view.document)
    except CasebookError as error:
        failure = Failure.of(error, run.source_id, run.stage, datetime.now(UTC))
        return ended(run, IngestStatus.FAILED, failure).model_copy(update={"case_id": case_id})
