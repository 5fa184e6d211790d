"""The desk's JSON API for tags, batches and publishing."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from pydantic import Field

from desk.actions import rule_on
from desk.api import api_router
from desk.batches import batch_page, estimated, started
from desk.security import CuratorRequired
from desk.state import Desk, DeskState, User
from desk.submit import keep_list, web_source
from publishing.plan import Published
from review import terms
from schemas.batches import Batch, BatchProgress
from schemas.cases import TermGroup
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.taxonomy import OpenTerm, Term
from services.selection import BatchForecast, select

router = api_router()


class Tags(Frozen):
    """The terms of the taxonomy, and the proposed names that await a ruling."""

    terms: tuple[Term, ...]
    proposed: tuple[OpenTerm, ...]


class RulingRequest(Frozen):
    """A ruling on a name: ``definition`` for a new term, ``slug`` of the term that it is mapped to.

    A new term can get another ``group`` and ``label`` than the proposal.
    """

    name: str
    ruling: Literal["accept", "map", "refuse"]
    definition: str = ""
    group: TermGroup | None = None
    label: str = ""
    slug: str = ""
    reason: str = ""


class Message(Frozen):
    """What was done."""

    message: str


class ListRequest(Frozen):
    """A list of sources: the address of a list, or the ``addresses`` themselves.

    ``words`` keeps the sources with one of them in title, summary or address.
    """

    list: str = ""
    addresses: tuple[str, ...] = Field((), max_length=10_000)
    since: date | None = None
    limit: int | None = Field(None, ge=1)
    words: tuple[str, ...] = ()
    budget_usd: float | None = Field(None, gt=0)


class Estimate(Frozen):
    """The sources of a list and their expected cost; ``missed`` are parts that were not read."""

    estimate_id: str
    sources: int
    forecast: BatchForecast
    missed: tuple[str, ...]


class BatchState(Frozen):
    """A batch; ``state`` is working, queued, elsewhere, paused, finished or waiting."""

    state: str
    problem: str | None
    progress: BatchProgress


class PublishingState(Frozen):
    """The pending changes by kind, the publication in progress, and the last one's outcome."""

    running: bool
    done: int
    total: int
    result: Published | None
    problem: str | None
    pending: Mapping[str, Sequence[Mapping[str, Any]]]


@router.get("/tags")
async def tags(desk: Desk) -> Tags:
    """Return the taxonomy and the names that await a ruling."""
    taxonomy = await asyncio.to_thread(terms.taxonomy_of, desk.warehouse)
    proposed = await asyncio.to_thread(terms.open_names, desk.warehouse)
    return Tags(terms=taxonomy.terms, proposed=tuple(proposed))


@router.post("/tags", dependencies=CuratorRequired)
async def rule(desk: Desk, who: User, wanted: RulingRequest) -> Message:
    """Accept, map or refuse a proposed name."""
    given = {name: value for name, value in wanted.model_dump().items() if value}
    message = await asyncio.to_thread(rule_on, desk, given, who.name)
    await desk.judging.resume()
    return Message(message=message)


@router.get("/batches")
async def batches(desk: Desk) -> list[BatchState]:
    """List the batches, newest first."""
    found = await asyncio.to_thread(desk.warehouse.batches)
    return [_state(one, desk) for one in found]


@router.post("/batches/estimates", status_code=201, dependencies=CuratorRequired)
async def estimate(desk: Desk, wanted: ListRequest) -> Estimate:
    """Read a list and return its size and expected cost, without starting it."""
    if bool(wanted.list) == bool(wanted.addresses):
        raise InputError("Give one list: its address, or the addresses of its sources.")
    origin, ref = wanted.list, web_source(wanted.list) if wanted.list else None
    if ref is None:
        origin, ref = await keep_list("\n".join(wanted.addresses), None, desk.settings.home)
    chosen = partial(select, since=wanted.since, limit=wanted.limit, words=wanted.words)
    found = await estimated(desk, origin, ref, wanted.budget_usd, chosen)
    return Estimate(
        estimate_id=found.estimate_id,
        sources=len(found.selection.items),
        forecast=found.forecast,
        missed=found.missed,
    )


@router.post("/batches", status_code=202, dependencies=CuratorRequired)
async def start(desk: Desk, who: User, estimate_id: str) -> Batch:
    """Start the batch of an estimate; poll ``/api/batches/{batch_id}``."""
    return await started(desk, estimate_id, who.name)


@router.get("/batches/{batch_id}")
async def batch(desk: Desk, batch_id: str) -> BatchState:
    """Return the progress of a batch."""
    return _state(await asyncio.to_thread(desk.warehouse.batch, batch_id), desk)


@router.post("/batches/{batch_id}/resume", status_code=202, dependencies=CuratorRequired)
async def resume(desk: Desk, who: User, batch_id: str) -> BatchState:
    """Process the rest of a batch."""
    found = await asyncio.to_thread(desk.warehouse.batch, batch_id)
    desk.batches.start(found.batch, who.name)
    return _state(found, desk)


@router.post("/batches/{batch_id}/pause", dependencies=CuratorRequired)
async def pause(desk: Desk, batch_id: str) -> BatchState:
    """Stop processing a batch here; resuming continues where it stopped."""
    await desk.batches.pause(batch_id)
    return await batch(desk, batch_id)


@router.get("/publishing")
async def publishing(desk: Desk) -> PublishingState:
    """Return the changes that await publication, its progress, and the last result."""
    job, target, pending = desk.publishing, str(desk.settings.site_path), dict[str, Any]()
    for row in await asyncio.to_thread(desk.warehouse.publishing, target):
        pending.setdefault(row["change"], []).append(row)
    progress = {"running": job.running, "done": job.done, "total": job.total}
    return PublishingState(**progress, result=job.result, problem=job.problem, pending=pending)


@router.post("/publishing", status_code=202, dependencies=CuratorRequired)
async def publish(desk: Desk, who: User) -> PublishingState:
    """Start publishing the approved cases, unless a publication is in progress."""
    desk.publishing.start(who.name)
    return await publishing(desk)


def _state(progress: BatchProgress, desk: DeskState) -> BatchState:
    page = batch_page(progress, desk.batches)
    return BatchState(state=page.state, problem=page.problem, progress=progress)
