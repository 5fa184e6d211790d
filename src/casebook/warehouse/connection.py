"""Connections to one DuckDB file, with a bounded wait for a turn.

While one process has the file open for writing, no other can open it, not even to read. So nobody
keeps a connection for long: one transaction, or for a process that has many to make, until another
process waits. What was committed lies in the file and in the ``.wal`` beside it: to copy a
warehouse by hand, copy both.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import get_ident

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from casebook.schemas.errors import DiskFull, WarehouseError, WarehouseLocked, WarehouseMemory
from casebook.warehouse import migrating
from casebook.warehouse.creating import create
from casebook.warehouse.database import BROKEN_OPTIMIZERS, SETTINGS
from casebook.warehouse.places import SPARE_BYTES, LocalFolder
from casebook.warehouse.records import last_entry
from casebook.warehouse.sql import Migration, queries, quoted
from casebook.warehouse.turns import Turn

# DuckDB keeps whole blocks of whatever it touches. Of its own size, 256 KB, what was added to each
# column since the last checkpoint took 60 MB in all; of the least size it is a tenth. It counts for
# new files: others keep the size they were made with.
_BLOCK_BYTES = 16_384
# DuckDB writes what its version 1.2 can read, the oldest that compresses long texts (Zstandard):
# lists of batches, above all; other long bodies are packed before they are stored. As with the size
# of blocks, other files stay as they were made.
_READ_SINCE = "v1.2.0"
# A checkpoint is not made at each close, as DuckDB would, but after this much log. Each opening
# replays it, in 3 to 5 ms a source, and a source adds some 20 KB.
_LOG = "4MB"
# A batch that ends, and who opens the file to write, folds in what is longer than this: a third of
# the time that the replay takes, once, and none for those who come after.
_LEFT_BYTES = 1 << 20
# DuckDB's allocator (jemalloc) keeps what was freed unless much is freed at once: after ten seconds
# of a batch it held 90 MB beside the 20 in use.
_FLUSHED = "1MB"
_SETTINGS = {
    **SETTINGS,
    "allocator_bulk_deallocation_flush_threshold": _FLUSHED,
    "allocator_flush_threshold": _FLUSHED,
    "checkpoint_threshold": _LOG,
    "default_block_size": _BLOCK_BYTES,
    "max_temp_directory_size": "8GB",
    # What a checkpoint writes of a table stays a group of rows by itself. DuckDB would join small
    # groups and write their texts anew; and to read one it opens up to 2,048 of its group.
    "max_vacuum_tasks": 0,
    "storage_compatibility_version": _READ_SINCE,
}
# DuckDB keeps the blocks that it read up to its limit; what does not fit goes to files beside the
# warehouse meanwhile, a block each. What 4 MB of log hold takes 7 MB until it is folded in, and the
# ids of 10,000 sources some 9: with a limit of 13, all takes a quarter longer. Lists read all there
# is, and some of DuckDB's operators cannot do with files: such are done again with the full limit.
_MEMORY, _BUSY_MEMORY = "1GB", "16MB"
_SESSION = (
    "USE warehouse; SET TimeZone = 'UTC'; PRAGMA disable_checkpoint_on_shutdown;"
    f" SET disabled_optimizers = '{','.join(BROKEN_OPTIMIZERS)}'"
)
_PID = re.compile(r"PID (\d+)")
_HELD = ("Could not set lock on file", "used by another process")  # POSIX, Windows
_FULL = ("could not allocate block", "failed to pin block")
# Reasons of the system for which the file takes nothing more, and for which it cannot be opened.
_NO_ROOM = ("No space left on device", "Disk quota exceeded")
_CLOSED = ("Read-only file system", "Permission denied")

_ENTRIES_APART = 100_000
_TURNS: dict[Path, Turn] = {}


class DuckDBFile:
    """One DuckDB file, as a ``Database``. Opens nothing by itself.

    Args:
        path: the file; its folder is made when first needed.
        lock_timeout: seconds to wait for other threads and processes, together.
        busy: whether many transactions are to come, which then share a connection for a moment.
    """

    def __init__(self, path: Path, lock_timeout: float, *, busy: bool = False) -> None:
        self.path = path
        self._lock_timeout = lock_timeout
        self._busy = busy
        self._known: int | None = None  # migrations, once the file was brought to them
        self._need_more: set[int] = set()  # threads whose next statement needs the full limit

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def close(self) -> None:
        """Let go of the file at once, if it is kept for a moment; fold in what a batch logged."""
        turn = _TURNS.get(self.path.resolve())
        if turn is not None:
            with turn.lock:
                if turn.connection is not None:
                    self._fold(turn.connection)
                turn.close()

    def _fold(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fold a long log into the file, unless the room might not do: a try uses up the rest."""
        with suppress(OSError, duckdb.Error):  # what stays in the log is as safe
            log = self.path.with_name(f"{self.path.name}.wal").stat().st_size
            free = LocalFolder(self.path.parent).free()
            if log > _LEFT_BYTES and (free is None or free - log >= SPARE_BYTES):
                connection.checkpoint()

    @contextmanager
    def connection(
        self, *, read_only: bool = False, external_access: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that is closed afterwards; what was not committed is gone.

        ``read_only`` lets several processes read at once. ``external_access`` allows SQL to open
        other files.

        Raises:
            WarehouseLocked: if the file is not free within the timeout.
            WarehouseMemory: if a statement needs more than a kept connection has; the next
                connection of the same thread has it.
            WarehouseTooNew: if a newer casebook has migrated the file since this one did.
            WarehouseError: if the file cannot be opened, or a statement fails.
        """
        with self._turn() as (turn, deadline), self._plain_errors():
            if external_access or self._needs_more:
                turn.close()
            if turn.connection is None:
                turn.give_way()
                opened = self._open(deadline, read_only=read_only, external_access=external_access)
                if external_access or not self._keeps:
                    with opened:
                        yield opened
                    return
                turn.keep(opened)
            yield from self._shared(turn)

    def _shared(self, turn: Turn) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield the connection that is kept; an error ends it, and with it what was not stored."""
        assert turn.connection is not None  # noqa: S101 - the caller opened it
        try:
            yield turn.connection
        except duckdb.Error as error:
            turn.close()
            if not _lacks_memory(error):
                raise
            if self._needs_more:
                self._need_more.discard(get_ident())
                raise
            self._need_more.add(get_ident())
            raise WarehouseMemory(str(self._translated(error))) from error
        except BaseException:
            turn.close()
            raise
        if self._needs_more:
            self._need_more.discard(get_ident())
            turn.close()
        else:
            turn.used()

    @property
    def _keeps(self) -> bool:
        """Whether a connection is kept, which may write: where none may, it is opened to read."""
        places = [self.path.parent, *([self.path] if self.path.exists() else [])]
        return self._busy and all(os.access(place, os.W_OK) for place in places)

    @property
    def _needs_more(self) -> bool:
        """Whether this thread's last statement failed for memory; others keep to the small limit.

        They take turns between its failure and its next try.
        """
        return get_ident() in self._need_more

    def _open(
        self,
        deadline: float,
        *,
        read_only: bool,
        external_access: bool,
        full: bool = False,
    ) -> duckdb.DuckDBPyConnection:
        """Open the file; ``full`` with all the memory there may be."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        spill = self.path.with_name(f"{self.path.name}.tmp")
        small = self._keeps and not (full or self._needs_more or external_access)
        memory = _BUSY_MEMORY if small else _MEMORY
        instance = duckdb.connect(
            config={**_SETTINGS, "temp_directory": str(spill), "memory_limit": memory}
        )
        mode = "READ_ONLY" if read_only and not self._keeps else "READ_WRITE"
        if mode == "READ_WRITE" and not self.path.exists():
            create(self.path, _SETTINGS)
        attach = f"ATTACH {quoted(str(self.path))} AS warehouse ({mode})"
        try:
            self._patiently(partial(instance.execute, attach), deadline)
            instance.execute(_SESSION)
            if self._known is not None:
                migrating.refuse_newer(instance, self.name, self._known)
            if mode == "READ_WRITE" and not self._keeps:
                self._fold(instance)
            if not external_access:
                instance.execute("SET enable_external_access = false")
        except BaseException as error:
            instance.close()
            if small and isinstance(error, duckdb.Error) and _lacks_memory(error):
                # A text in the log takes more.
                return self._open(deadline, read_only=read_only, external_access=False, full=True)
            raise
        return instance

    def _deadline(self) -> float:
        """Return when (monotonic seconds) waiting for others must end that begins now."""
        return time.monotonic() + self._lock_timeout

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
        """Return the place after the last row's: the transaction alone has the file.

        While it keeps the file, nobody else adds rows: it looks once and then leaves ample gaps.
        """
        turn = _TURNS[self.path.resolve()]
        if turn.connection is connection and turn.entry is not None:
            turn.entry += _ENTRIES_APART
            return turn.entry
        entry = int(connection.execute(last_entry()).fetchall()[0][0]) + 1
        if turn.connection is connection:
            turn.entry = entry
        return entry

    def version(self) -> int:
        """Return the number of the newest migration in the file, 0 where there is no file."""
        if not self.path.exists():
            return 0
        with self.transaction(read_only=True) as connection:
            return migrating.version(connection)

    def migrate(self, schema: Sequence[Migration]) -> list[int]:
        """Apply what the file lacks; a file that holds anything is copied first.

        Whether it lacks any is looked up by reading, which several processes may do at once, and
        who may not write to its folder. The connection is held throughout, so that nobody writes
        between the backup and the last step.

        Returns:
            The numbers applied now.

        Raises:
            WarehouseTooNew: if the file knows more migrations than ``schema`` has.
            MigrationFailed: if one does not apply; it names the backup.
        """
        self._known = None
        applied = self._migrated(schema)
        self._known = len(schema)
        return applied

    def _migrated(self, schema: Sequence[Migration]) -> list[int]:
        if self.path.exists():
            with self.transaction(read_only=True) as connection:
                if not migrating.pending(connection, self.name, schema):
                    return []
        with self.connection(external_access=True) as connection:
            if pending := migrating.pending(connection, self.name, schema):
                backup = self._backup(connection, pending[0].number)
                kept = (
                    f"the backup made before is {backup}" if backup else "the file was empty before"
                )
                applied = migrating.apply(connection, self.name, pending, kept)
                connection.checkpoint()
                return applied
        return []

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
    def _turn(self) -> Iterator[tuple[Turn, float]]:
        """Hold this process's turn; yield it, and when (monotonic seconds) waiting must end."""
        deadline = self._deadline()
        path = self.path.resolve()
        turn = _TURNS.setdefault(path, Turn(path))
        if not turn.lock.acquire(timeout=self._lock_timeout):
            raise WarehouseLocked(self._still_held("another thread of this program"))
        try:
            yield turn, deadline
        finally:
            turn.lock.release()

    def _patiently(
        self, attach: Callable[[], duckdb.DuckDBPyConnection], deadline: float
    ) -> duckdb.DuckDBPyConnection:
        """Attach the file as soon as no other process holds it, and show meanwhile that one waits.

        Short random waits: a turn takes some 10 ms, and whoever waits longer between two looks
        than the others do loses every race for the gap.
        """
        try:
            return attach()
        except duckdb.IOException as error:
            if not _is_held(error):
                raise
        attempts = Retrying(
            retry=retry_if_exception(_is_held),
            wait=wait_random_exponential(multiplier=0.004, max=0.05),
            stop=stop_after_delay(max(0.0, deadline - time.monotonic())),
            reraise=True,
        )
        with _TURNS[self.path.resolve()].waiting.joined():
            return attempts(attach)

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
        if any(reason in text for reason in _NO_ROOM):
            return DiskFull(
                f"The warehouse {self.path} cannot be written: the disk is full. Make room, then"
                " give the same command again; what was stored stands."
            )
        if reason := next((one for one in _CLOSED if one in text), None):
            return WarehouseError(
                f"The warehouse {self.path} cannot be opened ({reason}). To add to it, or to open"
                " it for the first time with a newer casebook, takes writing to its folder; to read"
                " it, reading the file and the .wal beside it. Ask for that, or set CASEBOOK_HOME"
                " to another folder."
            )
        return WarehouseError(f"The warehouse {self.path} failed: {text}")

    def _still_held(self, holder: str) -> str:
        return (
            f"The warehouse {self.path} is in use by {holder} and was not free within"
            f" {self._lock_timeout:g} s: close that program, or try again."
        )


def _is_held(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and any(text in str(error) for text in _HELD)


def _lacks_memory(error: duckdb.Error) -> bool:
    """Tell that the limit was too small: a commit and a replay of the log hide their cause."""
    return isinstance(error, duckdb.OutOfMemoryException) or any(
        text in str(error) for text in _FULL
    )
