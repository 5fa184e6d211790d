"""Being the only one at work on something: among the processes of one machine, or of all."""

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import structlog
from filelock import AsyncFileLock
from tenacity import AsyncRetrying

from casebook.schemas.errors import LockLost, WarehouseUnreachable
from casebook.warehouse.postgres import Postgres, Restarts, Session, lock_key

if TYPE_CHECKING:
    import psycopg

LEASE = 60.0
"""Seconds after which a lock is free that its holder has not renewed: it has died."""

_RENEWALS = 6  # within a lease
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 1.0
_MAKE = """
CREATE TABLE IF NOT EXISTS {} (
    name text PRIMARY KEY, holder text NOT NULL, seen timestamptz NOT NULL
)
"""
_TAKE = """
INSERT INTO {} AS known (name, holder, seen)
SELECT unnest(%(names)s::text[]), %(holder)s, clock_timestamp()
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, seen = excluded.seen
WHERE known.holder = excluded.holder
OR clock_timestamp() - %(lease)s * interval '1 second' > greatest(
    known.seen, (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
)
RETURNING name
"""
_FREE = "DELETE FROM {} WHERE name = ANY(%(names)s) AND holder = %(holder)s RETURNING name"

_log = structlog.get_logger(__name__)


class Locks(Protocol):
    """Locks by name, freed when the process that holds one dies."""

    def alone(self, name: str) -> AbstractAsyncContextManager[object]:
        """Wait until no other task, process or machine holds ``name``, and hold it."""

    def close(self) -> None:
        """Free everything."""


class FileLocks:
    """Locks among the processes that share a folder of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def alone(self, name: str) -> AbstractAsyncContextManager[object]:
        """Hold a file's lock."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return AsyncFileLock(self._folder / f"{name}.lock")

    def close(self) -> None:
        """Do nothing: each lock ends with its block."""


class PostgresLocks:
    """Locks among all that use one catalogue: rows there, which their holder renews.

    A lock that belonged to a session would end with it, at each restart of the server, while its
    holder works on and the next one in line begins the same. A row stays. Its holder takes it again
    every few seconds, and who has not done so for ``lease`` seconds has died. While the server is
    away nobody can: so a row is taken from another only by a session that is itself that old, which
    gives all that came back time to renew theirs. One clock counts, the server's.

    A holder whose row was taken all the same, for its machine slept or was cut off, is told so and
    ends its work: it would ask what the other one asks, and pay for it, too.

    Who waits asks again, at growing intervals: a document is worked on for seconds to minutes. A
    server that is away is waited for, for ``patience`` seconds.
    """

    def __init__(
        self, server: Postgres, space: str, patience: float = 0.0, lease: float | None = None
    ) -> None:
        self._server = server
        self._restarts = Restarts(patience)
        self._space = space
        self._lease = LEASE if lease is None else lease
        self._holder = uuid4().hex
        self._session = Session(server)
        self._asking = threading.Lock()
        self._held: dict[str, Callable[[], object]] = {}  # with what tells the holder of its loss
        self._lost: set[str] = set()
        self._closed = threading.Event()
        self._renewing: threading.Thread | None = None

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold ``name``; the block is cancelled where another machine takes it.

        Raises:
            LockLost: if one did; an answer under way was waited for.
            WarehouseUnreachable: if the server does not answer.
        """
        wait, patiently = _FIRST_WAIT, AsyncRetrying(**self._restarts.waited_for())
        take: Callable[..., Awaitable[bool]] = patiently
        while not await take(self._taken, name):
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            wait = min(2 * wait, _LONGEST_WAIT)
        try:
            async with asyncio.timeout(None) as block:
                loop = asyncio.get_running_loop()
                self._held[name] = partial(loop.call_soon_threadsafe, _end, block)
                if name in self._lost:  # before there was anybody to be told
                    _end(block)
                yield
        except TimeoutError:
            if not block.expired():
                raise
            raise LockLost(
                f"another machine took over {name}, for this one was not heard of for"
                f" {self._lease:g} s: what it makes of it is found when it is tried again"
            ) from None
        finally:
            self._free(name)

    def close(self) -> None:
        """Free everything, and end the session."""
        self._closed.set()
        for name in tuple(self._held):
            self._free(name)
        with self._asking:
            self._session.close()

    def _take(self, name: str) -> bool:
        with self._asking:
            if name in self._held:  # by another task of ours, for which the row is its own
                return False
            if taken := bool(self._asked(_TAKE, [name])):
                self._held[name] = lambda: None
                self._begin_renewing()
            return taken

    async def _taken(self, name: str) -> bool:
        """Try once, off the event loop; who is cancelled meanwhile keeps nothing."""
        taking = asyncio.ensure_future(asyncio.to_thread(self._take, name))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            if await taking:
                self._free(name)
            raise

    def _free(self, name: str) -> None:
        """Give it back; where the server is away, it is free when nobody has renewed it."""
        with self._asking, contextlib.suppress(WarehouseUnreachable):
            self._held.pop(name, None)
            if name in self._lost:
                self._lost.discard(name)
            else:
                self._asked(_FREE, [name])

    def _begin_renewing(self) -> None:
        """Renew in a thread of its own: the others may all be waiting for the server."""
        if self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="locks", daemon=True)
            self._renewing.start()

    def _renew(self) -> None:
        while not self._closed.wait(self._lease / _RENEWALS):
            with self._asking, contextlib.suppress(WarehouseUnreachable):
                if held := self._held.keys() - self._lost:
                    self._note_lost(held.difference(self._asked(_TAKE, held)))

    def _note_lost(self, names: Collection[str]) -> None:
        """Tell the holders; the names stay theirs here until they have ended."""
        if names:
            _log.warning("locks_lost", names=sorted(names))
        for name in names:
            self._lost.add(name)
            self._held[name]()

    def _asked(self, query: str, names: Collection[str]) -> list[str]:
        """Return of which of ``names`` the query is true; the table is made when it is missing.

        Raises:
            WarehouseUnreachable: if the server does not answer.
        """
        import psycopg
        from psycopg.sql import SQL, Identifier

        ours = Identifier(self._space, "locks")
        asked = {"names": sorted(names), "holder": self._holder, "lease": self._lease}
        try:
            session = self._session.live()
            try:
                rows = session.execute(SQL(query).format(ours), asked).fetchall()
            except psycopg.errors.UndefinedTable:
                self._make(session)
                rows = session.execute(SQL(query).format(ours), asked).fetchall()
        except psycopg.Error as error:
            raise self._server.unreachable(str(error)) from None
        return [name for (name,) in rows]

    def _make(self, session: "psycopg.Connection") -> None:
        """Make the table, one of all at a time.

        For ``CREATE SCHEMA`` the right is asked for also where there is one already.
        """
        from psycopg.sql import SQL, Identifier

        with session.transaction():
            key = lock_key("locks", self._space)
            session.execute("SELECT pg_advisory_xact_lock(%s)", [key])
            known = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
            if not session.execute(known, [self._space]).fetchone():
                session.execute(SQL("CREATE SCHEMA {}").format(Identifier(self._space)))
            session.execute(SQL(_MAKE).format(Identifier(self._space, "locks")))


def _end(block: asyncio.Timeout) -> None:
    """Have a block cancelled, unless it has ended."""
    with contextlib.suppress(RuntimeError):
        block.reschedule(asyncio.get_running_loop().time())
