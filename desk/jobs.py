"""Sources that the desk takes through the stages in the background, and how far each is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog

from config.resources import Resources
from flows.ingest import process
from schemas.errors import CasebookError, UnknownId
from schemas.results import IngestResult
from schemas.sources import SourceRef
from services.identity import stored_file
from services.run import Run

STAGES = ("fetch", "extract", "triage", "summarize", "verify", "store")
UNEXPECTED = "Something unexpected went wrong; the log in the home has the details."
_KEPT = 200  # jobs that the desk remembers; what they made is in the warehouse

log = structlog.get_logger()


class Job:
    """One source in progress.

    ``result`` is there when its run ended, ``problem`` when that could not even be stored.
    """

    def __init__(self, ref: SourceRef, label: str) -> None:
        self.job_id = uuid4().hex
        self.ref, self.label = ref, label
        self.stage, self.done, self.total = "", 0, 0
        self.result: IngestResult | None = None
        self.problem: str | None = None

    @property
    def running(self) -> bool:
        """Whether there is more to come."""
        return self.result is None and self.problem is None

    @property
    def stages(self) -> list[tuple[str, str]]:
        """Each stage's name, and whether it is ``done``, ``current`` or ``ahead``."""
        at = STAGES.index(self.stage) if self.stage else -1
        words = {0: "current", 1: "ahead"}
        return [(name, words.get((n > at) - (n < at), "done")) for n, name in enumerate(STAGES)]

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1, by stages and by calls within the current one."""
        within = min(self.done / self.total, 1.0) if self.total else 0.0
        return (STAGES.index(self.stage) + within) / len(STAGES) if self.stage else 0.0

    def on_progress(self, _source: str, stage: str, done: int, total: int) -> None:
        """Note the stage of the source, empty at the end, and how many calls of it are done."""
        if stage:
            self.stage, self.done, self.total = stage, done, total


class Jobs:
    """Runs jobs on the running event loop, a bounded number at a time.

    ``process`` takes one source through the stages.
    """

    def __init__(
        self, resources: Resources, process: Callable[[Run], Awaitable[IngestResult]] = process
    ) -> None:
        self._resources, self._process = resources, process
        self._gate = asyncio.Semaphore(resources.parallel)
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, ref: SourceRef, *, label: str | None = None, source_id: str = "", **options: Any
    ) -> Job:
        """Start on a source; ``label`` names it on the page, ``options`` are fields of its run.

        A file whose ``source_id`` is given is taken as it is stored.
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
                "The desk was restarted in the meantime and that work stopped. Submit the source "
                "again: finished stages are found again."
            )
        return self._jobs[job_id]

    def recent(self) -> list[Job]:
        """Return the remembered jobs, the newest first."""
        return list(reversed(self._jobs.values()))

    def running(self) -> list[Job]:
        """Return the jobs that are not finished."""
        return [job for job in self.recent() if job.running]

    async def close(self) -> None:
        """Stop what is running; finished stages are in the warehouse."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, job: Job, source_id: str, options: dict[str, Any]) -> None:
        async with self._gate:
            try:
                if source_id:
                    known = self._resources.warehouse, job.ref, source_id
                    options["snapshot"] = await asyncio.to_thread(stored_file, *known)
                run = Run(job.ref, self._resources, **options, on_progress=job.on_progress)
                job.result = await self._process(run)
            except CasebookError as error:
                job.problem = str(error)
            except Exception:  # a job that never ends would look busy for ever
                log.exception("desk job", source=job.label)
                job.problem = UNEXPECTED
