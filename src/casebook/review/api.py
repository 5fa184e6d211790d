"""The desk's JSON: the same reads and decisions for scripts. See ``/api/openapi.json``."""

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from casebook.review.deciding import DecisionRequest, decide
from casebook.review.guarding import Changes
from casebook.review.jobs import Job
from casebook.review.state import Desk
from casebook.review.uploads import web_source
from casebook.schemas.listings import CaseFilter, CaseSummary, CaseView
from casebook.schemas.reviews import CaseStatus, Review
from casebook.schemas.sources import SourceKind, SourceRef

router = APIRouter(prefix="/api")


class JobStatus(BaseModel):
    """How far one submitted source is; ``outcome`` is what ``casebook submit --json`` prints."""

    job_id: str
    source: str
    running: bool
    stage: str | None
    share: float
    outcome: dict[str, Any] | None
    problem: str | None

    @classmethod
    def of(cls, job: Job) -> "JobStatus":
        """Describe a job."""
        return cls(
            job_id=job.job_id,
            source=job.label,
            running=job.running,
            stage=job.stage_name,
            share=round(job.share, 3),
            outcome=job.outcome.to_json() if job.outcome else None,
            problem=job.problem,
        )


@router.get("/token")
async def token(desk: Desk) -> dict[str, str]:
    """Return what every change must carry in ``X-Casebook-Token``, beside an Origin header."""
    return {"token": desk.token}


@router.get("/cases")
async def cases(
    desk: Desk,
    *,
    status: CaseStatus | None = None,
    kind: SourceKind | None = None,
    company: str | None = None,
    q: str | None = None,
    limit: int = 100,
) -> list[CaseSummary]:
    """List cases, the last changed first."""
    wanted = CaseFilter(status=status, kind=kind, company=company, text=q, limit=limit)
    return await asyncio.to_thread(desk.services.warehouse.cases, wanted)


@router.get("/cases/{case_id}")
async def case(desk: Desk, case_id: str) -> CaseView:
    """Return everything about one case, its document and history included."""
    return await asyncio.to_thread(desk.services.warehouse.case, case_id)


@router.post("/cases/{case_id}/decisions", status_code=201, dependencies=Changes)
async def decision(desk: Desk, case_id: str, wanted: DecisionRequest) -> Review:
    """Decide as the curator."""
    return await decide(case_id, wanted, desk.services)


@router.post("/sources", status_code=202, dependencies=Changes)
async def submit(desk: Desk, ref: SourceRef) -> JobStatus:
    """Start to work on a web address; ask ``/api/jobs/{job_id}`` what became of it."""
    return JobStatus.of(desk.jobs.submit(web_source(ref.source)))


@router.get("/jobs/{job_id}")
async def job(desk: Desk, job_id: str) -> JobStatus:
    """Tell how far a submitted source is."""
    return JobStatus.of(desk.jobs.get(job_id))
