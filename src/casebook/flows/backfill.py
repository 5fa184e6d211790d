"""The flows that work lists: one task a source, one artifact a batch.

Run one by hand against a server:
``prefect deployment run backfill/backfill -p source=https://example.org/feed.xml -p budget=5``.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Annotated, Any, TypeVar
from uuid import UUID

import httpx
from prefect import flow
from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    aupdate_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from pydantic import Field

from casebook.extractors.links.listing import Walk
from casebook.flows.ending import Told, state_of
from casebook.flows.limits import llm_slot
from casebook.flows.missed import skipped
from casebook.flows.report import batch_markdown
from casebook.flows.stopping import ended_in_order
from casebook.flows.tasks import as_task
from casebook.pipeline.batches import watching
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.lists import read_list
from casebook.pipeline.batches.planning import Selection, select, with_options
from casebook.pipeline.batches.stored import batch_of, progress, register
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import Batch, BatchItem, BatchOptions
from casebook.schemas.bounds import MOST_AT_ONCE, MOST_DOLLARS
from casebook.schemas.errors import BudgetReached, CasebookError, InvalidSource, WarehouseError
from casebook.schemas.sources import Candidate, SourceRef
from casebook.schemas.watches import Look, Watch

_TELL_SECONDS = 5.0
_RETRY = "Retry this run to go on, or run backfill with that batch_id."
_RETRY_LIST = "Nothing was begun: retry this run, or have it come again at its next time."
_NEXT_LOOK = (
    "What is open is taken up at the next look at the list, which is at its time; `casebook watch "
    "run ID`, or a retry of a run that failed, looks at once."
)
# What a run tells of a list at which it did not look.
_LEFT = {"left": "not looked at, for the budget of this run is spent; it stays due"}
_LEFT |= {"left_by": BudgetReached.kind()}
# A list is asked for once more after so many seconds; then it waits for its next time.
_LIST_DELAYS = (30.0,)
# Lists that are read at once, and before their turn: each may name ten thousand sources.
_READ_AHEAD = 8

T = TypeVar("T")

_Name = Annotated[str, Field(pattern=r"\S")]
_Reading = asyncio.Task[list[Walk]]


class SourceFailedError(Exception):
    """A source's task failed: the failure is a row in the warehouse, and the batch goes on."""

    def __init__(self, outcome: Outcome) -> None:
        message = outcome.failure.message if outcome.failure else "failed"
        super().__init__(message)
        self.outcome = outcome


class ListUnreadError(Exception):
    """A list could not be read, and nothing was begun; ``told`` is what the run tells of it."""

    def __init__(self, address: str, error: CasebookError) -> None:
        super().__init__(str(error))
        self.address = address
        self.told: Told = {"list": address, "failure": str(error), "failure_by": error.kind()}


async def work_as_task(item: BatchItem, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Work one source as a Prefect task."""

    async def source() -> Outcome:
        outcome = await work()
        if outcome.failure is not None:
            raise SourceFailedError(outcome)
        return outcome

    try:
        return await as_task("source", item.reference.source, source)
    except SourceFailedError as failed:
        return failed.outcome


async def read_as_task(address: str, read: Callable[[], Awaitable[T]]) -> T:
    """Read a list as a Prefect task, which is tried again where the cause may pass by itself."""
    return await as_task("list", address, read, _LIST_DELAYS)


def _services(settings: Settings) -> Services:
    """Return services that wait out outages, and share the endpoint with the other workers."""
    return Services(settings, patience=settings.outage_patience, shared_gate=llm_slot)


@flow(name="backfill", persist_result=False)
async def backfill(  # noqa: PLR0917 - a flow's parameters are its form in the UI
    source: str | None = None,
    batch_id: str | None = None,
    since: date | None = None,
    limit: Annotated[int, Field(ge=1)] | None = None,
    words: Sequence[_Name] = (),
    force: bool = False,
    budget: Annotated[float, Field(ge=0, le=MOST_DOLLARS)] | None = None,
    concurrency: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] | None = None,
    model: _Name | None = None,
) -> Told | State[Any]:
    """Work a list (``source``: a feed, sitemap, page or file), or go on with a stored batch.

    ``budget`` is in US dollars a run, ``concurrency`` how many calls to the model are under way at
    once; a stored batch keeps its own, and its model. Returns the batch's id and where its sources
    stand. Sources that fail are rows and failed tasks, no failed flow; a batch that pauses, or a
    list that cannot be read, is a failed run which names the cause, and may be retried.

    Raises:
        InvalidSource: if not exactly one of ``source`` and ``batch_id`` is given.
    """
    if (state := await skipped()) is not None:
        return state
    if bool(source) == bool(batch_id):
        raise InvalidSource("give source, a list to work, or batch_id, a batch to go on with")
    settings, missed = Settings.load(), list[str]()
    options = BatchOptions(force=force, concurrency=concurrency, budget_usd=budget, model=model)
    chosen = partial(select, since=since, limit=limit, words=words)
    async with _services(settings) as services:
        try:
            if batch_id:
                batch = await batch_of(batch_id, services)
            else:
                batch, missed = await _begun(source or "", chosen, options, services)
        except ListUnreadError as error:
            return state_of({error.address: error.told}, _RETRY_LIST) or error.told
    async with _services(with_options(settings, batch.options)) as services:
        with ended_in_order():
            told = await _work(batch, services, missed)
    return state_of({batch.batch_id: told}, _RETRY) or told


async def _begun(
    address: str,
    chosen: Callable[[Sequence[Candidate]], Selection],
    options: BatchOptions,
    services: Services,
) -> tuple[Batch, list[str]]:
    """Store what is chosen of a list as a batch; return it, and what could not be read of the list.

    Raises:
        ListUnreadError: if it cannot be read.
    """
    ref = SourceRef(source=address)
    try:
        found = await read_as_task(ref.source, lambda: read_list(ref, services))
    except CasebookError as error:
        raise ListUnreadError(address, error) from error
    batch = await register(address, chosen(found.candidates).items, options, services)
    return batch, found.missed


@flow(name="watch", persist_result=False)
async def watch(
    budget: Annotated[float, Field(ge=0, le=MOST_DOLLARS)] | None = None,
) -> Told | State[Any]:
    """Look at every watched list that is due, and work what is new.

    Several lists are read at once, for each may be down, and worked one after another. One that
    cannot be read or judged, or a batch that pauses, makes a failed run that names the cause, once
    all lists were looked at. Retried, it looks at once at the lists that may have something open. A
    watch that is paused or removed before its turn comes is left alone. Once ``budget``, in US
    dollars a run, is spent, no further list is looked at: it stays due. What a budget leaves, this
    one or a watch's own, makes no failed run: it is a completed one that names it.
    """
    if (state := await skipped()) is not None:
        return state
    settings = with_options(Settings.load(), BatchOptions(budget_usd=budget))
    worked, began = dict[str, Told](), datetime.now(UTC)
    async with _services(settings) as services:
        due = await _due(services)
        with ended_in_order():
            async with _read_ahead(due, services) as in_turn:
                for one, reading in in_turn:
                    if services.budget.is_spent:
                        left = await watching.active_of(due[due.index(one) :], services)
                        worked |= {
                            watch.watch_id: _LEFT | {"list": watch.address} for watch in left
                        }
                        break
                    if (told := await _looked(one, reading, services, began)) is not None:
                        worked[one.watch_id] = told
    return state_of(worked, _NEXT_LOOK, by_itself=BudgetReached.kind()) or worked


async def _looked(
    one: Watch, reading: _Reading, services: Services, began: datetime
) -> Told | None:
    """Look at a list and work what is new of it; None where nobody watches it any more."""
    await asyncio.gather(reading, return_exceptions=True)
    if (active := await watching.still_active(one, services)) is None:
        return None
    found = _taken(reading)
    with watching.one_look(active, services):
        look, batch = await watching.look(active, services, reading=found, at=began)
        told = await _work(batch, services, look.missed) if batch else {}
    return {**_told(one, look), **told}


async def _due(services: Services) -> Sequence[Watch]:
    """Return what is to be looked at; where a run is retried, also what may have something open."""
    lines = await asyncio.to_thread(services.warehouse.watches)
    now, again = datetime.now(UTC), flow_run.run_count > 1
    return [line.watch for line in lines if line.due(now) or (again and line.may_be_open)]


@asynccontextmanager
async def _read_ahead(
    watches: Sequence[Watch], services: Services
) -> AsyncIterator[Iterator[tuple[Watch, _Reading]]]:
    """Give watched lists in their order, each with its reading, while the next ones are read.

    A further one is begun when the turn of one is over. What nobody waits for any more at the end
    is given up.
    """
    rest, begun = iter(watches), deque[tuple[Watch, _Reading]]()

    def begin(count: int) -> None:
        for one in islice(rest, count):
            begun.append((one, asyncio.create_task(_read(one.address, services))))

    def in_turn() -> Iterator[tuple[Watch, _Reading]]:
        begin(_READ_AHEAD)
        while begun:
            yield begun[0]
            begun.popleft()
            begin(1)

    try:
        yield in_turn()
    finally:
        left = [reading for _, reading in begun]
        for reading in left:
            reading.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _read(address: str, services: Services) -> list[Walk]:
    """Return the list, to be taken out: what reads it is held until the batch is worked."""
    return [await read_as_task(address, partial(watching.listed, address, services))]


async def _taken(reading: _Reading) -> Walk:
    return (await reading).pop()


def _told(watch: Watch, look: Look) -> Told:
    """Return what a run tells of a look."""
    why = {"failure", "failure_by", "trouble", "trouble_by", "missed"}
    return {"list": watch.address, **look.model_dump(mode="json", include=why)}


async def _work(batch: Batch, services: Services, missed: Sequence[str] = ()) -> Told:
    """Run the batch; show how far it is, and in the end what became of it."""
    run = BatchRun(batch, services, each=work_as_task)
    shown = await acreate_progress_artifact(0.0, description=_named(batch))
    teller = asyncio.create_task(_tell(run, shown))
    try:
        async for _ in run.outcomes():
            pass
    except WarehouseError as error:  # there is nowhere to look how far it is
        return {"batch_id": batch.batch_id, "paused": str(error), "paused_by": error.kind()}
    finally:
        teller.cancel()
    await aupdate_progress_artifact(shown, _percent(run), _named(batch))
    stands = await progress(batch, services)
    stopped = run.tally.stopped_by
    paused = stopped and stopped.message
    await acreate_markdown_artifact(
        key=batch.batch_id.replace("_", "-"),
        markdown=batch_markdown(batch, stands, run.tally, missed),
        description=batch.origin if paused is None else f"{batch.origin}: paused, {paused}",
    )
    return {
        "batch_id": batch.batch_id,
        "paused": paused,
        "paused_by": stopped and stopped.kind,
        **stands.model_dump(mode="json"),
    }


async def _tell(run: BatchRun, shown: UUID) -> None:
    """Keep the progress that is shown true, also while the batch waits for a try or an endpoint."""
    told = (0.0, False)
    while True:
        await asyncio.sleep(_TELL_SECONDS)
        now = (_percent(run), run.endpoint.is_down)
        if now != told:
            percent, waits = now
            with suppress(httpx.HTTPError):  # the server may be away, and come back
                await aupdate_progress_artifact(shown, percent, _named(run.batch, waits=waits))
                told = now


def _named(batch: Batch, *, waits: bool = False) -> str:
    why = ": the endpoint fails, the batch waits and goes on by itself" if waits else ""
    return f"Batch {batch.batch_id}{why}"


def _percent(run: BatchRun) -> float:
    """Return how much of what was open is done; a run that was paused does not read as whole."""
    return 100.0 * run.tally.done / run.tally.total if run.tally.total else 100.0
