"""Rounds: which drafts fit some minutes, their doubts one by one, what is left, and a summary."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from publishing.gate import WHOLE
from review.diff import Diff
from review.doubts import Doubt, held_back
from review.parts import find_part, part_id, parts_of
from review.revisions import find_revision
from schemas.cases import CaseStudy, Part, Statement
from schemas.frozen import content_id
from schemas.reviews import CaseStatus, CaseView, Decision
from schemas.rounds import Round

MINUTES = (10, 20, 40)
USUAL_SECONDS = 40.0
"""The seconds per step of a curator who has not decided anything yet."""
LONGEST_PAUSE = timedelta(minutes=5)
"""A longer pause between two decisions does not count as work."""

_DECISIVE = frozenset({Decision.APPROVE, Decision.REJECT})


class Candidate(NamedTuple):
    """A draft that a round could have; the curator looks once at it, and at each doubt."""

    case_id: str
    doubts: int
    assignee: str | None = None

    @property
    def steps(self) -> int:
        """The number of things to look at."""
        return self.doubts + 1


def chosen(
    candidates: Iterable[Candidate],
    who: str,
    *,
    minutes: int,
    seconds: float,
    taken: Collection[str] = (),
) -> list[Candidate]:
    """Return the drafts that fit the ``minutes`` at ``seconds`` per step, at least one.

    Drafts assigned to ``who`` come first, then those assigned to nobody, each in the given order.
    Those of other people, and those ``taken`` by their rounds, are left out.
    """
    free = [c for c in candidates if c.assignee in {None, who} and c.case_id not in taken]
    found, left = list[Candidate](), minutes * 60 / seconds
    for one in sorted(free, key=lambda one: one.assignee is None):
        if one.steps <= left or not found:
            found.append(one)
            left -= one.steps
    return found


def begun(
    views: Sequence[CaseView],
    who: str,
    *,
    minutes: int,
    seconds: float,
    at: datetime,
    name: str = "",
) -> Round:
    """Return a round through the drafts among some cases."""
    drafts = [view for view in views if view.status is CaseStatus.DRAFT]
    ids = tuple(view.case.case_id for view in drafts)
    return Round(
        round_id=content_id("round", who, ids, at.isoformat()),
        who=who,
        name=name,
        minutes=minutes,
        seconds=seconds,
        case_ids=ids,
        revision_ids=tuple(view.revision.revision_id for view in drafts),
        begun_at=at,
    )


def doubts_of(study: CaseStudy) -> list[Doubt]:
    """Return what a curator has to settle, in the order of the page: facts, statements, tags.

    Sentences of the summary that are held back because of other parts follow from those.
    """
    held = {doubt.part_id: doubt for doubt in held_back(study) if doubt.support.reason != WHOLE}
    ordered = [part for part in sorted(parts_of(study), key=_place) if part_id(part) in held]
    real = [part for part in ordered if not part.support.is_publishable]
    return [held[part_id(part)] for part in real or ordered]


def _place(part: Part) -> tuple[int, ...]:
    """Return the sort key of a part: solutions follow their challenge."""
    if isinstance(part, Statement):
        return 1, part.answers or part.n, part.n
    return (0,) if part_id(part).startswith("f-") else (2,)


class Stop(NamedTuple):
    """A doubt of a draft in a round; its ``key`` stays the same until the round ends.

    ``part`` is its current state, None if it was dropped.
    """

    key: str
    doubt: Doubt
    part: Part | None
    is_open: bool


@dataclass(frozen=True)
class Leg:
    """A draft of a round: its ``stops`` in order; ``before`` is its study when the round began."""

    view: CaseView
    round: Round

    @property
    def case_id(self) -> str:
        """The id of the case."""
        return self.view.case.case_id

    @property
    def is_open(self) -> bool:
        """Whether the draft still awaits a decision."""
        return self.view.status is CaseStatus.DRAFT

    @cached_property
    def _first(self) -> CaseStudy:
        ids = dict(zip(self.round.case_ids, self.round.revision_ids, strict=True))
        return (find_revision(self.view, ids.get(self.case_id)) or self.view.revision).study

    @cached_property
    def stops(self) -> list[Stop]:
        """The doubts that it had when the round began, then those that it got since."""
        now = self.view.revision.study
        diff = Diff(self._first, now) if self._first != now else None
        current = {doubt.part_id: doubt for doubt in doubts_of(now)}
        found = list[Stop]()
        for n, doubt in enumerate(doubts_of(self._first), start=1):
            at = doubt.part_id
            part = diff.counterpart(at) if diff else find_part(now, at)
            here = current.pop(part_id(part), None) if part else None
            found.append(Stop(str(n), here or doubt, part, here is not None))
        new = ((doubt, find_part(now, at)) for at, doubt in current.items())
        return [*found, *(Stop(doubt.part_id, doubt, part, True) for doubt, part in new)]

    @property
    def open_stops(self) -> list[Stop]:
        """The doubts that are left."""
        return [stop for stop in self.stops if stop.is_open]

    def settler(self, stop: Stop) -> str:
        """Return who settled a doubt: a person, or the judge's model."""
        if stop.part and stop.part.support.confirmed_by:
            return stop.part.support.confirmed_by
        ids = [revision.revision_id for revision in self.view.revisions]
        start = dict(zip(self.round.case_ids, self.round.revision_ids, strict=True))[self.case_id]
        later = self.view.revisions[ids.index(start) + 1 :]
        for revision in later if {one.author for one in later} != {self.round.who} else ():
            part = Diff(self._first, revision.study).counterpart(stop.doubt.part_id)
            if part is None or part.support.is_publishable:
                return revision.author
        return self.round.who

    @property
    def decided_by(self) -> str | None:
        """Who approved or rejected the draft, None if nobody did."""
        by = (one.who for one in reversed(self.view.reviews) if one.decision in _DECISIVE)
        return None if self.is_open else next(by, None)


class Spot(NamedTuple):
    """A card of a round: a doubt, or (without a stop) the look at a whole draft.

    ``n`` of ``doubts`` and ``draft`` of ``drafts`` count from 1; ``minutes`` are left from here.
    """

    leg: Leg
    stop: Stop | None
    n: int
    doubts: int
    draft: int
    drafts: int
    minutes: float

    @property
    def is_open(self) -> bool:
        """Whether the curator has something to do here."""
        return self.leg.is_open and (self.stop is None or self.stop.is_open)

    @property
    def id(self) -> str:
        """The address of the card within its round."""
        return f"{self.leg.case_id}:{self.stop.key if self.stop else 'look'}"


def spots(legs: Sequence[Leg], seconds: float) -> list[Spot]:
    """Return all cards of a round in order: the doubts of each draft, then the look at it."""
    places = [(d, leg, stop) for d, leg in enumerate(legs, 1) for stop in (*leg.stops, None)]
    total, n, found = sum(len(leg.stops) for leg in legs), 0, list[Spot]()
    for draft, leg, stop in places:
        n += stop is not None
        found.append(Spot(leg, stop, n, total, draft, len(legs), 0.0))
    left = 0.0
    for at in range(len(found) - 1, -1, -1):
        left += found[at].is_open * seconds / 60
        found[at] = found[at]._replace(minutes=left)
    return found


def following(cards: Sequence[Spot], after: str = "") -> Spot | None:
    """Return the next open card behind another, from the beginning after the last one."""
    at = next((i + 1 for i, one in enumerate(cards) if one.id == after), 0)
    return next((one for one in (*cards[at:], *cards[:at]) if one.is_open), None)


class Summary(NamedTuple):
    """What came of a round; ``minutes`` is the time that the curator worked on it."""

    decided: int
    by_others: int
    settled: int
    left: int
    doubts_left: int
    minutes: float


def summary(legs: Sequence[Leg], the_round: Round) -> Summary:
    """Return what came of a round so far."""
    decided = [leg.decided_by for leg in legs if not leg.is_open]
    closed = [(leg, stop) for leg in legs for stop in leg.stops if not stop.is_open]
    return Summary(
        decided=sum(who == the_round.who for who in decided),
        by_others=sum(who != the_round.who for who in decided),
        settled=sum(leg.settler(stop) == the_round.who for leg, stop in closed),
        left=sum(leg.is_open for leg in legs),
        doubts_left=sum(len(leg.open_stops) for leg in legs if leg.is_open),
        minutes=sum(one.total_seconds() for _, one in _worked(legs, the_round)) / 60,
    )


def seconds_on(legs: Sequence[Leg], the_round: Round, case_id: str, now: datetime) -> float:
    """Return the seconds that the curator worked on a draft of the round until ``now``."""
    spent = (one for at, one in _worked(legs, the_round, (now, case_id)) if at == case_id)
    return sum(spent, timedelta()).total_seconds()


def _worked(
    legs: Sequence[Leg], the_round: Round, *more: tuple[datetime, str]
) -> list[tuple[str, timedelta]]:
    """Return each decision's case, and the time since the one before, without long pauses."""
    start = (the_round.begun_at, "")
    made = [
        (review.at, leg.case_id)
        for leg in legs
        for review in leg.view.reviews
        if review.who == the_round.who and review.at > the_round.begun_at
    ]
    ordered = [start, *sorted([*made, *more])]
    return [
        (case_id, min(at - was, LONGEST_PAUSE)) for (was, _), (at, case_id) in pairwise(ordered)
    ]
