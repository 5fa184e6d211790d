"""Whose turn it is at one DuckDB file: threads take turns at a lock, processes at the file.

A process with many transactions keeps its connection between them, for opening costs more than
most of them. Who finds the file held by another process shows so by a lock on a file beside it; the
holder looks there between two transactions, and gives way. The kernel frees that lock when whoever
waits dies.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import duckdb

# Opening takes 10 to 200 ms, most transactions a few: somebody who gave way at once each time would
# do little else while two processes are busy. A program that does not show that it waits, DuckDB's
# own for instance, finds the file free now and then, and soon after the last transaction.
_LEAST_SECONDS = 0.25
_MOST_SECONDS = 10.0
_IDLE_SECONDS = 1.0
_LOOK_SECONDS = 0.05
_GAP_SECONDS = 0.02
# Longer than who waits sleeps between two looks, so that nobody misses the gap made for them.
_LONGEST_GAP_SECONDS = 0.06


class Waiting:
    """The processes that wait for a database file.

    Args:
        database: the database's file.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.waiting")

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be among those who wait, for the block; unseen where no file can be made or read."""
        try:
            file = self._opened()
        except OSError:
            yield
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def _opened(self) -> IO[str]:
        """Return the file, made if need be; who may not write locks what another has made."""
        try:
            return self._path.open("a")
        except OSError:
            return self._path.open()

    def anyone(self) -> bool:
        """Tell whether somebody waits."""
        try:
            with self._path.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # nobody can make the file, so nobody can be seen waiting
            return False
        return False


class Turn:
    """A file's turn in this process, and the connection that is open meanwhile.

    Everything but ``lock`` belongs to whoever holds the lock.
    """

    def __init__(self, database: Path) -> None:
        self.lock = threading.Lock()
        self.waiting = Waiting(database)
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.entry: int | None = None
        self._closed = threading.Event()
        self._opened_at = self._used_at = self._closed_at = 0.0

    def keep(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep ``connection`` open for a while; somebody closes it even if nobody comes.

        The program waits for that thread at its end: as long as Python ends, a thread that closes
        or drops a connection has C++ end the process (SIGABRT, "terminate called").
        """
        self.connection = connection
        self._opened_at = self._used_at = time.monotonic()
        self._closed = threading.Event()
        with suppress(RuntimeError):  # no thread is to be had: the next to come closes it when due
            threading.Thread(target=self._watch, args=(self._closed,)).start()

    def used(self) -> None:
        """Note that a transaction ended, and close the connection where others are to have it."""
        self._used_at = time.monotonic()
        self._close_if_due()

    def close(self) -> None:
        """Close what is open."""
        if self.connection is not None:
            self.connection.close()
            self.connection = self.entry = None
            self._closed_at = time.monotonic()
            self._closed.set()

    def give_way(self) -> None:
        """Leave the file to others for a moment after this process had it for a while."""
        while (gone := time.monotonic() - self._closed_at) < _LONGEST_GAP_SECONDS:
            if gone >= _GAP_SECONDS and not self.waiting.anyone():
                return
            time.sleep(0.002)

    def _watch(self, closed: threading.Event) -> None:
        while not closed.wait(_LOOK_SECONDS):
            with self.lock:
                if not closed.is_set():
                    self._close_if_due()

    def _close_if_due(self) -> None:
        now = time.monotonic()
        held = now - self._opened_at
        if (
            held >= _MOST_SECONDS
            or now - self._used_at >= _IDLE_SECONDS
            or (held >= _LEAST_SECONDS and self.waiting.anyone())
        ):
            self.close()
