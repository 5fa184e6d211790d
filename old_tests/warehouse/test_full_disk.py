"""A disk that is full: a new file is whole or not there, and some room is left for what is paid."""

import errno
import os
import random
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from casebook.schemas.errors import DiskFull
from casebook.warehouse import SnapshotStore, Warehouse
from casebook.warehouse.connection import DuckDBFile
from casebook.warehouse.places import SPARE_BYTES

# Files may not grow beyond what makes half a database, as on a disk that is full meanwhile.
BEGIN = """
import resource, signal, sys
from pathlib import Path
from casebook.schemas.errors import WarehouseError
from casebook.warehouse import Warehouse

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    Warehouse(Path(sys.argv[1])).migrate()
except WarehouseError as error:
    print(error)
"""


@pytest.fixture
def disk(monkeypatch):
    """Set how many bytes the disk has left."""

    def left(free: int) -> None:
        usage = mock.Mock(free=free)
        monkeypatch.setattr("casebook.warehouse.places.shutil.disk_usage", lambda _: usage)

    return left


def test_a_file_that_could_not_be_made_is_not_there(tmp_path: Path):
    """Half a database would be refused by every later command, also once there is room."""
    path = tmp_path / "casebook.duckdb"
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN, str(path)], capture_output=True, text=True, check=True
    )
    assert str(path) in ran.stdout
    assert list(tmp_path.iterdir()) == []
    assert Warehouse(path).migrate()


def test_a_file_system_without_links(tmp_path: Path, story, monkeypatch):
    """A new file gets its name there, too, and nothing else is left."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("casebook.warehouse.creating.os.link", refuse)
    path = tmp_path / "casebook.duckdb"
    assert Warehouse(path).append(story.source()) == 1
    assert {file.name.removesuffix(".wal") for file in tmp_path.iterdir()} == {path.name}


def test_snapshots_leave_room_for_what_is_paid_for(tmp_path: Path, disk):
    """Bytes can be fetched again, an answer costs money; what is there needs no room."""
    store = SnapshotStore(tmp_path / "snapshots")
    disk(SPARE_BYTES + 4)
    kept = store.put(b"four")
    disk(SPARE_BYTES + 3)
    with pytest.raises(DiskFull, match=r"as good as full\. Make room"):
        store.put(b"more")
    assert store.put(b"four") == kept


def test_a_long_log_is_not_folded_in_without_room(tmp_path: Path, story, monkeypatch, disk):
    """A fold that fails uses up what is left, and what came to be stored found no room."""
    path = tmp_path / "casebook.duckdb"
    letters = random.Random(1).randbytes(600_000).hex()  # noqa: S311 - no secret
    long = story.source().model_copy(update={"submitted_by": letters})
    with monkeypatch.context() as patch:
        patch.setattr(DuckDBFile, "_fold", lambda *_: None)
        killed = Warehouse(path, busy=True)
        killed.append(long)
        killed.close()
    log = path.with_name("casebook.duckdb.wal")
    disk(SPARE_BYTES)
    Warehouse(path).append(story.snapshot())
    assert log.stat().st_size > 1_000_000
    disk(SPARE_BYTES * 2)
    Warehouse(path).append(story.document())
    assert log.stat().st_size < 1_000_000
    assert Warehouse(path).source(long.source_id) == long


def test_a_disk_that_tells_no_size_is_not_full(tmp_path: Path, monkeypatch):
    """Some file systems that are mounted from elsewhere have 0 bytes, of which 0 are free."""
    usage = mock.Mock(total=0, free=0)
    monkeypatch.setattr("casebook.warehouse.places.shutil.disk_usage", lambda _: usage)
    assert SnapshotStore(tmp_path / "snapshots").put(b"four")
