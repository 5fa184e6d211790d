"""Snapshots in a bucket whose server falls silent, or is gone, while a batch is worked."""

import contextlib
from collections.abc import Iterator

import bucket_server
import pages
import pytest

from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.planning import select
from casebook.pipeline.batches.stored import register
from casebook.pipeline.ingestion.ingest import ingest
from casebook.runtime.services import Services
from casebook.schemas.batches import BatchOptions
from casebook.schemas.errors import Remedy
from casebook.schemas.sources import Candidate, SourceRef
from casebook.warehouse import objects
from casebook.warehouse.snapshots import SnapshotStore

SOURCES = 6


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a bucket."""
    with bucket_server.bucket("kept") as address:
        yield address


@pytest.fixture
def kept_there(services, bucket, monkeypatch) -> Services:
    """Services that keep what they fetch in the bucket, and do not wait for it for long."""
    services.__dict__["snapshots"] = SnapshotStore(f"{bucket}/snapshots")
    monkeypatch.setattr(objects, "_LONGEST_SECONDS", 1.0)
    return services


async def test_a_batch_pauses_and_its_source_is_to_be_tried_later(kept_there, web):
    """No verdict is made of it: the batch says why, and goes on where it was."""
    url = web.url_for("/case")
    items = select([Candidate(url=url)]).items
    batch = await register("list", items, BatchOptions(), kept_there)
    run = BatchRun(batch, kept_there)
    with bucket_server.hushed():
        (outcome,) = [outcome async for outcome in run.outcomes()]
    assert (outcome.status, outcome.failure.kind) == ("failed", "bucket_silent")
    assert (outcome.failure.remedy, outcome.error_exit) == (Remedy.LATER, 6)
    assert run.tally.stopped_by.message.startswith("The snapshot s3://kept/snapshots/")
    (line,) = kept_there.warehouse.batches()
    assert (line.step, line.open) == ("paused", 1)
    assert [outcome.status async for outcome in BatchRun(batch, kept_there).outcomes()] == ["draft"]


async def test_a_file_that_could_not_be_kept_is_not_lost(kept_there, tmp_path):
    """It is known by its bytes, which were read: a retry finds its source."""
    page = tmp_path / "case.html"
    page.write_text(pages.CASE)
    with bucket_server.hushed():
        outcome = await ingest(SourceRef(source=str(page)), kept_there)
    (waiting,) = kept_there.warehouse.open_failures()
    assert (waiting.failure.kind, waiting.failure.stage) == ("bucket_silent", "fetch")
    assert kept_there.warehouse.source(outcome.failure.source_id).reference.source == str(page)
    assert (await ingest(SourceRef(source=str(page)), kept_there)).status == "draft"
    assert kept_there.warehouse.open_failures() == []


@pytest.mark.parametrize("trouble", [bucket_server.gone, bucket_server.busy])
async def test_a_server_that_refuses_in_mid_batch_pauses_it_and_nothing_is_paid_twice(
    services, endpoint, httpserver, trouble
):
    """Be it that nobody listens or that it says to come later; resumed, the table is whole."""
    for n in range(SOURCES):
        page = pages.CASE.replace("<p>", f"<p>This is told of region {n} of the company. ", 1)
        httpserver.expect_request(f"/post/{n}").respond_with_data(page, content_type="text/html")
    listed = [Candidate(url=httpserver.url_for(f"/post/{n}")) for n in range(SOURCES)]
    # One source after another, so that the server can go between two.
    changes = {"concurrency": 1, "workers": 1, "host_interval": 0}
    services.settings = services.settings.model_copy(update=changes)
    with bucket_server.bucket("refusing") as address, bucket_server.quick_to_give_up():
        services.__dict__["snapshots"] = SnapshotStore(f"{address}/snapshots")
        batch = await register("list", select(listed).items, BatchOptions(), services)
        run, told = BatchRun(batch, services), []
        with contextlib.ExitStack() as stack:
            async for outcome in run.outcomes():
                if not told:
                    stack.enter_context(trouble())
                told.append(outcome)
        kinds = {outcome.failure.kind for outcome in told if outcome.failure}
        assert kinds == {"bucket_silent"}
        assert run.tally.stopped_by.message.startswith(f"The snapshot {address}/snapshots/")
        (line,) = services.warehouse.batches()
        assert (line.step, line.open) == ("paused", SOURCES - run.tally.made)
        rest = [outcome.status async for outcome in BatchRun(batch, services).outcomes()]
        assert set(rest) == {"draft"}
        assert len(rest) == line.open > 0
    assert services.warehouse.counts()["revisions"] == SOURCES
    assert services.warehouse.open_failures() == []
    assert len(endpoint.requests) == 2 * SOURCES  # a verdict and a draft each
