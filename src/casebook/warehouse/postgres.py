"""The PostgreSQL server that keeps a shared warehouse's catalogue: connecting, and turns to write.

A turn is one of PostgreSQL's advisory locks. It belongs to a session, so that the server frees it
when the process that held it dies.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tenacity import RetryCallState, wait_random_exponential

from casebook.schemas.errors import ConfigurationError, WarehouseLocked, WarehouseUnreachable

if TYPE_CHECKING:
    import psycopg

_CONNECT_SECONDS = 10
_LONGEST_PAUSE = 2.0
_KEY_BYTES = 8
# A machine that vanished holds its locks until the server notices: after a minute, not two hours.
_KEEPALIVES = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10"


class Postgres:
    """Where the server is. Opens nothing by itself.

    Args:
        conninfo: as libpq takes it, ``host=… dbname=…`` or ``postgresql://…``.

    Raises:
        ConfigurationError: if it cannot be read, or psycopg is not installed.
    """

    def __init__(self, conninfo: str) -> None:
        try:
            from psycopg import Error
            from psycopg.conninfo import conninfo_to_dict, make_conninfo
        except ImportError as error:
            raise ConfigurationError(
                "CASEBOOK_WAREHOUSE names a PostgreSQL server, and casebook's extra `scale` is not"
                ' installed: pip install "casebook[scale]"'
            ) from error
        try:
            parts = conninfo_to_dict(conninfo)
        except Error:
            raise ConfigurationError(
                "CASEBOOK_WAREHOUSE is no PostgreSQL address: write"
                " ducklake:postgres:host=… dbname=… user=…"
            ) from None  # libpq quotes what it was given, the password too
        self._password = str(parts.get("password") or "")
        # DuckDB connects with it, too, and would wait as long as the system does, deaf to Ctrl-C.
        self.conninfo = make_conninfo("", **{"connect_timeout": _CONNECT_SECONDS, **parts})
        self.shown = " ".join(
            f"{name}={parts[name]}" for name in ("host", "port", "dbname") if parts.get(name)
        )

    def connect(self) -> "psycopg.Connection":
        """Return a new session that commits each statement by itself.

        Raises:
            WarehouseUnreachable: if the server does not answer, or refuses.
        """
        import psycopg

        try:
            session = psycopg.connect(
                self.conninfo,
                autocommit=True,
                application_name="casebook",
            )
            session.execute(_KEEPALIVES)
        except psycopg.Error as error:
            raise self.unreachable(str(error)) from None
        return session

    def unreachable(self, reason: str) -> WarehouseUnreachable:
        """Return the error that names the server and the reason."""
        return WarehouseUnreachable(
            f"The warehouse's PostgreSQL ({self.shown}) cannot be used:"
            f" {self.scrubbed(reason)}. Check CASEBOOK_WAREHOUSE and that the server runs."
        )

    def scrubbed(self, text: str) -> str:
        """Return the first line of ``text`` without the password."""
        line = text.strip().partition("\n")[0]
        return line.replace(self._password, "***") if self._password else line


class Restarts:
    """How long who asks a server waits while it is away: all together, not each after the other.

    Threads are few; of many that waited in turn the last would wait for minutes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._away_since: float | None = None

    def waited_for(self) -> dict[str, Any]:
        """Return how tenacity is to try again until the server is back, or the time is over."""
        return {
            "retry": self._is_away,
            "wait": wait_random_exponential(multiplier=0.1, max=_LONGEST_PAUSE),
            "stop": self._is_over,
            "reraise": True,
        }

    def _is_away(self, tried: RetryCallState) -> bool:
        error = tried.outcome and tried.outcome.exception()
        if not isinstance(error, WarehouseUnreachable):
            self._away_since = None
            return False
        if self._away_since is None:
            self._away_since = time.monotonic()
        return True

    def _is_over(self, tried: RetryCallState) -> bool:
        now, since = time.monotonic(), self._away_since
        waited = max(tried.seconds_since_start or 0.0, now - (now if since is None else since))
        return waited >= self._seconds


def lock_key(*names: str) -> int:
    """Return the number of the advisory lock that is called ``names``: a signed 64-bit hash."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:_KEY_BYTES], "big", signed=True)


class Session:
    """One session, opened when first needed and again when the server dropped it."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._kept: psycopg.Connection | None = None

    def live(self) -> "psycopg.Connection":
        """Return the session, answering.

        Raises:
            WarehouseUnreachable: if the server does not answer.
        """
        import psycopg

        if self._kept is not None:
            try:
                self._kept.execute("SELECT 1")
            except psycopg.Error:
                self.close()
        if self._kept is None:
            self._kept = self._server.connect()
        return self._kept

    def close(self) -> None:
        """End it, and free what it holds."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


class Questions:
    """A session of its own for short questions; threads ask one after the other."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._session = Session(server)
        self._asking = threading.Lock()

    def number(self, query: str, schema: str) -> int:
        """Return the number that a query over a schema, ``{}`` there, gives.

        Raises:
            WarehouseUnreachable: if the server does not answer.
        """
        import psycopg
        from psycopg.sql import SQL, Identifier

        with self._asking:
            try:
                asked = self._session.live().execute(SQL(query).format(Identifier(schema)))
                (row,) = asked.fetchall()
            except psycopg.Error as error:
                raise self._server.unreachable(str(error)) from None
            return int(row[0])

    def close(self) -> None:
        """End the session."""
        with self._asking:
            self._session.close()


class WritersTurn:
    """Lets one writer of all machines through at a time; the others wait in the server's queue.

    Args:
        server: keeps the lock.
        name: of what is written.
        timeout: seconds to wait for other threads, then as many for other processes.
    """

    def __init__(self, server: Postgres, name: str, timeout: float) -> None:
        self._server = server
        self._session = Session(server)
        self._key = lock_key("write", name)
        self._timeout = timeout
        self._own_threads = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the turn.

        Raises:
            WarehouseLocked: if it does not come within the timeout.
            WarehouseUnreachable: if the server does not answer.
        """
        if not self._own_threads.acquire(timeout=self._timeout):
            raise self._locked("another thread of this program")
        try:
            with self._held():
                yield
        finally:
            self._own_threads.release()

    def close(self) -> None:
        """End the session."""
        self._session.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the server's lock until the end of a transaction in which nothing else happens.

        Where the session is lost meanwhile, the server has the lock back already.
        """
        import psycopg

        session, held = self._session.live(), False
        try:
            with session.transaction():
                milliseconds = str(round(self._timeout * 1000))
                session.execute("SELECT set_config('lock_timeout', %s, true)", [milliseconds])
                session.execute("SELECT pg_advisory_xact_lock(%s)", [self._key])
                held = True
                yield
        except psycopg.errors.LockNotAvailable:
            raise self._locked("another machine or program") from None
        except psycopg.Error as error:
            if not held:
                raise self._server.unreachable(str(error)) from None

    def _locked(self, holder: str) -> WarehouseLocked:
        return WarehouseLocked(
            f"The warehouse at PostgreSQL ({self._server.shown}) is being written by {holder} and"
            f" was not free within {self._timeout:g} s: try again."
        )
