"""A warehouse shared by several machines: a DuckLake with its catalogue in PostgreSQL.

Writers take turns through an advisory lock of the server: a DuckLake has no unique keys, so each
writer must see the rows of the previous one. Readers never wait.
"""

import asyncio
import importlib
import random
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from schemas.errors import ConfigurationError, WarehouseBusy, WarehouseError
from warehouse.blobs import private_folder
from warehouse.schema import upgrade

R = TypeVar("R")
Connection = duckdb.DuckDBPyConnection
Work = Callable[[Connection, datetime], R]
SETTINGS: dict[str, Any] = {"autoload_known_extensions": False, "python_enable_replacements": False}

# Failed commits are retried here, with fresh reads. The two optimizers query the catalogue for
# each column, which would take most of a query's time.
_SESSION = """SET enable_external_access = false; SET GLOBAL TimeZone = 'UTC';
    SET GLOBAL ducklake_max_retry_count = 0;
    SET GLOBAL disabled_optimizers = 'join_order,statistics_propagation'"""
_LOOK_SECONDS = 3
_CAUSES = {
    "warehouse_conflict": "Transaction conflict|maximum retry count",
    "warehouse_locked": "lock timeout",
    # Includes DuckDB's messages after the server disappeared during a transaction.
    "warehouse_unreachable": "^psycopg|Unable to connect to Postgres|server closed the connection"
    "|terminating connection|ROLLBACK|INTERNAL Error|has been invalidated|transaction is aborted",
}


class Lake(NamedTuple):
    """A PostgreSQL connection string for libpq, and the folder or address of the Parquet files."""

    dsn: str
    data_path: str


class DatabaseLake:
    """One lake. Timeouts are in seconds, for other writers or for the server."""

    def __init__(self, lake: Lake) -> None:
        self._dsn, self._data_path = lake
        self._opening = threading.Lock()
        self._instance: Connection | None = None

    def run(self, work: Work[R], timeout: float, *, writes: bool) -> R:
        """Return the result of ``work`` in one transaction; it receives the time of storing."""

        def once() -> R:
            turn = self._write_lock(timeout) if writes else nullcontext(datetime.now(UTC))
            with self._cursor(timeout) as cursor, turn as now:
                cursor.execute("BEGIN TRANSACTION" if writes else "BEGIN TRANSACTION READ ONLY")
                result = work(cursor, now)
                cursor.commit()
                return result

        return self._with_retries(once, timeout)

    def state(self) -> object:
        """Return a value that changes every few seconds: other machines' writes are not visible."""
        return int(time.monotonic() / _LOOK_SECONDS)

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        """Hold an advisory lock of the server, which releases it when this session ends."""
        with closing(await asyncio.to_thread(self._connect)) as session:
            take = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            while not await asyncio.to_thread(_value, session, take, f"casebook {name}"):  # noqa: ASYNC110 - other processes set no event
                await asyncio.sleep(random.uniform(0.1, 0.4))  # noqa: S311 - jitter
            yield

    def close(self) -> None:
        """Close the instance of DuckDB, if it was opened."""
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _with_retries(self, once: Callable[[], R], timeout: float) -> R:
        """Retry after a conflict with another writer, or while the server is unreachable."""
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
            reason = re.sub(r"(password=|://[^:/@]*:)[^\s@]+", r"\1***", str(error).split("\n")[0])
            message = (
                f"the shared warehouse is not available: {reason}. Check that its PostgreSQL server"
                " runs and that CASEBOOK_WAREHOUSE is correct, and try again"
            )
            kind = WarehouseBusy if cause else WarehouseError
            raise kind(message, cause=cause or "warehouse_failed") from None

    @contextmanager
    def _write_lock(self, timeout: float) -> Iterator[datetime]:
        """Hold the lock for writers and yield the server's time."""
        with closing(self._connect()) as session:
            session.execute("SELECT set_config('lock_timeout', %s, false)", [f"{timeout:.3f}s"])
            session.execute("SELECT pg_advisory_lock(hashtextextended('casebook write', 0))")
            yield _value(session, "SELECT clock_timestamp()").astimezone(UTC)

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self._dsn, autocommit=True, connect_timeout=10)

    @contextmanager
    def _cursor(self, timeout: float) -> Iterator[Connection]:
        with self._opening:
            self._instance = self._instance or self._opened(timeout)
            cursor = self._instance.cursor().execute("USE lake")
        try:
            yield cursor
        except duckdb.Error as error:
            if _cause(error) == "warehouse_unreachable":
                self._instance = None  # it is unusable; the next attempt opens another
            raise
        finally:
            with suppress(duckdb.Error):
                cursor.close()

    def _opened(self, timeout: float) -> Connection:
        """Open an in-memory instance that can access only the lake, and migrate the lake."""
        instance = duckdb.connect(config=SETTINGS)
        for name in ("postgres_scanner", "ducklake"):
            instance.execute(f"LOAD $${_extension(name)}$$")
        protocol, separator, _ = self._data_path.partition("://")
        if separator:
            import fsspec

            instance.register_filesystem(fsspec.filesystem(protocol))
        else:
            private_folder(Path(self._data_path))
        folder = f"$${self._data_path.rstrip('/')}/$$"
        attach = f"ATTACH $$ducklake:postgres:{self._dsn}$$ AS lake"
        with self._write_lock(timeout):
            instance.execute(f"{attach} (DATA_PATH {folder}, METADATA_SCHEMA 'casebook'); USE lake")
            upgrade(instance, "the lake", "Its earlier snapshots still have the previous rows.")
        return instance.execute(f"SET allowed_directories = [{folder}]; {_SESSION}")


def _cause(error: BaseException) -> str | None:
    """Return the cause of a transient error, None for any other error."""
    text = f"{type(error).__module__} {error}"
    return next((cause for cause, signs in _CAUSES.items() if re.search(signs, text)), None)


def _value(session: Any, query: str, *values: object) -> Any:
    return session.execute(query, values).fetchone()[0]


def _extension(name: str) -> Path:
    """Return the extension file in its Python package, to avoid a download."""
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        return next(folder.glob(f"{name}.duckdb_extension"))
    except (ImportError, StopIteration) as error:
        message = f"a shared warehouse needs {name} for DuckDB {duckdb.__version__}"
        raise ConfigurationError(
            f'{message}: run `pip install ".[scale]"` in the checkout'
        ) from error
