"""Warehouses for tests: a file, and a lake on a real PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_cluster import PostgresCluster, binaries

from warehouse import Lake, Warehouse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a warehouse that does not exist yet, in a folder that does not exist."""
    return tmp_path / "home" / "casebook.duckdb"


@pytest.fixture
def warehouse(path: Path, empty_database: Path) -> Iterator[Warehouse]:
    """A warehouse without rows."""
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    with Warehouse(path, lock_timeout=5.0) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL of this test run alone."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    cluster = PostgresCluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def lake(postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that the tests of one run share."""
    return Lake(postgres.create("lake"), str(tmp_path_factory.mktemp("lake")))
