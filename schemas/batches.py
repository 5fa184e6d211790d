"""Lists of sources: batches and their progress, and lists watched for new sources."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from schemas.frozen import NOW, Frozen
from schemas.results import Remedy
from schemas.sources import SourceRef, StatedDate

SourceState = StrEnum("SourceState", "NEW UNFINISHED FAILED REFUSED REJECTED DRAFTED")
"""The processing state of a source, whether or not it belongs to a batch."""

BatchStep = Literal["started", "paused", "finished"]
WatchState = StrEnum("WatchState", "ACTIVE PAUSED REMOVED")


class BatchItem(Frozen):
    """One source of a batch; ``source_id`` is known before the source is fetched."""

    source_id: str
    reference: SourceRef
    title: str | None = None
    published: StatedDate | None = None


class Batch(Frozen):
    """A batch order: the list at ``origin``, the budgets per run and per source, the model."""

    batch_id: str
    origin: str
    size: int
    force: bool = False
    budget_usd: float | None = None
    source_budget_usd: float | None = None
    model: str | None = None
    in_orders: bool | None = None  # its model calls go to the provider's batch API
    created_by: str
    created_at: datetime = NOW


class BatchEvent(Frozen):
    """One step of a batch; ``reason`` says why it paused."""

    batch_id: str
    step: BatchStep
    reason: str | None
    who: str | None = None
    resume_at: datetime | None = None  # from when the served flows continue it
    at: datetime = NOW


class FailureGroup(Frozen):
    """The failures with one cause: their number, the remedy and an example message."""

    kind: str
    remedy: Remedy
    count: int
    message: str


class BatchProgress(Frozen):
    """A batch with its newest step, and its progress computed from the states of its sources."""

    batch: Batch
    step: BatchStep | None
    reason: str | None
    changed_at: datetime
    counts: Mapping[SourceState, int]
    failures: tuple[FailureGroup, ...] = ()
    cases: int = 0  # more than the drafted sources if one covers several subjects
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0  # of model calls for its sources; None if a price is unknown

    @property
    def done(self) -> int:
        """The number of sources that need no further processing."""
        finished = (SourceState.DRAFTED, SourceState.REFUSED, SourceState.REJECTED)
        return sum(self.counts.get(state, 0) for state in finished)

    @property
    def left(self) -> int:
        """The number of sources that have neither finished nor failed."""
        return self.counts.get(SourceState.NEW, 0) + self.counts.get(SourceState.UNFINISHED, 0)


class Watch(Frozen):
    """A list that is checked every ``every_seconds``; each change to the watch adds a row."""

    watch_id: str
    address: str
    every_seconds: int
    words: tuple[str, ...] = ()  # only items that mention one of them are taken
    rubric: str | None = None  # a curator's instructions for the model that judges new items
    budget_usd: float | None = None  # for the new items of one check
    state: WatchState = WatchState.ACTIVE
    changed_by: str
    changed_at: datetime = NOW


class WatchedItem(Frozen):
    """An item of a watched list and its state."""

    watch_id: str
    source_id: str
    address: str
    title: str | None
    state: str  # known (seen at the first check), taken, refused (by the rubric), undecided (taken)
    reason: str | None
    at: datetime = NOW


class Look(Frozen):
    """One check of a watched list, and the batch made of its new items."""

    watch_id: str
    at: datetime = NOW
    found: int = 0
    new: int = 0
    refused: int = 0
    missed: int = 0  # parts of the list that could not be read
    batch_id: str | None = None
    failure: str | None = None  # why the list could not be read


class WatchLine(Frozen):
    """A watch with its newest check, if any."""

    watch: Watch
    look: Look | None

    def next_at(self) -> datetime | None:
        """Return the time at which the next check is due, or None if the watch is not active."""
        if self.watch.state is not WatchState.ACTIVE:
            return None
        every = timedelta(seconds=self.watch.every_seconds)
        return self.look.at + every if self.look else self.watch.changed_at

    def is_due(self, now: datetime) -> bool:
        """Return whether a check is due; it can be up to a tenth of the interval early."""
        at = self.next_at()
        early = timedelta(seconds=min(120, self.watch.every_seconds / 10))
        return at is not None and now >= at - early
