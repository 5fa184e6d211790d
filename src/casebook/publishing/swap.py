"""Replacing a folder as a whole: readers find the old site or the new one, never half of one."""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from casebook.schemas.errors import PublishError

MARKER = ".casebook-site"
_MARKER_TEXT = "casebook writes this folder and replaces it as a whole; keep nothing else here.\n"
_POLL_SECONDS = 0.05
# The folders that this thread of work has alone.
_HELD: ContextVar[frozenset[Path]] = ContextVar("_HELD", default=frozenset())


@contextmanager
def alone(out: Path, wait: float = 30.0) -> Iterator[None]:
    """Hold the lock on ``out``, so that what is written there is what was read under it.

    ``replacing`` inside the block takes part in it.

    Args:
        out: The folder to replace.
        wait: Seconds to wait while another process replaces the same folder.

    Raises:
        PublishError: if another process keeps the lock, or the file system refuses.
    """
    target = out.resolve()
    with _explained(target), _locked(target, wait):
        held = _HELD.set(_HELD.get() | {target})
        try:
            yield
        finally:
            _HELD.reset(held)


@contextmanager
def replacing(out: Path, wait: float = 30.0) -> Iterator[Path]:
    """Yield an empty folder beside ``out`` that takes its place when the block ends well.

    The old folder is kept until the new one is in place. When the block raises, or the process
    dies, the old one stays; what a dead process left behind is put right by the next call.

    Args:
        out: The folder to replace; made if missing.
        wait: Seconds to wait while another process replaces the same folder.

    Raises:
        PublishError: if ``out`` holds something that casebook did not write, another process
            keeps the lock, or the file system refuses.
    """
    target = out.resolve()
    new, old = (target.with_name(f".{target.name}.{part}") for part in ("new", "old"))
    with _explained(target), _locked(target, wait):
        _recover(target, new, old)
        new.mkdir()
        (new / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
        try:
            yield new
            _exchange(target, new, old)
        finally:
            _discard(new)


def _exchange(target: Path, new: Path, old: Path) -> None:
    """Move ``new`` to ``target``; put the old one back if that fails."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    _discard(old)


def _recover(target: Path, new: Path, old: Path) -> None:
    """Undo what a process that died here left, and refuse folders that are not ours."""
    for folder in (target, new, old):
        _refuse_foreign(folder)
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (new, old):
        _discard(leftover)


def _discard(folder: Path) -> None:
    """Remove a folder of ours, the marker last: whatever a crash leaves is known as ours."""
    for child in folder.iterdir() if folder.exists() else ():
        if child.is_dir():
            shutil.rmtree(child)
        elif child.name != MARKER:
            child.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    """Raise PublishError unless ``folder`` is missing, empty, or carries our marker."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PublishError(f"{folder} is a file; choose another folder for the site.")
    if any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise PublishError(
            f"{folder} holds files that casebook did not write; "
            "choose an empty folder for the site, or empty this one."
        )


@contextmanager
def _locked(target: Path, wait: float) -> Iterator[None]:
    """Hold the lock file beside ``target``. The kernel frees it when a process dies."""
    if target in _HELD.get():
        yield
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.lock").open("w") as lock:
        deadline = time.monotonic() + wait
        while not _acquired(lock.fileno()):
            if time.monotonic() >= deadline:
                raise PublishError(
                    f"Another casebook is publishing to {target}; try again when it has ended."
                )
            time.sleep(_POLL_SECONDS)
        yield


def _acquired(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the file system refuses into a PublishError."""
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"The site could not be written to {target}: {error.strerror or error}; "
            "the site that was there is untouched. Check permissions and free space."
        ) from error
