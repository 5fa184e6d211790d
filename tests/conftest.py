"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest
from scripted_endpoint import ScriptedEndpoint

from casebook.warehouse import Warehouse

ROOT = Path(__file__).parents[1]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    """A scripted OpenAI-compatible endpoint on loopback."""
    served = ScriptedEndpoint()
    yield served
    served.close()


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of shared data sets; tests that read it are skipped where it is absent."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}; set CASEBOOK_DATASETS to run this test")
    return folder


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with the newest schema and no rows, to copy: migrating takes longer."""
    path = tmp_path_factory.mktemp("migrated") / "casebook.duckdb"
    Warehouse(path).migrate()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.PostgresServer]:
    """A real PostgreSQL; tests that want one are skipped where it is not installed."""
    if postgres_server.binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql (`make test` does)")
    server = postgres_server.PostgresServer()
    yield server
    server.close()
