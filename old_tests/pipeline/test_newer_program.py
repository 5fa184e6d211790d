"""A newer casebook migrates the warehouse under a batch of an older one."""

import threading
from collections.abc import Callable
from pathlib import Path

import pages
import pytest
import scripted_curator
from commands import Ran, run_here
from pytest_httpserver import HTTPServer
from scripted_endpoint import ScriptedEndpoint

from casebook.schemas.errors import WarehouseTooNew
from casebook.warehouse import Warehouse, transactions
from casebook.warehouse.sql import Migration, migrations

SOURCES = 4
NEWER = (*migrations(), Migration(len(migrations()) + 1, "future", "CREATE TABLE future (a INT)"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of both programs."""
    return tmp_path / "home"


@pytest.fixture
def backfilled(home: Path, web: HTTPServer, endpoint: ScriptedEndpoint) -> Callable[..., Ran]:
    """Run a backfill over some pages."""
    endpoint.fallback = scripted_curator.answer
    addresses = []
    for n in range(SOURCES):
        page = pages.CASE.replace("<p>", f"<p>This is told of region {n} of the company. ", 1)
        web.expect_request(f"/post/{n}").respond_with_data(page, content_type="text/html")
        addresses.append(web.url_for(f"/post/{n}"))
    environment = {
        "CASEBOOK_HOME": str(home),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "CASEBOOK_ALLOWED_HOSTS": f"{web.host}:{web.port}",
        "CASEBOOK_HOST_INTERVAL": "0",
        "CASEBOOK_WORKERS": "1",
        "OPENAI_API_KEY": "none",
    }

    def run(*arguments: str) -> Ran:
        command = ("backfill", *(arguments or ("-",)), "--concurrency", 1)
        return run_here(environment, home.parent, *command, stdin="\n".join(addresses))

    return run


def test_the_batch_pauses_and_the_newer_program_goes_on_without_asking_twice(
    backfilled, home, endpoint, monkeypatch
):
    """The older one stores nothing in a schema that it does not know, and says what to do."""
    file, answer, migrated = home / "warehouse.duckdb", endpoint.fallback, threading.Lock()

    def migrate_then_answer(request):
        if len(endpoint.requests) == 3 and migrated.acquire(blocking=False):
            assert Warehouse(file, schema=NEWER).migrate() == [len(NEWER)]
        return answer(request)

    endpoint.fallback = migrate_then_answer
    paused = backfilled()
    assert paused.code == WarehouseTooNew.exit_code
    assert "paused  " in paused.err
    assert "was written by a newer casebook" in paused.err
    assert "casebook backfill --resume batch1_" in paused.err
    monkeypatch.setattr(transactions, "migrations", lambda: NEWER)
    newer = Warehouse(file)
    (batch,) = newer.batches()
    assert newer.counts()["revisions"] < SOURCES
    assert backfilled("--resume", batch.batch_id).code == 0
    counts = newer.counts()
    assert [counts[table] for table in ("sources", "cases", "revisions")] == [SOURCES] * 3
    assert len(endpoint.requests) == counts["generations"] == 2 * SOURCES
