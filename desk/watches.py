"""The page of watched lists, and the forms to add, pause, check and remove them."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.forms import number, text, words_of
from desk.rendering import redirect, render
from desk.security import CuratorRequired
from desk.state import Desk, User
from desk.submit import web_source
from schemas.batches import WatchedItem, WatchLine, WatchState
from schemas.errors import InputError, InvalidDecision
from services.watches import add_watch, change_watch, find_watch, look
from warehouse import Warehouse

router = APIRouter(include_in_schema=False)

_JUDGED = ("refused", "undecided")


@router.get("/watches")
async def watches(request: Request, desk: Desk) -> Response:
    """List the watches with the results of their last check."""
    lines = await asyncio.to_thread(desk.warehouse.watches)
    return await render(
        request,
        "watches.html",
        lines=lines,
        judged=await asyncio.to_thread(_judged, desk.warehouse, lines),
        can_judge=desk.resources.profile.is_capable,
    )


@router.post("/watches", dependencies=CuratorRequired)
async def add(request: Request, desk: Desk, who: User) -> Response:
    """Watch a list; its current items are not new unless requested."""
    form = await request.form()
    every = text(form, "every")
    if not every.isdecimal():
        raise InputError("Choose how often to check.")
    await add_watch(
        web_source(text(form, "list")).source,
        desk.resources,
        every_seconds=int(every),
        words=words_of(form),
        rubric=text(form, "rubric") or None,
        budget_usd=number(form, "budget", "budget"),
        everything=bool(form.get("everything")),
        changed_by=who.name,
    )
    return redirect("/watches", request)


@router.post("/watches/{watch_id}", dependencies=CuratorRequired)
async def change(request: Request, desk: Desk, who: User, watch_id: str) -> Response:
    """Pause, resume or remove a watch."""
    wanted = text(await request.form(), "state")
    if wanted not in set(WatchState):
        raise InvalidDecision("nothing was changed: pause, resume or remove the watch")
    await change_watch(watch_id, WatchState(wanted), desk.resources, who.name)
    return redirect("/watches")


@router.post("/watches/{watch_id}/look", dependencies=CuratorRequired)
async def look_now(desk: Desk, who: User, watch_id: str) -> Response:
    """Check now, and process the new items."""
    line = await find_watch(watch_id, desk.resources)
    # Leaving the page does not cancel the check.
    _, batch = await asyncio.shield(look(line.watch, desk.resources, who.name))
    if batch is None:
        return redirect("/watches")
    desk.batches.start(batch, who.name)
    return redirect(f"/batches/{batch.batch_id}")


def _judged(warehouse: Warehouse, lines: list[WatchLine]) -> dict[str, list[WatchedItem]]:
    """Return the items, by watch id, that the rubric refused or could not decide."""
    ids = [line.watch.watch_id for line in lines if line.watch.rubric]
    return {i: [one for one in warehouse.watched_items(i) if one.state in _JUDGED] for i in ids}
