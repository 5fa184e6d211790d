"""One source's way through the stages: who watches it, how stages are run, what it costs."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from casebook.runtime.services import Services
from casebook.schemas.copies import Twin
from casebook.schemas.documents import Document
from casebook.schemas.failures import Failure
from casebook.schemas.generations import Generation, Waste
from casebook.schemas.reviews import Revision
from casebook.schemas.sources import Alias
from casebook.schemas.triage import Triage

STAGES = ("fetch", "extract", "triage", "summarize")

T = TypeVar("T")


class Reporter(Protocol):
    """Whoever watches a source go through the stages."""

    def stage(self, source: str, name: str) -> None:
        """``source`` enters stage ``name``."""

    def step(self, source: str, done: int, total: int) -> None:
        """``done`` of ``total`` steps of the current stage are made."""

    def end(self, source: str) -> None:
        """``source`` has left the last stage."""


class Silent:
    """Nobody watches."""

    def stage(self, source: str, name: str) -> None:
        """Say nothing."""

    def step(self, source: str, done: int, total: int) -> None:
        """Say nothing."""

    def end(self, source: str) -> None:
        """Say nothing."""


class StageRunner(Protocol):
    """Runs one stage: directly, or as a task of an orchestrator."""

    async def __call__(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        """Return the id that ``stage`` returns."""


async def run_directly(name: str, stage: Callable[[], Awaitable[str]]) -> str:  # noqa: ARG001 - a StageRunner
    """Run a stage in this process."""
    return await stage()


@dataclass
class Run:
    """The run of one source. ``seconds`` and ``paid`` fill up as stages are run.

    ``document`` is kept once it was read, since every stage needs it; ``verdict`` and ``draft``
    are what this run's stages stored or found.
    ``unjudged`` is why the judge did not judge the draft, where one is configured and failed.
    ``alias`` is there once it showed that the address is another source's page; ``stored_as`` has
    the ids under which sources are stored whose address has another one today.
    """

    services: Services
    label: str
    reporter: Reporter = field(default_factory=Silent)
    runner: StageRunner = run_directly
    who: str = ""
    force: bool = False
    refresh: bool = False
    name_copies: bool = True
    current: str = STAGES[0]
    source_id: str = ""
    alias: Alias | None = None
    stored_as: dict[str, str] = field(default_factory=dict)
    document: Document | None = None
    verdict: Triage | None = None
    draft: Revision | None = None
    twins: list[Twin] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    paid: list[Generation] = field(default_factory=list)
    wasted: list[Waste] = field(default_factory=list)
    unjudged: Failure | None = None

    async def stage(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        """Run one stage by the runner, timed and reported; return the id of what it stored."""
        self.current = name
        self.reporter.stage(self.label, name)
        started = time.monotonic()
        try:
            return await self.runner(name, stage)
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)

    def step(self, done: int, total: int) -> None:
        """Report progress within the stage."""
        self.reporter.step(self.label, done, total)
