"""Copies of cases: they spare reads, and never hide a change."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from case_views import a_publication

from desk.facets import QueueQuery
from desk.index import Index
from desk.kept import KeptCases
from desk.lines import Lines
from review import decisions
from review.changes import SetFact
from schemas.reviews import CaseStatus
from schemas.systems import Placement, SystemName
from warehouse import Warehouse, case_views


@pytest.fixture
def kept(settings, warehouse) -> KeptCases:
    made = KeptCases(Index(settings.home / "index.sqlite", warehouse))
    warehouse.use_copies(made)
    return made


def _as_stored(warehouse: Warehouse, case_id: str):
    """Return a case as the warehouse's tables have it, with nothing in memory."""
    copies, warehouse._copies = warehouse._copies, None
    warehouse._memory.clear()
    view = warehouse.case(case_id).model_copy(update={"company": None})
    warehouse._copies = copies
    return view


def _published(warehouse: Warehouse, case_id: str):
    revision_id = warehouse.case(case_id).revision.revision_id
    return a_publication(case_id, "a.html").model_copy(update={"revision_id": revision_id})


def test_a_case_is_read_again_only_after_a_change(warehouse, kept, case_id, monkeypatch):
    """An unchanged case takes one query; after a decision, sources and documents are not read."""
    asked: list[str] = []
    real = case_views.fetch
    monkeypatch.setattr(
        case_views, "fetch", lambda c, query, **v: asked.append(query) or real(c, query, **v)
    )
    first = warehouse.case_without_company(case_id)
    asked.clear()
    assert warehouse.case_without_company(case_id) == first
    assert asked == ["changed_cases"]
    decisions.comment(warehouse, case_id, "Look at the number.", "mira")
    asked.clear()
    assert len(warehouse.case_without_company(case_id).reviews) == 1
    assert {"changed_cases", "case_reviews"} < {*asked}
    assert not {"case_sources", "documents_by_id", "revision_parts"} & {*asked}


def test_every_change_of_a_case_outdates_its_copy(warehouse, kept, build, case_id):
    """After each kind of change, the copy is what the tables have, also in another process."""
    other = build.draft()
    edit = SetFact(action="set_fact", name="company", value="Initech")

    def place() -> None:
        name = SystemName(system_id=other, name="Mail", decision_id="d1", who="mira")
        warehouse.append(
            name, Placement(case_id=case_id, system_id=other, decision_id="d1", who="mira")
        )

    changes = (
        lambda: decisions.comment(warehouse, case_id, "Look.", "mira"),
        lambda: decisions.edit(warehouse, case_id, [edit], "mira"),
        lambda: decisions.approve(warehouse, case_id, "mira", leave_out=True),
        lambda: warehouse.append(_published(warehouse, case_id)),
        lambda: decisions.reopen(warehouse, case_id, "mira"),
        place,
        lambda: warehouse.append(
            SystemName(system_id=other, name="Letters", decision_id="d2", who="mira")
        ),
    )
    before = warehouse.case_without_company(case_id)
    for change in changes:
        change()
        found = warehouse.case_without_company(case_id)
        assert found == _as_stored(warehouse, case_id)
        assert found != before
        before = found
        assert warehouse.case_without_company(other) == _as_stored(warehouse, other)
    assert before.status is CaseStatus.DRAFT


def test_a_copy_that_was_read_before_a_change_is_not_kept(warehouse, kept, case_id):
    """A slow reader does not store a state over the change that another thread has noted."""
    view = warehouse.case_without_company(case_id)
    now = datetime.now(UTC)
    kept.note([{"case_id": case_id, "stored_at": now, "decided": False}])
    kept.keep([view], now - timedelta(seconds=1))
    assert kept.find([case_id]) == ({}, {})
    kept.keep([view], now)
    assert kept.find([case_id]) == ({case_id: view}, {})


def test_changed_lines_are_counted_and_sorted_like_new_ones():
    """Replacing single lines leads to the same lists and counts as reading all lines."""
    chance = Random(3)  # noqa: S311

    def line(number: int) -> dict[str, object]:
        labels = [("tag", f"t{chance.randrange(5)}"), ("company", f"c{chance.randrange(9)}")]
        times = {"stored_at": chance.random(), "updated_at": chance.random(), "title": None}
        status = chance.choice([*CaseStatus])
        return {"id": number, "case_id": f"case{number:03}", "status": status.value, **times} | {
            "doubts": chance.randrange(4),
            "labels": [*labels, ("day", "2026-01-05")],
        }

    lines = Lines(line(n) for n in range(1, 200))
    for _ in range(300):
        lines.put([line(chance.randrange(1, 210))])
    new = Lines(lines.of.values())
    for query in (
        QueueQuery(),
        QueueQuery(status="all", tag="t1", order="newest"),
        QueueQuery(status="approved", company="c3", tag="t2", order="changed"),
    ):
        assert lines.ids(query, None) == new.ids(query, None)
        assert lines.counts(query, None) == new.counts(query, None)
    some = {number: -float(number) for number in range(1, 100)}
    found = lines.ids(QueueQuery(status="all", q="x"), some)
    assert found == [f"case{number:03}" for number in range(99, 0, -1)]
