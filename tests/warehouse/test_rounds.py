"""Rounds in the warehouse: their newest rows, a person's pace, and the news since the last one."""

from datetime import timedelta

import pytest
from desk_client import Builder
from made_rows import NOON, a_row

from review import decisions
from schemas.reviews import Decision, Review
from schemas.rounds import Round
from schemas.sources import Check


def a_round(name: str = "", **given) -> Round:
    fields = {"round_id": "round1_a", "who": "mira", "minutes": 20, "seconds": 30.0}
    about = {"case_ids": ("case1_a",), "revision_ids": ("rev1_a",), "begun_at": NOON}
    return Round(**(fields | about | {"name": name} | given))


@pytest.fixture
def build(warehouse) -> Builder:
    return Builder(warehouse)


def test_the_newest_row_of_a_round_counts(warehouse):
    """A round that was named or ended has its new state, and its list as it began."""
    later = NOON + timedelta(minutes=5)
    other = a_round(round_id="round1_b", who="ada", begun_at=later)
    warehouse.append(a_round(), other, a_round("Tuesday", ended=True, at=later))
    found = warehouse.rounds(NOON - timedelta(days=1))
    assert [(one.who, one.name, one.ended) for one in found] == [
        ("ada", "", False), ("mira", "Tuesday", True),
    ]  # fmt: skip
    assert warehouse.round("round1_a").case_ids == ("case1_a",)
    assert warehouse.round("round1_c") is None
    assert warehouse.rounds(later) == []


def decided(n: int, edits: int, seconds: float, who: str = "mira") -> list[Review]:
    """Reviews of a person who edited a case some times before approving it."""
    at, case_id = NOON + timedelta(hours=n), f"case1_{n}"
    about = {"case_id": case_id, "revision_id": "rev1_x", "who": who}
    rows = [
        a_row(Review, review_id=f"{case_id}-{i}", decision=Decision.EDIT,
              at=at - timedelta(seconds=i + 1), **about)
        for i in range(edits)
    ]  # fmt: skip
    return [*rows, a_row(Review, review_id=case_id, at=at, seconds=seconds, **about)]


def test_pace_is_seconds_per_step(warehouse):
    """Edits count as steps beside the decision; other people's decisions do not count."""
    assert warehouse.pace("mira") is None
    warehouse.append(
        *decided(1, 2, 90.0), *decided(2, 0, 20.0), *decided(3, 1, 100.0),
        *decided(4, 0, 900.0, "ada"),
    )  # fmt: skip
    assert warehouse.pace("mira") == pytest.approx(30.0)
    assert warehouse.pace("ada") == pytest.approx(900.0)


def test_news_since_the_last_round_or_decision(warehouse, build):
    """New drafts, replies to one's own comments, and sources that changed are counted."""
    assert warehouse.news("mira").since is None
    case_id = build.draft()
    decisions.comment(warehouse, case_id, "Is it so?", "mira", part="s-3")
    assert warehouse.news("mira").model_dump(exclude={"since"}) == {
        "drafts": 0, "answers": 0, "changed_sources": 0,
    }  # fmt: skip
    decisions.comment(warehouse, case_id, "About another part.", "ada", part="s-4")
    decisions.comment(warehouse, case_id, "Yes, see the table.", "ada", part="s-3")
    build.draft()
    document = warehouse.case(case_id).document
    about = {"source_id": document.source_id, "document_id": document.document_id}
    warehouse.append(Check(**about, result="changed"))
    news = warehouse.news("mira")
    assert (news.drafts, news.answers, news.changed_sources) == (1, 1, 1)
    warehouse.append(a_round(begun_at=news.since + timedelta(days=1)))
    assert warehouse.news("mira").since > news.since
    assert warehouse.news("mira").answers == 0
