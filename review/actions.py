"""What a curator does: each a form, answered with a fragment to htmx and else with a redirect."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.publish import publish_site
from publishing.wording import count
from review import adoption, terms
from review.forms import fields_of
from review.jobs import Job
from review.judgment import judge_of
from review.pages import show_case, show_publish, show_tags
from review.rendering import is_fragment, rendered, see
from review.requests import DecisionRequest, decide
from review.security import Changes
from review.state import Desk, State, Who
from review.submit import submitted
from schemas.cases import TermGroup
from schemas.errors import InvalidDecision, UnknownId
from schemas.reviews import CaseStatus, Decision

router = APIRouter(include_in_schema=False, dependencies=Changes)

_DONE: Mapping[Decision, str] = {
    Decision.EDIT: "Saved as a new revision.",
    Decision.COMMENT: "Comment kept.",
    Decision.RESOLVE: "Comment resolved.",
    Decision.ASSIGN: "Assignment kept.",
    Decision.REOPEN: "Back among the drafts.",
    Decision.APPROVE: "Approved.",
    Decision.REJECT: "Rejected.",
}


@router.post("/cases/{case_id}/decisions")
async def decide_case(request: Request, desk: Desk, who: Who, case_id: str) -> Response:
    """Approve, reject, edit, reopen, comment or assign, and show the case afterwards."""
    wanted = DecisionRequest.of_form(fields_of(await request.form()))
    judge = judge_of(desk.services, asyncio.get_running_loop())
    review = await asyncio.to_thread(decide, desk.warehouse, case_id, wanted, who.name, judge)
    if not is_fragment(request):
        return see(f"/cases/{case_id}")
    return await show_case(request, desk, case_id, done=_DONE[review.decision])


@router.post("/cases/{case_id}/draft")
async def decide_draft(request: Request, desk: Desk, who: Who, case_id: str) -> Response:
    """Take over a newer draft, whole or by field, or refuse it; go to the case."""
    await asyncio.to_thread(_decide_draft, await request.form(), desk, who.name, case_id)
    if is_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": f"/cases/{case_id}"})
    return see(f"/cases/{case_id}")


@router.post("/submit")
async def submit(request: Request, desk: Desk) -> Response:
    """Start on addresses, files and transcripts."""
    found = await submitted(await request.form(), desk.settings.home)
    started = [desk.jobs.start(ref, label=label) for ref, label in found.sources]
    return await _show_jobs(request, desk, started, found.problems)


@router.post("/sources/{source_id}/retry")
async def retry(request: Request, desk: Desk, source_id: str) -> Response:
    """Try a source again; with ``force``, draft one that triage refused."""
    source = await asyncio.to_thread(desk.warehouse.source, source_id)
    if source is None:
        raise UnknownId(f"There is no source {source_id}: look at the queue again.")
    force = bool((await request.form()).get("force"))
    label = source.canonical_url or source.reference.source
    job = desk.jobs.start(source.reference, label=label, force=force)
    return await _show_jobs(request, desk, [job])


@router.post("/tags")
async def rule(request: Request, desk: Desk, who: Who) -> Response:
    """Accept, map or refuse a name that the taxonomy lacks."""
    done = await asyncio.to_thread(_rule, fields_of(await request.form()), desk, who.name)
    if not is_fragment(request):
        return see("/tags")
    return await show_tags(request, desk, done=done)


@router.post("/publish")
async def publish(request: Request, desk: Desk, who: Who) -> Response:
    """Write the approved cases to the site and show what changed."""
    return await show_publish(request, desk, await publish_site(desk.services, who=who.name))


def _decide_draft(form: FormData, desk: State, who: str, case_id: str) -> None:
    given, warehouse = fields_of(form), desk.warehouse
    revision, draft = given.get("expected_revision"), given.get("draft")
    status = given.get("expected_status")
    if not revision or not draft or status not in set(CaseStatus):
        raise InvalidDecision("nothing was changed: the form lacks what it was about")
    seen = revision, CaseStatus(status)
    match given.get("action"):
        case "take" | "take_whole" as action:
            chosen = [name for name in form.getlist("field") if isinstance(name, str)]
            fields = chosen if action == "take" else None
            adoption.adopt(warehouse, case_id, fields, who, seen=seen, draft_id=draft)
        case "refuse":
            why = given.get("reason", "").strip() or None
            adoption.refuse_draft(warehouse, case_id, who, reason=why, seen=seen, draft_id=draft)
        case _:
            raise InvalidDecision("nothing was changed: take the draft over or refuse it")


def _rule(form: Mapping[str, str], desk: State, who: str) -> str:
    """Carry out a ruling on a name; return a sentence about it."""
    name, warehouse = form.get("name", "").strip(), desk.warehouse
    group = form.get("group", "")
    match form.get("ruling") if name else None:
        case "accept":
            tagged = terms.accept(
                warehouse,
                name,
                who,
                definition=form.get("definition", ""),
                group=cast("TermGroup", group) if group in get_args(TermGroup) else None,
                label=form.get("label"),
            )
            return f"{name} is a term now; {count(len(tagged), 'draft')} tagged."
        case "map":
            slug = form.get("slug", "")
            tagged = terms.map_to(warehouse, name, slug, who)
            return f"{name} is another name of {slug}; {count(len(tagged), 'draft')} tagged."
        case "refuse":
            terms.refuse(warehouse, name, who, reason=form.get("reason") or None)
            return f"{name} will not be proposed again."
    raise InvalidDecision("nothing was changed: accept, map or refuse a name")


async def _show_jobs(
    request: Request, desk: State, jobs: Sequence[Job], problems: Sequence[str] = ()
) -> Response:
    if is_fragment(request):
        return await rendered(request, "job_list.html", jobs=jobs, problems=problems)
    if problems:
        recent = desk.jobs.recent()
        return await rendered(request, "submit.html", jobs=recent, problems=problems)
    return see(f"/jobs/{jobs[0].job_id}" if len(jobs) == 1 else "/submit")
