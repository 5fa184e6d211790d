"""Second readings: the cases to read, one case without flags, and the statements that differ."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from desk.case_page import Item, passage_lines
from desk.forms import fields_of
from desk.rendering import is_fragment, redirect, render
from desk.security import CuratorRequired, require_admin
from desk.state import Desk, DeskState, User
from review import readings
from review.quotes import QuoteMarker
from schemas.cases import Evidence, Statement
from schemas.errors import InvalidDecision, UnknownId
from schemas.readings import SecondReading
from schemas.reviews import Role

router = APIRouter(include_in_schema=False)

_MARKS = {"right": True, "wrong": False}


@router.get("/readings")
async def overview(request: Request, desk: Desk, who: User) -> Response:
    """Show the cases that a person can read, and the statements on which two readers differ."""
    found = await asyncio.to_thread(_overview, desk, who.name)
    return await render(request, "readings.html", found, is_admin=who.role is Role.ADMIN)


def _overview(desk: DeskState, who: str) -> dict[str, object]:
    warehouse = desk.warehouse
    cases, read = warehouse.reading_cases(), warehouse.second_readings()
    differences = [one for one in read if one.is_difference]
    return {
        "open": readings.open_to(cases, who),
        "others": [one for one in cases if one.reader not in {None, who} and not one.is_done],
        "cases": {one.case_id: one for one in cases},
        "unsettled": [one for one in differences if one.decided_right is None],
        "settled": [one for one in differences if one.decided_right is not None],
        "done": sum(one.is_done for one in cases),
        "read": len(read),
        "share": warehouse.reading_share(),
    }


@router.post("/readings", dependencies=[*CuratorRequired, Depends(require_admin)])
async def change_share(request: Request, desk: Desk, who: User) -> Response:
    """Change the share of published cases that are read twice."""
    given = fields_of(await request.form()).get("one_in", "")
    if not given.isdecimal():
        raise InvalidDecision("the share is a number: of how many cases one is read twice")
    await asyncio.to_thread(readings.set_share, desk.warehouse, int(given), who.name)
    return redirect("/readings", request)


@router.get("/readings/{case_id}")
async def reading(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Show the draft of a case beside its source, in the order of the source, without flags."""
    found = await asyncio.to_thread(_reading, desk, case_id, who.name)
    return await render(request, "reading.html", found)


def _reading(desk: DeskState, case_id: str, who: str) -> dict[str, object]:
    warehouse = desk.warehouse
    case = readings.open_reading(warehouse, case_id, who)
    draft = readings.without_flags(readings.draft_of(warehouse, case))
    document = warehouse.document(draft.document_id)
    if document is None:
        raise UnknownId(f"The text of case {case_id} is missing.")
    document, quotes = document.spoken_by(draft.speakers), QuoteMarker(document)
    ordered = readings.in_source_order(draft.study)
    return {
        "case": case,
        "document": document,
        "items": [Item(one, quotes.views(_evidence(one, ordered))) for one in ordered],
        "texts": {one.n: one.text for one in ordered},
        "marks": {one.n: one for one in warehouse.second_readings(case_id)},
        "passages": [*passage_lines(document, quotes.spans)],  # after all quotes
    }


def _evidence(one: Statement, statements: Sequence[Statement]) -> list[Evidence]:
    """Return the quotes of a statement, or else of those that it sums up."""
    resting = [e for other in statements if other.n in one.rests_on for e in other.evidence]
    return [*dict.fromkeys(one.evidence or resting)]


@router.post("/readings/{case_id}", dependencies=CuratorRequired)
async def mark(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Store a mark on a statement."""
    form = fields_of(await request.form())
    n, is_right = _marked(form)
    place, note = (desk.warehouse, case_id, n, who.name), form.get("note")
    await asyncio.to_thread(readings.mark, *place, is_right=is_right, note=note)
    if is_fragment(request):  # the page shows the mark already
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return redirect(f"/readings/{case_id}#s-{n}")


@router.post("/readings/{case_id}/rulings", dependencies=CuratorRequired)
async def settle(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Decide on a statement where the two readers differ."""
    n, is_right = _marked(fields_of(await request.form()))
    place, is_admin = (desk.warehouse, case_id, n, who.name), who.role is Role.ADMIN
    one: SecondReading = await asyncio.to_thread(
        readings.settle, *place, is_right=is_right, is_admin=is_admin
    )
    is_published_wrong = bool(one.first_right) and not one.is_right
    wrong = f"/mistakes?case={case_id}&statement={n}#record"
    return redirect(wrong if is_published_wrong else "/readings", request)


def _marked(form: dict[str, str]) -> tuple[int, bool]:
    """Return the statement and the mark in a form."""
    n, given = form.get("n", ""), form.get("mark", "")
    if not n.isdecimal() or given not in _MARKS:
        raise InvalidDecision("nothing was saved: mark the statement right or wrong")
    return int(n), _MARKS[given]
