"""Who works on a document: one of all machines, whatever becomes of the server meanwhile."""

import asyncio
import subprocess
import sys
import time
from datetime import datetime

import psycopg
import pytest

from casebook.schemas.errors import LockLost
from casebook.warehouse.locks import PostgresLocks
from casebook.warehouse.postgres import Postgres

pytestmark = pytest.mark.postgres
HOLD = """
import asyncio, sys
from casebook.warehouse.locks import PostgresLocks
from casebook.warehouse.postgres import Postgres

async def hold():
    async with PostgresLocks(Postgres(sys.argv[1]), "t").alone("doc1_killed"):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


def _hold_until_killed(conninfo: str) -> None:
    command = [sys.executable, "-c", HOLD, conninfo]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.kill()


async def test_a_lock_is_held_by_one_of_all_machines(postgres):
    """Two sessions stand for two machines: the second gets in when the first is out, not before."""
    one, other = (PostgresLocks(Postgres(postgres.conninfo()), "t") for _ in range(2))
    order = []

    async def hold(locks: PostgresLocks, name: str) -> None:
        async with locks.alone("doc1_x"):
            order.append(f"{name} in")
            await asyncio.sleep(0.1)
            order.append(f"{name} out")

    async with one.alone("doc1_y"):  # another document holds nobody up
        await asyncio.gather(hold(one, "a"), hold(one, "b"), hold(other, "c"))
    assert [entry.split()[1] for entry in order] == ["in", "out"] * 3
    for locks in (one, other):
        locks.close()


async def test_who_gave_up_waiting_holds_no_lock(postgres):
    """A document is as free after a wait that was cut off as before it."""
    one, other = (PostgresLocks(Postgres(postgres.conninfo()), "t") for _ in range(2))
    async with one.alone("doc1_x"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), other.alone("doc1_x"):
                pass
    async with asyncio.timeout(20), one.alone("doc1_x"):
        pass
    for locks in (one, other):
        locks.close()


async def test_a_lock_whose_holder_died_is_free_after_its_lease(postgres):
    """A process that is killed frees nothing, and renews nothing: the next one waits that long."""
    await asyncio.to_thread(_hold_until_killed, postgres.conninfo())
    locks = PostgresLocks(Postgres(postgres.conninfo()), "t", lease=1.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), locks.alone("doc1_killed"):
            pass
    async with asyncio.timeout(20), locks.alone("doc1_killed"):
        pass
    locks.close()


async def test_a_restart_of_the_server_frees_no_lock_that_is_held(postgres):
    """Who waits would begin what the holder is still being paid for; it comes in when that ends."""
    one, other = (PostgresLocks(Postgres(postgres.conninfo()), "t", 30.0) for _ in range(2))
    inside = asyncio.Event()

    async def wait() -> None:
        async with other.alone("doc1_x"):
            inside.set()

    async with one.alone("doc1_x"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.2)
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        async with other.alone("doc1_y"):  # it lives anew
            pass
        await asyncio.sleep(2)
        assert not inside.is_set()
    async with asyncio.timeout(20):
        await waiting
    for locks in (one, other):
        locks.close()


async def test_a_holder_renews_its_lock_after_a_restart(postgres):
    """It outlives any lease, also where the server came back without the row."""
    one = PostgresLocks(Postgres(postgres.conninfo()), "t", lease=6.0)

    def seen() -> datetime | None:
        with psycopg.connect(postgres.conninfo()) as session:
            found = session.execute("SELECT seen FROM t.locks WHERE name = 'doc1_x'").fetchone()
        return found and found[0]

    def wait_for_another(since: datetime | None) -> None:
        deadline = time.monotonic() + 60
        while (now := seen()) is None or now == since:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    async with one.alone("doc1_x"):
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(wait_for_another, seen())
        with psycopg.connect(postgres.conninfo(), autocommit=True) as session:
            session.execute("DELETE FROM t.locks")
        await asyncio.to_thread(wait_for_another, None)
    assert seen() is None
    one.close()


async def test_an_old_lock_is_taken_by_no_session_that_is_younger_than_a_lease(postgres):
    """After a long time away of the server every lock looks left behind; its holder comes first."""
    one = PostgresLocks(Postgres(postgres.conninfo()), "t", lease=3600.0)
    old, young = (PostgresLocks(Postgres(postgres.conninfo()), "t", lease=n) for n in (1.0, 60.0))
    async with one.alone("doc1_x"), old.alone("doc1_y"):
        with psycopg.connect(postgres.conninfo(), autocommit=True) as session:
            session.execute("UPDATE t.locks SET seen = seen - interval '1 hour'")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0), young.alone("doc1_x"):
                pass
        async with asyncio.timeout(20), old.alone("doc1_x"):
            pass
    for locks in (one, old, young):
        locks.close()


async def test_who_lost_a_lock_ends_its_work_and_frees_nothing_of_the_next_one(postgres):
    """A machine that slept for a minute would ask what the other one asks, and pay for it, too.

    What it had under way comes to its end; to be cancelled by somebody else stays that.
    """
    asleep, other = (PostgresLocks(Postgres(postgres.conninfo()), "t", lease=0.6) for _ in range(2))
    ended = []

    async def work(name: str, *, is_cancelled: bool = False) -> None:
        async with asleep.alone(name):
            with psycopg.connect(postgres.conninfo(), autocommit=True) as session:
                taken = {"other": other._holder, "name": name}
                session.execute(
                    "UPDATE t.locks SET holder = %(other)s, seen = seen + interval '1 hour'"
                    " WHERE name = %(name)s",
                    taken,
                )
            try:
                await asyncio.sleep(60)
            finally:
                if is_cancelled:
                    asyncio.current_task().cancel()
                ended.append(name)

    with pytest.raises(LockLost, match="took over doc1_x"):
        await work("doc1_x")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(work("doc1_y", is_cancelled=True))
    assert ended == ["doc1_x", "doc1_y"]
    with psycopg.connect(postgres.conninfo()) as session:
        rows = session.execute("SELECT name, holder FROM t.locks ORDER BY name").fetchall()
    assert rows == [("doc1_x", other._holder), ("doc1_y", other._holder)]
    for locks in (asleep, other):
        locks.close()


async def test_a_lock_that_is_lost_before_its_work_begins_is_told(postgres, monkeypatch):
    """The machine may sleep between the two: nobody was there yet to be told."""
    locks, take = PostgresLocks(Postgres(postgres.conninfo()), "t"), PostgresLocks._take

    def taken_and_lost(self, name):
        taken = take(self, name)
        self._note_lost([name])
        return taken

    monkeypatch.setattr(PostgresLocks, "_take", taken_and_lost)
    with pytest.raises(LockLost):
        async with locks.alone("doc1_z"):
            await asyncio.sleep(1)
    locks.close()
