"""The site's publication in the background, one at a time."""

import asyncio
from dataclasses import dataclass

from config.resources import Resources
from desk.jobs import attempt
from publishing.plan import Published
from schemas.errors import PublishError
from services.publication import publish_site


@dataclass
class Publishing:
    """The current publication with the steps ``done`` of ``total``, or the last one's outcome."""

    resources: Resources
    done: int = 0
    total: int = 0
    result: Published | None = None
    problem: str | None = None
    closing: bool = False
    task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether a publication is in progress."""
        return self.task is not None and not self.task.done()

    def start(self, who: str) -> None:
        """Start publishing in a person's name, unless a publication is in progress."""
        if not self.running:
            self.done, self.total, self.result, self.problem = 0, 0, None, None
            self.task = asyncio.create_task(self._run(who))

    async def close(self) -> None:
        """Stop soon; the site stays unchanged."""
        self.closing = True
        await asyncio.gather(*[self.task] if self.task else [])

    def _on_progress(self, done: int, total: int) -> None:
        if self.closing:
            raise PublishError("The desk was stopped: publish again.")
        self.done, self.total = done, total

    async def _run(self, who: str) -> None:
        work = publish_site(self.resources, None, self._on_progress, who=who)
        self.result, self.problem = await attempt(work, "publication")
