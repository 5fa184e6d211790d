"""Being the only one at work on something: among the processes of one machine, or of all."""

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from filelock import AsyncFileLock
from tenacity import AsyncRetrying

from casebook.schemas.errors import WarehouseUnreachable
from casebook.warehouse.postgres import Postgres, Restarts, Session, lock_key

_FIRST_WAIT = 0.05
_LONGEST_WAIT = 1.0


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
    """Locks among all that use one catalogue: advisory locks of one session for this process.

    A session may take its own lock twice, so the names held here are kept beside it. Who waits
    asks again, at growing intervals: a document is worked on for seconds to minutes. A server that
    is away is waited for, for ``patience`` seconds.
    """

    def __init__(self, server: Postgres, space: str, patience: float = 0.0) -> None:
        self._server = server
        self._restarts = Restarts(patience)
        self._space = space
        self._session = Session(server)
        self._asking = threading.Lock()
        self._held: set[str] = set()

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold ``name``.

        Raises:
            WarehouseUnreachable: if the server does not answer.
        """
        wait, patiently = _FIRST_WAIT, AsyncRetrying(**self._restarts.waited_for())
        take: Callable[..., Awaitable[bool]] = patiently
        while not await take(self._taken, name):
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            wait = min(2 * wait, _LONGEST_WAIT)
        try:
            yield
        finally:
            self._free(name)

    def close(self) -> None:
        """End the session, and with it every lock."""
        with self._asking:
            self._session.close()
            self._held.clear()

    def _take(self, name: str) -> bool:
        import psycopg

        with self._asking:
            if name in self._held:
                return False
            key = lock_key(self._space, name)
            try:
                asked = self._session.live().execute("SELECT pg_try_advisory_lock(%s)", [key])
            except psycopg.Error as error:
                raise self._server.unreachable(str(error)) from None
            row = asked.fetchone()
            taken = bool(row and row[0])
            if taken:
                self._held.add(name)
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
        """Give it back; where the session was lost, the server has it back already."""
        import psycopg

        with self._asking, contextlib.suppress(psycopg.Error, WarehouseUnreachable):
            self._held.discard(name)
            key = lock_key(self._space, name)
            self._session.live().execute("SELECT pg_advisory_unlock(%s)", [key])
