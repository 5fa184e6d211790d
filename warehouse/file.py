"""One DuckDB file that threads of this process share and other processes get in between.

While one process has the file open, no other can open it. So a connection is closed soon after its
last user, and after two seconds of steady use it makes room for others.
"""

import errno
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import duckdb
from filelock import AsyncFileLock
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from schemas.errors import DiskFull, WarehouseBusy, WarehouseError
from warehouse import migration
from warehouse.sql import migrations

R = TypeVar("R")

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 2,
}
# Small blocks keep a home with few rows small. A checkpoint writes the last group of each table
# anew, so groups are small, too. The storage version is the oldest that compresses long texts.
_LAYOUT = "BLOCK_SIZE 16384, ROW_GROUP_SIZE 2048, STORAGE_VERSION 'v1.2.0'"
_SESSION = "USE warehouse; SET GLOBAL TimeZone = 'UTC'; SET enable_external_access = false"
_IDLE_SECONDS = 0.2
_LONGEST_SECONDS = 2.0
_GAP_SECONDS = 0.04
_RETRY_SECONDS = (0.005, 0.03)  # shorter than the gap, so that a waiting process finds it
_HELD = ("Could not set lock on file", "used by another process")
_FULL = ("No space left on device", "Disk quota exceeded")
_NO_ROOM = "The disk with {} is full: make room and try again; what was stored before is safe"


class DatabaseFile:
    """The file at ``path``; it is created by the first write, together with its folder."""

    def __init__(self, path: Path, lock_timeout: float, *, read_only: bool) -> None:
        self.path = path
        self._read_only = read_only
        self._lock_timeout = lock_timeout
        self._shared = _shared(path.absolute())

    def read(self, work: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        """Return what ``work`` returns for the rows as of one moment."""
        with _plain_errors(self.path):
            if not self.path.exists():
                with _empty().cursor() as cursor:
                    return work(cursor)
            with self._cursor() as cursor:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                return work(cursor)

    def write(self, work: Callable[[duckdb.DuckDBPyConnection, datetime], R]) -> R:
        """Return what ``work`` returns and commit what it wrote; it gets the time of storing."""
        if self._read_only or not _is_writable(self.path):
            raise WarehouseError(
                f"{self.path} can be read but not written: use an account that may write there, or"
                " set CASEBOOK_HOME to another folder",
                cause="warehouse_read_only",
            )
        with _plain_errors(self.path), self._turn(), self._cursor() as cursor:
            cursor.begin()
            result = work(cursor, self._shared.now())
            cursor.commit()
            return result

    def alone(self, name: str) -> AbstractAsyncContextManager[object]:
        """Hold the lock of a file named ``name`` beside the database."""
        folder = self.path.parent / "locks"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return AsyncFileLock(folder / f"{name}.lock")

    def close(self) -> None:
        """Close the file, which then holds everything."""
        self._shared.close(self._lock_timeout)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one thread write at a time: DuckDB does not make the second one wait."""
        if not self._shared.writing.acquire(timeout=self._lock_timeout):
            raise _busy(self.path, "another thread of this program")
        try:
            yield
        finally:
            self._shared.writing.release()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._shared.enter(self._lock_timeout, read_only=self._read_only)
        try:
            yield cursor
        except (duckdb.FatalException, duckdb.InternalException):
            self._shared.broken = True
            raise
        finally:
            with suppress(duckdb.Error):
                cursor.close()
            self._shared.leave()


class _Shared:
    """The connection that the threads of this process share, open while someone uses it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writing = threading.Lock()
        self.broken = False
        self._free = threading.Condition()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._closed = threading.Event()
        self._users = 0
        self._opened_at = self._used_at = 0.0
        self._stored_at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time, later than at the last call; for the thread whose turn it is."""
        self._stored_at = max(datetime.now(UTC), self._stored_at + timedelta(microseconds=1))
        return self._stored_at

    def enter(self, timeout: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Return a cursor; ``leave`` must follow.

        Raises:
            WarehouseBusy: if the file is not free within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        if not self._free.acquire(timeout=timeout):
            raise _busy(self.path, "another thread of this program")
        try:
            self._make_room(deadline)
            if self._connection is None:
                self._open(deadline, read_only=read_only)
            assert self._connection is not None  # noqa: S101 - opened just now
            cursor = self._connection.cursor().execute("USE warehouse")
            self._users += 1
            return cursor
        finally:
            self._free.release()

    def leave(self) -> None:
        """Give a cursor back."""
        with self._free:
            self._users -= 1
            self._used_at = time.monotonic()
            self._free.notify_all()

    def close(self, timeout: float) -> None:
        """Close the file as soon as it is not in use."""
        with self._free:
            if self._free.wait_for(lambda: self._users == 0, timeout):
                self._close()

    def _make_room(self, deadline: float) -> None:
        """Close a connection that has been open for long, and wait while others may come."""
        while self._connection is not None and self._is_overdue():
            if not self._free.wait_for(lambda: self._users == 0, deadline - time.monotonic()):
                raise _busy(self.path, "a long read of this program")
            if self._is_overdue():
                self._close()
                time.sleep(_GAP_SECONDS)

    def _is_overdue(self) -> bool:
        return self.broken or time.monotonic() - self._opened_at > _LONGEST_SECONDS

    def _open(self, deadline: float, *, read_only: bool) -> None:
        patiently = Retrying(
            retry=retry_if_exception(_is_held),
            wait=wait_random(*_RETRY_SECONDS),
            stop=stop_after_delay(max(0.0, deadline - time.monotonic())),
            reraise=True,
        )
        self._connection = patiently(_migrated, self.path, read_only=read_only)
        self.broken = False
        self._opened_at = self._used_at = time.monotonic()
        self._closed = threading.Event()
        # No daemon: Python waits at its end until the thread has closed the file.
        threading.Thread(target=self._close_when_idle, args=(self._closed,)).start()

    def _close_when_idle(self, closed: threading.Event) -> None:
        while not closed.wait(_IDLE_SECONDS / 2):
            with self._free:
                idle = time.monotonic() - self._used_at >= _IDLE_SECONDS
                if idle and self._users == 0 and not closed.is_set():
                    self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(duckdb.Error):  # what cannot be folded in stays in the log beside it
                self._connection.close()
            self._connection = None
            self._closed.set()


@cache
def _shared(path: Path) -> _Shared:
    return _Shared(path)


@cache
def _empty() -> duckdb.DuckDBPyConnection:
    """Return a database in memory without rows, which is read where there is no file."""
    connection = duckdb.connect(":memory:")
    migration.apply(connection, "an empty warehouse", "")
    return connection


def _migrated(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open the file and bring it to this version's schema, after a copy if it has rows."""
    is_new, may_write = not path.exists(), _is_writable(path)
    if is_new:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = _connect(path, may_write=may_write)
    try:
        version = migration.version(connection, str(path))
        if version == migrations()[-1].number:
            return connection
        if read_only or not may_write:
            raise WarehouseError(
                f"{path} is of an older casebook: let a command that writes upgrade it",
                cause="warehouse_outdated",
            )
        kept = "It was empty before."
        if version:
            connection.close()  # while it is open, reading the file would drop DuckDB's lock
            backup = path.with_name(f"{path.name}.before-{version + 1:04}.bak")
            shutil.copy2(path, backup)
            kept = f"The file as it was is {backup}."
            connection = _connect(path, may_write=True)
        migration.apply(connection, str(path), kept)
        path.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, *, may_write: bool) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config=_SETTINGS | {"temp_directory": f"{path}.tmp"})
    try:
        place = str(path).replace("'", "''")
        options = _LAYOUT if may_write else "READ_ONLY"
        connection.execute(f"ATTACH '{place}' AS warehouse ({options})")
        connection.execute(_SESSION)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_writable(path: Path) -> bool:
    """Return whether the file, or else the nearest folder above it, can be written."""
    folder = next(place for place in path.absolute().parents if place.exists())
    return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _is_held(error: BaseException) -> bool:
    return isinstance(error, duckdb.Error) and any(sign in str(error) for sign in _HELD)


def _busy(path: Path, holder: str) -> WarehouseBusy:
    return WarehouseBusy(
        f"{path} is in use by {holder}: wait until it has ended, or end it, and try again",
        cause="warehouse_locked",
    )


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Translate errors of DuckDB and of the file system."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(_NO_ROOM.format(path)) from error
        raise WarehouseError(f"{path} cannot be used: {error.strerror}") from error
    except duckdb.Error as error:
        if any(sign in str(error) for sign in _FULL):
            raise DiskFull(_NO_ROOM.format(path)) from error
        if _is_held(error):
            holder = re.search(r"PID \d+", str(error))
            raise _busy(path, f"another program{f' ({holder[0]})' if holder else ''}") from error
        reason = str(error).partition("\n")[0]
        raise WarehouseError(f"{path} failed: {reason}", cause="warehouse_failed") from error
