"""The pages of cases, submissions, tags and publishing; nothing here changes anything."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from review import terms
from review.case_page import case_page
from review.draft_page import draft_page
from review.publish_page import publish_page
from review.queue import TABS, Tab, queue_page
from review.rendering import is_fragment, rendered
from review.state import Desk, State
from schemas.checks import Check
from schemas.errors import UnknownId
from schemas.results import SimilarSource
from schemas.views import CaseView

router = APIRouter(include_in_schema=False)


@router.get("/")
async def queue(
    request: Request,
    desk: Desk,
    status: Tab = "draft",
    q: str = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Show one tab of the queue."""
    running = desk.jobs.running()
    working = await asyncio.to_thread(_in_progress, desk)
    found = await asyncio.to_thread(queue_page, desk.warehouse, status, q.strip(), page, working)
    template = "queue_body.html" if is_fragment(request) else "queue.html"
    return await rendered(request, template, queue=found, running=running, tabs=TABS)


@router.get("/cases/{case_id}")
async def case(request: Request, desk: Desk, case_id: str) -> Response:
    """Show a draft beside its source."""
    return await show_case(request, desk, case_id)


async def show_case(
    request: Request, desk: State, case_id: str, *, done: str | None = None
) -> Response:
    """Return a case's page, or its body where htmx asks; ``done`` is shown once."""
    warehouse = desk.warehouse
    view = await asyncio.to_thread(warehouse.case, case_id)
    following = await asyncio.to_thread(warehouse.next_draft, case_id)
    copies, check = await asyncio.to_thread(_around, view, desk)
    shown = await asyncio.to_thread(case_page, view)
    taxonomy = await asyncio.to_thread(terms.taxonomy_of, warehouse)
    site = str(desk.settings.site_path)
    return await rendered(
        request,
        "case_body.html" if is_fragment(request) else "case.html",
        page=shown,
        following=following,
        done=done,
        published=view.published if view.published and view.published.target == site else None,
        copies=copies,
        check=check,
        terms=taxonomy.terms,
    )


@router.get("/cases/{case_id}/draft")
async def newer_draft(request: Request, desk: Desk, case_id: str) -> Response:
    """Show a newer draft beside the case, field by field."""
    warehouse = desk.warehouse
    view = await asyncio.to_thread(warehouse.case, case_id)
    draft = view.newer
    document = await asyncio.to_thread(warehouse.document, draft.document_id) if draft else None
    shown = await asyncio.to_thread(draft_page, view, document)
    return await rendered(request, "draft.html", page=shown)


@router.get("/tags")
async def tags(request: Request, desk: Desk) -> Response:
    """Show the names that wait for a ruling."""
    return await show_tags(request, desk)


async def show_tags(request: Request, desk: State, *, done: str | None = None) -> Response:
    """Return the page of names that the taxonomy lacks; ``done`` is shown once."""
    warehouse = desk.warehouse
    waiting = await asyncio.to_thread(terms.open_names, warehouse)
    taxonomy = await asyncio.to_thread(terms.taxonomy_of, warehouse)
    rulings = await asyncio.to_thread(warehouse.rulings)
    template = "tags_body.html" if is_fragment(request) else "tags.html"
    return await rendered(
        request,
        template,
        waiting=waiting,
        terms=taxonomy.terms,
        rulings=rulings[::-1],
        done=done,
    )


@router.get("/submit")
async def submit(request: Request, desk: Desk) -> Response:
    """Show the form for new sources and the work in progress."""
    return await rendered(request, "submit.html", jobs=desk.jobs.recent(), problems=())


@router.get("/jobs/{job_id}")
async def job(request: Request, desk: Desk, job_id: str) -> Response:
    """Show how far one source is."""
    try:
        found = desk.jobs.get(job_id)
    except UnknownId as error:
        if not is_fragment(request):
            raise
        return await rendered(request, "job_lost.html", job_id=job_id, message=str(error))
    template = "job.html" if is_fragment(request) else "job_page.html"
    return await rendered(request, template, job=found)


@router.get("/publish")
async def publish(request: Request, desk: Desk) -> Response:
    """Show what waits to be published and what is published."""
    target = desk.settings.site_path
    found = await asyncio.to_thread(publish_page, desk.warehouse, str(target))
    return await rendered(request, "publish.html", page=found, target=target, result=None)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Answer that the desk runs, without touching the warehouse."""
    return {"status": "ok"}


def _in_progress(desk: State) -> set[str]:
    """Return the sources that this desk works on, by address or id."""
    found = {job.ref.source for job in desk.jobs.running()}
    for batch_id in desk.batches.active():
        found |= {item.source_id for item in desk.warehouse.batch_items(batch_id)}
    return found


def _around(view: CaseView, desk: State) -> tuple[list[SimilarSource], Check | None]:
    """Return the near-copies of a case's source and the newest check of it."""
    source_id = view.source.source_id
    checks = desk.warehouse.last_checks([source_id])
    return desk.warehouse.near_copies(source_id), checks.get(source_id)
