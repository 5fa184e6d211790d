"""The round that a curator could begin now, and those to resume."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from desk.facets import QueueQuery
from desk.state import DeskState
from review.rounds import MINUTES, USUAL_SECONDS, Candidate, chosen
from schemas.reviews import CaseStatus
from schemas.rounds import Round

_CONSIDERED = 150  # drafts, the worst ones
_KEPT = timedelta(days=14)  # that a round can be resumed
_SHARED = timedelta(hours=3)  # that its drafts are left to its curator


class Proposal(NamedTuple):
    """The round that a curator could begin, and those to resume, each with its drafts left."""

    minutes: int
    seconds: float
    drafts: list[Candidate]
    resumable: list[tuple[Round, int]]

    @property
    def doubts(self) -> int:
        """The number of doubts in its drafts."""
        return sum(one.doubts for one in self.drafts)

    @property
    def expected(self) -> float:
        """The expected minutes."""
        return sum(one.steps for one in self.drafts) * self.seconds / 60


def propose(desk: DeskState, who: str, minutes: int = MINUTES[1]) -> Proposal:
    """Return the proposal for a curator: drafts assigned to them, then the worst ones."""
    index, now = desk.live.index, datetime.now(UTC)
    rounds = [one for one in desk.warehouse.rounds(now - _KEPT) if not one.ended]
    seconds = desk.warehouse.pace(who) or USUAL_SECONDS
    others = [one for one in rounds if one.who != who and one.begun_at > now - _SHARED]
    ids = [*index.ids(QueueQuery(person=who)), *index.ids(QueueQuery())][:_CONSIDERED]
    lines = index.lines(dict.fromkeys(ids))
    found = chosen(
        [Candidate(one["case_id"], one["doubts"], one["assignee"]) for one in lines],
        who,
        minutes=minutes,
        seconds=seconds,
        taken={case_id for one in others for case_id in one.case_ids},
    )
    own = [(one, _drafts_left(desk, one)) for one in rounds if one.who == who]
    return Proposal(minutes, seconds, found, [(one, left) for one, left in own if left])


def _drafts_left(desk: DeskState, the_round: Round) -> int:
    lines = desk.live.index.lines(the_round.case_ids)
    return sum(line["status"] == CaseStatus.DRAFT for line in lines)
