"""Batches that the desk processes in the background, and recent estimates."""

import asyncio
from contextlib import nullcontext
from typing import NamedTuple
from uuid import uuid4

from config.settings import Settings
from desk.jobs import attempt
from flows.backfill import process_batch
from schemas.batches import Batch
from schemas.errors import UnknownId
from services.selection import BatchForecast, SourceSelection

_KEPT = 5  # estimates that the desk remembers; one of 10,000 sources takes 12 MB
_PAUSE_SECONDS = 2.0


class CostEstimate(NamedTuple):
    """The contents and expected cost of a list; ``missed`` are parts that could not be read."""

    estimate_id: str
    origin: str
    selection: SourceSelection
    forecast: BatchForecast
    budget_usd: float | None
    missed: tuple[str, ...] = ()


class BatchRuns:
    """Processes batches on the running event loop; their progress is in the warehouse.

    ``problems`` has the error of a batch's last run here.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._working: set[str] = set()
        self.problems: dict[str, str] = {}
        self._estimates: dict[str, CostEstimate] = {}

    def keep(self, estimate: CostEstimate) -> CostEstimate:
        """Store an estimate under a new id, replacing the oldest."""
        kept = estimate._replace(estimate_id=uuid4().hex)
        self._estimates[kept.estimate_id] = kept
        if len(self._estimates) > _KEPT:
            del self._estimates[next(iter(self._estimates))]
        return kept

    def estimate(self, estimate_id: str) -> CostEstimate:
        """Return a stored estimate, or raise UnknownId."""
        if estimate_id not in self._estimates:
            raise UnknownId("This estimate has expired: estimate the list again.")
        return self._estimates[estimate_id]

    def start(self, batch: Batch, who: str | None = None) -> None:
        """Process the rest of a batch for a person, unless this desk already does."""
        batch_id = batch.batch_id
        if batch_id in self._tasks:
            return
        self.problems.pop(batch_id, None)
        task = asyncio.create_task(self._run(batch, who or self._settings.curator))
        self._tasks[batch_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(batch_id, None))

    def state(self, batch_id: str) -> str | None:
        """Return ``working`` or ``queued`` for a batch of this desk, None for any other."""
        if batch_id in self._working:
            return "working"
        return "queued" if batch_id in self._tasks else None

    def active(self) -> list[str]:
        """Return the ids of the batches that this desk processes or will process."""
        return list(self._tasks)

    async def pause(self, *batch_ids: str, seconds: float | None = _PAUSE_SECONDS) -> None:
        """Stop processing batches here; finished stages are in the warehouse."""
        tasks = [self._tasks[batch_id] for batch_id in batch_ids if batch_id in self._tasks]
        for task in tasks:
            # A second cancellation would lose the answers that the first one waits for.
            if not task.cancelling():
                task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def close(self) -> None:
        """Pause every batch, and wait for it."""
        await self.pause(*self._tasks, seconds=None)

    async def _run(self, batch: Batch, who: str) -> None:
        # A batch in orders mostly waits, so it takes no turn.
        async with nullcontext() if batch.in_orders else self._turn:
            self._working.add(batch.batch_id)
            try:
                own = self._settings.model_copy(update={"curator": who})
                _, problem = await attempt(process_batch(batch, own), batch.batch_id)
                if problem:
                    self.problems[batch.batch_id] = problem
            finally:
                self._working.discard(batch.batch_id)
