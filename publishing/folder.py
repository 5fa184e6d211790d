"""Atomic replacement of a folder: readers find the old site or the new one, never a mixture."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from schemas.errors import PublishError

MARKER = ".casebook-site"
_MARKER_TEXT = "casebook replaces this whole folder; do not keep other files here.\n"


@contextmanager
def replacing(target: Path, wait: float = 30.0) -> Iterator[Path]:
    """Yield an empty folder that replaces ``target`` when the block succeeds.

    If the block raises or the process dies, the old folder stays; the next call cleans up after a
    dead process. ``wait`` is the time in seconds to wait for another process that replaces the
    same folder.

    Raises:
        PublishError: if ``target`` contains files that casebook did not write, another process
            holds the lock, or writing fails.
    """
    target = target.resolve()
    new, old = (target.with_name(f".{target.name}.{part}") for part in ("new", "old"))
    advice = "The previous site is unchanged. Check permissions and free space."
    with file_errors(f"The site could not be written to {target}", advice), _lock(target, wait):
        _recover(target, new, old)
        new.mkdir()
        (new / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
        try:
            yield new
            _exchange(target, new, old)
        finally:
            _remove(new)


def _exchange(target: Path, new: Path, old: Path) -> None:
    """Move ``new`` to ``target``; put the old folder back if that fails."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _recover(target: Path, new: Path, old: Path) -> None:
    """Clean up after a process that died here, and refuse folders that are not ours."""
    for folder in (target, new, old):
        _refuse_foreign(folder)
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (new, old):
        _remove(leftover)


def _remove(folder: Path) -> None:
    """Remove our folder, the marker last: a partly removed folder is still recognized as ours."""
    for child in folder.iterdir() if folder.exists() else ():
        if child.is_dir():
            shutil.rmtree(child)
        elif child.name != MARKER:
            child.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    """Raise PublishError unless ``folder`` is missing, empty, or has our marker."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PublishError(f"{folder} is a file; choose another folder for the site.")
    if any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise PublishError(
            f"{folder} contains files that casebook did not write; "
            "choose an empty folder for the site, or empty this one."
        )


@contextmanager
def _lock(target: Path, wait: float) -> Iterator[None]:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=wait):
            yield
    except Timeout as error:
        raise PublishError(
            f"Another casebook is publishing to {target}; try again when it has finished."
        ) from error


@contextmanager
def file_errors(problem: str, advice: str) -> Iterator[None]:
    """Raise PublishError with ``problem`` and ``advice`` for errors of the file system."""
    try:
        yield
    except OSError as error:
        raise PublishError(f"{problem}: {error.strerror or error}. {advice}") from error


@contextmanager
def empty_folder(path: Path) -> Iterator[Path]:
    """Yield a private empty folder, and remove it at the end."""
    shutil.rmtree(path, ignore_errors=True)  # left by an interrupted run
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
