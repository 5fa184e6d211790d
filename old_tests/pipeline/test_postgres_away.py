"""A batch on a lake whose PostgreSQL goes away in the middle."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import two_workers
from commands import Ran, run_here
from postgres_server import PostgresServer
from two_workers import Setting

from casebook.runtime.services import Services
from casebook.warehouse import locks

SOURCES = 4
pytestmark = pytest.mark.postgres


@pytest.fixture
def setting(
    request: pytest.FixtureRequest,
    postgres: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Setting]:
    """A shared warehouse, a site of so many pages, and an endpoint that counts."""
    monkeypatch.setattr(two_workers, "LATENCY", 0.05)
    made = Setting(tmp_path, SOURCES, postgres.create(request.node.name))
    made.environment |= {"CASEBOOK_HOME": str(tmp_path / "home"), "CASEBOOK_CONCURRENCY": "2"}
    yield made
    made.close()


def backfilled(setting: Setting, *arguments: str) -> Ran:
    """Work a list of all pages, or what else is asked for."""
    listed = "url\n" + "\n".join(setting.urls) + "\n"
    command = ("backfill", *(arguments or ("-",)), "--json")
    return run_here(setting.environment, setting.folder, *command, stdin=listed)


def once_asked(setting: Setting, questions: int, act) -> None:
    """Do ``act`` when the endpoint has been asked so many questions, before it answers the last."""
    answer, acted = setting.endpoint.fallback, threading.Lock()

    def late(request):
        if len(setting.endpoint.requests) >= questions and acted.acquire(blocking=False):
            act()
        return answer(request)

    setting.endpoint.fallback = late


def is_whole(setting: Setting) -> bool:
    """Tell whether each source has one draft, and no question was asked twice."""
    counts = setting.warehouse.counts()
    assert [counts[table] for table in ("sources", "cases", "revisions")] == [SOURCES] * 3
    assert setting.stored_twice() == {"revisions": 0, "generations": 0}
    return max(setting.calls.values()) == 1 and setting.calls.total() == 2 * SOURCES


def test_a_restart_is_waited_for(setting, postgres):
    """The batch goes on as if nothing had been."""

    def restart() -> None:
        postgres.stop()
        postgres.start()

    once_asked(setting, 3, restart)
    ran = backfilled(setting)
    assert (ran.code, len(ran.lines)) == (0, SOURCES), ran.err
    assert is_whole(setting)


def test_a_server_that_stays_away_pauses_the_batch_and_nothing_is_paid_twice(
    setting, postgres, monkeypatch
):
    """It says so and how to go on; answers that came meanwhile are stored then, also elsewhere."""
    monkeypatch.setattr(locks, "LEASE", 2.0)  # what the first one could not give back is soon free
    once_asked(setting, 3, postgres.stop)
    with monkeypatch.context() as impatient:
        impatient.setattr(Services, "_server_patience", 0.5)
        paused = backfilled(setting)
    postgres.start()
    assert paused.code == 6
    # Whose connection breaks in mid-statement, DuckDB, tells an error of its own.
    assert re.search(
        r"paused  (The warehouse's PostgreSQL|DuckDB failed within .*where PostgreSQL goes away)",
        paused.err,
        re.DOTALL,
    )
    (batch,) = setting.warehouse.batches()
    assert f"casebook backfill --resume {batch.batch_id}" in paused.err
    assert list((setting.folder / "shared" / "unstored").iterdir())
    setting.environment["CASEBOOK_HOME"] = str(setting.folder / "another machine")
    assert backfilled(setting, "--resume", batch.batch_id).code == 0
    assert is_whole(setting)
    assert list((setting.folder / "shared" / "unstored").iterdir()) == []
