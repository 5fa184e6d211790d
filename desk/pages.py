"""The read-only pages of cases, submissions, tags and publishing."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from desk.case_page import case_page, halves, item_of
from desk.facets import QueueQuery, matching_values
from desk.near_copies import near_copies
from desk.queue import QueuePage, case_queue, failure_queue, refused_queue
from desk.rendering import facet_text, is_fragment, redirect, render
from desk.round_plan import propose
from desk.state import Case, Desk, DeskState, QueueCursor, User, WholeCase, person_of
from desk.submit import bookmarklet
from desk.typed_filters import has_filter, typed_filters
from extractors.fetch.fetch import identify
from extractors.text import decode
from publishing.site.build import preview
from review import terms
from review.adoption import edited_fields
from review.arrangement import neighbours
from review.decisions import open_comments, undoable
from review.doubts import held_back
from review.history import between, changed_history
from review.parts import text_of
from review.side_by_side import FieldDiff, side_by_side
from schemas.cases import Section, Statement
from schemas.errors import UnknownId
from schemas.reviews import CaseStatus, Decision
from services.publication import site_settings

router = APIRouter(include_in_schema=False)


@router.get("/")
async def queue(
    request: Request,
    desk: Desk,
    who: User,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Show one tab of the queue: the page, its body, or more rows."""
    given = QueueQuery.of_address(str(request.url))
    await desk.live.fresh()
    query, problems = await asyncio.to_thread(_with_typed, desk, given, who.name)
    found = await asyncio.to_thread(_queue, desk, query, page, who.name)
    found = replace(found, problems=problems)
    if page == 1 and query.status in {"all", *CaseStatus}:
        desk.cursors[who.name] = QueueCursor(query, found.ids, found.ranks)
    template = "queue_rows.html" if is_fragment(request) and page > 1 else "queue.html"
    is_front = page == 1 and query == QueueQuery()
    plan = await asyncio.to_thread(propose, desk, who.name) if is_front else None
    return await render(request, template, queue=found, running=desk.jobs.running(), plan=plan)


@router.get("/facets/{facet}")
async def facet(request: Request, desk: Desk, facet: str, typed: str = "") -> Response:
    """Show the facet values that contain the ``typed`` text; without JavaScript, choose the first.

    Exact matches come first, then values that start with the text, then frequent ones.
    """
    query = QueueQuery.of_address(str(request.url))
    index = await desk.live.fresh()
    counts = await asyncio.to_thread(index.counts, query)
    found = matching_values(typed, {one: facet_text(one, facet) for one in counts.get(facet, ())})
    if not is_fragment(request):
        return redirect(query.address(**{facet: (found or [typed])[0]}))
    values = {value: counts[facet][value] for value in found}
    return await render(request, "facet.html", query=query, facet=facet, values=values)


def _with_typed(desk: DeskState, query: QueueQuery, who: str) -> tuple[QueueQuery, list[str]]:
    """Return a query with the filters in its text as facets, and what was not understood."""
    if not has_filter(query.q):
        return query, []
    counts = desk.live.index.counts(QueueQuery(status="all"))
    values = {facet: {v: facet_text(v, facet) for v in known} for facet, known in counts.items()}
    typed = typed_filters(query.q, values, who)
    if typed.chosen and query.status not in {"all", *CaseStatus}:
        return query, ["Filters narrow the lists of cases; this list is only searched."]
    return query.model_copy(update={**typed.chosen, "q": typed.words}), typed.problems


def _queue(desk: DeskState, query: QueueQuery, page: int, who: str) -> QueuePage:
    live, warehouse = desk.live, desk.warehouse
    if query.status == "refused":
        return refused_queue(warehouse, query, page, live.counts())
    if query.status == "failed":
        refs = [job.ref for job in desk.jobs.running()]
        working = {name for ref in refs for name in (ref.source, identify(ref).source_id)}
        for batch_id in desk.batches.active():
            working |= {item.source_id for item in warehouse.batch_items(batch_id)}
        return failure_queue(warehouse, query, page, live.counts(), working)
    found = case_queue(live.index, query, page, live.waiting)
    return replace(found, views=live.views(who), failing=live.failing)


@router.get("/events", response_class=EventSourceResponse)
async def events(desk: Desk, who: User, case: str = "") -> AsyncIterator[ServerSentEvent]:
    """Stream the events of an open page: counts of the queue, changes and viewers of a case."""
    async for event in desk.live.look(who.name, case or None):
        yield event


@router.get("/cases/{case_id}")
async def case(request: Request, desk: Desk, case_id: str) -> Response:
    """Show a draft beside its source."""
    return await show_case(request, desk, case_id)


async def show_case(
    request: Request, desk: DeskState, case_id: str, *, done: Decision | None = None
) -> Response:
    """Return the page of a case, with a message about the action just ``done``."""
    who = person_of(request).name
    if not is_fragment(request):
        desk.note_opened(who, case_id)
    found = await asyncio.to_thread(_case, desk, case_id)
    following = await asyncio.to_thread(desk.next_case, who, case_id)
    back = desk.cursor(who).query.address()
    return await render(request, "case.html", found, done=done, following=following, back=back)


def _case(desk: DeskState, case_id: str) -> dict[str, object]:
    warehouse, site = desk.warehouse, str(desk.settings.site_path)
    view = warehouse.case_without_company(case_id)
    source_id, line = view.source.source_id, desk.live.index.line(case_id)
    return {
        "page": case_page(view),
        "company": desk.live.companies.get(view.revision.study.fact("company").value or ""),
        "undoable": undoable(view),
        "published": view.published if view.published and view.published.target == site else None,
        "near_copies": line["near_copies"] if line else 0,
        "selections": warehouse.selections(source_id),
        "check": warehouse.last_checks([source_id]).get(source_id),
    }


@router.get("/cases/{case_id}/peek")
async def peek(request: Request, view: Case) -> Response:
    """Show the summary, the doubts and the facts of a case, for a row of the queue."""
    study = view.revision.study
    summary = [one.text for one in study.statements if one.section is Section.ABSTRACT]
    comments = open_comments(view)
    given = {"doubts": held_back(study), "summary": summary, "comments": comments}
    return await render(request, "peek.html", given, view=view)


@router.get("/cases/{case_id}/state")
async def case_state(desk: Desk, who: User, case_id: str) -> dict[str, str | int | None]:
    """Return the indexed state of a case with its number of decisions, and who else changed it."""
    line = desk.live.index.line(case_id)
    if line is None:
        raise UnknownId(f"There is no case {case_id}.")
    by = None if line["changed_by"] == who.name else line["changed_by"]
    return {
        "revision": line["revision_id"],
        "status": line["status"],
        "changes": line["changes"],
        "who": by,
    }


@router.get("/cases/{case_id}/parts/{part}")
async def part_forms(request: Request, view: Case, part: str) -> Response:
    """Show the forms that change one part of a case."""
    page = case_page(view)
    item = item_of(page, part)
    words = text_of(item.part)
    context: dict[str, object] = {"page": page, "item": item, "words": words}
    if isinstance(item.part, Statement):
        near = neighbours(page.study.statements, item.part)
        context |= {"neighbours": near, "halves": halves(words)}
    return await render(request, "part.html", context)


@router.get("/cases/{case_id}/copies")
async def copies(request: Request, desk: Desk, view: Case) -> Response:
    """Show the near-copies of a case's source, which are searched for among all sources."""
    found = await asyncio.to_thread(near_copies, view, desk.warehouse)
    return await render(request, "copies.html", view=view, copies=found)


@router.get("/cases/{case_id}/snapshot")
async def snapshot(desk: Desk, view: Case) -> Response:
    """Send the stored bytes of a case's source as plain text; for a page, its HTML."""
    found = await asyncio.to_thread(desk.warehouse.snapshot, view.document.snapshot_id)
    if found is None or not found.media_type.startswith(("text/", "application/xhtml")):
        raise UnknownId("The stored copy is not text; its extracted text is on the case's page.")
    data = await asyncio.to_thread(desk.resources.blobs.get, found.sha256)
    return PlainTextResponse(decode(data, found.charset, markup=True))


@router.get("/cases/{case_id}/history")
async def full_history(request: Request, view: Case, old: str = "", new: str = "") -> Response:
    """Show the history of a case with each change, or the differences of two revisions."""
    events = await asyncio.to_thread(changed_history, view)
    compared = await asyncio.to_thread(between, view, old, new) if old and new else None
    return await render(request, "history.html", view=view, events=events, compared=compared)


@router.get("/cases/{case_id}/preview")
def preview_case(desk: Desk, view: WholeCase) -> HTMLResponse:
    """Show the current revision of a case as readers would see it."""
    checks = desk.warehouse.last_checks([view.source.source_id])
    site, back = site_settings(desk.settings), f"/cases/{view.case.case_id}"
    return HTMLResponse(preview(view, site, [*checks.values()], back))


@router.get("/cases/{case_id}/draft")
async def newer_draft(request: Request, desk: Desk, view: Case) -> Response:
    """Show a newer draft beside the case, field by field."""
    draft, document, fields = view.newer, view.document, list[FieldDiff]()
    if draft and draft.document_id != view.revision.document_id:
        found = await asyncio.to_thread(desk.warehouse.document, draft.document_id)
        document = found or document
    if draft:
        study, new, edited = view.revision.study, draft.study, edited_fields(view)
        fields = await asyncio.to_thread(side_by_side, study, new, view.document, document, edited)
    return await render(request, "draft.html", view=view, draft=draft, fields=fields)


@router.get("/tags")
async def tags(request: Request, desk: Desk) -> Response:
    """Show the proposed names that await a ruling."""
    return await show_tags(request, desk)


async def show_tags(request: Request, desk: DeskState, *, done: str | None = None) -> Response:
    """Return the page of proposed names, with a message about the ruling just ``done``."""
    waiting = await asyncio.to_thread(terms.open_names, desk.warehouse)
    taxonomy = await asyncio.to_thread(terms.taxonomy_of, desk.warehouse)
    rulings = (await asyncio.to_thread(desk.warehouse.rulings))[::-1]
    given = {"waiting": waiting, "terms": taxonomy.terms, "rulings": rulings}
    return await render(request, "tags.html", given, done=done)


@router.get("/terms")
async def term_options(request: Request, desk: Desk) -> Response:
    """Return the terms of the taxonomy as the options of a field."""
    taxonomy = await asyncio.to_thread(terms.taxonomy_of, desk.warehouse)
    return await render(request, "terms.html", terms=taxonomy.terms)


@router.get("/submit")
async def submit(request: Request, desk: Desk, url: str = "", hint: str = "") -> Response:
    """Show the form for new sources, prefilled by a link, and the jobs in progress."""
    return await show_submit(request, desk, url=url, hint=hint)


async def show_submit(
    request: Request, desk: DeskState, problems: Sequence[str] = (), url: str = "", hint: str = ""
) -> Response:
    """Return the page of the form; ``problems`` are entries that were skipped."""
    given = {"jobs": desk.jobs.recent(), "problems": problems, "url": url, "hint": hint}
    address = bookmarklet(str(request.base_url).rstrip("/"))
    return await render(request, "submit.html", given, bookmarklet=address)


@router.get("/submit/page")
async def handover(request: Request, url: str = "", hint: str = "") -> Response:
    """Show the page that receives another site's page from the bookmarklet."""
    return await render(request, "handover.html", url=url, hint=hint)


@router.get("/jobs/{job_id}")
async def job(request: Request, desk: Desk, job_id: str) -> Response:
    """Show the progress of one source."""
    try:
        found = desk.jobs.get(job_id)
    except UnknownId as error:
        if not is_fragment(request):
            raise
        return await render(request, "job_lost.html", job_id=job_id, message=str(error))
    return await render(request, "job.html", job=found)


@router.get("/publish")
async def show_publish(request: Request, desk: Desk) -> Response:
    """Show the changes that await publication, its progress, and the last result."""
    job, target, changes = desk.publishing, str(desk.settings.site_path), defaultdict(list)
    running = job.running  # read once: it may end while the page is made
    if not running:
        for row in await asyncio.to_thread(desk.warehouse.publishing, target):
            changes[row["change"]].append(row)
    context = {"job": job, "running": running, "target": target, "changes": changes}
    return await render(request, "publish.html", context, line_of=desk.live.index.line)
