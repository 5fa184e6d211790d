"""A process with many transactions to make shares a connection, and leaves the file to others."""

import random
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from casebook.schemas.batches import BatchItem, BatchOptions, ListedBatch
from casebook.schemas.documents import Locator, Passage
from casebook.schemas.errors import WarehouseError, WarehouseMemory
from casebook.schemas.sources import SourceRef
from casebook.warehouse import connection, reading
from casebook.warehouse.connection import _TURNS, DuckDBFile
from casebook.warehouse.store import Warehouse
from casebook.warehouse.turns import Waiting


def test_what_one_call_stored_the_next_one_reads(busy, story):
    """Rows keep their order over calls that share a connection and over those that do not."""
    rows = story.told("draft 1, edit 2, approve 2")
    for row in rows:
        busy.append(row)
        time.sleep(0.03)
    assert Warehouse(busy._database.path).case("case1_a").status == "approved"
    busy.close()
    assert Warehouse(busy._database.path).case("case1_a") == busy.case("case1_a")


def test_an_error_takes_back_its_transaction_alone(busy, story):
    """After a failed call, what was stored before stands and the next call works."""
    busy.append(story.source())
    oversized = story.snapshot().model_copy(update={"size": 2**70})
    with pytest.raises(WarehouseError):
        busy.append(story.document(), oversized)
    assert busy.counts()["documents"] == 0
    busy.append(story.document())
    assert (busy.counts()["sources"], busy.counts()["documents"]) == (1, 1)


def test_rows_are_stored_where_no_thread_can_be_had(busy, story, monkeypatch):
    """Of an account that may start no more (`ulimit -u`), or as Python ends."""

    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("casebook.warehouse.turns.threading.Thread.start", refuse)
    assert busy.append(story.source()) == 1
    busy.close()
    assert Warehouse(busy._database.path).counts()["sources"] == 1


def test_another_process_gets_its_turn_while_this_one_is_busy(busy, story):
    """A reader in another process is served within its patience, though writes never pause."""
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            busy.append(story.source().model_copy(update={"source_id": f"src1_{n}"}))
            n += 1

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    code = (
        "import sys; from pathlib import Path; from casebook.warehouse.store import Warehouse;"
        "w = Warehouse(Path(sys.argv[1]), lock_timeout=20);"
        "print([w.counts()['sources'] > 0 for _ in range(5)])"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(busy._database.path)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert done.stdout.strip() == str([True] * 5), done.stderr


def test_an_idle_process_lets_go_of_the_file(busy, story):
    """Nobody comes back, and the file is free all the same."""
    busy.append(story.source())
    time.sleep(1.6)
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).close(); print('free')"
    path = str(busy._database.path)
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "free", done.stderr


def test_what_is_let_go_of_is_gone_at_once(busy, story):
    """No thread holds it a moment longer: dropped as Python ends, it would end the process."""
    busy.append(story.source())
    kept = weakref.ref(_TURNS[busy._database.path.resolve()].connection)
    assert kept() is not None
    busy.close()
    assert kept() is None


def test_a_program_that_lets_go_of_nothing_ends_without_a_connection(file_warehouse, path):
    """Whoever closes it as Python ends ends the process: the program waits for that before."""
    code = (
        "import atexit, sys; from pathlib import Path;"
        "from casebook.warehouse.store import Warehouse; from casebook.warehouse import connection;"
        "turns = connection._TURNS;"
        "atexit.register(lambda: print([turn.connection for turn in turns.values()]));"
        "Warehouse(Path(sys.argv[1]), busy=True).counts();"
        "assert all(turn.connection for turn in turns.values())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stdout) == (0, "[None]\n")


def test_objects_of_one_process_share_the_file(busy, story):
    """A desk that reads beside a batch at work in the same process meets no lock."""
    busy.append(story.source())
    calm = Warehouse(busy._database.path, lock_timeout=2)
    assert isinstance(calm._database, DuckDBFile)
    assert calm.counts()["sources"] == 1
    assert calm.append(story.document()) == 1
    assert busy.counts()["documents"] == 1


def test_the_file_is_kept_while_nobody_waits_and_given_up_to_who_does(busy, story):
    """One connection serves many calls; a process that shows that it waits ends that."""
    turn = _TURNS[busy._database.path.resolve()]
    busy.append(story.source())
    kept = turn.connection
    for _ in range(5):
        time.sleep(0.06)
        busy.counts()
    assert turn.connection is kept is not None
    with turn.waiting.joined():
        busy.counts()
        assert turn.connection is not kept


def test_who_dies_while_waiting_waits_no_more(tmp_path):
    """The sign of a killed process goes with it; several may wait at once."""
    waiting = Waiting(tmp_path / "w.duckdb")
    code = (
        "import sys, time; from pathlib import Path; from casebook.warehouse.turns import Waiting\n"
        "with Waiting(Path(sys.argv[1])).joined(): print('waits', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "w.duckdb")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "waits\n"
        assert waiting.anyone()
        with waiting.joined():
            assert waiting.anyone()
        other.kill()
    assert not waiting.anyone()


def test_a_statement_that_needs_more_memory_is_done_again_with_more(busy, monkeypatch):
    """A batch's connection is kept small; a list of all batches takes what it needs, once."""
    ids = [f"src1_{n:052d}" for n in range(20_000)]
    busy.append(*(_batch(f"batch1_{n}", ids) for n in range(3)))
    busy.close()
    monkeypatch.setattr(connection, "_BUSY_MEMORY", "16MB")
    with pytest.raises(WarehouseMemory), busy._database.transaction(read_only=True) as opened:
        reading.rows(opened, "batches", setup_kinds=[])
    assert [line.size for line in busy.batches()] == [20_000] * 3
    with busy._database.transaction(read_only=True) as opened:
        (limit,) = opened.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit == "15.2 MiB"


def test_a_text_larger_than_a_batch_has_memory_for_is_stored_and_the_next_batch_begins(
    busy, story, monkeypatch
):
    """Neither the commit fails for good, nor the replay of the log in which the text lies."""
    monkeypatch.setattr(connection, "_BUSY_MEMORY", "16MB")
    source, snapshot = story.source(), story.snapshot()
    text = "".join(map(chr, range(97, 123))) * 800_000
    found = story.document(snapshot.snapshot_id)
    found = found.model_copy(
        update={"text": text, "passages": [Passage(n=1, start=0, end=9, locator=Locator())]}
    )
    busy.append(source, snapshot, found)
    busy.close()
    next_batch = Warehouse(busy._database.path, busy=True)
    assert next_batch.document(found.document_id) == found
    next_batch.append(story.document(snapshot.snapshot_id))
    next_batch.close()


def _long(story):
    """A row of 2 MB, which does not pack."""
    return story.source().model_copy(
        update={"submitted_by": random.Random(1).randbytes(1_000_000).hex()}  # noqa: S311 - no secret
    )


def test_a_batch_that_ends_leaves_no_long_log(busy, story):
    """Whoever opens the file next, each page of the desk, would replay it."""
    busy.append(_long(story))
    log = busy._database.path.with_name("w.duckdb.wal")
    assert log.stat().st_size > 1_000_000
    busy.close()
    assert not log.exists()


def test_a_long_log_of_a_batch_that_was_killed_is_folded_in_by_who_writes_next(
    busy, story, monkeypatch
):
    """Who only reads changes no file."""
    long, path = _long(story), busy._database.path
    monkeypatch.setattr(DuckDBFile, "_fold", lambda *_: None)
    busy.append(long)
    busy.close()
    monkeypatch.undo()
    log, now = path.with_name("w.duckdb.wal"), Warehouse(path)
    assert now.source(long.source_id) == long
    assert log.stat().st_size > 1_000_000
    now.append(story.snapshot())
    assert log.stat().st_size < 1_000_000
    assert now.source(long.source_id) == long


def test_a_text_in_the_log_that_a_batch_has_no_memory_for_is_replayed(busy, story, monkeypatch):
    """A batch that a kill ended leaves it; the next one opens the file with what it takes."""
    text = "".join(map(chr, range(97, 123))) * 800_000
    source = story.source()
    long = source.model_copy(update={"submitted_by": text})
    monkeypatch.setitem(connection._SETTINGS, "checkpoint_threshold", "1GB")
    monkeypatch.setattr(connection, "_LEFT_BYTES", 1 << 30)
    busy.append(long)
    busy.close()
    assert busy._database.path.with_name("w.duckdb.wal").stat().st_size > len(text)
    monkeypatch.setattr(connection, "_BUSY_MEMORY", "16MB")
    next_batch = Warehouse(busy._database.path, busy=True)
    assert next_batch.source(source.source_id) == long
    next_batch.close()


def test_a_statement_that_needs_more_memory_has_it_while_other_threads_are_busy(busy, monkeypatch):
    """They take turns between its failure and its next try, and do not use up what it was given."""
    ids = [f"src1_{n:052d}" for n in range(20_000)]
    busy.append(*(_batch(f"batch1_{n}", ids) for n in range(3)))
    busy.close()
    monkeypatch.setattr(connection, "_BUSY_MEMORY", "16MB")
    done = threading.Event()

    def others() -> None:
        while not done.is_set():
            busy.counts()
            time.sleep(0.002)

    with ThreadPoolExecutor(4) as threads:
        small = [threads.submit(others) for _ in range(4)]
        try:
            for _ in range(3):
                assert [line.size for line in busy.batches()] == [20_000] * 3
        finally:
            done.set()
        for one in small:
            one.result()


def _batch(batch_id: str, source_ids: list[str]) -> ListedBatch:
    return ListedBatch(
        batch_id=batch_id,
        origin="list.csv",
        options=BatchOptions(),
        items=[
            BatchItem(source_id=each, reference=SourceRef(source=f"https://example.org/{each}"))
            for each in source_ids
        ],
        created_by="ada",
        created_at=datetime(2026, 11, 25, tzinfo=UTC),
    )
