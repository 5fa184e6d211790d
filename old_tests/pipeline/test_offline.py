"""A batch whose machine loses its network in the night."""

import asyncio
import errno
from datetime import UTC, datetime
from unittest.mock import AsyncMock, Mock

import pytest

from casebook.pipeline.batches import backfill
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.planning import select
from casebook.pipeline.batches.reach import Reach
from casebook.pipeline.batches.stored import register
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.runtime import online
from casebook.runtime.online import is_online
from casebook.schemas.batches import BatchOptions, BatchStep
from casebook.schemas.errors import HostUnreachable
from casebook.schemas.failures import Failure
from casebook.schemas.sources import Candidate

SOURCES = 40


class Network:
    """Works sources; after ``good`` of them none has an answer, for ``lost`` askings."""

    def __init__(self, good: int, lost: int) -> None:
        self.good, self.lost, self.asked = good, lost, 0

    @property
    def _is_lost(self) -> bool:
        return self.good < self.asked <= self.good + self.lost

    async def is_online(self, *_: object) -> bool:
        """Tell what ``is_online`` does where it is the network that is lost."""
        self.asked += 1
        return not self._is_lost

    async def work(self, item, _):
        """Return a refused source, or a failed one while the network is lost."""
        self.asked += 1
        told = {"source": item.reference.source, "source_id": item.source_id}
        if not self._is_lost:
            return Outcome(status=Status.NOT_A_CASE_STUDY, **told)
        now = datetime.now(UTC)
        failure = Failure.of(HostUnreachable("nobody answers"), item.source_id, "fetch", now)
        return Outcome(status=Status.FAILED, failure=failure, error_exit=3, **told)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """A network that is lost is asked about often; this machine reaches other things meanwhile."""
    monkeypatch.setattr(Reach, "PAUSE", 0.01)
    monkeypatch.setattr(Reach, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(backfill, "is_online", AsyncMock(return_value=True))


async def run(services, network, delays, sites=SOURCES):
    listed = [Candidate(url=f"https://site-{n % sites}.example/{n}") for n in range(SOURCES)]
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


@pytest.mark.parametrize("good", [0, 5])
@pytest.mark.parametrize("sites", [1, SOURCES])
async def test_where_nothing_else_is_reached_either_the_network_is_lost(
    services, monkeypatch, good, sites
):
    """Though all sources are of one site, all were begun, or nothing ever came to another end.

    So it is with a laptop whose wireless network is off: each source would have failed of it.
    """
    network = Network(good=good, lost=60)
    monkeypatch.setattr(backfill, "is_online", network.is_online)
    work, outcomes = await run(services, network, delays=(0.02,), sites=sites)
    assert (len(outcomes), work.tally.refused, work.tally.failed.total()) == (SOURCES, SOURCES, 0)


@pytest.mark.parametrize("good", [0, 5])
async def test_one_site_that_is_away_is_no_lost_network(services, good):
    """Whatever was reached before: each source fails of its own, after its tries."""
    network = Network(good=good, lost=10_000)
    work, outcomes = await run(services, network, delays=(0.0,), sites=1)
    assert (len(outcomes), work.tally.stopped_by) == (SOURCES, None)
    assert network.asked == good + 2 * (SOURCES - good)


@pytest.mark.parametrize(
    ("way_out", "model_at", "is_told"),
    [
        (True, "http://127.0.0.1:{port}/v1", True),
        (True, "http://127.0.0.1:1/v1", True),
        (True, "http://192.0.2.7:{port}/v1", True),
        (True, "http://192.0.2.7:1/v1", False),
        (True, None, True),
        (False, None, False),
        (False, "http://192.0.2.7:{port}/v1", False),
    ],
)
async def test_a_machine_is_online_that_has_a_way_out_and_reaches_its_endpoint(
    settings_of, web, monkeypatch, way_out, model_at, is_told
):
    """An endpoint of its own, or the embedded model, tells nothing; nor do hosts of its network."""
    connect = asyncio.open_connection
    monkeypatch.setattr(asyncio, "open_connection", lambda _, port: connect("127.0.0.1", port))
    monkeypatch.setattr("casebook.runtime.online.has_way_out", lambda: way_out)
    given = model_at and model_at.format(port=web.port)
    settings = settings_of(llm_base_url=given, llm_model=given and "m")
    assert await is_online("https://site.example/story", settings) is is_told
    assert await is_online(web.url_for("/story"), settings)


def test_a_machine_without_a_route_has_no_way_out(monkeypatch):
    """As the system tells of a socket that sends nothing."""
    tried = Mock(side_effect=OSError(errno.ENETUNREACH, "Network is unreachable"))
    monkeypatch.setattr("socket.socket.connect", tried)
    assert not online.has_way_out()
    tried.side_effect = [OSError(errno.ENETUNREACH, "Network is unreachable"), None]
    assert online.has_way_out()


async def test_while_this_machine_reaches_nothing_no_source_is_tried(services, monkeypatch):
    """Each would have a failure more; once it was waited for long enough, one of them says so."""
    services.settings = services.settings.model_copy(update={"outage_patience": 0.3})
    network = Network(good=5, lost=10_000)
    looks = AsyncMock(return_value=False)
    monkeypatch.setattr(backfill, "is_online", looks)
    work, _ = await run(services, network, delays=(0.02,), sites=1)
    assert "seems to be offline" in work.tally.stopped_by.message
    assert network.asked <= 5 + 4 + work._window
    assert looks.await_count > 3


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
