"""The pages of batches: list, estimate, progress and failures."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from desk.batch_runs import BatchRuns, CostEstimate
from desk.forms import file, number, since_day, text, words_of
from desk.rendering import is_fragment, redirect, render
from desk.security import CuratorRequired
from desk.state import Desk, DeskState, User
from desk.submit import keep_list, web_source
from schemas.batches import Batch, BatchProgress, SourceState
from schemas.errors import InputError, UnknownId
from schemas.results import OpenFailure
from schemas.sources import Candidate, SourceRef
from services.batches import read_list, register
from services.selection import SourceSelection, forecast, select
from warehouse import Warehouse

router = APIRouter(include_in_schema=False)

SHOWN = 50  # failures of one cause on a page
_LONG = 1_000
_BUSY = frozenset({"working", "elsewhere", "queued"})


class BatchPage(NamedTuple):
    """One batch; ``state`` is working, queued, elsewhere, paused, finished or waiting."""

    progress: BatchProgress
    state: str
    problem: str | None

    @property
    def ended(self) -> int:
        """The number of finished sources, including failures."""
        return self.progress.done + self.progress.counts.get(SourceState.FAILED, 0)

    @property
    def is_open(self) -> bool:
        """Whether there is anything left to process."""
        waiting = any(group.remedy == "wait" for group in self.progress.failures)
        return bool(self.progress.left) or waiting or self.state == "paused"

    @property
    def poll_seconds(self) -> int:
        """The polling interval of the page; long lists take longer to count."""
        quick = 2 if self.progress.batch.size <= _LONG else 6
        return quick if self.state in _BUSY else 15


def batch_page(progress: BatchProgress, runs: BatchRuns) -> BatchPage:
    """Return the page of a batch."""
    batch_id = progress.batch.batch_id
    stored = "elsewhere" if progress.step == "started" else progress.step or "waiting"
    return BatchPage(progress, runs.state(batch_id) or stored, runs.problems.get(batch_id))


@router.get("/batches")
async def batches(request: Request, desk: Desk) -> Response:
    """List the batches, with a form for a new one."""
    found = await asyncio.to_thread(desk.warehouse.batches)
    lines = [batch_page(one, desk.batches) for one in found]
    return await render(request, "batches.html", lines=lines)


@router.post("/batches/estimate", dependencies=CuratorRequired)
async def estimate_cost(request: Request, desk: Desk) -> Response:
    """Read a list and show its contents and expected cost, without starting it."""
    estimate = await _estimate(await request.form(), desk)
    if not is_fragment(request):
        return redirect(f"/batches/estimates/{estimate.estimate_id}")
    return await render(request, "estimate.html", estimate=estimate)


@router.get("/batches/estimates/{estimate_id}")
async def show_estimate(request: Request, desk: Desk, estimate_id: str) -> Response:
    """Show an estimate again."""
    return await render(request, "estimate.html", estimate=desk.batches.estimate(estimate_id))


@router.post("/batches", dependencies=CuratorRequired)
async def start(request: Request, desk: Desk, who: User) -> Response:
    """Start the batch of an estimate."""
    form = await request.form()
    in_orders = bool(text(form, "batch_api"))
    batch = await started(desk, text(form, "estimate"), who.name, in_orders=in_orders)
    return redirect(f"/batches/{batch.batch_id}")


@router.get("/batches/{batch_id}")
async def batch(request: Request, desk: Desk, batch_id: str) -> Response:
    """Show the progress of a batch and its failures."""
    progress = await asyncio.to_thread(desk.warehouse.batch, batch_id)
    return await render(request, "batch.html", page=batch_page(progress, desk.batches))


@router.post("/batches/{batch_id}/resume", dependencies=CuratorRequired)
async def resume(desk: Desk, who: User, batch_id: str) -> Response:
    """Process the rest of a batch."""
    desk.batches.start((await asyncio.to_thread(desk.warehouse.batch, batch_id)).batch, who.name)
    return redirect(f"/batches/{batch_id}")


@router.post("/batches/{batch_id}/pause", dependencies=CuratorRequired)
async def pause(desk: Desk, batch_id: str) -> Response:
    """Stop processing a batch here; resuming continues where it stopped."""
    await desk.batches.pause(batch_id)
    return redirect(f"/batches/{batch_id}")


@router.get("/batches/{batch_id}/failures/{kind}")
async def failures(request: Request, desk: Desk, batch_id: str, kind: str) -> Response:
    """Show the sources of a batch that failed for one cause, with remedies."""
    found = (await asyncio.to_thread(desk.warehouse.batch, batch_id)).batch
    failed = await asyncio.to_thread(_failures, desk.warehouse, batch_id, kind)
    if not failed:
        raise UnknownId(f"This batch no longer has failures of the kind {kind[:80]}.")
    given = {"batch": found, "failures": failed, "shown": SHOWN, "cause": kind}
    return await render(request, "batch_failures.html", given)


@router.post("/batches/{batch_id}/failures/{kind}", dependencies=CuratorRequired)
async def retry(desk: Desk, who: User, batch_id: str, kind: str) -> Response:
    """Retry the sources on the page of one cause."""
    failed = await asyncio.to_thread(_failures, desk.warehouse, batch_id, kind)
    for one in failed[:SHOWN]:
        desk.jobs.start(one.reference, who=who.name, source_id=one.failure.source_id)
    return redirect("/submit" if failed else f"/batches/{batch_id}")


def _failures(warehouse: Warehouse, batch_id: str, kind: str) -> Sequence[OpenFailure]:
    ids = {item.source_id for item in warehouse.batch_items(batch_id)}
    of_kind = (one for one in warehouse.open_failures() if one.failure.kind == kind)
    return [one for one in of_kind if one.failure.source_id in ids]


async def _estimate(form: FormData, desk: DeskState) -> CostEstimate:
    budget, since = number(form, "budget", "budget"), since_day(form)
    limit = number(form, "limit", "number of sources")
    origin, ref = await _list_of(form, desk)
    most = int(limit) if limit else None
    chosen = partial(select, since=since, limit=most, words=words_of(form))
    return await estimated(desk, origin, ref, budget, chosen)


async def estimated(
    desk: DeskState,
    origin: str,
    ref: SourceRef,
    budget: float | None,
    choose: Callable[[Iterable[Candidate]], SourceSelection],
) -> CostEstimate:
    """Return the chosen sources of a list and their expected cost, stored for ``started``."""
    found = await read_list(ref, desk.resources)
    chosen = choose(found.candidates)
    expected = await forecast(chosen.items, desk.resources)
    estimate = CostEstimate("", origin, chosen, expected, budget, tuple(found.missed))
    return desk.batches.keep(estimate)


async def started(desk: DeskState, estimate_id: str, who: str, *, in_orders: bool = False) -> Batch:
    """Start the batch of an estimate, and return it."""
    estimate = desk.batches.estimate(estimate_id)
    items, budget = estimate.selection.items, estimate.budget_usd
    batch = await register(
        estimate.origin,
        items,
        desk.resources,
        created_by=who,
        budget_usd=budget,
        in_orders=in_orders,
    )
    desk.batches.start(batch, who)
    return batch


async def _list_of(form: FormData, desk: DeskState) -> tuple[str, SourceRef]:
    """Return the name and the source of the submitted list; raise InputError unless it is one."""
    address, pasted, upload = text(form, "list"), text(form, "addresses"), file(form, "file")
    if sum(map(bool, (address, pasted, upload))) != 1:
        raise InputError("Give one list: its address, pasted addresses, or a file.")
    if address:
        return address, web_source(address)
    return await keep_list(pasted, upload, desk.settings.home)
