"""Sources that the desk takes through the stages in the background, and how far each is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.pipeline.ingestion.run import STAGES
from casebook.pipeline.reprocessing.retrying import ALONE, begun_with, retry
from casebook.runtime.services import Services
from casebook.schemas.batches import BatchOptions
from casebook.schemas.errors import CasebookError, UnknownId
from casebook.schemas.sources import SourceRef

_KEPT = 200  # jobs that the desk remembers; what they made lies in the warehouse

log = structlog.get_logger()


@dataclass
class Job:
    """One source on its way. It is the Reporter of its own run.

    ``model`` is there where another one than the configured is asked, as the source's batch was
    begun. ``outcome`` is there when the run ended, ``problem`` when it could not even be recorded.
    """

    label: str
    job_id: str = field(default_factory=lambda: uuid4().hex)
    stage_name: str | None = None
    done: int = 0
    total: int = 0
    model: str | None = None
    outcome: Outcome | None = None
    problem: str | None = None

    @property
    def running(self) -> bool:
        """Whether there is more to come."""
        return self.outcome is None and self.problem is None

    @property
    def stages(self) -> list[tuple[str, str]]:
        """Each stage's name and whether it is ``done``, ``current`` or ``ahead``."""
        at = STAGES.index(self.stage_name) if self.stage_name else -1
        return [
            (name, "done" if n < at else "current" if n == at else "ahead")
            for n, name in enumerate(STAGES)
        ]

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1, by stages and by steps within the current one."""
        if self.stage_name is None:
            return 0.0
        within = self.done / self.total if self.total else 0.0
        return (STAGES.index(self.stage_name) + min(within, 1.0)) / len(STAGES)

    def stage(self, source: str, name: str) -> None:  # noqa: ARG002 - a Reporter
        """Enter a stage."""
        self.stage_name, self.done, self.total = name, 0, 0

    def step(self, source: str, done: int, total: int) -> None:  # noqa: ARG002 - a Reporter
        """Note the steps made within the stage."""
        self.done, self.total = done, total

    def end(self, source: str) -> None:
        """Leave the last stage; the outcome follows."""


class Jobs:
    """Runs jobs on the running event loop, a bounded number at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gate = asyncio.Semaphore(services.parallel)
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, ref: SourceRef, *, label: str | None = None) -> Job:
        """Start to work on what a curator named; ``label`` is how to call it."""
        return self._start(
            label or ref.source, lambda reporter: ingest(ref, self._services, reporter=reporter)
        )

    def retry(
        self,
        source_id: str,
        label: str,
        *,
        force: bool = False,
        begun: BatchOptions | None = None,
    ) -> Job:
        """Start again with a known source; ``force`` drafts what triage refused.

        ``begun`` is how its batch was begun, where it is known of which it is tried.
        """

        async def work(job: Job) -> Outcome:
            how = begun or (await begun_with([source_id], self._services)).get(source_id, ALONE)
            job.model = how.model if how.model != self._services.model_name else None
            return await retry(source_id, self._services, how, reporter=job, force=force)

        return self._start(label, work)

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            UnknownId: when this process has none with the id.
        """
        if job_id not in self._jobs:
            raise UnknownId(
                "The desk was restarted meanwhile and that work stopped: submit the source again, "
                "and what was made of it is found again."
            )
        return self._jobs[job_id]

    def recent(self) -> list[Job]:
        """Return the remembered jobs, the newest first."""
        return list(reversed(self._jobs.values()))

    async def close(self) -> None:
        """Stop what is running; finished stages are kept in the warehouse."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, label: str, work: Callable[[Job], Awaitable[Outcome]]) -> Job:
        job = Job(label)
        self._jobs[job.job_id] = job
        self._forget()
        task = asyncio.create_task(self._run(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def _forget(self) -> None:
        """Drop the oldest finished jobs beyond what is kept."""
        surplus = max(0, len(self._jobs) - _KEPT)
        finished = [job.job_id for job in self._jobs.values() if not job.running]
        for job_id in finished[:surplus]:
            del self._jobs[job_id]

    async def _run(self, job: Job, work: Callable[[Job], Awaitable[Outcome]]) -> None:
        async with self._gate:
            try:
                job.outcome = await work(job)
            except CasebookError as error:
                job.problem = str(error)
            except Exception:  # a job that nobody ends would look at work for ever
                log.exception("desk job", source=job.label)
                job.problem = "Something unexpected went wrong; the log in the home says what."
