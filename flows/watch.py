"""The flow that checks watched lists and drafts their new sources."""

from asyncio import to_thread

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from flows.backfill import process_batch
from schemas.errors import CasebookError
from services.batches import summary
from services.watches import due_watches, look


@flow(name="watch", persist_result=False)
async def watch(watch_id: str | None = None) -> list[str]:
    """Check the lists that are due, or one list; continue batches that a site blocked.

    Raises CasebookError at the end if a list could not be read or a batch paused.
    """
    settings = Settings.load()
    lines, problems = list[str](), list[str]()
    async with Resources(settings, patience=settings.patience) as resources:
        for due in await due_watches(resources, watch_id):
            seen, batch = await look(due, resources)
            lines.append(f"{due.address}: {seen.new} new of {seen.found}")
            problem = seen.failure
            if batch:
                progress = await process_batch(batch, settings)
                lines.append(summary(progress))
                problem = progress.reason
            problems += [f"{due.address}: {problem}"] if problem else []
        for progress in await to_thread(resources.warehouse.blocked_batches):
            done = await process_batch(progress.batch, settings)
            lines.append(summary(done))
    if problems:
        raise CasebookError("; ".join(problems), cause="watch_incomplete")
    return lines
