"""Watched lists at the desk: what each look found, and adding, pausing and removing them."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casebook.pipeline.batches import watching
from casebook.review.forms import number, text, words_of
from casebook.review.guarding import Changes
from casebook.review.rendering import is_fragment, rendered
from casebook.review.state import Desk
from casebook.review.uploads import web_source
from casebook.schemas.errors import InvalidDecision, InvalidSource
from casebook.schemas.watches import GAP, WatchState
from casebook.summarizer.wanted import can_judge

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
# Whoever looks by hand waits for the verdicts; what is left is judged at the next look.
_MOST_JUDGED = 20


@router.get("/watches")
async def watches(request: Request, desk: Desk) -> Response:
    """List the watches with what their last look found."""
    lines = await asyncio.to_thread(desk.services.warehouse.watches)
    with_rubric = [line.watch.watch_id for line in lines if line.watch.rubric]
    return await rendered(
        request,
        "watches.html",
        lines=lines,
        refused={i: await watching.refused_of(i, desk.services) for i in with_rubric},
        undecided={i: await watching.undecided_of(i, desk.services) for i in with_rubric},
        gap=GAP,
        judges=can_judge(desk.services.profile),
    )


@router.post("/watches", dependencies=Changes)
async def add(request: Request, desk: Desk) -> Response:
    """Watch a list; what it holds now is no news unless asked for."""
    form = await request.form()
    address, every = text(form, "list"), text(form, "every")
    if not every.isdecimal():
        raise InvalidSource("Choose how often to look.")
    await watching.add(
        web_source(address).source,
        desk.services,
        every_seconds=int(every),
        words=words_of(form),
        rubric=text(form, "rubric") or None,
        budget_usd=number(form, "budget", "budget"),
        everything=bool(form.get("everything")),
        who=desk.settings.curator,
    )
    if is_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": "/watches"})
    return RedirectResponse("/watches", _SEE_OTHER)


@router.post("/watches/{watch_id}", dependencies=Changes)
async def change(request: Request, desk: Desk, watch_id: str) -> Response:
    """Pause, resume or remove a watch."""
    wanted = (await request.form()).get("state")
    if wanted not in set(WatchState):
        raise InvalidDecision("nothing was changed: pause, resume or remove the watch")
    state = WatchState(str(wanted))
    await watching.change(watch_id, state, desk.services, who=desk.settings.curator)
    return RedirectResponse("/watches", _SEE_OTHER)


@router.post("/watches/{watch_id}/look", dependencies=Changes)
async def look(desk: Desk, watch_id: str) -> Response:
    """Look now, and work what is new."""
    line = await watching.line_of(watch_id, desk.services)
    batch = await desk.batches.look(line.watch, desk.services, _MOST_JUDGED)
    page = f"/batches/{batch.batch_id}" if batch else "/watches"
    return RedirectResponse(page, _SEE_OTHER)
