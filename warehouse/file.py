"""One DuckDB file, shared by this process's threads; yields to other processes.

Only one process can have the file open. So the connection is closed soon after its last use, and
after two seconds of steady use it is closed for a moment if another process waits.
"""

import errno
import fcntl
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, TypeVar

import duckdb
from filelock import AsyncFileLock
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from schemas.errors import WarehouseBusy, WarehouseError
from warehouse.blobs import private_folder
from warehouse.lake import SETTINGS, Connection, R, Work
from warehouse.schema import migrations, upgrade, version

T = TypeVar("T")

# A checkpoint rewrites the last row group of each table, so groups are small. Small blocks keep a
# new home small; the storage version is the oldest that compresses long texts.
_GROUPS = "ROW_GROUP_SIZE 2048"
_NEW = f"{_GROUPS}, BLOCK_SIZE 16384, STORAGE_VERSION 'v1.2.0'"
_SESSION = """USE warehouse; SET GLOBAL TimeZone = 'UTC'; SET enable_external_access = false;
    PRAGMA disable_checkpoint_on_shutdown"""
_IDLE_SECONDS = 0.2
_LONGEST_SECONDS = 2.0
_GAP_SECONDS = 0.04
_RETRY_SECONDS = (0.005, 0.03)  # shorter than the gap, so that a waiting process hits it
_LONG_LOG = 256 * 1024  # bytes; the log is replayed whenever the file is opened
_HELD = re.compile("Could not set lock on file|used by another process")
_FULL = re.compile("No space left on device|Disk quota exceeded")


class DatabaseFile:
    """The database file at ``path``. Timeouts are in seconds, for other programs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._connection: Connection | None = None
        self._closer = threading.Timer(0, self._close)
        self._users = 0
        # A waiting process touches this file, to ask the process that has the database to yield.
        self._wanted, self._wanted_before = path.with_name(f"{path.name}.wanted"), 0
        self._opened_at = 0.0
        self._was_opened = False
        self._stored_at = datetime.min.replace(tzinfo=UTC)

    def run(self, work: Work[R], timeout: float, *, writes: bool) -> R:
        """Return the result of ``work`` in one transaction; it receives the time of storing."""
        deadline = time.monotonic() + timeout
        if writes:
            self._require_writable()
        # One thread writes at a time: in DuckDB a second writer fails instead of waiting.
        with self._writing if writes else nullcontext(), self._translated_errors():
            if not writes and not self._path.exists():
                with _empty().cursor() as cursor:
                    return work(cursor, self._stored_at)
            private_folder(self._path.parent)
            with self._cursor(deadline) as cursor:
                cursor.execute("BEGIN TRANSACTION" if writes else "BEGIN TRANSACTION READ ONLY")
                if writes:
                    later = self._stored_at + timedelta(microseconds=1)
                    self._stored_at = max(datetime.now(UTC), later)
                result = work(cursor, self._stored_at)
                cursor.commit()
                return result

    def state(self) -> object:
        """Return a value that changes whenever the file or its log is written."""
        files = (self._path, self._path.with_name(f"{self._path.name}.wal"))
        found = [file.stat() for file in files if file.exists()]
        return [(one.st_mtime_ns, one.st_size) for one in found], self._stored_at

    def lock(self, name: str) -> AbstractAsyncContextManager[object]:
        """Return a lock on a file called ``name`` beside the database."""
        self._require_writable()
        private_folder(self._path.parent / "locks")
        return AsyncFileLock(self._path.parent / "locks" / f"{name}.lock")

    def copy(self, folder: Path, timeout: float) -> list[Path]:
        """Make a consistent copy of the file and its log in ``folder``; return the copies.

        Takes DuckDB's own lock, so that no process opens the file in the meantime.
        """
        with self._writing, self._changed, self._translated_errors():
            self._changed.wait_for(lambda: self._users == 0)
            self._close()
            with self._path.open("rb") as file:
                self._patiently(time.monotonic() + timeout, _lock, file)
                logs = sorted(self._path.parent.glob(f"{self._path.name}.wal*"))
                copies = [Path(shutil.copyfile(log, folder / log.name)) for log in logs]
                return [_copied(file, folder / self._path.name), *copies]

    def close(self) -> None:
        """Wait until no thread uses the file, fold in its log, and close it."""
        with self._changed:
            self._changed.wait_for(lambda: self._users == 0)
            self._closer.cancel()
            self._close(folds=True)

    def _require_writable(self) -> None:
        if not _is_writable(self._path):
            message = f"{self._path} is read-only: set CASEBOOK_HOME to a folder of yours"
            raise WarehouseError(message, cause="warehouse_read_only")

    @contextmanager
    def _cursor(self, deadline: float) -> Iterator[Connection]:
        with self._changed:
            cursor = self._ready(deadline).cursor().execute("USE warehouse")
            self._users += 1
            self._closer.cancel()
        try:
            yield cursor
        except (duckdb.FatalException, duckdb.InternalException):
            self._opened_at = 0.0  # the connection is unusable; the next user opens another
            raise
        finally:
            with self._changed:
                with suppress(duckdb.Error):
                    cursor.close()
                self._users -= 1
                # Not a daemon: at exit, Python waits until the thread has closed the file.
                self._closer = threading.Timer(_IDLE_SECONDS, self._close_unused)
                self._closer.start()
                self._changed.notify_all()

    def _ready(self, deadline: float) -> Connection:
        """Return the connection; if another process waits, yield to it first."""
        while self._must_yield():
            if not self._changed.wait_for(lambda: self._users == 0, deadline - time.monotonic()):
                raise self._busy("a long query in this process")
            if self._must_yield():
                self._close()
                time.sleep(_GAP_SECONDS)
        if self._connection is None:
            self._connection = self._patiently(deadline, _opened, self._path, self._was_opened)
            self._was_opened = True
            self._opened_at = time.monotonic()
            self._wanted_before = self._wanted_at()
        return self._connection

    def _patiently(self, deadline: float, take: Callable[..., T], *args: object) -> T:
        """Call ``take`` until no other process locks the file."""
        patiently = Retrying(
            retry=retry_if_exception(lambda error: bool(_HELD.search(str(error)))),
            wait=wait_random(*_RETRY_SECONDS),
            stop=stop_after_delay(max(0.0, deadline - time.monotonic())),
            before_sleep=self._want,
            reraise=True,
        )
        return patiently(take, *args)

    def _must_yield(self) -> bool:
        """Return whether the file was open for long while another process waited for it."""
        is_long = time.monotonic() - self._opened_at > _LONGEST_SECONDS
        return bool(self._connection and is_long and self._wanted_at() > self._wanted_before)

    def _want(self, _: object) -> None:
        """Ask the process that has the file to yield."""
        with suppress(OSError):
            self._wanted.touch()

    def _wanted_at(self) -> int:
        """Return the time of the last request for the file in nanoseconds, 0 without one."""
        return self._wanted.stat().st_mtime_ns if self._wanted.exists() else 0

    def _close_unused(self) -> None:
        with self._changed:
            if self._users == 0:
                self._close(folds=not threading.main_thread().is_alive())

    def _close(self, *, folds: bool = False) -> None:
        """Close the file; first fold in the log if ``folds`` or if the log is long."""
        if self._connection is not None:
            log = self._path.with_name(f"{self._path.name}.wal")
            with suppress(duckdb.Error, OSError):  # otherwise the rows stay in the log
                if log.stat().st_size > (0 if folds else _LONG_LOG):
                    self._connection.execute("CHECKPOINT warehouse")
            with suppress(duckdb.Error):
                self._connection.close()
            self._connection = None

    def _busy(self, holder: str) -> WarehouseBusy:
        message = f"{self._path} is in use by {holder}: stop it or wait for it, and try again"
        return WarehouseBusy(message, cause="warehouse_locked")

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Translate errors of DuckDB and of the file system."""
        try:
            yield
        except (OSError, duckdb.Error) as error:
            reason = str(error).partition("\n")[0]
            if getattr(error, "errno", 0) in {errno.ENOSPC, errno.EDQUOT} or _FULL.search(reason):
                message = f"there is no space left for {self._path}: free some and try again"
                raise WarehouseError(message, "disk_full") from error
            if _HELD.search(reason):
                holder = re.sub(r".*(PID \d+).*", r"another program (\1)", reason)
                raise self._busy(holder) from error
            message = f"{self._path} is not usable: {reason}"
            raise WarehouseError(message, cause="warehouse_failed") from error


database_file = cache(DatabaseFile)  # one object per absolute path


@cache
def _empty() -> Connection:
    """Return an empty in-memory database, which is read if the file is missing."""
    connection = duckdb.connect(config=SETTINGS)
    upgrade(connection, "an empty warehouse")
    return connection.execute("SET enable_external_access = false")


def _opened(path: Path, again: bool) -> Connection:
    """Open the file and migrate it to this version's schema, after a backup if it has rows.

    The columns are only compared the first time, not when this process opens the file ``again``.
    """
    connection, kept = _connect(path), "It was empty before."
    try:
        found = version(connection, str(path), compares=not again)
        if missing := [one for one in migrations() if one.number > found]:
            if found:
                connection.execute("CHECKPOINT warehouse")
                connection.close()  # reading the file while it is open would drop DuckDB's lock
                kept = f"The original file is {_backed_up(path, missing[0].number)}."
                connection = _connect(path)
            upgrade(connection, str(path), kept)
            path.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path) -> Connection:
    connection = duckdb.connect(config=SETTINGS | {"temp_directory": f"{path}.tmp", "threads": 2})
    is_new = not path.exists()
    try:
        options = (_NEW if is_new else _GROUPS) if _is_writable(path) else "READ_ONLY"
        place = str(path).replace("'", "''")
        return connection.execute(f"ATTACH '{place}' AS warehouse ({options}); {_SESSION}")
    except BaseException as error:
        connection.close()
        if is_new and not _HELD.search(str(error)):
            path.unlink(missing_ok=True)  # a partial file could never be opened
        raise


def _backed_up(path: Path, number: int) -> Path:
    """Copy the file beside itself before migration ``number``; an earlier copy is kept."""
    names = (
        f"{path.name}.before-{number:04}{n}.bak" for n in chain([""], map("-{}".format, count(2)))
    )
    backup = next(place for name in names if not (place := path.with_name(name)).exists())
    with path.open("rb") as file:
        _lock(file)
        return _copied(file, path.with_name(f"{path.name}.part")).rename(backup)


def _copied(file: BinaryIO, to: Path) -> Path:
    """Copy a locked file by its descriptor: opening it again and closing it would unlock it."""
    with to.open("wb") as copy:
        to.chmod(0o600)
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return to


def _lock(file: BinaryIO) -> None:
    """Lock the file against writers, as DuckDB does for readers."""
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OSError("Could not set lock on file") from error


def _is_writable(path: Path) -> bool:
    """Return whether the file, or the nearest existing folder above it, is writable."""
    folder = next(place for place in path.parents if place.exists())
    return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
