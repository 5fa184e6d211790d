"""Feeds and sitemaps that are looked at again and again for new sources."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.schemas.frozen import Frozen

GAP = "all it held at the last look is gone from it, so more may have come and gone between"
"""What is told of a list that shows its newest items only, and was not looked at often enough."""

_EARLY_SECONDS = 120
"""A look may be so much before its time: who runs one each day at six is not put off to the next
day because yesterday's began, or read the list, some seconds later."""


class WatchState(StrEnum):
    """Whether a watch is looked at."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class Watch(Frozen):
    """A list that is looked at every so many seconds; each change of it is a row of its own.

    ``words`` leaves aside what names none of them in its title or address. ``rubric`` says in a
    curator's words what is wanted: a model judges each new item by it. ``budget_usd`` bounds what
    one look may spend, on the rubric's verdicts and on the work of what is new. ``watch_id`` comes
    from the address: a list is watched once.
    """

    change_id: str
    watch_id: str
    address: str
    every_seconds: int
    words: Sequence[str] = ()
    rubric: str | None = None
    budget_usd: float | None = None
    state: WatchState = WatchState.ACTIVE
    changed_by: str
    changed_at: datetime


class Judged(Frozen):
    """An item that a watch's rubric was asked about, with the reason for what became of it."""

    source_id: str
    address: str
    title: str | None
    reason: str


class Refusal(Judged):
    """An item that is not what a watch's rubric asks for; never proposed again."""


class Undecided(Judged):
    """An item of which no verdict by the rubric could be had; it is taken all the same."""


class Look(Frozen):
    """One look at a watched list, ``at`` that time, or when the run over several lists began.

    ``known`` are the sources that the first look found, which are no news, nor are those of a list
    within the list that is first read now; ``unread`` are the addresses of such lists that no look
    has read since the first one could not. ``missed`` says what this look could not read, and why.
    ``batch_id`` is the batch of the new ones, None where there were none; ``failure`` says why the
    list was not read at all. ``refused`` are the new items that the watch's rubric does not want,
    ``undecided`` those in the batch without a verdict; ``unjudged`` counts those that the next look
    judges, because of ``trouble`` if there was any. ``failure_by`` and ``trouble_by`` name the
    causes, as failures of sources do. ``form`` is what kind of list it was. ``newest`` are the
    sources that stood first in it, whatever the watch's words, and ``gap`` tells that it held none
    of those of the look before. ``failing_since`` is when the first of the looks was that failed
    one after another, up to this one.
    """

    look_id: str
    watch_id: str
    at: datetime
    found: int = 0
    new: int = 0
    known: Sequence[str] = ()
    unread: Sequence[str] = ()
    missed: Sequence[str] = ()
    refused: Sequence[Refusal] = ()
    undecided: Sequence[Undecided] = ()
    unjudged: int = 0
    trouble: str | None = None
    trouble_by: str | None = None
    batch_id: str | None = None
    failure: str | None = None
    failure_by: str | None = None
    form: str | None = None
    newest: Sequence[str] = ()
    gap: bool = False
    failing_since: datetime | None = None

    @property
    def told(self) -> str:
        """What a person is told of it, but for the lines of ``missed``."""
        if self.failure is not None:
            return self.failure
        told = [f"{self.new} new of {self.found}"]
        if self.gap:
            told.append(GAP)
        if self.refused:
            told.append(f"{len(self.refused)} not what is wanted")
        if self.undecided:
            told.append(f"{len(self.undecided)} taken without a verdict")
        if self.unjudged:
            why = f" ({self.trouble})" if self.trouble else ""
            told.append(f"{self.unjudged} to be judged at the next look{why}")
        if self.missed:
            parts = "1 part" if len(self.missed) == 1 else f"{len(self.missed)} parts"
            told.append(f"{parts} of the list not read")
        return "; ".join(told)


class WatchLine(Frozen):
    """One line of a list of watches: the watch, and its newest look if there was one.

    ``before`` is how the watch was where it has just been added again.
    """

    watch: Watch
    look: Look | None
    before: Watch | None = None

    def due(self, now: datetime) -> bool:
        """Tell whether it is time for a look; one in the future tells of a clock set back."""
        if self.watch.state is not WatchState.ACTIVE:
            return False
        if self.look is None:
            return True
        every = self.watch.every_seconds
        early = min(_EARLY_SECONDS, every / 10)
        return not 0 <= (now - self.look.at).total_seconds() < every - early

    @property
    def is_failing(self) -> bool:
        """Tell whether several looks in a row could not read the list: one may be a whim."""
        active = self.watch.state is WatchState.ACTIVE
        return active and self.look is not None and self.look.failing_since is not None

    @property
    def may_be_open(self) -> bool:
        """Tell whether its newest look failed, or found what may not be done yet."""
        if self.watch.state is not WatchState.ACTIVE or self.look is None:
            return False
        return any((self.look.failure, self.look.trouble, self.look.batch_id))

    def next_at(self, now: datetime) -> datetime | None:
        """Return when a look will be due, None where it is already, or never will be."""
        if self.look is None or self.watch.state is not WatchState.ACTIVE or self.due(now):
            return None
        return self.look.at + timedelta(seconds=self.watch.every_seconds)
