"""A ZIP archive of files, with ``manifest.json`` that has the hash of each."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from schemas.errors import InputError
from schemas.frozen import Frozen

_MANIFEST = "manifest.json"
_CHUNK = 1 << 20

OnProgress = Callable[[int, int], object]  # files done, and all


class ArchivedFile(Frozen):
    """One file of an archive."""

    sha256: str
    size: int  # in bytes


class Manifest(Frozen):
    """The files of an archive by their path in it, and the release that made it."""

    casebook: str
    made_at: datetime
    files: dict[str, ArchivedFile]

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(file.size for file in self.files.values())


def write_archive(archive: Path, parts: Mapping[str, Path], on_progress: OnProgress) -> Manifest:
    """Write the archive, synced to the disk, and return its manifest."""
    files = {}
    with archive.open("xb") as file:
        archive.chmod(0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as backup:
            for done, (name, path) in enumerate(parts.items(), start=1):
                with path.open("rb") as source, backup.open(name, "w", force_zip64=True) as target:
                    files[name] = copy_hashed(source, target)
                on_progress(done, len(parts))
            manifest = Manifest(
                casebook=version("casebook-llmops"), made_at=datetime.now(UTC), files=files
            )
            backup.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def copy_hashed(source: IO[bytes], target: IO[bytes]) -> ArchivedFile:
    """Copy a file in chunks, and return its hash and size."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return ArchivedFile(sha256=digest.hexdigest(), size=size)


@contextmanager
def open_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and translate the errors of reading it."""
    try:
        with zipfile.ZipFile(file) as backup:
            yield backup
    except FileNotFoundError as error:
        raise InputError(
            f"{file} does not exist: name a file that `casebook backup` made"
        ) from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise InputError(f"{file} is damaged or is not a backup: use another one") from error


def read_manifest(backup: zipfile.ZipFile, file: Path) -> Manifest:
    """Return the manifest, which names each file by a path below one folder."""
    try:
        manifest = Manifest.model_validate_json(backup.read(_MANIFEST))
    except ValidationError as error:
        raise InputError(f"{file} has no manifest that this casebook can read") from error
    names = set(manifest.files)
    is_below = all(
        not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
        for name in names
    )
    if names != set(backup.namelist()) - {_MANIFEST} or not is_below:
        raise InputError(f"{file} is not a backup: its files differ from its manifest")
    return manifest


def copy_file(
    backup: zipfile.ZipFile, name: str, expected: ArchivedFile, target: IO[bytes]
) -> None:
    """Copy a file of the archive, or raise InputError if it differs from the manifest."""
    with backup.open(name) as source:
        found = copy_hashed(source, target)
    target.flush()
    if found != expected:
        raise InputError(f"{backup.filename} is damaged: {name} differs; use another backup")
