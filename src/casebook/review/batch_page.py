"""What the page of one batch shows, told from the warehouse, whoever works it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from casebook.pipeline.ingestion.run import STAGES
from casebook.review.batch_runs import BatchRuns
from casebook.schemas.batches import Batch, BatchProgress, BatchStep, BatchSummary, Standing
from casebook.schemas.errors import Remedy
from casebook.schemas.listings import OpenFailure
from casebook.summarizer.models.limiting import Standing as EndpointStanding
from casebook.warehouse.store import Warehouse

STANDINGS: Mapping[Standing, tuple[str, str]] = MappingProxyType(
    {
        Standing.KNOWN: ("drafts and cases", "good"),
        Standing.REFUSED: ("not case studies", "weak"),
        Standing.REJECTED: ("rejected by a curator", "weak"),
        Standing.FAILED: ("failed", "bad"),
        Standing.UNFINISHED: ("on the way", "busy"),
        Standing.NEW: ("not begun", "left"),
    }
)
"""Where sources stand, in the order of the bar, with a label and a colour."""

REMEDIES: Mapping[Remedy, str] = MappingProxyType(
    {Remedy.LATER: "Try later", Remedy.YOU: "Needs you", Remedy.GONE: "Gone for good"}
)
SHOWN = 50  # failures of one cause that a page holds
_LONG = 1_000
_BAR_WIDTH = 100.0


@dataclass(frozen=True)
class BatchPage:
    """One batch, as a whole and by its sources.

    ``state`` is ``working``, ``queued``, ``elsewhere``, ``paused``, ``finished`` or ``waiting``.
    ``waiting``, ``eta_seconds`` and how the ``endpoint`` stands are known only where this desk
    works it.
    """

    batch: Batch
    summary: BatchSummary
    progress: BatchProgress
    state: str
    problem: str | None
    waiting: int = 0
    eta_seconds: float | None = None
    endpoint: EndpointStanding | None = None

    @property
    def ended(self) -> int:
        """How many sources have come to an end, failures included that are not tried again."""
        failed = self.progress.counts.get(Standing.FAILED, 0)
        return self.progress.done + max(failed - self.waiting, 0)

    @property
    def segments(self) -> list[tuple[str, float, float]]:
        """Colour, start and width of each part of the bar, in hundredths of it."""
        total, start, parts = max(self.progress.total, 1), 0.0, []
        for standing, (_, colour) in STANDINGS.items():
            width = _BAR_WIDTH * self.progress.counts.get(standing, 0) / total
            if width and standing is not Standing.NEW:
                parts.append((colour, round(start, 2), round(width, 2)))
            start += width
        return parts

    @property
    def stages(self) -> list[tuple[str, int]]:
        """How many sources on the way are in each stage."""
        return [(name, self.progress.stages.get(name, 0)) for name in STAGES]

    @property
    def is_open(self) -> bool:
        """Whether a run would find something to do."""
        return self.summary.open > 0

    @property
    def poll_seconds(self) -> int:
        """How long the page waits before it asks again: long lists take longer to count."""
        if self.state not in {"working", "elsewhere", "queued"}:
            return 15
        return 2 if self.progress.total <= _LONG else 6


def state_of_batch(summary: BatchSummary, runs: BatchRuns) -> str:
    """Return where a batch stands as a whole, for people."""
    if runs.run_of(summary.batch_id):
        return "working"
    if runs.holds(summary.batch_id):
        return "queued"
    told = {
        BatchStep.STARTED: "elsewhere",
        BatchStep.PAUSED: "paused",
        BatchStep.FINISHED: "finished",
    }
    return told[summary.step] if summary.step else "waiting"


def failures_of(warehouse: Warehouse, batch: Batch, kind: str) -> Sequence[OpenFailure]:
    """Return the open failures of a batch that have this cause."""
    stored = warehouse.batch(batch.batch_id)
    ids = {item.source_id for item in stored.items} if stored else set()
    return [
        one
        for one in warehouse.open_failures()
        if one.failure.kind == kind and one.failure.source_id in ids
    ]
