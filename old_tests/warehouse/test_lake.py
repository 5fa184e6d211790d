"""What only a lake has: several writers on several machines, one PostgreSQL between them."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path

import duckdb
import pytest
from postgres_server import PostgresServer

from casebook.schemas.errors import (
    ConfigurationError,
    WarehouseConflict,
    WarehouseError,
    WarehouseLocked,
    WarehouseUnreachable,
)
from casebook.warehouse import Warehouse
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.locks import PostgresLocks
from casebook.warehouse.postgres import Postgres

APPENDER = Path(__file__).with_name("appender.py")
pytestmark = pytest.mark.postgres


@pytest.fixture
def shared(
    postgres: PostgresServer, lake_in: Callable[[str], DuckLake], one_lake: Warehouse
) -> Callable[[], Warehouse]:
    """Make another client of the lake that ``warehouse`` empties."""
    return lambda: Warehouse(lake_in(postgres.conninfo("one")))


@pytest.fixture
def lake(one_lake: Warehouse) -> Warehouse:
    """The lake as earlier tests left it."""
    return one_lake


def _appender(lake: DuckLake, name: str, count: int) -> "subprocess.Popen[str]":
    places = [lake._catalogue.conninfo, lake._data]
    command = [sys.executable, str(APPENDER), *places, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_begin_a_lake_together_and_lose_nothing(new_lake):
    """Two that begin with no lake: one makes it, each row is there once, each has its own place."""
    appenders = [_appender(new_lake, name, 15) for name in ("a", "b")]
    printed = [appender.communicate()[0].split() for appender in appenders]
    assert [appender.returncode for appender in appenders] == [0, 0]
    assert [len(ids) for ids in printed] == [15, 15]
    with new_lake.transaction(read_only=True) as connection:
        found = connection.execute("SELECT entry, source_id FROM sources").fetchall()
    assert len({entry for entry, _ in found}) == len({name for _, name in found}) == 30


def test_one_row_however_many_bring_it(lake, shared, story):
    """Four writers that store the same source at once add it once, and one of them is told so."""
    source = story.source().model_copy(update={"source_id": "src1_same"})
    clients = [shared() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda client: client.append(source), clients))
    assert sorted(added) == [0, 0, 0, 1]
    with lake._database.transaction(read_only=True) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM sources WHERE source_id = 'src1_same'"
        ).fetchall()
    assert rows == [(1,)]


def test_a_commit_in_between_is_noticed_without_the_turn(lake, shared, story):
    """Were the turn lost, the second of two that read the same state cannot commit on top."""
    database, other = lake._database, shared()
    between = story.failure().model_copy(update={"failure_id": "fail1_between"})

    def write_late() -> None:
        with database.connection() as connection:
            connection.begin()
            place = {"entry": database.next_entry(connection)}
            insert = "INSERT INTO migrations VALUES ($entry % 1000, 'late', now())"
            connection.execute(insert, place)
            assert other.append(between) == 1
            connection.commit()

    with pytest.raises(WarehouseConflict):
        write_late()


def test_a_conflict_is_tried_again_from_what_is_there_then(lake, shared, story, monkeypatch):
    """Append begins anew after a conflict: nothing twice, and its place is above the other's."""
    other, database = shared(), lake._database
    first, second = (story.failure().model_copy(update={"failure_id": f"fail1_{n}"}) for n in "xy")
    interlopers = [first]
    numbered = type(database).next_entry

    def slow(self, connection):
        entry = numbered(self, connection)
        if interlopers and self is database:
            other.append(interlopers.pop())
        return entry

    monkeypatch.setattr(type(database), "next_entry", slow)
    monkeypatch.setattr(type(database._turn), "__call__", nullcontext)
    assert lake.append(second) == 1
    with database.transaction(read_only=True) as connection:
        places = connection.execute(
            "SELECT failure_id FROM failures WHERE failure_id IN ('fail1_x', 'fail1_y')"
            " ORDER BY entry"
        ).fetchall()
    assert places == [("fail1_x",), ("fail1_y",)]


def test_a_killed_writer_loses_nothing_it_acknowledged_and_holds_nobody_up(new_lake):
    """After SIGKILL every acknowledged row is there, and the turn is free."""
    with _appender(new_lake, "a", 100_000) as appender:
        told = [appender.stdout.readline().strip() for _ in range(5)]
        appender.kill()
        told += appender.stdout.read().split()
    warehouse = Warehouse(new_lake)
    assert len(told) <= warehouse.counts()["sources"] <= len(told) + 1
    assert all(warehouse.source(source_id) for source_id in told)
    with _appender(new_lake, "b", 1) as next_one:
        assert next_one.communicate()[0].split() == ["src1_b0"]


def test_a_writer_that_waits_too_long_is_told(lake, postgres, story):
    """While another program writes, the wait is bounded; readers do not wait."""
    database = lake._database
    impatient = DuckLake(Postgres(postgres.conninfo("one")), database._data, 0.1)
    with database._turn():
        with pytest.raises(WarehouseLocked, match=r"being written by another.*within 0\.1 s"):
            Warehouse(impatient).append(story.failure())
        assert Warehouse(impatient).source("src1_none") is None
    impatient.close()


def test_a_server_that_dropped_everybody_is_met_again(lake, postgres, story):
    """After the server cut every session, the next read and the next append work."""
    lake.counts()
    postgres.end_sessions()
    assert lake.source("src1_none") is None
    assert lake.append(story.failure().model_copy(update={"failure_id": "fail1_after"})) == 1


@pytest.mark.parametrize("read_only", [True, False])
def test_a_session_lost_in_mid_transaction_is_told_and_ends_no_program(lake, postgres, read_only):
    """DuckDB would end the process where it cannot roll back; the next transaction works."""

    def read() -> None:
        with lake._database.transaction(read_only=read_only) as connection:
            connection.execute("SELECT count(*) FROM sources").fetchall()
            postgres.end_sessions()
            connection.execute("SELECT count(*) FROM failures").fetchall()

    with pytest.raises(WarehouseUnreachable):
        read()
    assert lake.source("src1_none") is None


def test_a_transaction_of_which_only_the_end_is_told_met_no_server_either(lake, postgres):
    """Where DuckDB kept the cause to itself, it says no more than that nothing goes on."""

    def read() -> None:
        with lake._database.transaction() as connection:
            connection.execute("SELECT count(*) FROM sources").fetchall()
            postgres.end_sessions()
            with suppress(duckdb.Error):
                connection.execute("SELECT count(*) FROM failures").fetchall()
            connection.execute("SELECT count(*) FROM cases").fetchall()

    with pytest.raises(WarehouseUnreachable, match="transaction is aborted"):
        read()
    assert lake.source("src1_none") is None


def test_a_commit_that_meets_no_server_is_told(lake, postgres, story):
    """Whether it was stored nobody knows: the same rows may be added again."""
    failure = story.failure().model_copy(update={"failure_id": "fail1_unknown"})

    def write() -> None:
        with lake._database.transaction() as connection:
            lake._append(connection, [failure])
            postgres.end_sessions()

    with pytest.raises(WarehouseUnreachable):
        write()
    lake.append(failure)
    assert lake.append(failure) == 0


def test_what_is_broken_inside_duckdb_is_left_and_opened_anew(lake):
    """After an internal error an instance does nothing any more; the program goes on."""
    database = lake._database
    broken, said = database._open(), r"failed within itself .*has been invalidated.*server runs"
    with pytest.raises(WarehouseUnreachable, match=said), database.connection() as connection:
        # DuckDB has no statement that fails so: what it says then, and what a rollback does.
        raise duckdb.FatalException("FATAL Error: Failed: database has been invalidated")
    assert database._open() is broken
    database._abandon(broken, connection)
    assert database._open() is not broken
    assert lake.source("src1_none") is None


def test_who_is_patient_waits_for_a_server_that_is_started_again(lake_in, postgres, story):
    """Rows and locks: a restart in the night is no end of a batch."""
    lake = Warehouse(lake_in(postgres.conninfo("one")), patience=30.0)
    locks = PostgresLocks(Postgres(postgres.conninfo()), "t", 30.0)
    lake.counts()
    failure = story.failure().model_copy(update={"failure_id": "fail1_patient"})

    async def lock() -> None:
        async with locks.alone("doc1_z"):
            pass

    postgres.stop()
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(lake.append, failure), pool.submit(asyncio.run, lock())]
        postgres.start()
        assert [done.result(60) for done in waiting] == [1, None]
    locks.close()


def test_no_message_holds_the_password(tmp_path):
    """Neither an address that cannot be read nor a server that does not answer shows it."""
    server = Postgres(f"host={tmp_path} dbname=x password='sec ret'")
    lake = Warehouse(DuckLake(server, str(tmp_path), 1.0))
    told = [lake.name, server.scrubbed('no route to "password=sec ret"')]
    for fails in (lake.counts, server.connect, lake.version):
        with pytest.raises(WarehouseUnreachable) as caught:
            fails()
        told += [str(caught.value), repr(caught.value.__cause__)]
    with pytest.raises(ConfigurationError) as wrong:
        Postgres("host=a pasword='sec ret'")
    assert "sec ret" not in "".join([*told, str(wrong.value)])


def test_a_server_that_says_nothing_is_given_up(tmp_path):
    """A port that is filtered or hangs held every command for minutes, and was deaf to Ctrl-C."""
    assert "connect_timeout=10" in Postgres("host=a dbname=x").conninfo
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = Postgres(f"host=127.0.0.1 port={port} dbname=x connect_timeout=2")
        lake = Warehouse(DuckLake(server, str(tmp_path), 1.0))
        for fails in (lake.counts, server.connect):
            with pytest.raises(WarehouseUnreachable, match=r"used: conn.*timeout.* Check CASEBOOK"):
                fails()


def test_sql_cannot_reach_other_files(lake, tmp_path):
    """A connection to the lake has no access outside the lake's own folder."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with (
        pytest.raises(WarehouseError, match="disabled by configuration"),
        lake._database.transaction() as connection,
    ):
        connection.execute("FROM read_csv($path)", {"path": str(tmp_path / "secret.csv")})


def test_data_elsewhere_is_refused(lake, postgres, tmp_path):
    """A machine that names another folder than the lake's is told, before it writes anything."""
    elsewhere = DuckLake(Postgres(postgres.conninfo("one")), str(tmp_path / "other"), 1.0)
    with pytest.raises(WarehouseError, match=r"(?i)data.path"):
        Warehouse(elsewhere).counts()


def test_a_lake_whose_folder_is_away_is_refused_and_none_is_made(new_lake, postgres, tmp_path):
    """As before a file server is mounted: files in a folder made anew would break it for all."""
    Warehouse(new_lake).migrate()
    folder, away = Path(new_lake._data), tmp_path / "away"
    folder.rename(away)
    other = DuckLake(new_lake._catalogue, new_lake._data, 1.0)
    with pytest.raises(ConfigurationError, match="mount the folder, or correct CASEBOOK_DATA"):
        Warehouse(other).counts()
    assert not folder.exists()
    away.rename(folder)
    assert Warehouse(other).counts()["sources"] == 0
    other.close()
