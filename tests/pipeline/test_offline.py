"""A batch whose machine loses its network in the night."""

from datetime import UTC, datetime

import pytest

from casebook.pipeline.batches.backfill import BatchRun, register
from casebook.pipeline.batches.planning import select
from casebook.pipeline.batches.reach import Reach
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.schemas.batches import BatchOptions, BatchStep
from casebook.schemas.errors import HostUnreachable
from casebook.schemas.failures import Failure
from casebook.schemas.sources import Candidate

SOURCES = 40


class Network:
    """Works sources of as many sites; after ``good`` of them it is lost, for ``lost`` askings."""

    def __init__(self, good: int, lost: int) -> None:
        self.good, self.lost, self.asked = good, lost, 0

    async def work(self, item, _):
        """Return a refused source, or a failed one while the network is lost."""
        self.asked += 1
        told = {"source": item.reference.source, "source_id": item.source_id}
        if not self.good < self.asked <= self.good + self.lost:
            return Outcome(status=Status.NOT_A_CASE_STUDY, **told)
        now = datetime.now(UTC)
        failure = Failure.of(HostUnreachable("nobody answers"), item.source_id, "fetch", now)
        return Outcome(status=Status.FAILED, failure=failure, error_exit=3, **told)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """A network that is lost is asked about often."""
    monkeypatch.setattr(Reach, "PAUSE", 0.01)
    monkeypatch.setattr(Reach, "LONGEST_PAUSE", 0.02)


async def run(services, network, delays):
    listed = [Candidate(url=f"https://site-{n}.example/story") for n in range(SOURCES)]
    batch = await register("a list", select(listed).items, BatchOptions(), services)
    work = BatchRun(batch, services, each=network.work, delays=delays)
    return work, [outcome async for outcome in work.outcomes()]


async def test_what_fails_while_the_network_is_lost_is_worked_when_it_is_back(services):
    """Each source had four tries in a quarter of an hour: an hour without one cost the night."""
    network = Network(good=5, lost=25)
    work, outcomes = await run(services, network, delays=(0.05,))
    assert (len(outcomes), work.tally.refused, work.tally.failed.total()) == (SOURCES, SOURCES, 0)
    assert services.warehouse.batches()[0].step is BatchStep.FINISHED


async def test_a_network_that_stays_away_pauses_the_batch(services):
    """It says so; what was not begun is open, and was not asked for."""
    services.settings = services.settings.model_copy(update={"outage_patience": 0.1})
    network = Network(good=5, lost=10_000)
    work, _ = await run(services, network, delays=(0.05,))
    assert "seems to be offline" in work.tally.stopped_by.message
    assert network.asked < SOURCES
    assert "seems to be offline" in services.warehouse.batches()[0].reason


async def test_a_list_of_dead_sites_is_no_lost_network(services):
    """Where nothing ever came to another end, each source fails of its own."""
    network = Network(good=0, lost=10_000)
    work, outcomes = await run(services, network, delays=())
    assert (len(outcomes), work.tally.stopped_by) == (SOURCES, None)


async def test_dead_sites_at_the_end_of_a_list_are_dead_sites(services):
    """With nothing new left to ask by, tries count again, and the batch ends."""
    network = Network(good=SOURCES - 12, lost=10_000)
    work, outcomes = await run(services, network, delays=(0.02, 0.02))
    assert (len(outcomes), work.tally.failed.total()) == (SOURCES, 12)
