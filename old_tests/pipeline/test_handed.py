"""Files that were handed over to a batch, and what became of them before it was worked."""

import time

import pages
import pytest
import scripted_curator
from scripted_endpoint import api_error

from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.forecasting import forecast
from casebook.pipeline.batches.handed import handed_over
from casebook.pipeline.batches.planning import Selection
from casebook.pipeline.batches.stored import progress, register
from casebook.pipeline.reprocessing.retrying import retry
from casebook.schemas.batches import BatchOptions, BatchStep, Standing


def page(told: str) -> str:
    return pages.CASE.replace("<p>", f"<p>This is {told}. ", 1)


@pytest.fixture
def batch_of(services, tmp_path):
    """Write pages of these names, and hand them over as one batch."""

    async def make(*names):
        for name in names:
            (tmp_path / f"{name}.html").write_text(page(name))
        piped = "\n".join(str(tmp_path / f"{name}.html") for name in names)
        items = (await handed_over(piped.encode())).files
        return await register("-", items, BatchOptions(), services)

    return make


async def worked(batch, services):
    """Run the batch; return what became of each file, by its name."""
    outcomes = [outcome async for outcome in BatchRun(batch, services, delays=()).outcomes()]
    return {outcome.source.rpartition("/")[2]: outcome for outcome in outcomes}


async def stands(batch, services):
    (line,) = (b for b in services.warehouse.batches() if b.batch_id == batch.batch_id)
    return line.step, (await progress(batch, services)).counts


async def test_what_was_begun_goes_on_from_its_kept_bytes(services, batch_of, endpoint, tmp_path):
    """Though the file was changed or removed since: what was handed over is what is worked."""
    batch = await batch_of("changed", "gone")

    def refused(_):
        while services.warehouse.counts()["snapshots"] < 2:  # the batch stops at the first of these
            time.sleep(0.01)
        return api_error(401)

    endpoint.fallback = refused
    assert {o.failure.kind for o in (await worked(batch, services)).values()} == {"key_rejected"}
    endpoint.fallback = scripted_curator.answer
    (tmp_path / "changed.html").write_text(page("another"))
    (tmp_path / "gone.html").unlink()
    told = await worked(batch, services)
    assert {name: o.status for name, o in told.items()} == {
        "changed.html": "draft",
        "gone.html": "draft",
    }
    document = services.warehouse.document(told["changed.html"].document_id)
    assert "This is changed." in document.text
    assert await stands(batch, services) == (BatchStep.FINISHED, {Standing.KNOWN: 2})


async def test_what_was_not_begun_goes_by_what_is_there(services, batch_of, endpoint, tmp_path):
    """A changed file is read as it is, a missing one needs a person; the batch comes to its end.

    A rerun pays nothing, and once the file is back its batch has the draft.
    """
    batch = await batch_of("changed", "gone", "same")
    (tmp_path / "changed.html").write_text(page("another"))
    (tmp_path / "gone.html").unlink()
    told = await worked(batch, services)
    assert told["gone.html"].failure.kind == "file_missing"
    document = services.warehouse.document(told["changed.html"].document_id)
    assert "This is another." in document.text
    counts = {Standing.KNOWN: 2, Standing.FAILED: 1}
    assert await stands(batch, services) == (BatchStep.FINISHED, counts)
    asked = len(endpoint.requests)
    assert await worked(batch, services) == {}
    assert len(endpoint.requests) == asked
    (tmp_path / "gone.html").write_text(page("gone"))
    (failed,) = services.warehouse.open_failures()
    assert (await retry(failed.failure.source_id, services)).status == "draft"
    await worked(batch, services)
    assert await stands(batch, services) == (BatchStep.FINISHED, {Standing.KNOWN: 3})


async def test_a_file_that_is_handed_over_again_is_worked(services, batch_of, tmp_path):
    """What its path held in between, or that it held nothing, is not what became of its bytes."""
    batch = await batch_of("changed", "gone")
    (tmp_path / "changed.html").write_text(page("another"))
    (tmp_path / "gone.html").unlink()
    assert len(await worked(batch, services)) == 2
    again = await batch_of("changed", "gone")
    told = await worked(again, services)
    assert {name: o.status for name, o in told.items()} == {
        "changed.html": "draft",
        "gone.html": "draft",
    }
    assert await stands(again, services) == (BatchStep.FINISHED, {Standing.KNOWN: 2})
    assert await worked(await batch_of("changed", "gone"), services) == {}


async def test_files_that_lie_elsewhere_by_now_are_read_there(services, batch_of, tmp_path):
    """As where a second machine names them otherwise: the batch of before knows the old path."""
    before = await batch_of("moved", "same")
    (tmp_path / "away").mkdir()
    (tmp_path / "moved.html").rename(tmp_path / "away" / "moved.html")
    piped = f"{tmp_path}/away/moved.html\n{tmp_path}/same.html".encode()
    items = (await handed_over(piped)).files
    batch = await register("-", items, BatchOptions(), services)
    told = await worked(batch, services)
    assert {name: o.status for name, o in told.items()} == {
        "moved.html": "draft",
        "same.html": "draft",
    }
    counts = {Standing.KNOWN: 2}
    assert await stands(batch, services) == (BatchStep.FINISHED, counts)
    assert (await stands(before, services))[1] == counts
    again = await register("-", items, BatchOptions(), services)
    assert again.batch_id == batch.batch_id


async def test_a_dry_run_counts_what_the_run_then_works(services, batch_of, tmp_path):
    """Files that had changed, or were missing, are open as they are handed over again.

    Going on with the batch of before leaves them alone.
    """
    batch = await batch_of("changed", "gone", "same")
    (tmp_path / "changed.html").write_text(page("another"))
    (tmp_path / "gone.html").unlink()
    await worked(batch, services)
    whole = Selection(items=services.warehouse.batch(batch.batch_id).items)
    goes_on = await forecast("standard input", whole, services, goes_on=True)
    assert (goes_on.standings, goes_on.estimate.sources) == ({"known": 2, "failed_you": 1}, 0)
    dry = await forecast("standard input", whole, services)
    assert (dry.standings, dry.estimate.sources) == ({"new": 2, "known": 1}, 2)
    assert len(await worked(await batch_of("changed", "gone", "same"), services)) == 2
    assert (await forecast("standard input", whole, services)).standings == {"known": 3}
