"""Threads and processes take turns at one file; whoever waits too long is told."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pytest

from casebook.schemas.errors import WarehouseError, WarehouseLocked
from casebook.warehouse import Warehouse

APPENDER = Path(__file__).with_name("appender.py")
HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("held", flush=True)
sys.stdin.read()
"""

Holder = Callable[[Path, str], AbstractContextManager[subprocess.Popen[str]]]


def _appender(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, str(APPENDER), str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@contextmanager
def _another_process(path: Path, how: str) -> Iterator["subprocess.Popen[str]"]:
    """Hold the file open in another process, "reading" or "writing", until the block ends."""
    command = [sys.executable, "-c", HOLD, str(path), how]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_threads_lose_nothing(new_file, new_story):
    """Eight threads with a Warehouse each, on one new file, 6 appends each: 48 rows."""

    def work(name: str) -> int:
        own = Warehouse(new_file)
        story = new_story(name)
        return sum(own.append(story.failure()) for _ in range(6))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, "stuvwxyz")) == [6] * 8
    assert Warehouse(new_file).counts()["failures"] == 48
    with duckdb.connect(new_file) as connection:
        entries = connection.execute("SELECT entry FROM failures").fetchall()
    assert sorted(entry for (entry,) in entries) == list(range(1, 49))


def test_processes_lose_nothing(new_file):
    """Two processes that begin with no file, 20 transactions each: 40 rows, nobody fails."""
    appenders = [_appender(new_file, name, 20) for name in ("a", "b")]
    printed = [appender.communicate()[0].split() for appender in appenders]
    assert [appender.returncode for appender in appenders] == [0, 0]
    assert [len(ids) for ids in printed] == [20, 20]
    assert Warehouse(new_file).counts()["sources"] == 40
    assert {Warehouse(new_file).source(ids[-1]).submitted_by for ids in printed} == {"a", "b"}


def test_a_killed_writer_loses_nothing_it_acknowledged(file_warehouse, path):
    """After SIGKILL between two appends or within one, every acknowledged row is there."""
    with _appender(path, "a", 100_000) as appender:
        told = [appender.stdout.readline().strip() for _ in range(40)]
        appender.kill()
        told += appender.stdout.read().split()
    assert appender.returncode != 0
    stored = file_warehouse.counts()["sources"]
    assert len(told) <= stored <= len(told) + 1
    assert all(file_warehouse.source(source_id) for source_id in told)


@pytest.mark.parametrize("how", ["writing", "reading"])
def test_a_held_file_is_named_with_its_holder(file_warehouse, path, story, how):
    """Appending while another process keeps the file ends with its number and what to do."""
    file_warehouse.migrate()
    impatient = Warehouse(path, lock_timeout=0.1)
    with _another_process(path, how) as process:
        with pytest.raises(WarehouseLocked) as caught:
            impatient.append(story.source())
        assert f"{path} is in use by another" in str(caught.value)
        assert f"(process {process.pid})" in str(caught.value)
        assert "within 0.1 s: close that program" in str(caught.value)
    assert impatient.append(story.source()) == 1


def test_readers_do_not_wait_for_readers(file_warehouse, path, story):
    """Reading works while another process reads."""
    file_warehouse.append(story.source())
    with _another_process(path, "reading"):
        assert file_warehouse.source("src1_a")


def test_a_writer_waits_for_its_turn(file_warehouse, path, story):
    """An append that begins while the file is held succeeds once it is free."""
    file_warehouse.migrate()
    with ThreadPoolExecutor(1) as pool:
        with _another_process(path, "writing"):
            waiting = pool.submit(file_warehouse.append, story.source())
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
        assert waiting.result(timeout=20) == 1


def test_a_thread_that_waits_too_long_is_told(file_warehouse, path, story):
    """Within one process too the wait is bounded, also for another object on the same file."""
    same = Warehouse(path.parent / "." / path.name, lock_timeout=0.05)
    with (
        file_warehouse._database.transaction(),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(WarehouseLocked, match="another thread of this program"),
    ):
        pool.submit(same.append, story.source()).result()


def test_nothing_is_held_between_calls(file_warehouse, path, story):
    """After each call another program can open the file for writing."""
    file_warehouse.append(story.source())
    file_warehouse.cases()
    with _another_process(path, "writing"):
        pass


def test_nothing_is_opened_before_the_first_use(tmp_path):
    """Making a Warehouse touches no file, and asking its version makes none."""
    assert Warehouse(tmp_path / "home" / "casebook.duckdb").version() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database at all " * 300])
def test_a_file_that_is_no_database(tmp_path, content):
    """Another file under this name is named, with what to do, and left as it is."""
    path = tmp_path / "casebook.duckdb"
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"casebook\.duckdb is not a DuckDB database: move it"):
        Warehouse(path).cases()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("No space left on device", "the disk is full. Make room"),
        ("Disk quota exceeded", "the disk is full. Make room"),
        ("Read-only file system", "writing to its folder"),
        ("Permission denied", "writing to its folder"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_with_what_to_do(path, reason, said):
    """DuckDB gives the system's words in the midst of its own."""
    database = Warehouse(path)._database
    with pytest.raises(WarehouseError, match=said) as told, database._plain_errors():
        raise duckdb.IOException(f'IO Error: Cannot open file "{path}": {reason}')
    assert str(path) in str(told.value)


def test_a_damaged_database(file_warehouse, path, story):
    """A file cut short is a warehouse error that names it."""
    file_warehouse.append(story.source())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    with pytest.raises(WarehouseError, match=r"casebook\.duckdb failed: "):
        Warehouse(path).source("src1_a")


def test_a_folder_that_cannot_be_made(tmp_path):
    """Where the folder cannot be, the error names the file and the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match=r"cannot be written: .*CASEBOOK_HOME"):
        Warehouse(tmp_path / "file" / "casebook.duckdb").migrate()


def test_sql_cannot_reach_other_files(file_warehouse, path, tmp_path):
    """The connections that read and append have no access outside the warehouse's file."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    file_warehouse.migrate()
    with (
        pytest.raises(WarehouseError, match="disabled by configuration"),
        file_warehouse._database.transaction() as connection,
    ):
        connection.execute("FROM read_csv($path)", {"path": str(tmp_path / "secret.csv")})
