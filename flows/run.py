"""One source on its way through the stages: what it is, who watches, what it has cost."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.services import Services
from extractors.fetch.fetch import identify
from extractors.urls import is_web_address
from schemas.errors import CasebookError
from schemas.generations import Generation
from schemas.results import SimilarSource
from schemas.sources import Alias, Document, Snapshot, SourceRef
from summarizer.asking import Asker
from summarizer.budget import Purse

Progress = Callable[[str, str, int, int], object]
"""Gets a source, the stage that it enters (empty at the end), and its calls: done and all."""


@dataclass
class Run:
    """The state of one source's run; the only thing that stages change.

    ``who`` submitted ``ref``; ``force`` makes a draft of a source that triage refuses, ``refresh``
    fetches a known address again, and ``snapshot`` holds stored bytes to start from.
    """

    ref: SourceRef
    services: Services
    who: str = ""
    force: bool = False
    refresh: bool = False
    snapshot: Snapshot | None = None
    on_progress: Progress = lambda *_: None
    stage: str = "fetch"
    seconds: dict[str, float] = field(default_factory=dict)
    purse: Purse | None = None
    judge_calls: tuple[str, ...] = ()
    same_as: str | None = None
    near_copies: list[SimilarSource] = field(default_factory=list)
    unjudged: CasebookError | None = None

    def __post_init__(self) -> None:
        """Name the source as it was given, and anchor its paths: a retry may start elsewhere."""
        self.label, self._askers = self.ref.source, list[Asker]()
        paths = {"source": self.ref.source, "transcript": self.ref.transcript}
        anchored = {
            name: str(Path(path).expanduser().absolute())
            for name, path in paths.items()
            if path and "://" not in path
        }
        self.ref = self.ref.model_copy(update=anchored)
        self.who = self.who or self.services.settings.curator
        self.source_id = (self.snapshot or identify(self.ref)).source_id

    @property
    def is_remote(self) -> bool:
        """Whether the network is asked for the bytes."""
        return self.ref.transcript is None and is_web_address(self.ref.source)

    @property
    def paid(self) -> list[Generation]:
        """The calls that this run made, failed ones included."""
        return [generation for asker in self._askers for generation in asker.paid]

    def follow(self, alias: Alias) -> None:
        """Go on with the source that an address turned out to be."""
        self.source_id, self.same_as = alias.same_as, alias.url

    def report(self, done: int = 0, total: int = 0) -> None:
        """Report the current stage, and how many of its calls are done."""
        self.on_progress(self.label, self.stage, done, total)

    @contextmanager
    def entering(self, stage: str) -> Iterator[None]:
        """Report and time a stage."""
        self.stage, began = stage, time.monotonic()
        self.report()
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + spent, 3)

    @asynccontextmanager
    async def turn(self, document: Document) -> AsyncIterator[None]:
        """Hold the right to ask about a document, or raise BudgetReached.

        One run at a time asks. The source's whole forecast is reserved first, so that a source that
        was started is finished before the budget is spent on the next one.
        """
        services = self.services
        expected = services.forecast(len(document.text))
        async with (
            services.turns,
            services.warehouse.alone(document.document_id),
            services.budget.source(expected.cost_usd) as self.purse,
        ):
            yield

    def asker(self, document: Document) -> Asker:
        """Return what asks the model; its calls count for this run."""
        self._askers.append(self.services.asker(document.document_id, self.purse))
        return self._askers[-1]

    def judge(self, document: Document) -> Asker | None:
        """Return what asks the judge, None where it is off; its calls count for this run."""
        judge = self.services.judge(document.document_id, self.purse)
        self._askers += [judge] if judge else []
        return judge
