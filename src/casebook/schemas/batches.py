"""A list of sources worked as one: what was asked for, how far it is, and what became of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from casebook.schemas.errors import Remedy
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import SourceRef, Stated


class BatchItem(Frozen):
    """One source of a batch; ``source_id`` is known before anything is fetched."""

    source_id: str
    reference: SourceRef
    title: str | None = None
    published: Stated | None = None


class BatchOptions(Frozen):
    """How the sources are worked; a run that goes on does so the same way.

    ``budget_usd`` bounds what each run of the batch may spend; ``model`` is the one asked for, None
    for the one that is configured.
    """

    force: bool = False
    concurrency: int | None = None
    budget_usd: float | None = None
    model: str | None = None


class Batch(Frozen):
    """What was asked for, without the sources: whoever works or shows it holds no list of them.

    ``origin`` is the address or path of the list, or a watch.
    """

    batch_id: str
    origin: str
    options: BatchOptions
    created_by: str
    created_at: datetime


class ListedBatch(Batch):
    """A batch as it is stored, with the sources that it was handed."""

    items: Sequence[BatchItem]

    def without_items(self) -> Batch:
        """Return what is left without the sources."""
        return Batch.model_validate(self.model_dump(exclude={"items"}))


class BatchStep(StrEnum):
    """What happened to a batch as a whole."""

    STARTED = "started"
    PAUSED = "paused"
    FINISHED = "finished"


class BatchEvent(Frozen):
    """One step of a batch; ``reason`` says in words why it paused."""

    event_id: str
    batch_id: str
    step: BatchStep
    reason: str | None
    at: datetime


class Standing(StrEnum):
    """Where a source stands, whoever worked it."""

    NEW = "new"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    REFUSED = "refused"
    REJECTED = "rejected"
    KNOWN = "known"


class SourceStanding(Frozen):
    """Where one source stands: refused by triage, rejected by a curator, or known as a case.

    ``failure`` is the open one of a failed source. ``attempts`` counts its failures, but for those
    that a key, a setting or a budget caused: they say nothing about it.
    """

    source_id: str
    standing: Standing
    case_id: str | None = None
    failure: Failure | None = None
    attempts: int = 0


class BatchSummary(Frozen):
    """One line of a list of batches; ``step`` is None where no run has begun.

    ``cases``, ``refused`` and ``failed`` count its sources by what became of them, in any run, and
    ``open`` those for which a machine has something to do. Without any of them a batch is finished,
    though its last run was paused or killed: another one worked its sources.
    """

    batch_id: str
    origin: str
    size: int
    created_by: str
    created_at: datetime
    step: BatchStep | None
    reason: str | None
    changed_at: datetime
    cases: int = 0
    refused: int = 0
    failed: int = 0
    open: int = 0


class Typical(Frozen):
    """What one source takes: calls, tokens in and out, and seconds of one call."""

    calls: float
    prompt_tokens: float
    completion_tokens: float
    call_seconds: float


class FailureGroup(Frozen):
    """The failures of one cause: how many, what to do, and one of them as an example."""

    kind: str
    remedy: Remedy
    count: int
    message: str


class Spending(Frozen):
    """What the calls about some sources took; ``cost_usd`` is None where a price is not known."""

    calls: int
    tokens: int
    cost_usd: float | None


class BatchProgress(Frozen):
    """How far a batch is, told from where its sources stand.

    ``stages`` counts the unfinished ones by the stage that they have come to, ``spent`` is what
    the batch's sources took so far, in whichever run.
    """

    total: int
    counts: Mapping[Standing, int]
    failures: Sequence[FailureGroup]
    stages: Mapping[str, int] = {}
    spent: Spending | None = None

    @property
    def done(self) -> int:
        """Return how many sources need no more work by a machine."""
        return sum(
            self.counts.get(s, 0) for s in (Standing.KNOWN, Standing.REFUSED, Standing.REJECTED)
        )

    @property
    def left(self) -> int:
        """Return how many are still to be worked: new ones, and those that were cut off."""
        return self.counts.get(Standing.NEW, 0) + self.counts.get(Standing.UNFINISHED, 0)


def progress_of(standings: Sequence[SourceStanding]) -> BatchProgress:
    """Count where the sources of a batch stand; failures by cause, the most frequent first."""
    failures = [s.failure for s in standings if s.failure is not None]
    kinds = Counter(failure.kind for failure in failures)
    examples = {failure.kind: failure for failure in reversed(failures)}
    return BatchProgress(
        total=len(standings),
        counts=Counter(s.standing for s in standings),
        failures=[
            FailureGroup(
                kind=kind, remedy=examples[kind].remedy, count=n, message=examples[kind].message
            )
            for kind, n in kinds.most_common()
        ],
    )
