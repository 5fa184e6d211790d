"""Rounds: a start page, the doubts of some drafts one by one, and a summary at the end."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from desk.actions import carry_out, decision_fields, show_clash
from desk.rendering import is_fragment, redirect, render
from desk.round_cards import card_of, other_quotes
from desk.round_plan import propose
from desk.security import CuratorRequired
from desk.state import Desk, User
from publishing.gate import readable
from review.decisions import undoable
from review.parts import text_of
from review.rounds import (
    MINUTES,
    USUAL_SECONDS,
    Leg,
    Spot,
    begun,
    following,
    seconds_on,
    spots,
    summary,
)
from schemas.errors import EditClash, InvalidDecision, UnknownId
from schemas.rounds import Round
from warehouse import Warehouse

router = APIRouter(include_in_schema=False)

_LONGEST_NAME = 60


@router.get("/round")
async def start_page(
    request: Request, desk: Desk, who: User, minutes: Annotated[int, Query(ge=1, le=240)] = 20
) -> Response:
    """Show what is new, the drafts that fit some minutes, and the rounds to resume."""
    await desk.live.fresh()
    proposal = await asyncio.to_thread(propose, desk, who.name, minutes)
    news = await asyncio.to_thread(desk.warehouse.news, who.name)
    lines = await asyncio.to_thread(desk.live.index.lines, [one.case_id for one in proposal.drafts])
    given = {"proposal": proposal, "news": news, "lines": lines, "choices": MINUTES}
    return await render(request, "round.html", given)


@router.post("/rounds", dependencies=CuratorRequired)
async def begin(
    desk: Desk,
    who: User,
    case: Annotated[list[str], Form()],
    minutes: Annotated[int, Form(ge=1, le=240)],
    name: Annotated[str, Form()] = "",
) -> Response:
    """Begin a round through the listed drafts, and show its first card."""
    views = await asyncio.to_thread(desk.warehouse.case_views, [*dict.fromkeys(case)])
    seconds = await asyncio.to_thread(desk.warehouse.pace, who.name) or USUAL_SECONDS
    name = name.strip()[:_LONGEST_NAME]
    now = datetime.now(UTC)
    the_round = begun(views, who.name, minutes=minutes, seconds=seconds, at=now, name=name)
    if not the_round.case_ids:
        raise InvalidDecision("no round was begun: all of these drafts were decided meanwhile")
    await asyncio.to_thread(desk.warehouse.append, the_round)
    return redirect(f"/rounds/{the_round.round_id}")


def own_round(desk: Desk, who: User, round_id: str) -> Round:
    """Return the round that an address names, or raise UnknownId."""
    the_round = desk.warehouse.round(round_id)
    if the_round is None or the_round.who != who.name:
        raise UnknownId("You have no such round: begin one, or resume one of yours.")
    return the_round


Own = Annotated[Round, Depends(own_round)]
"""The person's own round in the address, as a parameter of a route."""


@router.get("/rounds/{round_id}")
async def show_round(
    request: Request, desk: Desk, the_round: Own, at: str = "", after: str = ""
) -> Response:
    """Show the card ``at`` an address, by default the open one ``after`` another; or the end."""
    legs = await asyncio.to_thread(_legs, desk.warehouse, the_round)
    cards = spots(legs, the_round.seconds)
    named = (one for one in cards if one.id == at and one.is_open)
    here = next(named, None) or following(cards, after or at)
    context = {"round": the_round, "summary": summary(legs, the_round)}
    if here is None or the_round.ended:
        lines = [leg for leg in legs if leg.is_open]
        return await render(request, "round_end.html", context, left=lines)
    near = _near(legs, here.leg)
    bundles = {leg.case_id: _bundle(cards, leg, the_round) for leg in near}
    passed = _passed(cards, after, here, the_round.who)
    return await render(
        request, "round_run.html", context, legs=legs, bundles=bundles, here=here, passed=passed
    )


@router.post("/rounds/{round_id}", dependencies=CuratorRequired)
async def change_round(
    desk: Desk,
    the_round: Own,
    name: Annotated[str | None, Form()] = None,
    ended: Annotated[bool | None, Form()] = None,
) -> Response:
    """Name, end or resume a round."""
    changes: dict[str, object] = {"at": datetime.now(UTC)}
    if name is not None:
        changes["name"] = name.strip()[:_LONGEST_NAME]
    if ended is not None:
        changes["ended"] = ended
    await asyncio.to_thread(desk.warehouse.append, the_round.model_copy(update=changes))
    return redirect(f"/rounds/{the_round.round_id}")


@router.get("/rounds/{round_id}/drafts/{case_id}")
async def show_draft(request: Request, desk: Desk, the_round: Own, case_id: str) -> Response:
    """Return the cards of one draft, for the page of its round."""
    cards, leg = await asyncio.to_thread(_cards, desk.warehouse, the_round, case_id)
    return await render(request, "round_draft.html", bundle=_bundle(cards, leg, the_round))


@router.post("/rounds/{round_id}/drafts/{case_id}", dependencies=CuratorRequired)
async def decide_here(
    request: Request, desk: Desk, the_round: Own, case_id: str, card: str = ""
) -> Response:
    """Carry out a decision on a draft of the round, then show its cards, or the next card."""
    fields = await decision_fields(request)
    legs = await asyncio.to_thread(_legs, desk.warehouse, the_round)
    seconds = seconds_on(legs, the_round, case_id, datetime.now(UTC))
    try:
        await carry_out(desk, the_round.who, case_id, fields, seconds)
    except EditClash as clash:
        if not is_fragment(request):
            return await show_clash(request, desk, case_id, clash, fields)
        raise InvalidDecision(f"{clash}. It is now: “{clash.theirs}”") from clash
    if is_fragment(request):
        return await show_draft(request, desk, the_round, case_id)
    is_settled = fields.get("decision") in {"edit", "approve", "reject"}
    return redirect(f"/rounds/{the_round.round_id}?{'after' if is_settled else 'at'}={card}")


@router.get("/rounds/{round_id}/drafts/{case_id}/quotes/{key}")
async def suggestions(
    request: Request, desk: Desk, the_round: Own, case_id: str, key: str
) -> Response:
    """Return sentences of the source that could be another quote of a doubt."""
    _, leg = await asyncio.to_thread(_cards, desk.warehouse, the_round, case_id)
    part = next((stop.part for stop in leg.stops if stop.key == key), None)
    if part is None:
        raise UnknownId("The draft no longer has this part.")
    known = [one.quote for one in part.evidence if one.is_found]
    found = await asyncio.to_thread(other_quotes, leg.view.document, text_of(part), known)
    return await render(request, "round_quotes.html", found=found)


def _legs(warehouse: Warehouse, the_round: Round) -> list[Leg]:
    return [Leg(view, the_round) for view in warehouse.case_views(the_round.case_ids)]


def _cards(warehouse: Warehouse, the_round: Round, case_id: str) -> tuple[list[Spot], Leg]:
    legs = _legs(warehouse, the_round)
    if (leg := next((one for one in legs if one.case_id == case_id), None)) is None:
        raise UnknownId("The round has no such draft.")
    return spots(legs, the_round.seconds), leg


def _near(legs: list[Leg], here: Leg) -> list[Leg]:
    """Return a draft and the next open one, whose cards are sent with the page."""
    later = (leg for leg in legs[legs.index(here) + 1 :] if leg.is_open)
    return [here, *[leg for leg, _ in zip(later, range(1), strict=False)]]


def _bundle(cards: list[Spot], leg: Leg, the_round: Round) -> Mapping[str, object]:
    """Return the contents of a draft's cards."""
    view = leg.view
    return {
        "round": the_round,
        "leg": leg,
        "view": view,
        "study": view.revision.study,
        "cards": [card_of(one) for one in cards if one.leg is leg],
        "gated": readable(view.revision.study),
        "undoable": undoable(view),
    }


def _passed(cards: list[Spot], after: str, here: Spot, who: str) -> list[tuple[str, str]]:
    """Return the doubts between two cards that others settled, each with the settler."""
    ids = [one.id for one in cards]
    start = ids.index(after) + 1 if after in ids else 0
    between = cards[start : max(ids.index(here.id), start)]
    closed = [(one.leg, one.stop) for one in between if one.stop and not one.is_open]
    settled = [(leg.decided_by or leg.settler(stop), stop.doubt.text) for leg, stop in closed]
    return [(by, text) for by, text in settled if by != who]
