"""Works the sources of a batch: bounded, resumable, and stopped by what would fail them all."""

import asyncio
import itertools
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from itertools import repeat

import structlog

from casebook.pipeline.batches.handed import follow, kept_bytes, own_again
from casebook.pipeline.batches.planning import interleaved, is_open
from casebook.pipeline.batches.reach import OFFLINE, Reach
from casebook.pipeline.batches.tallying import Tally
from casebook.pipeline.batches.waiting import Waiting
from casebook.pipeline.ingestion.copies import catch_up
from casebook.pipeline.ingestion.former import recognise
from casebook.pipeline.ingestion.identity import is_remote
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.pipeline.ingestion.run import Reporter
from casebook.runtime.online import is_online
from casebook.runtime.services import Services
from casebook.schemas.batches import (
    Batch,
    BatchEvent,
    BatchItem,
    BatchOptions,
    BatchProgress,
    BatchStep,
    ListedBatch,
    progress_of,
)
from casebook.schemas.bounds import MOST_AT_ONCE
from casebook.schemas.errors import ExtractorUnavailable, UnknownId, WarehouseError
from casebook.schemas.failures import Failure
from casebook.schemas.ids import content_id
from casebook.summarizer.models.grace import end
from casebook.summarizer.models.limiting import Standing as EndpointStanding

log = structlog.get_logger()

# Seconds before a source that may pass by itself is tried again, within one run of its batch.
RETRY_DELAYS = (30.0, 120.0, 600.0)
# Seconds between the first sources of a run: begun all at once, the first would be asked about only
# when all are fetched. Each takes more of this process in all, so nothing is lost by it.
_APART_SECONDS = 0.1

Each = Callable[[BatchItem, Callable[[], Awaitable[Outcome]]], Awaitable[Outcome]]
"""Works one source by calling what it is given: directly, or as a task of an orchestrator."""

_Task = asyncio.Task[tuple[BatchItem, Outcome] | None]


async def register(
    origin: str, items: Sequence[BatchItem], options: BatchOptions, services: Services
) -> Batch:
    """Store a batch, or find it: the same list with the same options is the same batch.

    One that names the same sources otherwise, files that lie elsewhere by now, is another: what is
    stored of a batch is what is worked.
    """
    ids = [item.source_id for item in items]
    batch = ListedBatch(
        batch_id=content_id("batch", origin, ids, options.model_dump()),
        origin=origin,
        options=options,
        items=items,
        created_by=services.settings.curator,
        created_at=datetime.now(UTC),
    )
    warehouse = services.warehouse
    again = await asyncio.to_thread(own_again, items, warehouse)
    if await asyncio.to_thread(warehouse.append, batch, *again) > len(again):
        return batch.without_items()  # a new one
    stored = await listed(batch.batch_id, services)
    if any(mine.reference != its.reference for mine, its in zip(items, stored.items, strict=True)):
        named = [item.reference.model_dump() for item in items]
        another = content_id("batch", batch.batch_id, named)
        batch = batch.model_copy(update={"batch_id": another})
        await asyncio.to_thread(warehouse.append, batch)
    return batch.without_items()


async def listed(batch_id: str, services: Services) -> ListedBatch:
    """Return a stored batch with its sources.

    Raises:
        UnknownId: if there is none.
    """
    batch = await asyncio.to_thread(services.warehouse.batch, batch_id)
    if batch is None:
        raise UnknownId(f"there is no batch {batch_id}; see `casebook backfill list`")
    return batch


async def batch_of(batch_id: str, services: Services) -> Batch:
    """Return a stored batch.

    Raises:
        UnknownId: if there is none.
    """
    return (await listed(batch_id, services)).without_items()


async def progress(batch: Batch, services: Services) -> BatchProgress:
    """Return how far a batch is, whoever works it."""
    items = (await listed(batch.batch_id, services)).items
    ids, warehouse = [item.source_id for item in items], services.warehouse
    told = progress_of(await asyncio.to_thread(warehouse.standings, ids))
    spent = await asyncio.to_thread(warehouse.spent_on, ids)
    stages = await asyncio.to_thread(warehouse.stages_of, ids) if told.left else {}
    return told.model_copy(update={"spent": spent, "stages": stages})


class Gates:
    """Bounds how many sources are in each stage at once, and counts them for whoever watches.

    A StageRunner. A slow stage holds back the ones before it: a source keeps
    its place in the batch's window until it has left the last stage.
    """

    MOST_UNREAD = 5  # more than the usual two workers are given at once

    def __init__(self, *, fetching: int, extracting: int) -> None:
        self._gates = {
            "fetch": asyncio.Semaphore(fetching),
            "extract": asyncio.Semaphore(extracting),
        }
        self.inside: Counter[str] = Counter()
        self._unread = 0
        self._order, self._being_read = itertools.count(), set[int]()

    @property
    def are_unreadable(self) -> bool:
        """Tell whether no process that reads was to be had, so many times in a row.

        Not while a document that was begun before is being read: where one is, there are some.
        """
        return self._unread >= self.MOST_UNREAD

    async def __call__(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        """Run one stage when there is room in it."""
        gate = self._gates.get(name)
        if gate is None:
            return await self._counted(name, stage)
        async with gate:
            turn = next(self._order)
            if name == "extract":
                self._being_read.add(turn)
            try:
                result = await self._counted(name, stage)
            except ExtractorUnavailable:
                self._unread += turn <= min(self._being_read, default=turn)
                raise
            finally:
                self._being_read.discard(turn)
            if name == "extract":
                self._unread = 0
            return result

    async def _counted(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        self.inside[name] += 1
        try:
            return await stage()
        finally:
            self.inside[name] -= 1


async def directly(_: BatchItem, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Work a source in this process, unseen by any orchestrator."""
    return await work()


class BatchRun:
    """One run over what is open of a batch. Iterate over ``outcomes``; ``tally`` fills meanwhile.

    Args:
        batch: what is worked.
        services: patient ones: a rate limit or an outage is waited out.
        reporter: whoever watches single sources.
        each: works one source.
        delays: seconds before a source that may pass is tried again, each time.
    """

    def __init__(
        self,
        batch: Batch,
        services: Services,
        *,
        reporter: Reporter | None = None,
        each: Each = directly,
        delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self.batch = batch
        self.tally = Tally(total=0)
        self._services = services
        self._reporter, self._each = reporter, each
        self._delays = delays
        settings = services.settings
        # Enough ahead of the model that it never waits for a page, and no more.
        self._window = services.parallel + services.parallel // 2 + 2 * settings.workers
        fetching = min(self._window, MOST_AT_ONCE)
        self.gates = Gates(fetching=fetching, extracting=settings.workers * 2)
        self._tries: Counter[str] = Counter()
        self._waiting = Waiting(())
        self.reach = Reach()

    @property
    def endpoint(self) -> EndpointStanding:
        """Return how the endpoint stands that this run asks."""
        return self._services.limiter.standing()

    def eta_seconds(self) -> float | None:
        """Return the seconds that the rest would take, no fewer than until the next try."""
        rest, due = self.tally.eta_seconds(time.monotonic()), self.seconds_to_next_try()
        return rest if due is None or rest is None else max(rest, due)

    def seconds_to_next_try(self) -> float | None:
        """Return in how many seconds a source that failed is tried again, None if none waits."""
        due = self._due()
        return None if due is None else max(0.0, due - time.monotonic())

    @property
    def is_cut_off(self) -> bool:
        """Tell whether no site answers any more; what is left waits, and its tries do not count.

        Once all was begun, the sources that are left are as likely to blame, unless it is known
        that nothing can be reached from here.
        """
        left = self._waiting.new or (self.reach.is_sure and self._waiting.due is not None)
        return self.reach.is_lost and bool(left)

    def _due(self) -> float | None:
        return self.reach.ask_at if self.is_cut_off else self._waiting.due

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Work what is open and yield each outcome as it comes; the batch's steps are stored.

        Raises:
            WarehouseError: when nothing can be stored any more; what was stored stands.
        """
        await asyncio.to_thread(catch_up, self._services.warehouse)
        self._waiting = await self._open_items()
        self.tally = Tally(total=self._waiting.new, at_once=self._window)
        await self._note(BatchStep.STARTED, None)
        reason: str | None = "it was interrupted"
        try:
            async for outcome in self._through():
                yield outcome
            stopped = self.tally.stopped_by
            reason = stopped.message if stopped else None
        except WarehouseError as error:
            reason = str(error)
            raise
        finally:
            step = BatchStep.FINISHED if reason is None else BatchStep.PAUSED
            await asyncio.shield(self._note(step, reason))

    async def _open_items(self) -> Waiting:
        """Return what is open, hosts in turn.

        What failed before comes last: a batch that it paused goes on with the rest.
        """
        items = (await listed(self.batch.batch_id, self._services)).items
        ids, warehouse = [item.source_id for item in items], self._services.warehouse
        await asyncio.to_thread(recognise, [item.reference for item in items], warehouse)
        standings = await asyncio.to_thread(warehouse.standings, ids)
        left = [(i, stands) for i, stands in zip(items, standings, strict=True) if is_open(stands)]
        untried = [item for item, stands in left if stands.failure is None]
        failed = [item for item, stands in left if stands.failure is not None]
        return Waiting(itertools.chain(interleaved(untried), interleaved(failed)))

    async def _through(self) -> AsyncIterator[Outcome]:
        """Keep the window full until nothing is left or something stops the batch."""
        running: set[_Task] = set()
        waits = itertools.chain((n * _APART_SECONDS for n in range(self._window)), repeat(0.0))
        loading = asyncio.create_task(self._services.load_client()) if self.tally.total else None
        try:
            while True:
                if self.is_cut_off and self.reach.is_sure and not (running or self._is_overdue()):
                    await self._look_for_network()
                while len(running) < self._window and (item := self._next(running)) is not None:
                    running.add(asyncio.create_task(self._one(item, next(waits))))
                if not running and self._due() is None:
                    return
                finished, running = await self._some(running)
                for item, outcome in filter(None, (task.result() for task in finished)):
                    self.tally.pay(outcome)
                    if not await self._comes_again(item, outcome):
                        self.tally.add(outcome)
                        yield outcome
        finally:
            await end(running)
            await asyncio.gather(*([loading] if loading else []), return_exceptions=True)

    def _next(self, running: Collection[_Task]) -> BatchItem | None:
        """Return the source to begin with now: one whose time has come again, else a new one.

        Without a network it is one at a time, that asks whether it is back.
        """
        now = time.monotonic()
        if self.tally.stopped_by is not None:
            self._waiting.clear()
        if not self.is_cut_off:
            item = self._waiting.again(now) or self._waiting.take()
        elif running or now < self.reach.ask_at:
            return None
        else:
            item = self._waiting.take() or self._waiting.again(math.inf)
        self.tally.waiting = self._waiting.put_back
        return item

    async def _some(self, running: set[_Task]) -> tuple[set[_Task], set[_Task]]:
        """Wait until a source has come to an end, or until one is to be tried again."""
        due = self.seconds_to_next_try()
        if not running:
            await asyncio.sleep(due or 0.0)
            return set(), running
        room = len(running) < self._window and not self.is_cut_off
        return await asyncio.wait(
            running,
            timeout=due if room else None,
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def _one(self, item: BatchItem, wait: float) -> tuple[BatchItem, Outcome] | None:
        """Work one source in so many seconds; None where something stopped the batch before."""

        async def work() -> Outcome:
            warehouse, is_file = self._services.warehouse, not is_remote(item.reference)
            kept = await asyncio.to_thread(kept_bytes, item, warehouse) if is_file else None
            outcome = await ingest(
                item.reference,
                self._services,
                reporter=self._reporter,
                runner=self.gates,
                who=self.batch.created_by,
                force=self.batch.options.force,
                snapshot_id=kept,
                name_copies=False,
            )
            if is_file or outcome.source_id != item.source_id:
                await asyncio.to_thread(follow, item, outcome, warehouse)
            return outcome

        await asyncio.sleep(wait)
        return (item, await self._each(item, work)) if self.tally.stopped_by is None else None

    async def _comes_again(self, item: BatchItem, outcome: Outcome) -> bool:
        """Put a source back whose failure may pass; note a failure that stops the whole batch."""
        failure = outcome.failure
        is_lost = is_remote(item.reference) and await self._is_lost(item.reference.source, failure)
        if failure is None:
            return False
        if is_lost and self._is_overdue():
            failure = failure.model_copy(update={"message": OFFLINE})
            self.tally.stopped_by = self.tally.stopped_by or failure
        unread = failure.kind == ExtractorUnavailable.kind() and self.gates.are_unreadable
        stops = unread or self.tally.is_stopped_by(outcome, failure)
        if self.tally.stopped_by is None and stops:
            self.tally.stopped_by = failure
        tries = self._tries[item.source_id]
        tried_enough = not is_lost and tries >= len(self._delays)
        if tried_enough or not failure.transient or self.tally.stopped_by:
            return False
        self._tries[item.source_id] += not is_lost
        self._waiting.put(
            item, time.monotonic() + (Reach.PAUSE if is_lost else self._delays[tries])
        )
        self.tally.waiting = self._waiting.put_back
        return True

    async def _is_lost(self, address: str, failure: Failure | None) -> bool:
        """Note how an address ended; tell whether it is the lost network that it failed of."""
        unanswered = self.reach.note(address, failure, time.monotonic())
        if unanswered:
            await self._look_for_network()
        return unanswered and self.is_cut_off

    def _is_overdue(self) -> bool:
        """Tell whether the network is lost for longer than it is waited for."""
        now = time.monotonic()
        return now - (self.reach.since or now) > self._services.settings.outage_patience

    async def _look_for_network(self) -> None:
        """See, where it is time to, whether this machine reaches anything at all."""
        now = time.monotonic()
        if self.reach.is_doubtful(now):
            self.reach.told(await is_online(self.reach.last, self._services.settings), now)

    async def _note(self, step: BatchStep, reason: str | None) -> None:
        """Store a step of the batch; a full disk must not hide why it stopped."""
        now = datetime.now(UTC)
        event = BatchEvent(
            event_id=content_id("bevent", self.batch.batch_id, step.value, now.isoformat()),
            batch_id=self.batch.batch_id,
            step=step,
            reason=reason,
            at=now,
        )
        try:
            await asyncio.to_thread(self._services.warehouse.append, event)
        except WarehouseError:
            if step is BatchStep.STARTED:
                raise
            log.warning("step not stored", batch=self.batch.batch_id, step=step.value)
