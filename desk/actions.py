"""The curator's actions: forms, answered with a fragment to htmx and otherwise with a redirect."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from desk.forms import fields_of
from desk.jobs import Job
from desk.pages import show_case, show_publish, show_submit, show_tags
from desk.rendering import is_fragment, redirect, render
from desk.requests import NUMBERS, decide, request_of
from desk.security import CuratorRequired
from desk.state import Desk, DeskState, User
from desk.submit import selection, submitted
from publishing.wording import count
from review import adoption, terms
from review.changes import CHANGES, MeasurePart
from review.side_by_side import marked
from schemas.cases import TermGroup
from schemas.errors import EditClash, InvalidDecision, UnknownId
from schemas.reviews import CaseStatus, Decision, Review
from schemas.subjects import Subject, SubjectAction
from services.subjects import change_subject

router = APIRouter(include_in_schema=False, dependencies=CuratorRequired)

_OF_CHANGES = frozenset(
    {name for kind in CHANGES.values() for name in kind.model_fields} | set(get_args(MeasurePart))
) - {"rests_on"}  # its numbers refer to the revision that was shown


@router.post("/cases/{case_id}/decisions")
async def decide_case(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Carry out a decision, then show the case or the next one."""
    fields = await decision_fields(request)
    try:
        seconds = desk.seconds_open(who.name, case_id)
        review = await carry_out(desk, who.name, case_id, fields, seconds)
    except EditClash as clash:
        return await show_clash(request, desk, case_id, clash, fields)
    address = f"/cases/{case_id}"
    if fields.get("then") == "next" or "preset" in fields:
        address = await asyncio.to_thread(_next_address, desk, who.name, case_id)
    elif is_fragment(request):
        return await show_case(request, desk, case_id, done=review.decision)
    return redirect(address, request)


async def decision_fields(request: Request) -> dict[str, str]:
    """Return the fields of a decision's form and of its address."""
    form = await request.form()
    fields = fields_of(form)
    for name in NUMBERS & fields.keys():
        fields[name] = " ".join(map(str, form.getlist(name)))
    fields["reason"] = fields.get("preset") or fields.get("reason", "")
    return {**request.query_params, **fields}


async def carry_out(
    desk: DeskState, who: str, case_id: str, fields: Mapping[str, str], seconds: float | None
) -> Review:
    """Carry out a decision of a form on a case that was open for ``seconds``; ask the judge."""
    wanted = request_of(fields)
    act = partial(decide, desk.warehouse, case_id, wanted, who)
    work = partial(act, judged=desk.judging.is_on, seconds=seconds)
    # Sending the same form for one revision twice is a double click.
    once = wanted.expected_revision and f"{case_id} {wanted.model_dump_json()}"
    review = await (desk.once(who, once, work) if once else asyncio.to_thread(work))
    desk.live.note_change()
    desk.judging.start(case_id)
    return review


def _next_address(desk: DeskState, who: str, case_id: str) -> str:
    following = desk.next_case(who, case_id)
    return f"/cases/{following}?after={case_id}" if following else desk.cursor(who).query.address()


async def show_clash(
    request: Request, desk: DeskState, case_id: str, clash: EditClash, fields: Mapping[str, str]
) -> Response:
    """Show both texts of a part that two people changed, with a form for the combined text."""
    view = await asyncio.to_thread(desk.warehouse.case, case_id)
    field = "value" if "value" in fields else "text"
    moved = {"n": clash.part[2:]} if "n" in fields else {}
    mine = fields.get(field, "")
    old, new = marked(clash.theirs, mine)
    given = {name: value for name, value in fields.items() if name in _OF_CHANGES}
    context = {
        "view": view, "message": str(clash), "field": field, "fields": given | moved,
        "mine": mine, "old": old, "new": new,
    }  # fmt: skip
    headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"} if is_fragment(request) else {}
    return await render(request, "conflict.html", context, status=409, headers=headers)


@router.post("/cases/{case_id}/draft")
async def decide_draft(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Adopt a newer draft, whole or by field, or reject it; go to the case."""
    await asyncio.to_thread(_decide_draft, await request.form(), desk, who.name, case_id)
    desk.judging.start(case_id)
    return redirect(f"/cases/{case_id}", request)


@router.post("/cases/{case_id}/judge")
async def judge_case(request: Request, desk: Desk, case_id: str) -> Response:
    """Ask the judge again about the unjudged parts of a case, in the background."""
    desk.judging.start(case_id, again=True)
    if not is_fragment(request):
        return redirect(f"/cases/{case_id}")
    return await show_case(request, desk, case_id, done=Decision.JUDGE)


@router.post("/cases/{case_id}/subjects")
async def change_subjects(request: Request, desk: Desk, who: User, case_id: str) -> Response:
    """Add, rename, draft or drop a subject of a case's source; show the job of a draft."""
    given = fields_of(await request.form())
    action, name = cast(SubjectAction, given.get("action")), given.get("subject", "")
    if action not in get_args(SubjectAction):
        raise InvalidDecision("nothing was changed: the form has no valid action")
    source = (await asyncio.to_thread(desk.warehouse.case, case_id)).source
    to = Subject(company=given.get("company") or None, system=given.get("system", "").strip())
    place = desk.warehouse, source.source_id
    found = await asyncio.to_thread(change_subject, *place, action, who.name, name=name, to=to)
    desk.live.note_change()
    if action not in {"add", "draft"}:
        return redirect(f"/cases/{case_id}", request)
    ref, label = source.reference, source.canonical_url or source.reference.label
    run = {"who": who.name, "force": True, "case_id": (found and found.case_id) or ""}
    job = desk.jobs.start(ref, label=label, source_id=source.source_id, **run)
    return await _show_jobs(request, desk, [job])


@router.post("/submit")
async def submit(request: Request, desk: Desk, who: User) -> Response:
    """Process addresses, files, transcripts, or a page from the curator's browser."""
    form = await request.form()
    found = await submitted(form, desk.settings.home)
    hints = selection(form, [ref for ref, _ in found.sources], who.name)
    if hints:
        await asyncio.to_thread(desk.warehouse.append, *hints)
    started = [desk.jobs.start(ref, label=name, who=who.name) for ref, name in found.sources]
    return await _show_jobs(request, desk, started, found.problems)


@router.post("/sources/{source_id}/retry")
async def retry(request: Request, desk: Desk, who: User, source_id: str) -> Response:
    """Retry a source; with ``force``, draft it even if triage refused it."""
    source = await asyncio.to_thread(desk.warehouse.source, source_id)
    if source is None:
        raise UnknownId(f"There is no source {source_id}: look at the queue again.")
    force = bool((await request.form()).get("force"))
    ref, label = source.reference, source.canonical_url or source.reference.label
    job = desk.jobs.start(ref, label=label, who=who.name, force=force, source_id=source_id)
    return await _show_jobs(request, desk, [job])


@router.post("/tags")
async def rule(request: Request, desk: Desk, who: User) -> Response:
    """Accept, map or refuse names that are not in the taxonomy."""
    form = await request.form()
    names = [name for name in form.getlist("name") if isinstance(name, str)] or [""]
    done = " ".join(
        [
            await asyncio.to_thread(rule_on, desk, {**fields_of(form), "name": name}, who.name)
            for name in names
        ]
    )
    await desk.judging.resume()
    if not is_fragment(request):
        return redirect("/tags")
    return await show_tags(request, desk, done=done)


@router.post("/publish")
async def publish(request: Request, desk: Desk, who: User) -> Response:
    """Start publishing the approved cases."""
    desk.publishing.start(who.name)
    return await show_publish(request, desk) if is_fragment(request) else redirect("/publish")


def _decide_draft(form: FormData, desk: DeskState, who: str, case_id: str) -> None:
    given, warehouse, judged = fields_of(form), desk.warehouse, desk.judging.is_on
    revision, draft = given.get("expected_revision"), given.get("draft")
    status = given.get("expected_status")
    if not revision or not draft or status not in set(CaseStatus):
        raise InvalidDecision("nothing was changed: the form is missing a required field")
    seen = revision, CaseStatus(status)
    match given.get("action"):
        case "take" | "take_whole" as action:
            chosen = [name for name in form.getlist("field") if isinstance(name, str)]
            fields = chosen if action == "take" else None
            act = partial(adoption.adopt, warehouse, case_id, fields, who, judged=judged)
            act(seen=seen, draft_id=draft)
        case "refuse":
            why = given.get("reason", "").strip() or None
            adoption.refuse_draft(warehouse, case_id, who, reason=why, seen=seen, draft_id=draft)
        case _:
            raise InvalidDecision("nothing was changed: adopt the draft or reject it")


def rule_on(desk: DeskState, given: Mapping[str, str], who: str) -> str:
    """Carry out a ruling on a name; return a message about it."""
    name, warehouse = given.get("name", "").strip(), desk.warehouse
    group, judged = given.get("group", ""), desk.judging.is_on
    match given.get("ruling") if name else None:
        case "accept":
            tagged = terms.accept(
                warehouse,
                name,
                who,
                definition=given.get("definition", ""),
                group=cast("TermGroup", group) if group in get_args(TermGroup) else None,
                label=given.get("label"),
                judged=judged,
            )
            return f"{name} is now a term; {count(len(tagged), 'draft')} tagged."
        case "map":
            slug = given.get("slug", "")
            tagged = terms.map_to(warehouse, name, slug, who, judged=judged)
            return f"{name} is now a synonym of {slug}; {count(len(tagged), 'draft')} tagged."
        case "refuse":
            terms.refuse(warehouse, name, who, reason=given.get("reason") or None)
            return f"{name} will not be proposed again."
    raise InvalidDecision("nothing was changed: accept, map or refuse a name")


async def _show_jobs(
    request: Request, desk: DeskState, jobs: Sequence[Job], problems: Sequence[str] = ()
) -> Response:
    if is_fragment(request):
        return await render(request, "job_list.html", jobs=jobs, problems=problems)
    if problems:
        return await show_submit(request, desk, problems)
    return redirect(f"/jobs/{jobs[0].job_id}" if len(jobs) == 1 else "/submit")
