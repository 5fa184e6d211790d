"""One source on its way through the stages: what it is, who watches, what it has cost."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from config.services import Services
from extractors.fetch.fetch import identify
from extractors.urls import is_web_address
from schemas.errors import CasebookError
from schemas.generations import Generation
from schemas.results import SimilarSource
from schemas.sources import Alias, Document, SourceRef
from summarizer.asking import Asker
from summarizer.budget import Purse


class Watcher(Protocol):
    """Sees sources move."""

    def on_stage(self, source: str, stage: str) -> None:
        """Note the stage that a source enters; it is empty at the end."""

    def on_step(self, source: str, done: int, total: int) -> None:
        """Note how many calls of the current stage are done, of how many."""


@dataclass
class Run:
    """The state of one source's run; the only thing that stages change.

    ``who`` submitted ``ref``; ``force`` makes a draft of a source that triage refuses, ``refresh``
    fetches a known address again, and ``snapshot_id`` starts from stored bytes.
    """

    ref: SourceRef
    services: Services
    who: str = ""
    force: bool = False
    refresh: bool = False
    snapshot_id: str | None = None
    watcher: Watcher | None = None
    stage: str = "fetch"
    seconds: dict[str, float] = field(default_factory=dict)
    paid: list[Generation] = field(default_factory=list)
    purse: Purse | None = None
    judge_calls: tuple[str, ...] = ()
    same_as: str | None = None
    near_copies: list[SimilarSource] = field(default_factory=list)
    unjudged: CasebookError | None = None

    def __post_init__(self) -> None:
        """Name the source as it was given, and anchor its paths."""
        self.label = self.ref.source
        self.ref = _anchored(self.ref)
        self.who = self.who or self.services.settings.curator
        self.source_id = identify(self.ref).source_id

    @property
    def is_remote(self) -> bool:
        """Whether the network is asked for the bytes."""
        return self.ref.transcript is None and is_web_address(self.ref.source)

    def follow(self, alias: Alias) -> None:
        """Go on with the source that an address turned out to be."""
        self.source_id, self.same_as = alias.same_as, alias.url

    def report_step(self, done: int, total: int) -> None:
        """Report how many calls of the current stage are done."""
        if self.watcher:
            self.watcher.on_step(self.label, done, total)

    def report(self, stage: str) -> None:
        """Report the stage that the source enters; it is empty at the end."""
        if self.watcher:
            self.watcher.on_stage(self.label, stage)

    @contextmanager
    def entering(self, stage: str) -> Iterator[None]:
        """Report and time a stage."""
        self.stage = stage
        self.report(stage)
        began = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + spent, 3)

    @asynccontextmanager
    async def turn(self, document: Document) -> AsyncIterator[None]:
        """Hold the right to ask about a document: one run at a time, within the budget.

        The source's whole forecast is reserved first, so that a source that was started is
        finished before the budget is spent on the next one.

        Raises:
            BudgetReached: if the forecast does not fit.
        """
        services = self.services
        expected = services.forecast(len(document.text))
        async with (
            services.turns,
            services.warehouse.alone(document.document_id),
            services.budget.source(expected.cost_usd) as self.purse,
        ):
            yield

    @asynccontextmanager
    async def asking(self, document: Document) -> AsyncIterator[Asker]:
        """Give an asker of the model, and add what it paid to the run."""
        asker = self.services.asker(document.document_id, self.purse)
        try:
            yield asker
        finally:
            self.paid += asker.paid

    @asynccontextmanager
    async def judging(self, document: Document) -> AsyncIterator[Asker | None]:
        """Give an asker of the judge, None where it is off, and add what it paid to the run."""
        judge = self.services.judge(document.document_id, self.purse)
        try:
            yield judge
        finally:
            self.paid += judge.paid if judge else []


def _anchored(ref: SourceRef) -> SourceRef:
    """Return ``ref`` with absolute paths, so that a retry finds the files from anywhere."""
    paths = {
        name: str(Path(path).expanduser().absolute())
        for name, path in (("source", ref.source), ("transcript", ref.transcript))
        if path and "://" not in path
    }
    return ref.model_copy(update=paths)
