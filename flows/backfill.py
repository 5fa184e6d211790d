"""A batch: a bounded number of sources at once, until none is left or something stops them all."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from prefect import flow

from config.services import Services
from config.settings import Settings
from extractors.fetch.fetch import fetch_list
from extractors.lists.walk import Walk, walk
from flows.engine import in_flow_run
from flows.ingest import SourceFailed, process
from flows.run import Run
from flows.selection import SETUP_KINDS, open_items, select
from schemas.batches import Batch, BatchEvent, BatchItem, BatchProgress, BatchStep
from schemas.errors import InputError, WarehouseError
from schemas.ids import content_id
from schemas.results import Failure, IngestResult
from schemas.sources import Payload, SourceRef

_STOPPING_KINDS = SETUP_KINDS | {"provider_unavailable", "rate_limited", "offline", "disk_full"}


@flow(name="backfill", persist_result=False)
async def backfill(
    source: str | None = None, batch_id: str | None = None, budget_usd: float | None = None
) -> str:
    """Process a list (its address or path), or go on with a batch; return a line of what was done.

    Raises:
        InputError: unless exactly one of ``source`` and ``batch_id`` is given.
    """
    if (source is None) == (batch_id is None):
        raise InputError("backfill needs either source=LIST or batch_id=ID")
    settings = Settings.load()
    async with Services(settings, patience=settings.patience) as services:
        if batch_id is None:
            found = await read_list(SourceRef(source=source or ""), services)
            items = select(found.candidates).items
            batch = await register(source or "", items, services, budget_usd=budget_usd)
            batch_id = batch.batch_id
        done = await asyncio.to_thread(services.warehouse.batch, batch_id)
        run = BatchRun(done.batch, services)
        progress = await run.finish()
    if progress.reason:
        raise WarehouseError(f"batch {batch_id} paused: {progress.reason}", cause="batch_paused")
    return summary(progress)


async def read_list(ref: SourceRef, services: Services, given: bytes | None = None) -> Walk:
    """Return what a list names; ``given`` is the list itself where it was piped in.

    Raises:
        CasebookError: if the list cannot be had or read.
    """
    network = services.network

    async def fetch(one: SourceRef) -> Payload:
        if given is not None and one == ref:
            return Payload(data=given, media_type="", name=ref.source)
        return await fetch_list(one, network)

    return await walk(ref, fetch, services.workers.compute)


async def register(
    origin: str,
    items: Sequence[BatchItem],
    services: Services,
    *,
    force: bool = False,
    budget_usd: float | None = None,
    source_budget_usd: float | None = None,
    model: str | None = None,
) -> Batch:
    """Store a batch over ``items`` and return it; the same list ordered again is the same batch."""
    ids = [item.source_id for item in items]
    batch = Batch(
        batch_id=content_id("batch", origin, ids, force, model),
        origin=origin,
        size=len(items),
        force=force,
        budget_usd=budget_usd,
        source_budget_usd=source_budget_usd,
        model=model,
        created_by=services.settings.curator,
        created_at=datetime.now(UTC),
    )
    await asyncio.to_thread(services.warehouse.add_batch, batch, items)
    return batch


def settings_for(batch: Batch, settings: Settings) -> Settings:
    """Return the settings with which a batch is processed."""
    changes = {
        "llm_model": batch.model,
        "budget_run": batch.budget_usd,
        "budget_source": batch.source_budget_usd,
    }
    return settings.model_copy(update={k: v for k, v in changes.items() if v is not None})


@dataclass
class BatchRun:
    """One run over the open sources of a batch; ``on_result`` gets each result as it comes.

    ``services`` are built with ``settings_for(batch)`` and patience for the endpoint. Sources with
    a transient failure are tried again ``second_try_seconds`` after the last one.
    """

    batch: Batch
    services: Services
    on_result: Callable[[IngestResult], object] = lambda _result: None
    second_try_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Bound the sources: enough that the model never waits for a page, and no more."""
        services = self.services
        self.stopped_by: Failure | None = None
        self._window = asyncio.Semaphore(services.parallel + 2 * services.settings.workers)

    async def finish(self) -> BatchProgress:
        """Process what is open and return the batch's progress; its steps are stored.

        Raises:
            WarehouseError: when nothing can be stored any more; what was stored stands.
        """
        warehouse = self.services.warehouse
        items = await open_items(
            await asyncio.to_thread(warehouse.batch_items, self.batch.batch_id), self.services
        )
        await self._note("started")
        reason: str | None = "it was interrupted"
        try:
            again = await self._pass(items, last=False)
            if again and not self.stopped_by:
                await asyncio.sleep(self.second_try_seconds)
                await self._pass(again, last=True)
            reason = self.stopped_by.message if self.stopped_by else None
        finally:
            await asyncio.shield(self._note("paused" if reason else "finished", reason))
        return await asyncio.to_thread(warehouse.batch, self.batch.batch_id)

    async def _pass(self, items: Sequence[BatchItem], *, last: bool) -> list[BatchItem]:
        """Process ``items``; return those worth a second try, unless this is the last one."""
        again: list[BatchItem] = []

        async def one(item: BatchItem) -> None:
            try:
                result = await self._process(item)
            finally:
                self._window.release()
            failure = result.failure
            if failure and failure.kind in _STOPPING_KINDS:
                self.stopped_by = self.stopped_by or failure
            elif failure and failure.transient and not last:
                again.append(item)
                return
            self.on_result(result)

        async with asyncio.TaskGroup() as group:
            for item in items:
                await self._window.acquire()
                if self.stopped_by:
                    self._window.release()
                    break
                group.create_task(one(item))
        return again

    async def _process(self, item: BatchItem) -> IngestResult:
        batch = self.batch
        run = Run(item.reference, self.services, who=batch.created_by, force=batch.force)
        if not in_flow_run():
            return await process(run)
        try:
            return await _as_flow(run)
        except SourceFailed as failed:
            return failed.result

    async def _note(self, step: BatchStep, reason: str | None = None) -> None:
        event = BatchEvent(
            batch_id=self.batch.batch_id, step=step, reason=reason, at=datetime.now(UTC)
        )
        await asyncio.to_thread(self.services.warehouse.append, event)


async def _as_flow(run: Run) -> IngestResult:
    """Run a source as a flow run of its own, with the services of its batch."""

    @flow(name="ingest", flow_run_name="ingest {source}", persist_result=False)
    async def ingest(source: str) -> IngestResult:  # noqa: ARG001 - names the run
        return await process(run)

    return await ingest(run.label)


def summary(progress: BatchProgress) -> str:
    """Return what became of a batch's sources in one line."""
    counts = ", ".join(
        f"{count} {state.value}" for state, count in progress.counts.items() if count
    )
    return f"{progress.batch.size} sources: {counts}"
