"""Batches and watches at the desk."""

import asyncio
from datetime import timedelta
from time import monotonic, sleep
from types import SimpleNamespace

import pytest
from case_views import NOON
from desk_client import KEY, DeskClient, read, texts

from desk import batches, watches
from desk.app import create_app
from desk.batch_runs import BatchRuns
from schemas.batches import Batch, BatchEvent, BatchItem, Look, Watch, WatchedItem
from schemas.errors import ProviderUnavailable
from schemas.sources import Candidate, SourceRef

LIST = "https://a.example/feed.xml"


def a_batch(*source_ids: str, origin: str = LIST) -> tuple[Batch, list[BatchItem]]:
    items = [
        BatchItem(source_id=one, reference=SourceRef(source="https://a/")) for one in source_ids
    ]
    batch_id = f"batch1_{len(source_ids)}"
    batch = Batch(
        batch_id=batch_id, origin=origin, size=len(items), created_by="mira", created_at=NOON
    )
    return batch, items


@pytest.fixture
def worked() -> list[str]:
    """The batches that the desk processed."""
    return []


@pytest.fixture
def desk(resources, worked, monkeypatch):
    """A desk that reads lists from memory and processes batches by noting them."""

    async def process_batch(batch, _settings):
        worked.append(batch.batch_id)

    async def read_list(ref, _resources):
        names = ("llm-1", "llm-2", "cake")
        found = [Candidate(url=f"https://a.example/{name}", title=name) for name in names]
        return SimpleNamespace(candidates=found, missed=["page 2 of the list: answers 500"])

    async def process(run):
        worked.append(run.source_id)

    monkeypatch.setattr(batches, "read_list", read_list)
    monkeypatch.setattr("desk.batch_runs.process_batch", process_batch)
    monkeypatch.setattr("desk.jobs.process", process)
    with DeskClient(create_app(resources, KEY)) as client:
        yield client


def test_a_list_is_estimated_before_anything_starts(desk, warehouse):
    """The estimate shows contents and cost of the list; starting it processes the list."""
    estimate = read(
        desk.send_form("/batches/estimate", htmx=True, list=LIST, words="llm", budget="2")
    )
    assert texts(estimate, "//tr") == ["2 new", "1 without a keyword"]
    assert "1 part of the list could not be read." in estimate.text_content()
    assert warehouse.batches() == []
    page = desk.get(desk.send_form("/batches/estimate", list=LIST, limit="1").headers["location"])
    assert texts(read(page), "//tr") == ["1 new", "2 over the limit"]
    (estimate_id,) = estimate.xpath("//input[@name='estimate']/@value")
    started = desk.send_form("/batches", estimate=estimate_id)
    (progress,) = warehouse.batches()
    assert started.headers["location"] == f"/batches/{progress.batch.batch_id}"
    assert (progress.batch.size, progress.batch.budget_usd) == (2, 2.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Give one list"),
        ({"list": "/etc/passwd"}, "is not a web address"),
        ({"list": LIST, "addresses": LIST}, "Give one list"),
        ({"list": LIST, "budget": "nan"}, "not a valid budget"),
        ({"list": LIST, "limit": "-1"}, "not a valid number of sources"),
        ({"list": LIST, "since": "yesterday"}, "not a date"),
    ],
)
def test_what_is_not_a_list_is_refused_in_words(desk, fields, message):
    """In particular paths, because the desk reads no files of this machine."""
    answer = desk.send_form("/batches/estimate", htmx=True, **fields)
    assert answer.status_code == 422
    assert message in answer.text


def test_a_batch_of_another_process_is_shown_from_the_rows(desk, build, warehouse):
    """Drafts, rejections, failures and open sources are counted from the warehouse."""
    drafted = warehouse.case(build.draft()).source.source_id
    failed = build.failed("It has no captions.", kind="captions_missing")
    ids = (drafted, build.refused(), build.unfinished().source_id, failed, "src1_new")
    batch, items = a_batch(*ids)
    warehouse.add_batch(batch, items)
    event = BatchEvent(batch_id=batch.batch_id, step="started", reason=None, at=NOON)
    warehouse.append(event)
    (line,) = texts(read(desk.get("/batches")), "//li[contains(@class,'row')]//p[@class='facts']")
    assert line.startswith("5 sources1 drafts and cases1 failed")
    page = read(desk.get(f"/batches/{batch.batch_id}"))
    labels = texts(page, "//dl[@class='counts']//dt")
    expected = ["drafts and cases", "not case studies", "failed", "in progress", "not started"]
    assert labels == expected
    assert page.xpath("//div[@id='batch']/@data-state") == ["elsewhere"]
    assert texts(page, "//li[contains(@class,'cause')]//h3") == ["Captions missing"]
    assert "3 of 5 done" in " ".join(page.text_content().split())


def test_failures_of_one_cause_are_shown_and_retried(desk, build, warehouse, worked):
    """Each failure shows its message; the button retries those of this batch."""
    failed = [build.failed(f"message {n}") for n in range(2)]
    build.failed("of another batch")
    batch, items = a_batch(*failed)
    warehouse.add_batch(batch, items)
    where = f"/batches/{batch.batch_id}/failures/page_missing"
    page = read(desk.get(where))
    assert texts(page, "//p[@class='reason']") == ["message 0", "message 1"]
    assert desk.send_form(where).headers["location"] == "/submit"
    deadline = monotonic() + 20
    while len(worked) < len(failed) and monotonic() < deadline:
        sleep(0.01)
    assert sorted(worked) == sorted(failed)
    assert desk.get(f"/batches/{batch.batch_id}/failures/odd").status_code == 404
    assert desk.get("/batches/batch1_nope").status_code == 404


async def test_batches_are_processed_one_after_the_other_and_paused(resources, monkeypatch):
    """The second waits for the first; pausing stops it, and errors are kept as messages."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def process_batch(*_):
        entered.set()
        await leave.wait()
        raise ProviderUnavailable("The endpoint is down: try again later.")

    monkeypatch.setattr("desk.batch_runs.process_batch", process_batch)
    runs = BatchRuns(resources.settings)
    (first, _), (second, _) = a_batch("src1_a"), a_batch("src1_a", "src1_b")
    for batch in (first, second, second):
        runs.start(batch)
    await entered.wait()
    states = [runs.state(one.batch_id) for one in (first, second)]
    assert states == ["working", "queued"]
    assert runs.active() == [first.batch_id, second.batch_id]
    await runs.pause(second.batch_id)
    assert runs.active() == [first.batch_id]
    leave.set()
    await asyncio.gather(*runs._tasks.values())
    assert runs.problems == {first.batch_id: "The endpoint is down: try again later."}
    await runs.close()


def test_a_paused_batch_says_why_and_is_resumed(desk, warehouse, worked):
    """The reason is shown above the button."""
    batch, items = a_batch("src1_a")
    warehouse.add_batch(batch, items)
    warehouse.append(
        BatchEvent(batch_id=batch.batch_id, step="paused", reason="The budget is spent.", at=NOON)
    )
    page = read(desk.get(f"/batches/{batch.batch_id}"))
    assert "Paused: The budget is spent." in " ".join(page.text_content().split())
    assert "Resume" in texts(page, "//button")
    desk.send_form(f"/batches/{batch.batch_id}/resume")
    desk.send_form(f"/batches/{batch.batch_id}/pause")
    assert worked == [batch.batch_id]


@pytest.fixture
def watch(warehouse) -> Watch:
    """A watch with a rubric and one check."""
    made = Watch(
        watch_id="watch1_a",
        address=LIST,
        every_seconds=21_600,
        words=("rag", "llm"),
        rubric="real deployments",
        budget_usd=1.5,
        changed_by="mira",
        changed_at=NOON,
    )
    refused = WatchedItem(
        watch_id="watch1_a", source_id="src1_x", address="https://a.example/x", title="Spring news",
        state="refused", reason="an announcement", at=NOON,
    )  # fmt: skip
    warehouse.append(made, refused, Look(watch_id="watch1_a", at=NOON, found=30, new=2, refused=1))
    return made


def test_a_watch_shows_what_its_last_look_found(desk, watch, warehouse):
    """Shows interval, words, budget, rubric, counts, and rejected items with the reason."""
    page = read(desk.get("/watches"))
    shown = " ".join(page.text_content().split())
    for words in ("every 6 h", "only rag and llm", "at most $1.50 per check", "2 new of 30",
                  "Relevant: real deployments", "an announcement", "1 item not relevant"):  # fmt: skip
        assert words in shown
    later = NOON + timedelta(hours=6)
    warehouse.append(Look(watch_id="watch1_a", at=later, failure="a.example answers 404"))
    shown = read(desk.get("/watches")).text_content()
    assert "a.example answers 404" in shown
    assert "0 new of 0" not in shown


def test_watches_are_added_paused_and_removed(desk, watch, warehouse, monkeypatch):
    """The form's fields reach the flow; each change is stored with the person's name."""
    given = {}

    async def add_watch(address, _resources, **fields):
        given.update(fields, address=address)

    monkeypatch.setattr(watches, "add_watch", add_watch)
    answer = desk.send_form(
        "/watches",
        htmx=True,
        list=LIST,
        every="3600",
        words='a, „b c“ "d"',
        budget="2",
        everything="yes",
    )
    assert answer.headers["hx-redirect"] == "/watches"
    assert given == {
        "address": LIST, "every_seconds": 3600, "words": ["a", "b c", "d"], "rubric": None,
        "budget_usd": 2.0, "everything": True, "changed_by": "mira",
    }  # fmt: skip
    assert desk.send_form("/watches", list=LIST, every="often").status_code == 422
    assert desk.send_form("/watches", list="/etc/passwd", every="3600").status_code == 422
    desk.send_form("/watches/watch1_a", state="paused")
    assert "paused" in read(desk.get("/watches")).text_content()
    assert desk.send_form("/watches/watch1_a", state="odd").status_code == 409
    desk.send_form("/watches/watch1_a", state="removed")
    assert warehouse.watches() == []


def test_a_look_starts_the_batch_of_what_is_new(desk, watch, warehouse, worked, monkeypatch):
    """Redirects to the new batch, or back to the watches if nothing is new."""
    batch, items = a_batch("src1_a")
    warehouse.add_batch(batch, items)
    found = [(None, batch), (None, None)]

    async def look(_watch, _resources, _who):
        return found.pop(0)

    monkeypatch.setattr(watches, "look", look)
    first = desk.send_form("/watches/watch1_a/look")
    assert first.headers["location"] == f"/batches/{batch.batch_id}"
    assert desk.send_form("/watches/watch1_a/look").headers["location"] == "/watches"
    assert worked == [batch.batch_id]
    assert desk.send_form("/watches/watch1_z/look").status_code == 404
