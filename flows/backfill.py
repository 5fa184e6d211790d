"""Batches: sources are processed in parallel until all are done or the batch is paused."""

from asyncio import shield, sleep, to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from extractors.fetch.fetch import identify
from flows.engine import in_flow_run
from flows.ingest import SourceFailed, batch_run, ingest, process
from flows.notices import tell_batch
from schemas.batches import Batch, BatchEvent, BatchItem, BatchProgress, BatchStep
from schemas.errors import BatchPaused, InputError
from schemas.results import Failure, IngestResult
from schemas.sources import SourceKind, SourceRef
from services.batches import map_concurrently, read_list, register, settings_for, summary
from services.run import Run
from services.selection import BLOCKED_KINDS, STOPPING_KINDS, open_items, select

_NO_SECOND_TRY = STOPPING_KINDS | BLOCKED_KINDS | {"answer_timed_out"}  # it would be charged again
_MOST_BLOCKED = 2  # videos in a row; one alone can be at fault itself
_BLOCKED_FOR = timedelta(hours=12)


@flow(name="backfill", persist_result=False)
async def backfill(
    source: str | None = None,
    batch_id: str | None = None,
    budget_usd: float | None = None,
    batch_api: bool = False,
) -> str:
    """Process a list (its address or path), or continue a batch; return a summary.

    ``batch_api`` sends the model calls to the provider's batch API, at a lower price.

    Raises InputError unless exactly one of the two is given, BatchPaused if the batch paused.
    """
    if (source is None) == (batch_id is None):
        raise InputError("backfill needs either source=LIST or batch_id=ID")
    settings = Settings.load()
    missed: Sequence[str] = ()
    async with Resources(settings, patience=settings.patience) as resources:
        if source is not None:
            found = await read_list(SourceRef(source=source), resources)
            items, missed = select(found.candidates).items, found.missed
            batch = await register(
                source, items, resources, budget_usd=budget_usd, in_orders=batch_api
            )
        else:
            batch = (await to_thread(resources.warehouse.batch, batch_id or "")).batch
    progress = await process_batch(batch, settings)
    if progress.reason:
        raise BatchPaused(f"batch {batch.batch_id} paused: {progress.reason}")
    return "; not read: ".join([summary(progress), *missed])


async def process_batch(batch: Batch, settings: Settings) -> BatchProgress:
    """Process the open sources of a batch; wait if the model is unavailable."""
    chosen = settings_for(batch, settings)
    orders = bool(batch.in_orders)
    async with Resources(chosen, patience=chosen.patience, in_orders=orders) as resources:
        return await BatchRun(batch, resources).finish()


@dataclass
class BatchRun:
    """One run over the open sources of a batch."""

    batch: Batch
    resources: Resources  # built with ``settings_for(batch)`` and patience for the endpoint
    on_result: Callable[[IngestResult], object] = lambda _result: None
    second_try_seconds: float = 30.0  # after the last source, for transient failures
    stopped_by: Failure | None = None
    results: list[IngestResult] = field(default_factory=list)
    blocked: int = 0  # videos in a row that YouTube refused
    postponed: int = 0  # videos left for later

    async def finish(self) -> BatchProgress:
        """Process the open sources and return the batch's progress; store its steps."""
        warehouse, batch_id = self.resources.warehouse, self.batch.batch_id
        items = await open_items(await to_thread(warehouse.batch_items, batch_id), self.resources)
        await self._note("started")
        reason: str | None = "it was interrupted"
        resume_at: datetime | None = None
        try:
            again = await self._pass(items, last=False)
            if again and not self.stopped_by:
                await sleep(self.second_try_seconds)
                await self._pass(again, last=True)
            reason = self.stopped_by.message if self.stopped_by else None
            if self.blocked >= _MOST_BLOCKED and not reason:
                resume_at = datetime.now(UTC) + _BLOCKED_FOR
                reason = (
                    f"blocked by YouTube until about {resume_at:%Y-%m-%d %H:%M} UTC; "
                    f"{self.postponed} more videos wait (`casebook up` continues by itself)"
                )
        finally:
            await shield(self._note("paused" if reason else "finished", reason, resume_at))
        progress = await to_thread(warehouse.batch, batch_id)
        await tell_batch(progress, self.results, self.resources)
        return progress

    async def _pass(self, items: Sequence[BatchItem], *, last: bool) -> list[BatchItem]:
        """Process ``items``; return those to retry, none in the last pass."""
        again: list[BatchItem] = []
        # Enough to fetch pages while the model is busy.
        at_once = self.resources.parallel + 2 * self.resources.settings.workers
        async for item, result in map_concurrently(self._process, items, at_once):
            failure = result and result.failure
            if failure and failure.transient and not last and failure.kind not in _NO_SECOND_TRY:
                again.append(item)
            elif result:
                self.results.append(result)
                self.on_result(result)
        return again

    async def _process(self, item: BatchItem) -> tuple[BatchItem, IngestResult | None]:
        """Process one source, unless the batch was stopped."""
        is_video = identify(item.reference).kind is SourceKind.VIDEO
        if is_video and self.blocked >= _MOST_BLOCKED:
            self.postponed += 1
            return item, None
        if self.stopped_by:
            return item, None
        batch = self.batch
        run = Run(item.reference, self.resources, who=batch.created_by, force=batch.force)
        # Flow runs by the hundred that wait for an order would keep the server busy.
        is_alone = in_flow_run() and not self.resources.in_orders
        try:
            result = await (_ingest_in_flow(run) if is_alone else process(run))
        except SourceFailed as failed:
            result = failed.result
        if is_video:
            is_blocked = result.failure and result.failure.kind in BLOCKED_KINDS
            self.blocked = self.blocked + 1 if is_blocked else 0
        if result.failure and result.failure.kind in STOPPING_KINDS:
            self.stopped_by = self.stopped_by or result.failure
        return item, result

    async def _note(
        self, step: BatchStep, reason: str | None = None, resume_at: datetime | None = None
    ) -> None:
        batch_id, who = self.batch.batch_id, self.resources.settings.curator
        event = BatchEvent(
            batch_id=batch_id, step=step, reason=reason, who=who, resume_at=resume_at
        )
        await to_thread(self.resources.warehouse.append, event)


async def _ingest_in_flow(run: Run) -> IngestResult:
    """Process a source in its own flow run."""
    batch_run.set(run)  # each source is an asyncio task with its own context
    ref = run.ref
    return await ingest(run.label, ref.url, ref.transcript, ref.feed, ref.chapters, force=run.force)
