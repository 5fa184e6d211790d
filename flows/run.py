"""One source on its way through the stages: what it is, who watches, what it has cost."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from config.services import Services
from extractors.fetch.fetch import identify
from extractors.urls import is_web_address
from schemas.documents import Document
from schemas.errors import CasebookError
from schemas.generations import Generation
from schemas.results import SimilarSource
from schemas.sources import Alias, SourceRef
from summarizer.asking import Asker
from summarizer.budget import Purse

OnStage = Callable[[str, str], None]
"""Called with a source and the stage that it enters; with an empty stage at the end."""

OnStep = Callable[[str, int, int], None]
"""Called with a source and how many calls of the current stage are done, of how many."""


class Run:
    """The state of one source's run; the only thing that stages change.

    Args:
        ref: what was submitted.
        services: what the stages use.
        who: the person who submitted it.
        force: make a draft of a source that triage refuses.
        refresh: fetch a known address again.
        snapshot_id: start from these stored bytes.
    """

    def __init__(
        self,
        ref: SourceRef,
        services: Services,
        *,
        who: str = "",
        force: bool = False,
        refresh: bool = False,
        snapshot_id: str | None = None,
        on_stage: OnStage = lambda _source, _stage: None,
        on_step: OnStep = lambda _source, _done, _total: None,
    ) -> None:
        self.label = ref.source
        self.ref = _anchored(ref)
        self.services = services
        self.who = who or services.settings.curator
        self.force = force
        self.refresh = refresh
        self.snapshot_id = snapshot_id
        self._on_stage, self._on_step = on_stage, on_step
        self.source_id = identify(self.ref).source_id
        self.stage = "fetch"
        self.seconds: dict[str, float] = {}
        self.paid: list[Generation] = []
        self.purse: Purse | None = None
        self.judge_calls: tuple[str, ...] = ()
        self.same_as: str | None = None
        self.near_copies: list[SimilarSource] = []
        self.unjudged: CasebookError | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the network is asked for the bytes."""
        return self.ref.transcript is None and is_web_address(self.ref.source)

    def follow(self, alias: Alias) -> None:
        """Go on with the source that an address turned out to be."""
        self.source_id, self.same_as = alias.same_as, alias.url

    def on_step(self, done: int, total: int) -> None:
        """Report how many calls of the current stage are done."""
        self._on_step(self.label, done, total)

    def finish(self) -> None:
        """Report that the source has left the last stage."""
        self._on_stage(self.label, "")

    @contextmanager
    def entering(self, stage: str) -> Iterator[None]:
        """Report and time a stage."""
        self.stage = stage
        self._on_stage(self.label, stage)
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
