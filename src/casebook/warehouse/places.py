"""Places for bytes by key: a folder, or an address behind which object storage answers."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from casebook.warehouse.objects import ObjectFolder

# What is left of a disk for answers under way, which are paid for, and for the rows about them.
SPARE_BYTES = 16 * 2**20


class Place(Protocol):
    """Where bytes lie by key; its errors are ``OSError``s.

    ``remedy`` says what to do where it cannot be written.
    """

    remedy: str

    def shown(self, key: str) -> str:
        """Return what a message calls it."""

    def read(self, key: str) -> bytes:
        """Return the bytes."""

    def write(self, key: str, data: bytes) -> None:
        """Store the bytes; they appear whole or not at all."""

    def remove(self, key: str) -> None:
        """Remove the bytes, if there are any and they may be removed."""

    def keys(self) -> list[str]:
        """Return the keys right under the root, none where there is no root."""

    def free(self) -> int | None:
        """Return how many bytes it takes yet, None where nobody can tell."""


class LocalFolder:
    """Files in a folder of this machine, or of a file server that is mounted here."""

    remedy = (
        "Make room, or have this account write there (CASEBOOK_HOME and CASEBOOK_DATA say where)"
    )

    def __init__(self, root: Path) -> None:
        self._root = root

    def shown(self, key: str) -> str:
        """Return the file's path."""
        return str(self._root / key)

    def read(self, key: str) -> bytes:
        """Return the file's bytes."""
        return (self._root / key).read_bytes()

    def write(self, key: str, data: bytes) -> None:
        """Write a file beside it, and give it its name when the disk has it."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, data)

    def remove(self, key: str) -> None:
        """Remove a file; one that may not be removed stays."""
        with suppress(OSError):
            (self._root / key).unlink()

    def keys(self) -> list[str]:
        """Return the names of the files in the folder."""
        with suppress(OSError):
            return [path.name for path in self._root.iterdir()]
        return []

    def free(self) -> int | None:
        """Return what the disk has left; some that are mounted from elsewhere tell no size."""
        folders = (self._root, *self._root.absolute().parents)
        with suppress(OSError, StopIteration):
            usage = shutil.disk_usage(next(one for one in folders if one.exists()))
            return usage.free if usage.total else None
        return None


def place_at(root: Path | str) -> Place:
    """Return the place at a folder, also one that machines share, or at an fsspec address.

    Raises:
        ConfigurationError: if the package for such an address is missing.
    """
    remote = isinstance(root, str) and "://" in root
    return ObjectFolder(str(root)) if remote else LocalFolder(Path(root))


def _write_whole(path: Path, data: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            part.unlink()
            raise
    part.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
