"""The site's publication in the background, one at a time."""

import asyncio

import structlog

from config.services import Services
from flows.site import Published, publish_site
from review.jobs import UNEXPECTED
from schemas.errors import CasebookError, PublishError

log = structlog.get_logger()


class Publishing:
    """The publication in progress, with the steps ``done`` of ``total``, or how the last ended."""

    def __init__(self, services: Services) -> None:
        self._services, self._closing = services, False
        self._task: asyncio.Task[None] | None = None
        self.done, self.total = 0, 0
        self.result: Published | None = None
        self.problem: str | None = None

    @property
    def running(self) -> bool:
        """Whether a publication is in progress."""
        return self._task is not None and not self._task.done()

    def start(self, who: str) -> None:
        """Begin to publish in a person's name, unless that is in progress."""
        if not self.running:
            self.done, self.total, self.result, self.problem = 0, 0, None, None
            self._task = asyncio.create_task(self._run(who))

    async def close(self) -> None:
        """Stop soon; the site stays as it was."""
        self._closing = True
        if self._task:
            await self._task

    def _on_progress(self, done: int, total: int) -> None:
        if self._closing:
            raise PublishError("The desk was closed: publish again.")
        self.done, self.total = done, total

    async def _run(self, who: str) -> None:
        try:
            self.result = await publish_site(self._services, None, self._on_progress, who=who)
        except CasebookError as error:
            self.problem = str(error)
        except Exception:  # else the page would show progress for ever
            log.exception("publishing")
            self.problem = UNEXPECTED
