"""Mistakes in published cases: the open page for readers, and the page that decides on them."""

import asyncio
import hmac
import time
from functools import lru_cache
from http import HTTPStatus
from typing import Literal, cast, get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.forms import fields_of
from desk.rendering import redirect, render
from desk.security import CuratorRequired, is_same_origin
from desk.state import Desk, DeskState, User
from publishing.records import PublishedCase
from schemas.errors import InputError, InvalidDecision, UnknownId
from schemas.mistakes import REPORT_PATH
from services.mistakes import (
    Addresses,
    checked_address,
    decide_mistake,
    report_mistake,
    shown_case,
)
from warehouse import Warehouse

router = APIRouter(include_in_schema=False)

_Ruling = Literal["accept", "refuse"]
_VALID_SECONDS = 86_400  # of a form's token
_FRESH_SECONDS = 60
_OLD = "This form is too old: open it again. What you wrote is below."


@router.get(REPORT_PATH)
async def form(request: Request, desk: Desk, case: str = "") -> Response:
    """Show the form to anybody, with the statements of one published case."""
    _require_public(desk)
    _throttle(request, desk, "form")
    return await _form(request, desk, case)


async def _form(
    request: Request,
    desk: DeskState,
    case_id: str,
    given: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    minute = int(time.monotonic() / _FRESH_SECONDS)
    shown = await asyncio.to_thread(_shown, desk.warehouse, case_id, minute)
    token = form_token(desk, case_id, int(time.time()))
    context = {"case": shown, "form_token": token, "given": given or {}, "problem": problem}
    return await render(request, "mistake.html", context, status=status, site=_site(desk))


@lru_cache(maxsize=64)
def _shown(warehouse: Warehouse, case_id: str, _minute: int) -> PublishedCase:
    return shown_case(warehouse, case_id)


def _site(desk: DeskState) -> dict[str, str | None]:
    """Return the title and the address of the site, and the mail address for reports."""
    known = desk.settings
    contact = known.site_contact if "@" in (known.site_contact or "") else None
    return {"title": known.site_title, "address": known.site_address, "contact": contact}


@router.post(REPORT_PATH)
async def report(request: Request, desk: Desk) -> Response:
    """Store a reader's report; a filled trap field is thanked and dropped."""
    _require_public(desk)
    if not is_same_origin(request.headers, desk.sessions.origin):
        raise HTTPException(HTTPStatus.FORBIDDEN, "Use the form of this page.")
    _throttle(request, desk, "report")
    given = fields_of(await request.form())
    case_id, is_trapped = given.get("case", ""), bool(given.get("website"))
    if not is_valid(desk, case_id, given.get("form_token", "")):
        return await _form(request, desk, case_id, given, problem=_OLD, status=HTTPStatus.FORBIDDEN)
    try:
        if not is_trapped:
            await asyncio.to_thread(_store, desk, given)
            desk.live.note_change()
    except (InputError, InvalidDecision, UnknownId) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _form(request, desk, case_id, given, problem=str(error), status=status)
    context = {"case": None, "wants_answer": bool(given.get("address"))}
    return await render(request, "mistake.html", context, site=_site(desk))


def _store(desk: DeskState, given: dict[str, str]) -> None:
    address = given.get("address", "").strip()
    if address:
        checked_address(address)
    made = report_mistake(
        desk.warehouse, given.get("case", ""), given.get("message", ""),
        anchor=given.get("statement", ""), name=given.get("name", ""),
    )  # fmt: skip
    if address:
        Addresses(desk.settings.home).keep(made.mistake_id, address)


def _require_public(desk: DeskState) -> None:
    if not desk.settings.desk_address:
        raise UnknownId("There is nothing at this address: this desk has no public address.")


def _throttle(request: Request, desk: DeskState, what: str) -> None:
    """Reject a sender or everybody for a while after too many requests."""
    address = desk.sessions.address(request.scope, request.headers)
    if wait := desk.readers[what].start(what, address):
        message = f"Too many requests: try again in {wait} seconds."
        headers = {"Retry-After": str(wait)}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, message, headers)


def form_token(desk: DeskState, case_id: str, issued: int) -> str:
    """Return a token for one form about one case; it is of no use for other forms."""
    text = f"mistake {case_id} {issued}"
    return (
        f"{issued}.{hmac.new(desk.sessions.secret.encode(), text.encode(), 'sha256').hexdigest()}"
    )


def is_valid(desk: DeskState, case_id: str, token: str) -> bool:
    """Return whether a form's token is ours, for this case, and of the last day."""
    issued = token.partition(".")[0]
    if not issued.isdecimal() or not 0 <= time.time() - int(issued) <= _VALID_SECONDS:
        return False
    return hmac.compare_digest(form_token(desk, case_id, int(issued)).encode(), token.encode())


@router.get("/mistakes")
async def overview(
    request: Request, desk: Desk, case: str = "", statement: int | None = None
) -> Response:
    """Show the reports and corrections, and a form for a mistake found in a ``case``.

    ``statement`` is that of a second reading.
    """
    found = await asyncio.to_thread(_overview, desk, case, statement)
    return await render(request, "mistakes.html", found)


def _overview(desk: DeskState, case_id: str, n: int | None) -> dict[str, object]:
    warehouse, addresses = desk.warehouse, Addresses(desk.settings.home)
    known = warehouse.mistakes()
    read = warehouse.second_readings(case_id) if case_id and n else []
    lines = {one.case_id: desk.live.index.line(one.case_id) for one in known}
    return {
        "undecided": [one for one in known if one.ruling is None],
        "corrections": [one for one in known if one.ruling == "accept"],
        "refused": [one for one in known if one.ruling == "refuse"],
        "addresses": {one.mistake_id: addresses.find(one.mistake_id) for one in known},
        "titles": {i: (line and line["title"]) or i for i, line in lines.items()},
        "case": shown_case(warehouse, case_id) if case_id else None,
        "text": next((one.text for one in read if one.n == n), ""),
        "is_public": bool(desk.settings.desk_address),
    }


@router.post("/mistakes", dependencies=CuratorRequired)
async def record(request: Request, desk: Desk, who: User) -> Response:
    """Store a mistake that a curator found or got by mail, as a correction at once."""
    given = fields_of(await request.form())
    await asyncio.to_thread(_record, desk, given, who.name)
    return redirect("/mistakes", request)


def _record(desk: DeskState, given: dict[str, str], who: str) -> None:
    what, found_by = given.get("what", ""), given.get("found_by", "")
    made = report_mistake(
        desk.warehouse, given.get("case", ""), what, anchor=given.get("statement", ""),
        name=found_by, channel="desk",
    )  # fmt: skip
    decide_mistake(desk.warehouse, made.mistake_id, "accept", who, what=what, found_by=found_by)


@router.post("/mistakes/{mistake_id}", dependencies=CuratorRequired)
async def decide(request: Request, desk: Desk, who: User, mistake_id: str) -> Response:
    """Accept or refuse a report, and delete the reader's address."""
    given = fields_of(await request.form())
    ruling = given.get("ruling")
    if ruling not in get_args(_Ruling):
        raise InvalidDecision("nothing was changed: accept the report or refuse it")
    await asyncio.to_thread(
        decide_mistake, desk.warehouse, mistake_id, cast("_Ruling", ruling), who.name,
        what=given.get("what", ""), found_by=given.get("found_by", ""),
    )  # fmt: skip
    await asyncio.to_thread(Addresses(desk.settings.home).delete, mistake_id)
    desk.live.note_change()
    return redirect("/mistakes", request)
