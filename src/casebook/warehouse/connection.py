"""Short connections to one DuckDB file: open, one transaction, close, with a bounded wait.

While one process has the file open for writing, no other can open it, not even to read. So nobody
keeps a connection, and everybody waits for a turn. What was committed lies in the file and in the
``.wal`` beside it: to copy a warehouse by hand, copy both.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from casebook.schemas.errors import WarehouseError, WarehouseLocked
from casebook.warehouse import migrating
from casebook.warehouse.database import BROKEN_OPTIMIZERS, SETTINGS
from casebook.warehouse.sql import Migration, queries, quoted

# A checkpoint rewrites the newest rows of each changed table: 20 ms at 250 documents, 200 ms at
# 2,000, measured. So one is not made at each close, as DuckDB would, but after this much log.
# Replaying the log at each opening costs 0.06 ms a transaction, at most 9 ms with small rows.
_SETTINGS = {**SETTINGS, "checkpoint_threshold": "64KB"}
_SESSION = (
    "SET TimeZone = 'UTC'; PRAGMA disable_checkpoint_on_shutdown;"
    f" SET disabled_optimizers = '{','.join(BROKEN_OPTIMIZERS)}'"
)
_PID = re.compile(r"PID (\d+)")
_HELD = ("Could not set lock on file", "used by another process")  # POSIX, Windows

# One lock for each file: threads of this process take turns here, and other processes at the file.
_TURNS: dict[Path, threading.Lock] = {}


class DuckDBFile:
    """One DuckDB file, as a ``Database``. Opens nothing by itself.

    Args:
        path: the file; its folder is made when first needed.
        lock_timeout: seconds to wait for other threads and processes, together.
    """

    def __init__(self, path: Path, lock_timeout: float) -> None:
        self.path = path
        self._lock_timeout = lock_timeout

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def close(self) -> None:
        """Do nothing: no connection outlives its call."""

    @contextmanager
    def connection(
        self, *, read_only: bool = False, external_access: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that is closed afterwards; what was not committed is gone.

        ``read_only`` lets several processes read at once. ``external_access`` allows SQL to open
        other files.

        Raises:
            WarehouseLocked: if the file is not free within the timeout.
            WarehouseError: if the file cannot be opened, or a statement fails.
        """
        with self._turn() as deadline, self._plain_errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connect = partial(
                duckdb.connect,
                self.path,
                read_only=read_only,
                config={**_SETTINGS, "enable_external_access": external_access},
            )
            with self._patiently(connect, deadline) as connection:
                connection.execute(_SESSION)
                yield connection

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection inside one transaction, committed unless an exception leaves it.

        Raises:
            WarehouseError: as ``connection`` does.
        """
        with self.connection(read_only=read_only) as connection:
            connection.begin()
            yield connection
            connection.commit()

    def next_entry(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return the place after the last row's: the transaction alone has the file."""
        return int(connection.execute(queries()["last_entry"]).fetchall()[0][0]) + 1

    def version(self) -> int:
        """Return the number of the newest migration in the file, 0 where there is no file."""
        if not self.path.exists():
            return 0
        with self.transaction(read_only=True) as connection:
            return migrating.version(connection)

    def migrate(self, schema: Sequence[Migration]) -> list[int]:
        """Apply what the file lacks; a file that holds anything is copied first.

        The connection is held throughout, so that nobody writes between the backup and the last
        step.

        Returns:
            The numbers applied now.

        Raises:
            WarehouseTooNew: if the file knows more migrations than ``schema`` has.
            MigrationFailed: if one does not apply; it names the backup.
        """
        with self.connection(external_access=True) as connection:
            pending = migrating.pending(connection, self.name, schema)
            if not pending:
                return []
            backup = self._backup(connection, pending[0].number)
            kept = f"the backup made before is {backup}" if backup else "the file was empty before"
            applied = migrating.apply(connection, self.name, pending, kept)
            connection.checkpoint()
            return applied

    def _backup(self, connection: duckdb.DuckDBPyConnection, number: int) -> Path | None:
        """Copy every table and view beside the file; the name appears when the copy is whole.

        The database copies, not the file system: closing any handle on the file would drop this
        process's lock on it (POSIX). ATTACH and COPY cannot take bound values, hence the quoting.
        """
        if migrating.is_empty(connection):
            return None
        backup = self.path.with_name(f"{self.path.name}.before-{number}.bak")
        unfinished = backup.with_name(f"{backup.name}.part")
        unfinished.unlink(missing_ok=True)
        (name,) = connection.execute(queries()["database_name"]).fetchall()[0]
        target, source = quoted(str(unfinished)), quoted(name, '"')
        connection.execute(f"ATTACH {target} AS backup")
        connection.execute(f"COPY FROM DATABASE {source} TO backup")
        connection.execute("CHECKPOINT backup")
        connection.execute("DETACH backup")
        return unfinished.replace(backup)

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Hold this process's lock on the file; yield when (monotonic seconds) waiting must end."""
        deadline = time.monotonic() + self._lock_timeout
        lock = _TURNS.setdefault(self.path.resolve(), threading.Lock())
        if not lock.acquire(timeout=self._lock_timeout):
            raise WarehouseLocked(self._still_held("another thread of this program"))
        try:
            yield deadline
        finally:
            lock.release()

    def _patiently(
        self, connect: Callable[[], duckdb.DuckDBPyConnection], deadline: float
    ) -> duckdb.DuckDBPyConnection:
        """Connect as soon as no other process holds the file.

        Short random waits: a turn takes some 10 ms, and whoever waits longer between two looks
        than the others do loses every race for the gap.
        """
        attempts = Retrying(
            retry=retry_if_exception(_is_held),
            wait=wait_random_exponential(multiplier=0.004, max=0.05),
            stop=stop_after_delay(max(0.0, deadline - time.monotonic())),
            reraise=True,
        )
        return attempts(connect)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Translate DuckDB's and the file system's errors into ours."""
        try:
            yield
        except duckdb.Error as error:
            raise self._translated(error) from error
        except OSError as error:
            raise WarehouseError(
                f"The warehouse {self.path} cannot be written: {error.strerror}."
                " Make room, or set CASEBOOK_HOME to another folder."
            ) from error

    def _translated(self, error: duckdb.Error) -> WarehouseError:
        text = str(error).partition("\n")[0]
        if _is_held(error):
            pid = _PID.search(text)
            process = f" (process {pid[1]})" if pid else ""
            return WarehouseLocked(self._still_held(f"another casebook or DuckDB program{process}"))
        if "not a valid DuckDB database" in text:
            return WarehouseError(
                f"{self.path} is not a DuckDB database: move it away, put a backup in its place,"
                " or set CASEBOOK_HOME to another folder."
            )
        return WarehouseError(f"The warehouse {self.path} failed: {text}")

    def _still_held(self, holder: str) -> str:
        return (
            f"The warehouse {self.path} is in use by {holder} and was not free within"
            f" {self._lock_timeout:g} s: close that program, or try again."
        )


def _is_held(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and any(text in str(error) for text in _HELD)
