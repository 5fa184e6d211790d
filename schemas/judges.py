"""The measured quality of a judge: false items that it stops, and true ones that it flags."""

from datetime import datetime
from math import sqrt
from typing import NamedTuple

from schemas.frozen import Frozen

LEAST_STOPPED = 0.90
"""The share of false items that a reliable judge stops at least."""

MOST_FLAGGED = 0.05
"""The share of true items that a reliable judge flags at most."""

_Z = 1.96  # standard deviations of a 95 % interval


class Share(NamedTuple):
    """A part of a number of items."""

    part: int
    whole: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share, from 0 to 1 if there are no items."""
        if not self.whole:
            return 0.0, 1.0
        share, spread = self.part / self.whole, _Z * _Z / self.whole
        middle = share + spread / 2
        half = sqrt(spread * (share * (1 - share) + spread / 4))
        return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))

    def __str__(self) -> str:
        """Return part and whole, a dash without items."""
        return f"{self.part} of {self.whole}" if self.whole else "—"

    @property
    def percent(self) -> str:
        """The interval in per cent: ``60–98 %``."""
        return "{:.0f}–{:.0f} %".format(*(100 * bound for bound in self.interval))


class KindScore(Frozen):
    """The judged items of one kind; an item that is held back is ``stopped`` or ``flagged``."""

    kind: str
    false: int = 0
    stopped: int = 0
    true: int = 0
    flagged: int = 0
    unjudged: int = 0  # items without a verdict, which count nowhere else


class JudgeMeasurement(Frozen):
    """The quality of one judge with one version of its prompt."""

    model: str
    prompt: int
    at: datetime
    kinds: tuple[KindScore, ...]

    @property
    def stopped(self) -> Share:
        """The false items that the judge stops."""
        return Share(sum(one.stopped for one in self.kinds), sum(one.false for one in self.kinds))

    @property
    def flagged(self) -> Share:
        """The true items that the judge flags."""
        return Share(sum(one.flagged for one in self.kinds), sum(one.true for one in self.kinds))

    @property
    def is_unfit(self) -> bool:
        """Whether the judge certainly stops too few false items."""
        return self.stopped.interval[1] < LEAST_STOPPED

    @property
    def problem(self) -> str:
        """The limit that the judge does not certainly keep, or an empty string."""
        if self.stopped.interval[0] < LEAST_STOPPED:
            return f"it should stop {LEAST_STOPPED:.0%} with 95 % confidence"
        if self.flagged.part > MOST_FLAGGED * self.flagged.whole:
            return f"it should flag at most {MOST_FLAGGED:.0%}"
        return ""

    def rows(self) -> list[tuple[object, ...]]:
        """Return kind, false items stopped, true ones flagged, and unjudged ones, then totals."""
        ranked = sorted(self.kinds, key=lambda k: not k.false)
        rows = [
            (k.kind, Share(k.stopped, k.false), Share(k.flagged, k.true), k.unjudged)
            for k in ranked
        ]
        total = ("all", self.stopped, self.flagged, sum(k.unjudged for k in self.kinds))
        interval = ("95 % interval", self.stopped.percent, self.flagged.percent, None)
        return [*rows, total, interval]

    def __str__(self) -> str:
        """Return the figures as the predicate of a sentence."""
        return (
            f"stops {self.stopped} false items ({self.stopped.percent}) "
            f"and flags {self.flagged} true ones ({self.flagged.percent})"
        )
