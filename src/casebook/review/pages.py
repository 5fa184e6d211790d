"""The pages that one reads; nothing here changes anything."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from casebook.pipeline.curation.adopting import waiting_draft
from casebook.pipeline.curation.terms import taxonomy_of, waiting
from casebook.review.case_page import case_page
from casebook.review.draft_page import draft_page
from casebook.review.publish_page import publish_page
from casebook.review.queue_page import Tab, queue_page
from casebook.review.rendering import is_fragment, rendered
from casebook.review.state import Desk, State
from casebook.schemas.errors import UnknownId

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
    warehouse = desk.services.warehouse
    found = await asyncio.to_thread(queue_page, warehouse, status, q.strip(), page)
    running = [job for job in desk.jobs.recent() if job.running]
    template = "queue_body.html" if is_fragment(request) else "queue.html"
    return await rendered(request, template, queue=found, running=running)


@router.get("/cases/{case_id}")
async def case(request: Request, desk: Desk, case_id: str) -> Response:
    """Show a draft beside its source."""
    return await show_case(request, desk, case_id)


async def show_case(
    request: Request, desk: State, case_id: str, *, said: str | None = None
) -> Response:
    """Return a case's page, or its body where htmx asks; ``said`` is told once."""
    warehouse = desk.services.warehouse
    view = await asyncio.to_thread(warehouse.case, case_id)
    following = await asyncio.to_thread(warehouse.next_draft, case_id)
    source_id = view.source.source_id
    twins = await asyncio.to_thread(warehouse.twins, source_id)
    checks = await asyncio.to_thread(warehouse.checks, source_id)
    shown = await asyncio.to_thread(case_page, view)
    template = "case_body.html" if is_fragment(request) else "case.html"
    site = str(desk.settings.site_path)
    published = view.published if view.published and view.published.target == site else None
    taxonomy = await asyncio.to_thread(taxonomy_of, warehouse)
    return await rendered(
        request,
        template,
        page=shown,
        following=following,
        said=said,
        published=published,
        twins=twins.get(source_id, []),
        checks=checks,
        newer=waiting_draft(view),
        terms=taxonomy.terms,
    )


@router.get("/cases/{case_id}/draft")
async def newer_draft(request: Request, desk: Desk, case_id: str) -> Response:
    """Show a newer draft beside the case, field by field."""
    warehouse = desk.services.warehouse
    view = await asyncio.to_thread(warehouse.case, case_id)
    draft = waiting_draft(view)
    document = await asyncio.to_thread(warehouse.document, draft.document_id) if draft else None
    shown = await asyncio.to_thread(draft_page, view, document)
    return await rendered(request, "draft.html", page=shown)


@router.get("/tags")
async def tags(request: Request, desk: Desk) -> Response:
    """Show the names that wait for a ruling."""
    return await show_tags(request, desk)


async def show_tags(request: Request, desk: State, *, said: str | None = None) -> Response:
    """Return the page of names that the taxonomy lacks; ``said`` is told once."""
    warehouse = desk.services.warehouse
    found = await asyncio.to_thread(waiting, warehouse)
    taxonomy = await asyncio.to_thread(taxonomy_of, warehouse)
    ruled = await asyncio.to_thread(warehouse.term_decisions)
    template = "tags_body.html" if is_fragment(request) else "tags.html"
    return await rendered(
        request, template, waiting=found, terms=taxonomy.terms, ruled=ruled[::-1], said=said
    )


@router.get("/submit")
async def submit(request: Request, desk: Desk) -> Response:
    """Show the form for new sources and what is being worked on."""
    return await rendered(request, "submit.html", jobs=desk.jobs.recent())


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
    """Show what waits to be published and what is out."""
    target = desk.settings.site_path
    found = await asyncio.to_thread(publish_page, desk.services.warehouse, str(target))
    return await rendered(request, "publish.html", page=found, target=target, result=None)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Answer that the desk runs, without touching the warehouse."""
    return {"status": "ok"}
