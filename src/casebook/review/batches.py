"""Batches at the desk: the list, one with its progress, its failures, and a new one."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from casebook.pipeline.batches.forecasting import forecast
from casebook.pipeline.batches.lists import read_list
from casebook.pipeline.batches.planning import select, with_options
from casebook.pipeline.batches.stored import batch_of, progress, register
from casebook.review.batch_page import SHOWN, BatchPage, failures_of, state_of_batch
from casebook.review.forms import number, since_day, text, words_of
from casebook.review.guarding import Changes
from casebook.review.rendering import is_fragment, rendered
from casebook.review.state import Desk, State
from casebook.review.uploads import keep_list, web_source
from casebook.runtime.services import Services
from casebook.schemas.batches import Batch, BatchOptions
from casebook.schemas.errors import InvalidSource, UnknownId
from casebook.schemas.sources import SourceRef

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303


@router.get("/batches")
async def batches(request: Request, desk: Desk) -> Response:
    """List the batches, and offer to begin one."""
    found = await asyncio.to_thread(desk.services.warehouse.batches)
    lines = [(batch, state_of_batch(batch, desk.batches)) for batch in found]
    return await rendered(request, "batches.html", lines=lines)


@router.post("/batches/quote", dependencies=Changes)
async def ask_forecast(request: Request, desk: Desk) -> Response:
    """Read a list and say what it holds and what it would cost; nothing is begun."""
    form = await request.form()
    budget = number(form, "budget", "budget")
    limit = number(form, "limit", "number of sources")
    options = BatchOptions(budget_usd=budget)
    since, words = since_day(form), words_of(form)
    async with Services(with_options(desk.settings, options)) as services:
        origin, ref = await _list_of(form, desk)
        found = await read_list(ref, services)
        selection = select(
            found.candidates,
            since=since,
            limit=int(limit) if limit else None,
            words=words,
            repeated=found.repeated,
        )
        expected = await forecast(origin, selection, services, missed=found.missed)
    offer = desk.batches.offer(expected, options)
    if not is_fragment(request):
        return RedirectResponse(f"/batches/quotes/{offer.offer_id}", _SEE_OTHER)
    return await rendered(request, "forecast.html", offer=offer)


@router.get("/batches/quotes/{offer_id}")
async def shown_forecast(request: Request, desk: Desk, offer_id: str) -> Response:
    """Show a forecast that waits for its start."""
    return await rendered(request, "forecast_page.html", offer=desk.batches.offered(offer_id))


@router.post("/batches", dependencies=Changes)
async def start(request: Request, desk: Desk) -> Response:
    """Begin what was offered."""
    offer = desk.batches.offered(text(await request.form(), "offer"))
    items = offer.forecast.selection.items
    batch = await register(offer.forecast.origin, items, offer.options, desk.services)
    return _begun(batch, desk)


@router.get("/batches/{batch_id}")
async def batch(request: Request, desk: Desk, batch_id: str) -> Response:
    """Show how far a batch is, and what to do about its failures."""
    page = await _page(desk, batch_id)
    template = "batch_body.html" if is_fragment(request) else "batch.html"
    return await rendered(request, template, page=page)


@router.post("/batches/{batch_id}/resume", dependencies=Changes)
async def resume(desk: Desk, batch_id: str) -> Response:
    """Work what is open of a batch."""
    return _begun(await batch_of(batch_id, desk.services), desk)


@router.post("/batches/{batch_id}/pause", dependencies=Changes)
async def pause(desk: Desk, batch_id: str) -> Response:
    """Stop working a batch here; it goes on where it was when it is resumed."""
    await desk.batches.pause(batch_id)
    return RedirectResponse(f"/batches/{batch_id}", _SEE_OTHER)


@router.get("/batches/{batch_id}/failures/{kind}")
async def failures(request: Request, desk: Desk, batch_id: str, kind: str) -> Response:
    """Show the sources of a batch that failed of one cause, with what to do about each."""
    found = await batch_of(batch_id, desk.services)
    failed = await asyncio.to_thread(failures_of, desk.services.warehouse, found, kind)
    if not failed:
        raise UnknownId(f"Nothing of this batch waits with the cause {kind[:80]} any more.")
    return await rendered(
        request, "batch_failures.html", batch=found, failures=failed, shown=SHOWN, cause=kind
    )


@router.post("/batches/{batch_id}/failures/{kind}", dependencies=Changes)
async def retry(desk: Desk, batch_id: str, kind: str) -> Response:
    """Try again the sources that the page of a cause shows."""
    found = await batch_of(batch_id, desk.services)
    failed = await asyncio.to_thread(failures_of, desk.services.warehouse, found, kind)
    for one in failed[:SHOWN]:
        desk.jobs.retry(one.failure.source_id, one.reference.source, begun=found.options)
    return RedirectResponse("/submit" if failed else f"/batches/{batch_id}", _SEE_OTHER)


async def _page(desk: State, batch_id: str) -> BatchPage:
    found = await batch_of(batch_id, desk.services)
    stands = await progress(found, desk.services)
    summaries = await asyncio.to_thread(desk.services.warehouse.batches)
    summary = next(one for one in summaries if one.batch_id == batch_id)
    run = desk.batches.run_of(batch_id)
    return BatchPage(
        batch=found,
        summary=summary,
        progress=stands,
        state=state_of_batch(summary, desk.batches),
        problem=desk.batches.problem_of(batch_id),
        waiting=run.tally.waiting if run else 0,
        eta_seconds=run.eta_seconds() if run else None,
        endpoint=run.endpoint if run else None,
    )


def _begun(found: Batch, desk: State) -> Response:
    desk.batches.start(found)
    return RedirectResponse(f"/batches/{found.batch_id}", _SEE_OTHER)


async def _list_of(form: FormData, desk: State) -> tuple[str, SourceRef]:
    """Return how to call the list that was given, and where to read it.

    Raises:
        InvalidSource: if not exactly one was given.
    """
    address, pasted, file = text(form, "list"), text(form, "addresses"), form.get("file")
    chosen = file if isinstance(file, UploadFile) and file.filename else None
    if sum(map(bool, (address, pasted, chosen))) != 1:
        raise InvalidSource(
            "Give one list: its address, or addresses to paste, or a file (not several)."
        )
    if address:
        return address, web_source(address)
    return await keep_list(pasted, chosen, desk.settings.home)
