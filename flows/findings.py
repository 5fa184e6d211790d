"""Findings of the cases that readers see, as one stage over all of them."""

from asyncio import to_thread
from datetime import UTC, datetime

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from flows.engine import step
from flows.rerun import results
from schemas.errors import CasebookError
from schemas.findings import FindingSet, FindingsResult
from schemas.results import Failure
from schemas.reviews import CaseView
from services.findings import make_findings, recipe_of, without_findings
from services.run import Run


@flow(name="findings", persist_result=False)
async def findings(
    case_ids: list[str] | None = None,
    limit: int | None = None,
    budget_usd: float | None = None,
    batch_api: bool = False,
) -> list[FindingsResult]:
    """Find what others could learn from these cases, by default from all without findings."""
    settings = Settings.load(**({} if budget_usd is None else {"budget_run": budget_usd}))
    async with Resources(settings, patience=settings.patience, in_orders=batch_api) as resources:
        plan = await without_findings(resources, case_ids or (), limit)
        return [one async for one in results(plan.chosen, resources, find)]


async def find(case_id: str, resources: Resources) -> FindingsResult:
    """Make the findings of a case.

    A failure is returned, not stored: the model's answers are, so the next run continues.
    """
    view = await to_thread(resources.warehouse.case, case_id)
    run = Run(view.source.reference, resources)
    run.source_id = view.source.source_id
    title = view.revision.study.fact("title").value or view.document.title
    result = FindingsResult(case_id=case_id, title=title, model=recipe_of(resources)["model"])
    try:
        made = await find_in_case(run, view)
    except CasebookError as error:
        failure = Failure.of(error, run.source_id, "findings", datetime.now(UTC))
        return result.model_copy(update={"failure": failure, **run.costs})
    entailed = sum(one.is_sound for one in made.findings)
    counts = {"findings": len(made.findings), "dropped": len(made.dropped), "entailed": entailed}
    return result.model_copy(update=counts | {**run.costs})


@step(calls_model=True)
async def find_in_case(run: Run, view: CaseView) -> FindingSet:
    """Make and store the findings of the revision that readers see."""
    return await make_findings(view, run)
