"""A home as one file: the warehouse, the bytes of its sources, and the files of people."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from config.resources import Resources
from publishing.folder import empty_folder
from schemas.errors import ConfigurationError, InputError
from warehouse.archive import (
    Manifest,
    OnProgress,
    copy_file,
    copy_hashed,
    open_archive,
    read_manifest,
    write_archive,
)

_DATABASE = "warehouse.duckdb"
_SCHEDULES = "prefect/prefect.db"
# The rest can be rebuilt.
_KEPT = (
    "casebook.toml",
    "searches.toml",
    "citation.toml",
    "archive.toml",
    "snapshots",
    "uploads",
    "audio",
    "evals",
)


def back_up(resources: Resources, file: Path, on_progress: OnProgress) -> Manifest:
    """Write the home to ``file`` while other processes use it, and read it again to check it.

    The copy of the database is consistent. Snapshots are stored before the rows that name them and
    never change, so those copied afterwards match it. An earlier ``file`` is only replaced by a
    complete one.

    Raises:
        ConfigurationError: if the rows or snapshots are shared, and so not in the home.
        InputError: if there is nothing to back up, or ``file`` cannot be written.
    """
    home, data = _folders(resources)
    if not (home / _DATABASE).exists():
        raise InputError(f"{home} has no warehouse yet: there is nothing to back up")
    with _work_folder(home, file.with_name(f".{file.name}.part")) as work:
        parts = {part.name: part for part in resources.warehouse.copy(work)}
        parts |= _schedules(home, work) | _kept(home) | _kept(data)
        archive = work / "archive"
        manifest = write_archive(archive, parts, on_progress)
        with open_archive(archive) as backup, Path(os.devnull).open("wb") as nowhere:
            for name, expected in manifest.files.items():
                copy_file(backup, name, expected, nowhere)
        archive.replace(file)
    return manifest


def restore_home(resources: Resources, file: Path, on_progress: OnProgress) -> Manifest:
    """Restore the files of a backup to a home without a warehouse; the database comes last.

    Raises:
        InputError: if the home has a warehouse, or ``file`` is not a backup or is damaged.
    """
    home, data = _folders(resources)
    if (home / _DATABASE).exists():
        raise InputError(
            f"{home} has a warehouse, which is not overwritten: restore into another folder with"
            " `casebook --home NEW restore FILE`"
        )
    with open_archive(file) as backup, _work_folder(home, home / ".restoring") as work:
        manifest = read_manifest(backup, file)
        if _DATABASE not in manifest.files:
            raise InputError(f"{file} is not a backup of a home: it has no {_DATABASE}")
        places = {
            name: (data if name.startswith("snapshots/") else home) / name
            for name in manifest.files
        }
        _require_free(home, places, manifest)
        for done, (name, expected) in enumerate(manifest.files.items(), start=1):
            _folder_of(work / name).touch(mode=0o600)
            with (work / name).open("wb") as target:
                copy_file(backup, name, expected, target)
            on_progress(done, len(places))
        for name in places.keys() - {_DATABASE}:
            (work / name).replace(_folder_of(places[name]))
        os.link(work / _DATABASE, places[_DATABASE])  # fails if another process created one
    return manifest


def _require_free(home: Path, places: Mapping[str, Path], manifest: Manifest) -> None:
    """Raise InputError if the home has a file that a restore would replace, or an old log."""
    logs = [*home.glob(f"{_DATABASE}.wal*"), *home.glob(f"{_SCHEDULES}-*")]
    taken = {place for place in logs if place not in places.values()}
    for name, place in places.items():
        if place.exists():
            with place.open("rb") as file, Path(os.devnull).open("wb") as nowhere:
                taken |= {place} if copy_hashed(file, nowhere) != manifest.files[name] else set()
    if taken:
        raise InputError(f"{min(taken)} would be replaced: move it away, or restore elsewhere")


def _folders(resources: Resources) -> tuple[Path, Path]:
    """Return the home, and the folder that has the snapshots."""
    settings = resources.settings
    if settings.warehouse or "://" in str(settings.data or ""):
        raise ConfigurationError(
            "a shared warehouse is backed up with pg_dump and a copy of its data folder: see"
            " docs/operations.md"
        )
    return settings.home, Path(settings.data or settings.home)


@contextmanager
def _work_folder(home: Path, path: Path) -> Iterator[Path]:
    """Yield an empty folder that is removed at the end; keep other backups and restores out."""
    try:
        with (
            FileLock(_folder_of(home / "locks" / "backup.lock"), blocking=False),
            empty_folder(_folder_of(path)),
        ):
            yield path
    except Timeout as error:
        raise InputError(f"another backup or restore of {home} is running") from error
    except OSError as error:
        place = error.filename or path.parent
        raise InputError(f"{place} cannot be used: {error.strerror or error}") from error


def _folder_of(path: Path) -> Path:
    """Return ``path`` after creating its folder."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _schedules(home: Path, work: Path) -> dict[str, Path]:
    """Return a consistent copy of Prefect's database, if there is one."""
    if not (home / _SCHEDULES).exists():
        return {}
    copy = work / "schedules"
    with (
        closing(sqlite3.connect(home / _SCHEDULES)) as source,
        closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)
    return {_SCHEDULES: copy}


def _kept(folder: Path) -> dict[str, Path]:
    """Return the files in a home or data folder that cannot be regenerated, by their path in it."""
    parts = (folder / name for name in _KEPT)
    found = sorted(path for part in parts for path in (part, *part.rglob("*")) if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    leave = ("evals/home/", "snapshots/.")  # the scratch home; snapshots being written
    return {
        name: path
        for name, path in names.items()
        if not name.startswith(leave) and not path.name.startswith(".part-")
    }
