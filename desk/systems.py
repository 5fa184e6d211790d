"""The page of systems: proposals, joined cases, and recent decisions that can be undone."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.forms import fields_of
from desk.rendering import is_fragment, redirect, render
from desk.security import CuratorRequired
from desk.state import Desk, DeskState, User
from schemas.errors import InvalidDecision, UnknownId
from services import systems
from services.proposals import proposals

router = APIRouter(include_in_schema=False)

_MOST_PROPOSALS, _MOST_DECISIONS = 50, 30


@router.get("/systems")
async def show_systems(
    request: Request, desk: Desk, company: str = "", case: str = "", done: str = ""
) -> Response:
    """Show the systems and proposals of a company, of the company of a ``case``, or of all."""
    context = await asyncio.to_thread(_context, desk, company, case)
    return await render(request, "systems.html", context, done=done)


@router.post("/systems", dependencies=CuratorRequired)
async def decide(request: Request, desk: Desk, who: User) -> Response:
    """Join, move, rename, refuse or undo; then show the page again."""
    form = fields_of(await request.form())
    done = await asyncio.to_thread(_decide, form, desk, who.name)
    if is_fragment(request):
        return await show_systems(request, desk, form.get("company", ""), "", done)
    return redirect(f"/systems?company={form.get('company', '')}")


def _context(desk: DeskState, company: str, case_id: str) -> dict[str, object]:
    warehouse = desk.warehouse
    if case_id:
        named = warehouse.case(case_id).company
        company = named.company_id if named else company
    companies = {one.company_id: one for one in warehouse.companies()}
    if company and company not in companies:
        raise UnknownId(f"There is no company {company}.")
    found = [one for one in warehouse.systems() if one.accounts]
    proposed = proposals(warehouse, company or None)
    decisions = warehouse.system_decisions()
    rows = warehouse.account_texts(company) if company else []
    titles = {one.case_id: one.title for system in found for one in system.accounts}
    titles |= {one.case_id: one.title for pair in proposed for one in (pair.one, pair.other)}
    titles |= {row["case_id"]: row["title"] for row in rows}
    return {
        "company": companies.get(company),
        "companies": companies,
        "case_id": case_id,
        "cases": rows,
        "systems": [one for one in found if company in {"", one.company_id}],
        "names": {one.system_id: one.name for one in found},
        "proposals": proposed[:_MOST_PROPOSALS],
        "more": max(0, len(proposed) - _MOST_PROPOSALS),
        "decisions": decisions[:_MOST_DECISIONS],
        "undone": {one.undoes for one in decisions},
        "titles": titles,
    }


def _decide(form: Mapping[str, str], desk: DeskState, who: str) -> str:
    """Carry out a decision on systems; return a message about it."""
    warehouse, name = desk.warehouse, form.get("name") or None
    one, other = form.get("one", ""), form.get("other", "")
    match form.get("action"):
        case "join" if one and other:
            alone = bool(form.get("alone"))
            made = systems.join(warehouse, one, other, who, name=name, alone=alone)
            done = f"Both are now accounts of {made.name}."
        case "refuse" if one and other:
            systems.refuse(warehouse, one, other, who)
            done = "They will not be proposed again."
        case "leave" if one:
            systems.leave(warehouse, one, who)
            done = "The case now stands alone."
        case "rename":
            system = systems.rename(warehouse, form.get("system", ""), name or "", who)
            done = f"The system is now called {system.name}."
        case "undo":
            systems.undo(warehouse, form.get("decision", ""), who)
            done = "Undone."
        case _:
            raise InvalidDecision("nothing was changed: choose two cases")
    desk.live.note_change()
    return done
