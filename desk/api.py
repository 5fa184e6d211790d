"""The desk's JSON API for scripts, described in ``/api/openapi.json``."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from desk.index import Hit
from desk.jobs import Job
from desk.requests import DecisionRequest, decide
from desk.security import CuratorRequired
from desk.state import Case, Desk, User, WholeCase
from desk.submit import addresses
from schemas.batches import SourceState
from schemas.errors import InputError, UnknownId
from schemas.frozen import Frozen
from schemas.results import IngestResult, OpenFailure
from schemas.reviews import CaseFilter, CaseLine, CaseView, Review
from schemas.sources import Source


class ProblemDetails(Frozen):
    """The body of an error response: a ``kind`` for scripts and a ``message`` for people."""

    error: Mapping[Literal["kind", "message"], str]


Addresses = Annotated[tuple[str, ...], Body(embed=True, min_length=1, max_length=100)]


class JobState(Frozen):
    """The progress of a source; finally its ``result``, or the ``problem`` with storing one."""

    job_id: str
    label: str
    running: bool
    stage: str
    share: float
    result: IngestResult | None
    problem: str | None


class SearchResults(Frozen):
    """Statements; ``total`` counts also those past the limit.

    ``every_word`` is false if they have only some words of the search, and ``corrected`` is the
    search with the spelling that found them.
    """

    total: int
    every_word: bool
    corrected: str | None
    statements: list[Hit]


class SourceView(Frozen):
    """A source with its state and open failure."""

    source: Source
    state: SourceState
    failure: OpenFailure | None


class TaggedRoute(APIRoute):
    """A route whose answers to GET have an ETag; an answer that the sender has is a 304."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route's requests."""
        answer = super().get_route_handler()

        async def tagged(request: Request) -> Response:
            found = await answer(request)
            if request.method != "GET" or found.status_code != HTTPStatus.OK:
                return found
            tag = f'"{hashlib.sha256(bytes(found.body)).hexdigest()[:32]}"'
            found.headers["ETag"] = tag
            known = request.headers.get("if-none-match", "").replace("W/", "").split(",")
            if tag not in map(str.strip, known):
                return found
            kept = {k: v for k, v in found.headers.items() if not k.startswith("content-")}
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)

        return tagged


_REFUSALS = (400, 401, 403, 404, 409, 413, 422, 503)
_TOKEN = HTTPBearer(description="A script's token, or the desk's key.", auto_error=False)


def api_router() -> APIRouter:
    """Return a router of the API without routes."""
    return APIRouter(
        prefix="/api",
        dependencies=[Depends(_TOKEN)],  # for the description; the guard checks it
        responses={status: {"model": ProblemDetails} for status in _REFUSALS},
        route_class=TaggedRoute,
    )


router = api_router()


@router.get("/cases")
async def cases(
    response: Response, desk: Desk, wanted: Annotated[CaseFilter, Query()]
) -> list[CaseLine]:
    """List cases, by default the most recently changed first.

    The header ``X-Total-Count`` has the number of all cases that match.
    """
    found = await asyncio.to_thread(desk.warehouse.cases, wanted)
    total = await asyncio.to_thread(desk.warehouse.count_cases, wanted)
    response.headers["X-Total-Count"] = str(total)
    return found


@router.get("/search")
async def search(
    desk: Desk, q: str, published: bool = False, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> SearchResults:
    """Find current or ``published`` statements with these words, best matches first.

    Synonyms count as the same word; phrases in quotation marks are exact. If no statement has every
    word, the spelling is corrected, and finally some of the words are enough.
    """
    index = await desk.live.fresh()
    await asyncio.to_thread(index.refresh_texts)
    search, hits = index.statements(q, published=published, limit=limit)
    total = index.count_statements(search, published=published)
    how = {"every_word": search.every_word, "corrected": search.corrected}
    return SearchResults(total=total, statements=hits, **how)


@router.get("/cases/{case_id}")
async def case(view: WholeCase) -> CaseView:
    """Return a case with its document and history."""
    return view


@router.post(
    "/cases/{case_id}/decisions", status_code=HTTPStatus.CREATED, dependencies=CuratorRequired
)
async def decision(desk: Desk, who: User, case_id: str, wanted: DecisionRequest) -> Review:
    """Make a decision as the account of the token; edits are judged in the background."""
    work = partial(decide, desk.warehouse, case_id, wanted, who.name, judged=desk.judging.is_on)
    review = await asyncio.to_thread(work)
    desk.judging.start(case_id)
    return review


@router.post("/cases/{case_id}/judge", status_code=202, dependencies=CuratorRequired)
async def judge(desk: Desk, view: Case) -> None:
    """Ask the judge again about the unjudged parts of a draft; the case then has its verdicts."""
    desk.judging.start(view.case.case_id, again=True)


@router.post(
    "/sources", status_code=202, dependencies=CuratorRequired, response_model=list[JobState]
)
async def submit(desk: Desk, who: User, sources: Addresses) -> list[Job]:
    """Process web addresses, or refuse all if one is invalid; poll ``/api/jobs/{job_id}``."""
    found = addresses("\n".join(" ".join(one.split()) for one in sources))
    if found.problems or not found.sources:
        raise InputError(" ".join(found.problems) or "Give at least one web address.")
    return [desk.jobs.start(ref, who=who.name) for ref, _ in found.sources]


@router.get("/sources/{source_id}")
def source(desk: Desk, source_id: str) -> SourceView:
    """Return the state of a source."""
    failures, found = desk.warehouse.open_failures(source_id), desk.warehouse.source(source_id)
    if found is None:
        raise UnknownId(f"There is no source {source_id[:80]}: the result of a job has its id.")
    state = desk.warehouse.source_states([source_id])[source_id]
    return SourceView(source=found, state=state, failure=next(iter(failures), None))


@router.get("/jobs/{job_id}", response_model=JobState)
async def job(desk: Desk, job_id: str) -> Job:
    """Return the progress of a source."""
    return desk.jobs.get(job_id)
