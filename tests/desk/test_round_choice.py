"""Rounds without pages: what goes in, where the curator is, and what came of it."""

from datetime import timedelta

from case_views import DOUBTFUL, JUDGED_FALSE, a_study
from made_rows import NOON, a_row

from review import decisions
from review.changes import AddStatement, Confirm, Drop, SetStatement
from review.judgment import ASKING
from review.parts import part_id
from review.rounds import (
    Candidate,
    Leg,
    begun,
    chosen,
    doubts_of,
    following,
    seconds_on,
    spots,
    summary,
)
from schemas.cases import Section, Support, SupportLevel
from schemas.reviews import CaseStatus, Decision, Review


def picked(*candidates: Candidate, taken=()) -> str:
    """The ids of the drafts that fit ten minutes at a minute per step."""
    found = chosen(candidates, "mira", minutes=10, seconds=60.0, taken=taken)
    return "".join(one.case_id for one in found)


def test_what_goes_into_a_round():
    """Assigned to me, then worst first, as many as fit; at least one; not those of others."""
    drafts = [Candidate("a", 5), Candidate("b", 4), Candidate("c", 3), Candidate("d", 0)]
    assert picked(*drafts) == "ac"
    assert picked(*drafts, Candidate("m", 2, "mira")) == "mad"
    assert picked(*drafts, Candidate("o", 0, "ada")) == "ac"
    assert picked(*drafts, taken={"a"}) == "bcd"
    assert picked(Candidate("long", 50), Candidate("d", 0)) == "long"
    assert picked() == ""


def messy():
    """A study with a doubt of each kind: several in a section, a solution, a fact, a tag."""
    study = a_study()
    waiting = Support(level=SupportLevel.UNVERIFIED, reason=ASKING)
    levels = {1: DOUBTFUL, 11: JUDGED_FALSE, 12: DOUBTFUL, 13: waiting}
    statements = (
        one.model_copy(update={"support": levels.get(one.n, one.support)})
        for one in study.statements
    )
    return study.model_copy(update={"statements": tuple(statements)})


def test_no_doubt_is_left_out():
    """Facts, statements (solutions after their challenge), tags; also what is being judged."""
    study = messy()
    ids = [doubt.part_id for doubt in doubts_of(study)]
    assert ids == ["f-narrator", "s-1", "s-11", "s-9", "s-10", "s-12", "s-13", "t-made-up"]
    parts = (*study.facts, *study.statements, *study.tags)
    assert {*ids} == {part_id(p) for p in parts if not p.support.is_publishable}


def legs_of(warehouse, the_round) -> list[Leg]:
    return [Leg(view, the_round) for view in warehouse.case_views(the_round.case_ids)]


def a_round(warehouse, *ids: str):
    views = warehouse.case_views(ids)
    return begun(views, "mira", minutes=20, seconds=30.0, at=NOON)


def test_positions_stay_while_the_draft_changes(warehouse, build):
    """Numbers of statements change with each drop, those of doubts do not; new ones come last."""
    first, second = build.draft(messy()), build.draft()
    the_round = a_round(warehouse, first, second)
    legs = legs_of(warehouse, the_round)
    cards = spots(legs, 30.0)
    assert [card.n for card in cards if card.leg is legs[0]] == [*range(1, 9), 8]
    assert (cards[0].doubts, cards[0].minutes) == (12, (12 + 2) * 30 / 60)
    decisions.edit(warehouse, first, [Drop(part="s-9"), Drop(part="s-10")], "mira")
    decisions.edit(warehouse, first, [Confirm(part="s-1")], "ada")
    lone = AddStatement(section=Section.LESSONS, text="It cost 77 %.", quote="Measure on your own")
    decisions.edit(warehouse, first, [lone], "ada")
    leg = legs_of(warehouse, the_round)[0]
    closed = [stop for stop in leg.stops if not stop.is_open]
    assert [(stop.key, leg.settler(stop)) for stop in closed] == [
        ("2", "ada"), ("4", "mira"), ("5", "mira"),
    ]  # fmt: skip
    assert [stop.key for stop in leg.open_stops[:-1]] == ["1", "3", "6", "7", "8"]
    assert leg.open_stops[-1].doubt.text == "It cost 77 %."
    assert leg.open_stops[1].part.answers == 7
    reworded = SetStatement(n=leg.open_stops[2].part.n, text="An officer checks each of 9 answers.")
    decisions.edit(warehouse, first, [reworded], "mira")
    stop = legs_of(warehouse, the_round)[0].stops[5]
    assert (stop.key, stop.is_open, stop.doubt.text) == ("6", True, reworded.text)


def test_the_next_card(warehouse, build):
    """Forward, then from the beginning: what was put off comes again until nothing is left."""
    case_id, other = build.draft(messy()), build.draft()
    the_round = a_round(warehouse, case_id, other)
    ids = [f"{case_id}:{key}" for key in (*range(1, 9), "look")]
    cards = spots(legs_of(warehouse, the_round), 30.0)
    assert following(cards).id == ids[0]
    assert following(cards, ids[0]).id == ids[1]
    assert following(cards, ids[-1]).id == f"{other}:1"
    assert following(cards, f"{other}:look").id == ids[0]
    decisions.reject(warehouse, case_id, "No.", "ada")
    cards = spots(legs_of(warehouse, the_round), 30.0)
    assert following(cards, ids[0]).id == f"{other}:1"
    decisions.reject(warehouse, other, "No.", "mira")
    assert following(spots(legs_of(warehouse, the_round), 30.0), ids[0]) is None


def reviewed(leg: Leg, *minutes: int, who: str = "mira", decision=Decision.EDIT) -> Leg:
    """The draft with reviews so many minutes after the round began."""
    about = {"case_id": leg.case_id, "revision_id": leg.view.revision.revision_id, "who": who}
    rows = [
        a_row(Review, review_id=f"{leg.case_id}{n}", at=NOON + timedelta(minutes=n),
              decision=decision, **about)
        for n in minutes
    ]  # fmt: skip
    status = CaseStatus.APPROVED if decision is Decision.APPROVE else leg.view.status
    changes = {"reviews": (*leg.view.reviews, *rows), "status": status}
    return Leg(leg.view.model_copy(update=changes), leg.round)


def test_the_summary_counts_work_and_not_pauses(warehouse, build):
    """Long pauses count as five minutes; other people's decisions are counted apart."""
    ids = [build.draft(), build.draft(), build.draft()]
    the_round = a_round(warehouse, *ids)
    legs = legs_of(warehouse, the_round)
    legs[0] = reviewed(reviewed(legs[0], 1, 3), 4, decision=Decision.APPROVE)
    legs[1] = reviewed(legs[1], 5, 200)
    legs[2] = reviewed(legs[2], 6, who="ada", decision=Decision.APPROVE)
    found = summary(legs, the_round)
    assert (found.decided, found.by_others, found.left, found.doubts_left) == (1, 1, 1, 4)
    assert found.minutes == 1 + 2 + 1 + 1 + 5
    now = NOON + timedelta(minutes=201)
    assert seconds_on(legs, the_round, ids[1], now) == 60 * (1 + 5 + 1)
    assert seconds_on(legs, the_round, ids[0], NOON + timedelta(minutes=4)) == 60 * 4
