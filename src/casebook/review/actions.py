"""What a curator does: each a form, answered with a fragment to htmx and a redirect without it."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from casebook.pipeline.curation.adopting import adopt, refuse
from casebook.pipeline.curation.publish import publish as publish_cases
from casebook.review.deciding import DecisionRequest, decide
from casebook.review.guarding import Changes
from casebook.review.jobs import Job
from casebook.review.pages import show_case, show_tags
from casebook.review.publish_page import publish_page
from casebook.review.rendering import is_fragment, rendered
from casebook.review.ruling import ruled
from casebook.review.state import Desk, State
from casebook.review.uploads import keep_transcript, keep_upload, web_source
from casebook.schemas.errors import InvalidDecision, InvalidSource, UnknownId
from casebook.schemas.reviews import Decision
from casebook.schemas.sources import SourceRef

router = APIRouter(include_in_schema=False, dependencies=Changes)

_SEE_OTHER = 303
_SAID = {
    Decision.EDIT: "Saved as a new revision.",
    Decision.COMMENT: "Comment kept.",
    Decision.REOPEN: "Back in the queue.",
    Decision.APPROVE: "Approved.",
    Decision.REJECT: "Rejected.",
}


@router.post("/cases/{case_id}/decisions")
async def decide_case(request: Request, desk: Desk, case_id: str) -> Response:
    """Approve, reject, edit, reopen or comment, and show the case as it then is."""
    form = await request.form()
    wanted = DecisionRequest.of_form({k: v for k, v in form.items() if isinstance(v, str)})
    review = await decide(case_id, wanted, desk.services)
    if not is_fragment(request):
        return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)
    return await show_case(request, desk, case_id, said=_SAID[review.decision])


@router.post("/cases/{case_id}/draft")
async def decide_draft(request: Request, desk: Desk, case_id: str) -> Response:
    """Take over a newer draft, as far as it is chosen, or refuse it; go to the case."""
    form = await request.form()
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    held, draft = said.get("expected_revision"), said.get("draft")
    if not held or not draft:
        raise InvalidDecision("nothing was changed: the form lacks what it was about")
    services, who = desk.services, desk.settings.curator
    match said.get("action"):
        case "take":
            chosen = [name for name in form.getlist("field") if isinstance(name, str)]
            await adopt(
                case_id,
                services,
                who=who,
                chosen=chosen,
                expected_revision=held,
                expected_draft=draft,
            )
        case "refuse":
            reason = said.get("reason", "").strip() or None
            await refuse(
                case_id,
                services,
                who=who,
                reason=reason,
                expected_revision=held,
                expected_draft=draft,
            )
        case _:
            raise InvalidDecision("nothing was changed: take the draft over or refuse it")
    if is_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": f"/cases/{case_id}"})
    return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)


@router.post("/submit")
async def submit(request: Request, desk: Desk) -> Response:
    """Start to work on addresses and files."""
    form = await request.form()
    refs = [*_addresses(form), *await _files(form, desk), *await _transcript(form, desk)]
    if not refs:
        raise InvalidSource("Nothing was given: paste an address or choose a file.")
    started = [desk.jobs.submit(ref, label=label) for ref, label in refs]
    return await _show_jobs(request, started)


@router.post("/sources/{source_id}/retry")
async def retry(request: Request, desk: Desk, source_id: str) -> Response:
    """Try a source again; with ``force``, draft what triage refused."""
    source = await asyncio.to_thread(desk.services.warehouse.source, source_id)
    if source is None:
        raise UnknownId(f"There is no source {source_id}: look at the queue again.")
    force = bool((await request.form()).get("force"))
    label = source.canonical_url or source.reference.source
    return await _show_jobs(request, [desk.jobs.retry(source_id, label, force=force)])


@router.post("/tags")
async def rule(request: Request, desk: Desk) -> Response:
    """Accept, map or refuse a name that the taxonomy lacks."""
    form = await request.form()
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    told = await ruled(said, desk.services)
    if not is_fragment(request):
        return RedirectResponse("/tags", _SEE_OTHER)
    return await show_tags(request, desk, said=told)


@router.post("/publish")
async def publish(request: Request, desk: Desk) -> Response:
    """Write the approved cases to the site and say what changed."""
    result = await publish_cases(desk.services)
    target = desk.settings.site_path
    found = await asyncio.to_thread(publish_page, desk.services.warehouse, str(target))
    template = "publish_body.html" if is_fragment(request) else "publish.html"
    return await rendered(request, template, page=found, target=target, result=result)


def _addresses(form: FormData) -> list[tuple[SourceRef, str]]:
    """Return a source for each line of the form's addresses."""
    given = form.get("addresses")
    lines = given.split() if isinstance(given, str) else []
    return [(web_source(line), line) for line in lines]


async def _files(form: FormData, desk: State) -> list[tuple[SourceRef, str]]:
    """Keep each uploaded file and return a source for it."""
    origin = form.get("origin")
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    address = origin.strip() if isinstance(origin, str) and origin.strip() else None
    if address and len(files) != 1:
        raise InvalidSource("An origin belongs to one file: give it with that file alone.")
    return [
        (await keep_upload(file, desk.settings.home, address), file.filename or "")
        for file in files
    ]


async def _transcript(form: FormData, desk: State) -> list[tuple[SourceRef, str]]:
    """Keep the transcript that was handed in for a video or recording, if one was."""
    address, text = (str(form.get(name) or "") for name in ("transcript_of", "transcript"))
    file = form.get("transcript_file")
    chosen = file if isinstance(file, UploadFile) and file.filename else None
    if not address.strip() and not text.strip() and chosen is None:
        return []
    ref = await keep_transcript(address.strip(), text, chosen, desk.settings.home)
    return [(ref, address.strip())]


async def _show_jobs(request: Request, jobs: Sequence[Job]) -> Response:
    if is_fragment(request):
        return await rendered(request, "job_list.html", jobs=jobs)
    target = f"/jobs/{jobs[0].job_id}" if len(jobs) == 1 else "/submit"
    return RedirectResponse(target, _SEE_OTHER)
