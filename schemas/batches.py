"""A list of sources processed as one: the order, the progress, and what became of each source."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from schemas.failures import Remedy
from schemas.frozen import Frozen
from schemas.sources import SourceRef, StatedDate


class BatchItem(Frozen):
    """One source of a batch; ``source_id`` is known before anything is fetched."""

    source_id: str
    reference: SourceRef
    title: str | None = None
    published: StatedDate | None = None


class Batch(Frozen):
    """What was ordered: the list at ``origin``, what a run and one source may cost, the model."""

    batch_id: str
    origin: str
    size: int
    force: bool = False
    budget_usd: float | None = None
    source_budget_usd: float | None = None
    model: str | None = None
    created_by: str
    created_at: datetime


class BatchStep(StrEnum):
    """A step in the life of a batch."""

    STARTED = "started"
    PAUSED = "paused"
    FINISHED = "finished"


class BatchEvent(Frozen):
    """One step of a batch; ``reason`` says why it paused."""

    batch_id: str
    step: BatchStep
    reason: str | None
    at: datetime


class SourceState(StrEnum):
    """Where a source stands, in any batch or none."""

    NEW = "new"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    REFUSED = "refused"
    REJECTED = "rejected"
    DRAFTED = "drafted"


class FailureGroup(Frozen):
    """The failures of one cause: how many, what to do, and one of them as an example."""

    kind: str
    remedy: Remedy
    count: int
    message: str


class BatchProgress(Frozen):
    """A batch with its newest step, and its progress computed from where its sources stand.

    ``cost_usd`` is what calls about its sources cost, None where a price is unknown.
    """

    batch: Batch
    step: BatchStep | None
    reason: str | None
    changed_at: datetime
    counts: Mapping[SourceState, int]
    failures: tuple[FailureGroup, ...] = ()
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0

    @property
    def done(self) -> int:
        """The number of sources that need no more work by a machine."""
        finished = (SourceState.DRAFTED, SourceState.REFUSED, SourceState.REJECTED)
        return sum(self.counts.get(state, 0) for state in finished)

    @property
    def left(self) -> int:
        """The number of sources that no run has finished or failed yet."""
        return self.counts.get(SourceState.NEW, 0) + self.counts.get(SourceState.UNFINISHED, 0)
