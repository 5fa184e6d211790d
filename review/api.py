"""The desk's JSON: the same reads and decisions for scripts. See ``/api/openapi.json``."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPBearer

from publishing.json_views import result_json
from review.jobs import Job
from review.requests import DecisionRequest, decide
from review.security import Changes
from review.state import Desk, Who
from review.submit import web_source
from schemas.frozen import Frozen
from schemas.reviews import CaseFilter, CaseLine, CaseView, Review
from schemas.sources import SourceRef


class Problem(Frozen):
    """The body of a refusal: its ``kind`` for scripts and its ``message`` for people."""

    error: Mapping[Literal["kind", "message"], str]


_REFUSALS = (400, 401, 403, 404, 409, 413, 422, 503)
_TOKEN = HTTPBearer(description="A script's token, or the desk's key.", auto_error=False)
router = APIRouter(
    prefix="/api",
    dependencies=[Depends(_TOKEN)],  # describes what the guard has checked
    responses={status: {"model": Problem} for status in _REFUSALS},
)


@router.get("/cases")
async def cases(desk: Desk, wanted: Annotated[CaseFilter, Query()]) -> list[CaseLine]:
    """List cases, the last changed first."""
    return await asyncio.to_thread(desk.warehouse.cases, wanted)


@router.get("/cases/{case_id}")
async def case(desk: Desk, case_id: str) -> CaseView:
    """Return everything about one case, its document and history included."""
    return await asyncio.to_thread(desk.warehouse.case, case_id)


@router.post("/cases/{case_id}/decisions", status_code=HTTPStatus.CREATED, dependencies=Changes)
async def decision(desk: Desk, who: Who, case_id: str, wanted: DecisionRequest) -> Review:
    """Decide as the curator."""
    return await asyncio.to_thread(decide, desk.warehouse, case_id, wanted, who.name)


@router.post("/sources", status_code=HTTPStatus.ACCEPTED, dependencies=Changes)
async def submit(desk: Desk, ref: SourceRef) -> dict[str, Any]:
    """Start on a web address; ``/api/jobs/{job_id}`` says what became of it."""
    return _status(desk.jobs.start(web_source(ref.source)))


@router.get("/jobs/{job_id}")
async def job(desk: Desk, job_id: str) -> dict[str, Any]:
    """Return how far a source is; ``result`` is the object of ``casebook submit --json``."""
    return _status(desk.jobs.get(job_id))


def _status(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "source": job.label,
        "running": job.running,
        "stage": job.stage or None,
        "share": round(job.share, 3),
        "result": result_json(job.result) if job.result else None,
        "problem": job.problem,
    }
