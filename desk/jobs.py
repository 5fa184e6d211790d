"""Sources that the desk processes in the background, and the progress of each."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import uuid4

import structlog

from config.resources import Resources
from flows.ingest import process
from schemas.errors import CasebookError, UnknownId
from schemas.results import IngestResult
from schemas.sources import SourceRef
from services.identity import stored_file
from services.run import Run

STAGES = ("fetch", "extract", "speakers", "triage", "summarize", "verify", "store")
_UNEXPECTED = "Something unexpected went wrong; the log in the home has the details."
_KEPT = 200  # jobs that the desk remembers; their results are in the warehouse

Result = TypeVar("Result")

log = structlog.get_logger()


class Job:
    """One source in progress.

    It ends with a ``result``, or with a ``problem`` if even a failure could not be stored.
    """

    def __init__(self, ref: SourceRef, label: str) -> None:
        self.job_id = uuid4().hex
        self.ref, self.label = ref, label
        self.stage, self.done, self.total = "", 0, 0
        self.result: IngestResult | None = None
        self.problem: str | None = None

    @property
    def running(self) -> bool:
        """Whether the source is still being processed."""
        return self.result is None and self.problem is None

    @property
    def stages(self) -> list[tuple[str, str]]:
        """The name of each stage, and ``done``, ``current`` or ``ahead``."""
        at = STAGES.index(self.stage) if self.stage else -1
        words = {0: "current", 1: "ahead"}
        return [(name, words.get((n > at) - (n < at), "done")) for n, name in enumerate(STAGES)]

    @property
    def share(self) -> float:
        """The progress from 0 to 1, by stages and by calls within the current one."""
        within = min(self.done / self.total, 1.0) if self.total else 0.0
        return (STAGES.index(self.stage) + within) / len(STAGES) if self.stage else 0.0

    def on_progress(self, _source: str, stage: str, done: int, total: int) -> None:
        """Store the current stage (empty at the end) and the number of calls done."""
        if stage:
            self.stage, self.done, self.total = stage, done, total


class Jobs:
    """Runs jobs on the running event loop, a bounded number at a time."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._gate = asyncio.Semaphore(resources.parallel)
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, ref: SourceRef, *, label: str | None = None, source_id: str = "", **options: Any
    ) -> Job:
        """Start a job; ``label`` is its name on the page, ``options`` are fields of its run.

        For the file of a known ``source_id``, the stored bytes are used.
        """
        job = Job(ref, label or ref.label)
        self._jobs[job.job_id] = job
        finished = [one.job_id for one in self._jobs.values() if not one.running]
        for job_id in finished[: max(0, len(self._jobs) - _KEPT)]:
            del self._jobs[job_id]
        task = asyncio.create_task(self._run(job, source_id, options))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def get(self, job_id: str) -> Job:
        """Return a job, or raise UnknownId."""
        if job_id not in self._jobs:
            raise UnknownId(
                "The desk was restarted and this job stopped. Submit the source again: finished "
                "stages are reused."
            )
        return self._jobs[job_id]

    def recent(self) -> list[Job]:
        """Return the remembered jobs, newest first."""
        return list(reversed(self._jobs.values()))

    def running(self) -> list[Job]:
        """Return the jobs that are not finished."""
        return [job for job in self.recent() if job.running]

    async def close(self) -> None:
        """Stop the running jobs; finished stages are in the warehouse."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, job: Job, source_id: str, options: dict[str, Any]) -> None:
        async def work() -> IngestResult:
            if source_id:
                known = self._resources.warehouse, job.ref, source_id
                options["snapshot"] = await asyncio.to_thread(stored_file, *known)
            run = Run(job.ref, self._resources, **options, on_progress=job.on_progress)
            return await process(run)

        async with self._gate:
            job.result, job.problem = await attempt(work(), job.label)


async def attempt(work: Awaitable[Result], label: str) -> tuple[Result | None, str | None]:
    """Return the result of background work, or the message of its error."""
    try:
        return await work, None
    except CasebookError as error:
        return None, str(error)
    except Exception:  # otherwise the page would show progress forever
        log.exception("background work", subject=label)
        return None, _UNEXPECTED
