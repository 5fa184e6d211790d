"""What a run of a batch has come to, and whether it is of use to go on. Pure."""

import time
from collections import Counter
from dataclasses import dataclass, field

from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.schemas.errors import (
    AnswerFiltered,
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    BucketSilent,
    ModelError,
    ResponseForeign,
    SourceUnread,
)
from casebook.schemas.failures import Failure

# Exit codes of failures that every other source would meet as well.
_FATAL_EXITS = {4}
_FATAL_KINDS = {"endpoint_down", "rate_limited", BucketSilent.kind()}
_REFUSALS = 4  # before the one that stops a batch of which nothing was made yet
# What one source may be to blame for, and not so many of them in a row that nothing came of any.
_OF_ANSWERS = {
    cause.kind()
    for cause in (
        ModelError,
        ResponseForeign,
        AnswerInvalid,
        AnswerTruncated,
        AnswerRefused,
        AnswerFiltered,
        SourceUnread,
    )
}
_IN_A_ROW = 10


@dataclass
class Tally:
    """What a run of a batch has done so far; kept small however long the batch is.

    ``stopped_by`` is the failure for which it paused; what was under way may fail otherwise then.
    ``in_vain`` counts the sources in a row of which the model's answers made nothing. Of the
    ``at_once`` that are at work together, those that are refused end long before the others.
    """

    total: int
    at_once: int = 1
    made: int = 0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    in_vain: int = 0
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    started: float = field(default_factory=time.monotonic)
    stopped_by: Failure | None = None

    @property
    def done(self) -> int:
        """Return how many sources have come to an end in this run."""
        return self.made + self.refused + self.failed.total()

    def pay(self, outcome: Outcome) -> None:
        """Count what one try of a source took, whether or not it comes again."""
        self.calls += outcome.llm_calls
        self.tokens += outcome.tokens
        if outcome.llm_calls:
            known = self.cost_usd is not None and outcome.cost_usd is not None
            self.cost_usd = (self.cost_usd or 0) + (outcome.cost_usd or 0) if known else None

    def add(self, outcome: Outcome) -> None:
        """Count the end of one source."""
        self.made += outcome.status is Status.DRAFT
        self.refused += outcome.status is Status.NOT_A_CASE_STUDY
        if outcome.failure is None:
            self.in_vain = 0
            return
        self.failed[outcome.failure.kind] += 1
        self.in_vain += outcome.failure.kind in _OF_ANSWERS

    def eta_seconds(self, now: float) -> float | None:
        """Return the seconds that the rest would take at the pace so far."""
        if not self.done:
            return None
        return (now - self.started) / self.done * (self.total - self.done)

    def is_stopped_by(self, outcome: Outcome, failure: Failure) -> bool:
        """Tell whether every other source would fail of this as well.

        Several foreign answers say so, or refusals that nobody knows, where the endpoint never gave
        an answer of its own: one may be its source's. Wherever many sources in a row fail of what
        is answered, the next one likely does, and is paid for.
        """
        kind = failure.kind
        if kind in _OF_ANSWERS and self.in_vain + 1 >= max(_IN_A_ROW, self.at_once):
            return True
        if kind in {ModelError.kind(), ResponseForeign.kind()}:
            is_foreign = kind == ResponseForeign.kind()
            several = min(_REFUSALS, self.total - 1) if is_foreign else _REFUSALS
            return not self.made + self.refused and self.failed[kind] >= several
        return outcome.error_exit in _FATAL_EXITS or kind in _FATAL_KINDS
