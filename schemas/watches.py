"""Feeds and sitemaps that are read again and again for new sources."""

from datetime import datetime, timedelta
from enum import StrEnum

from schemas.frozen import Frozen


class WatchState(StrEnum):
    """Whether a watch is read."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class Watch(Frozen):
    """A list that is read every so many seconds; each change of it is a row of its own.

    ``words`` keeps only items that mention one; a model judges new items by ``rubric``, a
    curator's words; ``budget_usd`` limits what one look may spend.
    """

    watch_id: str
    address: str
    every_seconds: int
    words: tuple[str, ...] = ()
    rubric: str | None = None
    budget_usd: float | None = None
    state: WatchState = WatchState.ACTIVE
    changed_by: str
    changed_at: datetime


class WatchedItem(Frozen):
    """An item of a watched list, and its fate.

    ``state`` is ``known`` (at the first look), ``taken``, ``refused`` by the rubric, or
    ``undecided`` (taken without a verdict).
    """

    watch_id: str
    source_id: str
    address: str
    title: str | None
    state: str
    reason: str | None
    at: datetime


class Look(Frozen):
    """One look at a watched list, and the batch of its new items.

    ``failure`` says why the list could not be read, ``missed`` counts unreadable parts of it.
    """

    watch_id: str
    at: datetime
    found: int = 0
    new: int = 0
    refused: int = 0
    missed: int = 0
    batch_id: str | None = None
    failure: str | None = None


class WatchLine(Frozen):
    """A watch with its newest look, if there was one."""

    watch: Watch
    look: Look | None

    def next_at(self) -> datetime | None:
        """Return when the next look is due, None for a watch that is not active."""
        if self.watch.state is not WatchState.ACTIVE:
            return None
        if self.look is None:
            return self.watch.changed_at
        return self.look.at + timedelta(seconds=self.watch.every_seconds)

    def is_due(self, now: datetime) -> bool:
        """Return whether a look is due; a tenth of the interval early is in time."""
        at = self.next_at()
        early = timedelta(seconds=min(120, self.watch.every_seconds / 10))
        return at is not None and now >= at - early
