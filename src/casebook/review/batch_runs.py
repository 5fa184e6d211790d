"""Batches that the desk works in the background, one at a time, and offers that wait."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog

from casebook.pipeline.batches import watching
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.forecasting import Forecast
from casebook.pipeline.batches.planning import with_options
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import Batch, BatchOptions
from casebook.schemas.errors import CasebookError, UnknownId
from casebook.schemas.watches import Look, Watch

# Quotes that the desk remembers, and sources in them: each takes 1.2 KB.
_KEPT = 20
_KEPT_SOURCES = 20_000
_PAUSE_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Offer:
    """A forecast, and how the batch would be worked if it is taken."""

    offer_id: str
    forecast: Forecast
    options: BatchOptions


class BatchRuns:
    """Works batches on the running event loop; how far each is lies in the warehouse.

    A batch has services of its own: it waits out what a person at the desk would be told at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looks: set[asyncio.Task[tuple[Look, Batch | None]]] = set()
        self._runs: dict[str, BatchRun] = {}
        self._problems: dict[str, str] = {}
        self._offers: dict[str, Offer] = {}

    def offer(self, forecast: Forecast, options: BatchOptions) -> Offer:
        """Keep a forecast until it is taken; the oldest go, sooner the longer they are."""
        made = Offer(uuid4().hex, forecast, options)
        self._offers[made.offer_id] = made
        while len(self._offers) > 1 and (len(self._offers) > _KEPT or self._too_many_sources()):
            del self._offers[next(iter(self._offers))]
        return made

    def _too_many_sources(self) -> bool:
        held = (len(offer.forecast.selection.items) for offer in self._offers.values())
        return sum(held) > _KEPT_SOURCES

    def offered(self, offer_id: str) -> Offer:
        """Return what was offered.

        Raises:
            UnknownId: if it was forgotten.
        """
        if offer_id not in self._offers:
            raise UnknownId("The desk no longer holds this quote: read the list again.")
        return self._offers[offer_id]

    def start(self, batch: Batch) -> None:
        """Work what is open of a batch, unless this desk does so already."""
        batch_id = batch.batch_id
        if batch_id in self._tasks:
            return
        self._problems.pop(batch_id, None)
        task = asyncio.create_task(self._work(batch))
        self._tasks[batch_id] = task
        task.add_done_callback(lambda _: self._forget(batch_id))

    def run_of(self, batch_id: str) -> BatchRun | None:
        """Return the run of a batch that this desk works just now."""
        return self._runs.get(batch_id)

    def holds(self, batch_id: str) -> bool:
        """Tell whether this desk works the batch, or will when its turn comes."""
        return batch_id in self._tasks

    def problem_of(self, batch_id: str) -> str | None:
        """Return why the last run here could not go on, if it could not."""
        return self._problems.get(batch_id)

    async def pause(self, batch_id: str) -> None:
        """Stop working a batch here; finished stages are kept.

        It ends once the answers under way have come, which a person at a page does not wait for.
        """
        if task := self._tasks.get(batch_id):
            _cancel_once([task])
            await asyncio.wait([task], timeout=_PAUSE_SECONDS)

    async def look(self, watch: Watch, services: Services, most: int) -> Batch | None:
        """Look at a watched list and begin the batch of what is new, if there is any.

        It goes on when whoever asked is gone; ``close`` ends it, with the answers under way.
        """
        with watching.one_look(watch, services):
            look = asyncio.create_task(watching.look(watch, services, most=most))
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)
            _, batch = await asyncio.shield(look)
            if batch is not None:
                self.start(batch)
        return batch

    async def close(self) -> None:
        """Pause every batch, and end the looks at lists."""
        tasks = [*self._tasks.values(), *self._looks]
        _cancel_once(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, batch_id: str) -> None:
        self._tasks.pop(batch_id, None)
        self._runs.pop(batch_id, None)

    async def _work(self, batch: Batch) -> None:
        settings = with_options(self._settings, batch.options)
        async with self._turn:
            try:
                async with Services(settings, patience=settings.outage_patience) as services:
                    run = self._runs[batch.batch_id] = BatchRun(batch, services)
                    async for _ in run.outcomes():
                        pass
            except CasebookError as error:
                self._problems[batch.batch_id] = str(error)
            except Exception:  # else the page would say that nothing happened
                log.exception("desk batch", batch=batch.batch_id)
                self._problems[batch.batch_id] = (
                    "Something unexpected went wrong; the log in the home says what."
                )


def _cancel_once(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel; a second time would drop the answers that are waited for."""
    for task in tasks:
        if not task.cancelling():
            task.cancel()
