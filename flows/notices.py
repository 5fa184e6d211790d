"""What flow runs tell Prefect beside their states: events for automations, and tables."""

from collections.abc import Sequence

from prefect.artifacts import acreate_table_artifact
from prefect.events import emit_event

from config.resources import Resources
from flows.engine import in_flow_run
from schemas.batches import BatchProgress
from schemas.results import IngestResult

DRAFT_READY, BATCH_DONE = "casebook.draft.ready", "casebook.batch.done"
"""The names of the events; a trigger of an automation can expect them."""


def tell_draft(result: IngestResult, resources: Resources) -> None:
    """Emit an event for a new draft, with its title and its page at the desk."""
    if in_flow_run() and result.case_id and result.revision_id:
        resource = _resource("case", result.case_id, result.title or result.source)
        payload = {"source": result.source, "page": _page(result.case_id, resources)}
        emit_event(DRAFT_READY, resource, payload=payload)


async def tell_batch(
    progress: BatchProgress, results: Sequence[IngestResult], resources: Resources
) -> None:
    """Emit an event for a batch that finished, and keep the table of its sources of this run."""
    if not in_flow_run():
        return
    batch = progress.batch
    rows = [
        {
            "source": one.source,
            "result": one.failure.kind if one.failure else one.status.value,
            "title": one.title,
            "draft": _page(one.case_id, resources) if one.case_id else None,
            "cost_usd": one.cost_usd,
        }
        for one in results
    ]
    description = f"{batch.origin}: {progress.done} of {batch.size} done, {progress.left} left"
    await acreate_table_artifact(rows, batch.batch_id.replace("_", "-"), description)
    if progress.reason is None:
        counts = {state.value: count for state, count in progress.counts.items()}
        emit_event(BATCH_DONE, _resource("batch", batch.batch_id, batch.origin), payload=counts)


def _resource(kind: str, name: str, title: str) -> dict[str, str]:
    return {"prefect.resource.id": f"casebook.{kind}.{name}", "prefect.resource.name": title}


def _page(case_id: str, resources: Resources) -> str:
    return f"{resources.settings.desk_address or ''}/cases/{case_id}"
