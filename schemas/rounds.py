"""Rounds: a fixed list of drafts that a curator reviews in a number of minutes."""

from datetime import datetime

from schemas.frozen import NOW, Frozen


class Round(Frozen):
    """A curator's round; the newest row of an id counts.

    ``revision_ids`` are the revisions of ``case_ids`` when the round began.
    """

    round_id: str
    who: str
    name: str = ""
    minutes: int
    seconds: float  # per step at the curator's pace: a step is a doubt or a look at a draft
    case_ids: tuple[str, ...]
    revision_ids: tuple[str, ...]
    begun_at: datetime
    ended: bool = False
    at: datetime = NOW


class News(Frozen):
    """The number of things that happened since a curator's last round or decision."""

    since: datetime | None = None  # None before the first
    drafts: int = 0
    answers: int = 0  # to the curator's comments
    changed_sources: int = 0
