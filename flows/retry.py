"""Sources that failed, or that no run finished, are processed again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from config.services import Services
from flows.ingest import process
from flows.run import Run
from schemas.failures import Remedy
from schemas.results import IngestResult
from schemas.sources import SourceRef

MakeRun = Callable[[SourceRef], Run]


async def waiting(services: Services, kind: str | None = None) -> list[SourceRef]:
    """Return the sources to try again: transient failures, or those of one kind, and unfinished.

    Failures that need a person are taken only when their kind is named.
    """
    failures = await asyncio.to_thread(services.warehouse.open_failures)
    chosen = [
        one.reference
        for one in failures
        if (kind == one.failure.kind if kind else one.failure.remedy is Remedy.WAIT)
    ]
    if kind is None:
        unfinished = await asyncio.to_thread(services.warehouse.unfinished)
        chosen += [source.reference for source in unfinished]
    return chosen


async def process_all(
    refs: Sequence[SourceRef], make_run: MakeRun, at_once: int
) -> AsyncIterator[IngestResult]:
    """Process sources, a bounded number at once; yield results as they come."""
    gate = asyncio.Semaphore(at_once)

    async def one(ref: SourceRef) -> IngestResult:
        async with gate:
            return await process(make_run(ref))

    tasks = [asyncio.create_task(one(ref)) for ref in refs]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
