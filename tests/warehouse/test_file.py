"""Threads and processes share one file without losing rows."""

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from warehouse_rows import Story
from warehouse_worker import ENVIRONMENT, start

from schemas.errors import WarehouseBusy, WarehouseError
from warehouse import Warehouse

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
APPEND = """
import sys
from pathlib import Path
from warehouse import Warehouse
from warehouse_rows import Story
Warehouse(Path(sys.argv[1])).append(Story().source())
"""
# Files may not grow beyond half a database, as on a disk that is full.
NO_ROOM = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
"""


def run(program: str, path: Path) -> "subprocess.CompletedProcess[str]":
    """Run a short program to its end."""
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)


@contextmanager
def another_process(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Hold the file open in another process until the block ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def rows_in(path: Path) -> int:
    """Return the number of sources in a copy of the file alone, without the log beside it."""
    lock = Path(shutil.copy(path, path.parent / "copy.duckdb"))
    with duckdb.connect(str(lock), read_only=True) as connection:
        return connection.execute("SELECT count(*) FROM sources").fetchall()[0][0]


def test_reading_creates_nothing(path):
    """Reading a missing home finds nothing and creates nothing."""
    with Warehouse(path) as warehouse:
        assert warehouse.cases() == []
        assert warehouse.source("src1_a") is None
        assert set(warehouse.counts().values()) == {0}
        assert warehouse.sql("SELECT count(*) FROM published_statements") == (
            ["count_star()"],
            [(0,)],
        )
    assert not path.parent.exists()


def test_the_home_is_private(path):
    """Only the owner can read the folder and the file."""
    with Warehouse(path) as warehouse:
        warehouse.append(Story().source())
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


def test_after_close_the_file_holds_everything(path):
    """A copy of the file without its log has every row."""
    with Warehouse(path) as warehouse:
        for name in "abc":
            warehouse.append(Story(name).source())
    assert rows_in(path) == 3
    assert not path.with_name("casebook.duckdb.wal").exists()


def test_a_program_that_ends_leaves_everything_in_the_file(path):
    """This holds even if the program did not close the warehouse."""
    assert run(APPEND, path).returncode == 0
    assert rows_in(path) == 1


def test_threads_lose_nothing(path):
    """Eight threads with a warehouse each append six rows each to one new file: 48 rows."""

    def work(name: str) -> None:
        story = Story(name)
        for _ in range(6):
            Warehouse(path).append(story.failure())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, "stuvwxyz"))
    with Warehouse(path) as warehouse:
        _, rows = warehouse.sql("SELECT count(*), count(DISTINCT stored_at) FROM failures")
    assert rows == [(48, 48)]


def test_processes_share_a_list(path):
    """Two processes that start without a file store each source of a list exactly once."""
    workers = [start(name, 20, path) for name in "ab"]
    printed = [one.communicate()[0].split() for one in workers]
    assert [one.returncode for one in workers] == [0, 0]
    assert sorted(printed[0] + printed[1]) == sorted(f"src1_{n}" for n in range(20))
    with Warehouse(path) as warehouse:
        _, rows = warehouse.sql("SELECT count(*), count(DISTINCT source_id) FROM sources")
    assert rows == [(20, 20)]


def test_a_killed_writer_loses_nothing_it_acknowledged(path):
    """After SIGKILL, all rows are there whose append had returned."""
    with start("a", 100_000, path) as killed:
        ids = [killed.stdout.readline().strip() for _ in range(20)]
        killed.kill()
        ids += killed.stdout.read().split()
    with Warehouse(path) as warehouse:
        assert all(map(warehouse.source, ids))
        assert warehouse.counts()["sources"] - len(ids) in {0, 1}


def test_a_held_file_is_named_with_its_holder(warehouse, path):
    """The error after waiting names the file, the other process and what to do."""
    impatient = Warehouse(path, lock_timeout=0.1)
    with another_process(path) as process:
        with pytest.raises(WarehouseBusy) as caught:
            impatient.append(Story().source())
        assert f"{path} is in use by another program (PID {process.pid})" in str(caught.value)
        assert "wait for it, and try again" in str(caught.value)
        assert (caught.value.kind, caught.value.exit_code) == ("warehouse_locked", 6)
        with pytest.raises(WarehouseBusy):
            impatient.cases()
    warehouse.append(Story().source())


def test_the_file_is_free_soon_after_the_last_use(warehouse, path):
    """Another program can open it without an explicit close here."""
    warehouse.append(Story().source())
    with Warehouse(path):
        deadline = time.monotonic() + 10
        while run(HOLD, path).returncode:
            assert time.monotonic() < deadline
    assert rows_in(path) == 1


def test_steady_use_leaves_room(warehouse, path, monkeypatch):
    """A process that reads constantly lets another one in between."""
    monkeypatch.setattr("warehouse.file._LONGEST_SECONDS", 0.3)
    monkeypatch.setattr("warehouse.file._GAP_SECONDS", 0.2)
    other = start("b", 3, path)
    with ThreadPoolExecutor(2) as pool:
        while other.poll() is None:
            list(pool.map(lambda _: warehouse.counts(), range(2)))
    assert other.returncode == 0
    assert warehouse.counts()["sources"] == 3


@pytest.mark.parametrize("content", [b"", b"no database at all " * 300])
def test_a_file_that_is_no_database(tmp_path, content):
    """A file of another kind is reported and left unchanged."""
    path = tmp_path / "casebook.duckdb"
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"casebook\.duckdb is not usable: "):
        Warehouse(path).cases()
    assert path.read_bytes() == content


def test_a_home_that_cannot_be_written(path, monkeypatch):
    """Reading works; writing gives a one-line error with advice."""
    with Warehouse(path) as warehouse:
        warehouse.append(Story().source())
        warehouse.close()
        monkeypatch.setattr(os, "access", lambda *_: False)
        assert warehouse.source("src1_a") == Story().source()
        with pytest.raises(WarehouseError, match=r"is read-only.*CASEBOOK_HOME") as caught:
            warehouse.append(Story().source())
        assert caught.value.kind == "warehouse_read_only"
        with pytest.raises(WarehouseError, match="is read-only"):
            warehouse.lock("publish")
    assert not (path.parent / "locks").exists()


def test_a_full_disk_leaves_no_half_database(path):
    """A file that could not be created does not exist, and can be created later."""
    assert "is not usable" in run(NO_ROOM + APPEND, path).stderr
    assert not path.exists()
    assert run(APPEND, path).returncode == 0


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("IO Error: could not write: No space left on device"),
        duckdb.IOException("IO Error: could not write: Disk quota exceeded"),
    ],
)
def test_a_full_disk_is_an_error_of_its_own(warehouse, error):
    """DuckDB's message and the system's error number are both recognised."""

    def fail(*_: object) -> None:
        raise error

    with pytest.raises(WarehouseError, match="free some and try again"):
        warehouse._database.run(fail, 1.0, writes=True)
    assert warehouse.counts()["sources"] == 0


async def test_one_task_at_a_time(warehouse, path):
    """Tasks that lock the same name run one after the other; other names do not wait."""
    running, most = 0, []
    other = Warehouse(path)

    async def claim(holder: Warehouse, name: str) -> None:
        nonlocal running
        async with holder.lock(name):
            running += name == "a"
            most.append(running)
            await asyncio.sleep(0.02)
            running -= name == "a"

    await asyncio.gather(*(claim(one, "a") for one in (warehouse, other) * 3), claim(other, "b"))
    assert max(most) == 1
    async with warehouse.lock("a"), warehouse.lock("b"):
        pass
