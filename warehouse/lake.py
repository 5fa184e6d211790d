"""A warehouse that several machines share: a DuckLake with its catalogue in PostgreSQL.

Writers wait for each other at an advisory lock of the server, because a DuckLake has no unique
keys: a writer must see what the one before it stored. Readers never wait.
"""

import asyncio
import hashlib
import importlib
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from schemas.errors import ConfigurationError, WarehouseBusy, WarehouseError
from warehouse.schema import upgrade

if TYPE_CHECKING:
    import psycopg

R = TypeVar("R")

# These optimizers ask the catalogue about each column, which takes most of a query's time. A failed
# commit is done again by us, with fresh reads.
_SESSION = (
    "SET enable_external_access = false; SET GLOBAL TimeZone = 'UTC';"
    " SET GLOBAL ducklake_max_retry_count = 0;"
    " SET GLOBAL disabled_optimizers = 'join_order,statistics_propagation'"
)
_CONFLICTS = ("Transaction conflict", "maximum retry count")
# The last ones are what DuckDB says where the server goes away in the middle of its work.
_AWAY = (
    "Unable to connect to Postgres",
    "server closed the connection",
    "terminating connection",
    "INTERNAL Error",
    "has been invalidated",
    "transaction is aborted",
    "query result",
)


class Lake(NamedTuple):
    """Where a shared warehouse is.

    ``dsn`` is the PostgreSQL server as libpq takes it, ``data_path`` the folder or fsspec address
    of the Parquet files, the same on every machine.
    """

    dsn: str
    data_path: str


class DatabaseLake:
    """One lake. It keeps an instance of DuckDB open once it was used.

    A ``timeout`` is the number of seconds to wait for other writers, or for the server.
    """

    def __init__(self, lake: Lake) -> None:
        self._dsn, self._data_path = lake
        self._opening = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None

    def read(self, work: Callable[[duckdb.DuckDBPyConnection], R], timeout: float) -> R:
        """Return what ``work`` returns for the rows as of one moment."""

        def once() -> R:
            with self._cursor(timeout) as cursor:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                return work(cursor)

        return self._patiently(once, timeout)

    def write(self, work: Callable[[duckdb.DuckDBPyConnection, datetime], R], timeout: float) -> R:
        """Return what ``work`` returns and commit what it wrote; it gets the server's time."""

        def once() -> R:
            with self._cursor(timeout) as cursor, self._turn(timeout) as now:
                cursor.begin()
                result = work(cursor, now)
                cursor.commit()
                return result

        return self._patiently(once, timeout)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold an advisory lock of the server, which frees it when this session ends."""
        session = await asyncio.to_thread(self._connect)
        try:
            query = "SELECT pg_try_advisory_lock(%s)"
            while not await asyncio.to_thread(_value, session, query, _key(name)):  # noqa: ASYNC110 - no event of ours
                await asyncio.sleep(random.uniform(0.1, 0.4))  # noqa: S311 - jitter
            yield
        finally:
            session.close()

    def close(self) -> None:
        """Close the instance."""
        with self._opening, suppress(duckdb.Error):
            if self._instance is not None:
                self._instance.close()
            self._instance = None

    def _patiently(self, once: Callable[[], R], timeout: float) -> R:
        """Try again while another writer came first or the server is away."""
        patiently = Retrying(
            retry=retry_if_exception(lambda error: _cause(error) is not None),
            wait=wait_random_exponential(multiplier=0.02, max=2.0),
            stop=stop_after_delay(timeout),
            reraise=True,
        )
        try:
            return patiently(once)
        except Exception as error:
            cause = _cause(error)
            if cause is None and not isinstance(error, duckdb.Error):
                raise
            kind = WarehouseBusy if cause else WarehouseError
            raise kind(
                f"the shared warehouse cannot be used: {self._shown(error)}. See whether its"
                " PostgreSQL server runs and CASEBOOK_WAREHOUSE is right, and try again",
                cause=cause or "warehouse_failed",
            ) from None  # the original quotes the password

    def _shown(self, error: Exception) -> str:
        from psycopg.conninfo import conninfo_to_dict

        reason = str(error).strip().partition("\n")[0]
        password = conninfo_to_dict(self._dsn).get("password")
        return reason.replace(str(password), "***") if password else reason

    @contextmanager
    def _turn(self, timeout: float) -> Iterator[datetime]:
        """Hold the writers' lock and yield the server's time."""
        session = self._connect()
        try:
            session.execute("SELECT set_config('lock_timeout', %s, false)", [f"{timeout:.3f}s"])
            session.execute("SELECT pg_advisory_lock(%s)", [_key("write")])
            yield _value(session, "SELECT clock_timestamp()").astimezone(UTC)
        finally:
            session.close()

    def _connect(self) -> "psycopg.Connection[Any]":
        import psycopg

        return psycopg.connect(self._dsn, autocommit=True, connect_timeout=10)

    @contextmanager
    def _cursor(self, timeout: float) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._opening:
            if self._instance is None:
                self._instance = self._opened(timeout)
            cursor = self._instance.cursor().execute("USE lake")
        try:
            yield cursor
        except duckdb.Error as error:
            if _cause(error) == "warehouse_unreachable":
                self._instance = None  # it is of no use any more; the next try opens another
            raise
        finally:
            with suppress(duckdb.Error):
                cursor.close()

    def _opened(self, timeout: float) -> duckdb.DuckDBPyConnection:
        """Open an instance in memory that reaches the lake and nothing else, and migrate it."""
        settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        instance = duckdb.connect(config=dict(settings))
        for name in ("postgres_scanner", "ducklake"):
            instance.execute(f"LOAD {_quoted(str(_extension(name)))}")
        folder = _quoted(self._data_folder(instance))
        attach = f"ATTACH {_quoted(f'ducklake:postgres:{self._dsn}')} AS lake"
        with self._turn(timeout):
            instance.execute(f"{attach} (DATA_PATH {folder}, METADATA_SCHEMA 'casebook'); USE lake")
            upgrade(instance, "the lake", "Its earlier snapshots have the rows as they were.")
        instance.execute(f"SET allowed_directories = [{folder}]; {_SESSION}")
        return instance

    def _data_folder(self, instance: duckdb.DuckDBPyConnection) -> str:
        """Return the Parquet folder; one at an address is reached through fsspec."""
        protocol, separator, _ = self._data_path.partition("://")
        if separator:
            import fsspec

            instance.register_filesystem(fsspec.filesystem(protocol))
        else:
            Path(self._data_path).mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._data_path.rstrip("/") + "/"


def _cause(error: BaseException) -> str | None:
    """Return the cause of an error that may pass, or None."""
    text = str(error)
    if any(sign in text for sign in _CONFLICTS):
        return "warehouse_conflict"
    if "lock timeout" in text:
        return "warehouse_locked"
    is_postgres = type(error).__module__.startswith("psycopg")
    return "warehouse_unreachable" if is_postgres or any(s in text for s in _AWAY) else None


def _value(session: "psycopg.Connection[Any]", query: str, *values: object) -> Any:
    row = session.execute(query.encode(), values).fetchone()
    return row[0] if row else None


def _key(name: str) -> int:
    """Return the number of the advisory lock called ``name``: 64 signed bits."""
    digest = hashlib.sha256(f"casebook {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _extension(name: str) -> Path:
    """Return the extension's file inside its package; nothing is downloaded.

    Raises:
        ConfigurationError: if the package is not installed, or is for another DuckDB.
    """
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        return next(folder.glob(f"{name}.duckdb_extension"))
    except (ImportError, StopIteration) as error:
        raise ConfigurationError(
            f"a shared warehouse needs DuckDB's extension {name} for {duckdb.__version__}:"
            ' pip install "casebook[scale]"'
        ) from error
