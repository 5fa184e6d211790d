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
from warehouse import migration

if TYPE_CHECKING:
    import psycopg

R = TypeVar("R")

_EXTENSIONS = ("postgres_scanner", "ducklake")
_SCHEMA = "casebook"  # of PostgreSQL, with the catalogue's tables
# These optimizers ask the catalogue about each column, which takes most of a query's time. A failed
# commit is done again by us, with fresh reads.
_SESSION = (
    "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL ducklake_max_retry_count = 0;"
    " SET GLOBAL disabled_optimizers = 'join_order,statistics_propagation'"
)
_CONFLICTS = ("Transaction conflict", "maximum retry count")
_UNREACHABLE = ("Unable to connect to Postgres", "server closed the connection", "terminating conn")
_BROKEN = ("INTERNAL Error", "has been invalidated", "transaction is aborted", "query result")


class Lake(NamedTuple):
    """Where a shared warehouse is.

    ``dsn`` is the PostgreSQL server as libpq takes it, ``data_path`` the folder or fsspec address
    of the Parquet files, the same on every machine.
    """

    dsn: str
    data_path: str


class DatabaseLake:
    """One lake. It keeps an instance of DuckDB open once it was used."""

    def __init__(self, lake: Lake, lock_timeout: float, *, read_only: bool) -> None:
        self._lake = lake
        self._lock_timeout = lock_timeout
        self._read_only = read_only
        self._opening = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None

    def read(self, work: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        """Return what ``work`` returns for the rows as of one moment."""

        def once() -> R:
            with self._cursor() as cursor:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                return work(cursor)

        return self._patiently(once)

    def write(self, work: Callable[[duckdb.DuckDBPyConnection, datetime], R]) -> R:
        """Return what ``work`` returns and commit what it wrote; it gets the server's time."""
        if self._read_only:
            raise WarehouseError("the lake was opened to read", cause="warehouse_read_only")

        def once() -> R:
            with self._turn() as now, self._cursor() as cursor:
                cursor.begin()
                result = work(cursor, now)
                cursor.commit()
                return result

        return self._patiently(once)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold an advisory lock of the server; it is free again when this session ends."""
        session = await asyncio.to_thread(self._connect)
        try:
            take = "SELECT pg_try_advisory_lock(%s)"
            while not (await asyncio.to_thread(_value, session, take, _key(name))):
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

    def _patiently(self, once: Callable[[], R]) -> R:
        """Do it again while another writer came first or the server is away."""
        patiently = Retrying(
            retry=retry_if_exception(lambda error: _cause(error) is not None),
            wait=wait_random_exponential(multiplier=0.02, max=2.0),
            stop=stop_after_delay(self._lock_timeout),
            reraise=True,
        )
        try:
            return patiently(once)
        except Exception as error:
            if (cause := _cause(error)) or isinstance(error, duckdb.Error):
                raise self._translated(error, cause) from None  # theirs quote the password
            raise

    def _translated(self, error: Exception, cause: str | None) -> WarehouseError:
        kind = WarehouseBusy if cause else WarehouseError
        reason = str(error).partition("\n")[0]
        secret = _parts(self._lake.dsn).get("password")
        shown = reason.replace(str(secret), "***") if secret else reason
        return kind(
            f"the shared warehouse cannot be used: {shown}. Check CASEBOOK_WAREHOUSE and that the"
            " PostgreSQL server runs, and try again",
            cause=cause or "warehouse_failed",
        )

    @contextmanager
    def _turn(self) -> Iterator[datetime]:
        """Hold the writers' lock and yield the server's time."""
        session = self._connect()
        try:
            milliseconds = round(self._lock_timeout * 1000)
            session.execute(f"SET lock_timeout = {milliseconds}")
            session.execute("SELECT pg_advisory_lock(%s)", [_key("write")])
            yield _value(session, "SELECT clock_timestamp()").astimezone(UTC)
        finally:
            session.close()

    def _connect(self) -> "psycopg.Connection[Any]":
        import psycopg

        return psycopg.connect(self._lake.dsn, autocommit=True, connect_timeout=10)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._opened().cursor()
        try:
            cursor.execute("USE lake")
            yield cursor
        except duckdb.Error as error:
            if any(sign in str(error) for sign in (*_BROKEN, *_UNREACHABLE)):
                self._instance = None  # it is of no use any more; the next try opens another
            raise
        finally:
            with suppress(duckdb.Error):
                cursor.close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """Return the instance, attached and migrated; one process of all migrates at a time."""
        with self._opening:
            if self._instance is None:
                with self._turn():
                    instance = self._attached()
                    migration.apply(instance, "the lake", "Its earlier snapshots have all rows.")
                self._instance = instance
            return self._instance

    def _attached(self) -> duckdb.DuckDBPyConnection:
        """Open an instance in memory that can reach the lake and nothing else."""
        instance = duckdb.connect(
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        for name in _EXTENSIONS:
            instance.execute(f"LOAD {_quoted(str(_extension(name)))}")
        folder = _quoted(self._data_folder(instance))
        instance.execute(
            f"ATTACH {_quoted(f'ducklake:postgres:{self._lake.dsn}')} AS lake"
            f" (DATA_PATH {folder}, METADATA_SCHEMA {_quoted(_SCHEMA)})"
        )
        instance.execute(f"USE lake; SET allowed_directories = [{folder}]")
        instance.execute(f"SET enable_external_access = false; {_SESSION}")
        return instance

    def _data_folder(self, instance: duckdb.DuckDBPyConnection) -> str:
        """Return the Parquet folder; one at an address is reached through fsspec."""
        protocol, separator, _ = self._lake.data_path.partition("://")
        if separator:
            import fsspec

            instance.register_filesystem(fsspec.filesystem(protocol))
        else:
            Path(self._lake.data_path).mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._lake.data_path.rstrip("/") + "/"


def _cause(error: BaseException) -> str | None:
    """Return the cause of an error that may pass, or None."""
    text = f"{type(error).__module__} {error}"
    if any(sign in text for sign in _CONFLICTS):
        return "warehouse_conflict"
    if "lock timeout" in text:
        return "warehouse_locked"
    if text.startswith("psycopg") or any(sign in text for sign in (*_UNREACHABLE, *_BROKEN)):
        return "warehouse_unreachable"
    return None


def _parts(dsn: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    return dict(conninfo_to_dict(dsn))


def _value(session: "psycopg.Connection[Any]", query: str, *values: object) -> Any:
    row = session.execute(query, values).fetchone()  # type: ignore[call-overload]
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
