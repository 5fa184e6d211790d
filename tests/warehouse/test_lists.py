"""Batches with their progress, watched lists, and terms that wait for a ruling."""

from datetime import timedelta

import pytest
from warehouse_rows import START, Story

from schemas.batches import Batch, BatchEvent, BatchItem, Look, Watch, WatchedItem, WatchState
from schemas.errors import UnknownId
from schemas.reviews import Account, Role, SavedView
from schemas.sources import SourceRef
from schemas.taxonomy import Ruling, TermProposal, TermRuling


def _batch(number: int = 1, names: str = "abcd") -> tuple[Batch, list[BatchItem]]:
    batch = Batch(
        batch_id=f"bat1_{number}", origin="x", size=len(names), created_by="ada", created_at=START
    )
    reference = SourceRef(source="https://x.example")
    return batch, [BatchItem(source_id=f"src1_{name}", reference=reference) for name in names]


def test_progress(warehouse):
    """A batch counts its sources by state, its failures by cause, and their cost."""
    a, b, c = Story("a"), Story("b"), Story("c")
    rows = a.rows("draft 1")
    gone = c.failure("fetch", "page_missing").model_copy(update={"gone": True})
    warehouse.add_batch(*_batch())
    warehouse.append(*rows, a.generation(rows[1].document_id))
    warehouse.append(b.source(), b.failure(), c.source(), gone)
    progress = warehouse.batch("bat1_1")
    assert progress.counts == {"drafted": 1, "failed": 2, "new": 1}
    assert (progress.done, progress.left, progress.step) == (1, 1, None)
    assert progress.changed_at == START
    causes = [(group.kind, group.remedy, group.count) for group in progress.failures]
    assert causes == [("host_unreachable", "wait", 1), ("page_missing", "gone", 1)]
    assert progress.failures[0].message == "The host does not answer."
    assert (progress.calls, progress.tokens, progress.cost_usd) == (2, 12, 0.25)


def test_an_address_counts_as_what_it_leads_to(warehouse):
    """A source that redirects to another has that one's state, and its cost counts once."""
    a, b = Story("a"), Story("b")
    rows = a.rows("draft 1")
    warehouse.add_batch(*_batch(names="ab"))
    warehouse.append(*rows, a.generation(rows[1].document_id), b.source(), b.alias("src1_a"))
    progress = warehouse.batch("bat1_1")
    assert (progress.counts, progress.cost_usd) == ({"drafted": 2}, 0.25)


def test_unknown_price(warehouse):
    """The cost of a batch is unknown if the price of one call is."""
    a = Story("a")
    warehouse.add_batch(*_batch())
    warehouse.append(a.source(), a.generation("src1_a"), a.generation("src1_a", cost=None))
    assert warehouse.batch("bat1_1").cost_usd is None


def test_events_and_order(warehouse):
    """Batches come newest first, each with its newest event."""
    warehouse.add_batch(*_batch(1))
    warehouse.add_batch(*_batch(2))
    later = START + timedelta(minutes=1)
    started = BatchEvent(batch_id="bat1_1", step="started", reason=None, at=START)
    paused = BatchEvent(batch_id="bat1_1", step="paused", reason="budget", at=later)
    warehouse.append(started, paused)
    newer, older = warehouse.batches()
    assert (newer.batch.batch_id, newer.step) == ("bat1_2", None)
    assert (older.step, older.reason, older.changed_at) == ("paused", "budget", later)


def test_a_batch_is_stored_once(warehouse):
    """A second batch with the same id changes neither the first nor its items."""
    batch, items = _batch()
    dated = items[0].model_copy(update={"title": "A", "published": "2025-10"})
    items = [dated, items[1].model_copy(update={"published": START.date()}), *items[2:]]
    warehouse.add_batch(batch, items)
    warehouse.add_batch(*_batch(names="xyz"))
    assert (warehouse.batch("bat1_1").batch, warehouse.batch_items("bat1_1")) == (batch, items)
    with pytest.raises(UnknownId, match="bat1_9"):
        warehouse.batch("bat1_9")


def _watch(state: WatchState, minute: int) -> Watch:
    return Watch(
        watch_id="w1",
        address="https://a.example/feed",
        every_seconds=60,
        words=("llm", "rag"),
        state=state,
        changed_by="ada",
        changed_at=START + timedelta(minutes=minute),
    )


def test_watches(warehouse):
    """A watch shows its newest change and look; removed ones are not listed and can start again."""
    first, second = Look(watch_id="w1", at=START), Look(watch_id="w1", at=START, found=2)
    second = second.model_copy(update={"at": START + timedelta(seconds=1)})
    warehouse.append(_watch(WatchState.ACTIVE, 0), first, second, _watch(WatchState.PAUSED, 1))
    (line,) = warehouse.watches()
    assert (line.watch, line.look) == (_watch(WatchState.PAUSED, 1), second)
    warehouse.append(_watch(WatchState.REMOVED, 2))
    assert warehouse.watches() == []
    warehouse.append(_watch(WatchState.ACTIVE, 3))
    assert [line.look for line in warehouse.watches()] == [None]


def test_watched_items(warehouse):
    """The newest state of an item counts."""
    values = {"watch_id": "w1", "address": "x", "title": None, "reason": None}
    for minute, (name, state) in enumerate([("a", "refused"), ("b", "known"), ("a", "taken")]):
        at = START + timedelta(minutes=minute)
        warehouse.append(WatchedItem(source_id=f"src1_{name}", state=state, at=at, **values))
    found = {item.source_id: item.state for item in warehouse.watched_items("w1")}
    assert found == {"src1_a": "taken", "src1_b": "known"}
    assert warehouse.watched("w2") == set()


def test_open_terms(warehouse):
    """Proposed names without a ruling, those in most documents first."""

    def proposal(key, document_id, name="DSPy"):
        return TermProposal(
            key=key,
            name=name,
            group="tool",
            document_id=document_id,
            quote=f"Quote {document_id}",
            proposed_at=START,
        )

    ruling = TermRuling(key="done", name="Done", ruling=Ruling.REFUSE, who="ada", at=START)
    warehouse.append(
        proposal("one", "doc1_a"),
        proposal("dspy", "doc1_a"),
        proposal("dspy", "doc1_b", "dspy"),
        proposal("done", "doc1_a"),
        ruling,
    )
    assert warehouse.rulings() == [ruling]
    dspy, one = warehouse.open_terms()
    assert (dspy.name, dspy.documents) == ("DSPy", 2)
    assert dspy.quotes == ("Quote doc1_a", "Quote doc1_b")
    assert one.key == "one"
    assert warehouse.attention()["open_terms"] == 2


def _account(name: str, minute: int, **changes) -> Account:
    at = START + timedelta(minutes=minute)
    given = {"kind": "person", "role": Role.READER, "secret": "argon2", "who": "mira", "at": at}
    return Account(name=name, **given | changes)


def test_the_newest_row_of_an_account_counts(warehouse):
    """The row stored last counts, whatever the clock said."""
    warehouse.append(_account("ada", 2), _account("Bo", 1), _account("ada", 0, active=False))
    assert [(one.name, one.active) for one in warehouse.accounts()] == [
        ("ada", False),
        ("Bo", True),
    ]


def test_every_change_is_in_the_log(warehouse):
    """Actions of people and flows, with actor, time and object; newest first, by person."""
    warehouse.append(*Story().rows("draft 1, approve 1, publish 1"))
    warehouse.add_batch(*_batch())
    later = START + timedelta(days=400)
    rows = [
        BatchEvent(batch_id="bat1_1", step="started", reason=None, who="bo", at=later),
        _watch(WatchState.ACTIVE, 0),
        TermRuling(key="x", name="X", ruling=Ruling.REFUSE, reason="vague", who="bo", at=later),
        SavedView(who="bo", name="mine", query="status=draft", at=later),
        _account("cy", 0),
        _account("cy", 1, role=Role.CURATOR),
        _account("cy", 2, role=Role.CURATOR, active=False),
        _account("cy", 3, role=Role.CURATOR),
        _account("cy", 4, role=Role.CURATOR, secret="other"),
    ]
    warehouse.append(*rows)
    log = warehouse.audit_log(None, 100)
    assert [one.at for one in log] == sorted((one.at for one in log), reverse=True)
    assert {one.kind: one.what for one in log if one.kind != "account"} == {
        "batch": "order", "case": "approve", "publication": "publish", "source": "submit",
        "term": "refuse", "view": "keep", "watch": "active",
    }  # fmt: skip
    of_account = [one.what for one in log if one.kind == "account"]
    assert of_account == ["password", "enable", "disable", "role", "add"]
    assert [one.title for one in log if one.kind == "case"] != [None]
    by_bo = warehouse.audit_log("bo", 100)
    assert {(one.kind, one.about) for one in by_bo} == {("batch", "bat1_1"), ("term", "X"), ("view", "mine")}  # fmt: skip
    assert warehouse.audit_log(None, 2, 1) == log[1:3]
