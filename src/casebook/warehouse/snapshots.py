"""The fetched bytes, in files named by their hash."""

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from casebook.schemas.errors import BucketSilent, WarehouseError
from casebook.schemas.ids import sha256_hex
from casebook.warehouse.objects import ObjectFolder

_SHA256 = re.compile(r"[0-9a-f]{64}")


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


class SnapshotStore:
    """Bytes by content hash under one folder or address: ``ab/cdef…``. Made when needed.

    Args:
        root: a folder, also one that machines share, or an fsspec address (``s3://bucket/…``).
    """

    def __init__(self, root: Path | str) -> None:
        remote = isinstance(root, str) and "://" in root
        self._place: Place = ObjectFolder(str(root)) if remote else LocalFolder(Path(root))

    def put(self, data: bytes) -> str:
        """Store ``data`` and return its SHA-256 as 64 hexadecimal digits.

        The file appears whole or not at all. One that is there already is not written again,
        unless it was damaged.

        Raises:
            BucketSilent: if its place does not answer in time.
            WarehouseError: if it cannot be written.
        """
        sha256 = sha256_hex(data)
        key = _key(sha256)
        try:
            if not self._holds(key, data):
                self._place.write(key, data)
        except TimeoutError as error:
            raise self._silent(key, "written", error) from error
        except OSError as error:
            raise WarehouseError(
                f"The snapshot {self._place.shown(key)} cannot be written: {error.strerror}."
                f" {self._place.remedy}, then submit again."
            ) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes whose hash is ``sha256``.

        Raises:
            BucketSilent: if their place does not answer in time.
            WarehouseError: if they are missing, unreadable, or no longer have this hash.
        """
        key = _key(sha256)
        try:
            data = self._place.read(key)
        except TimeoutError as error:
            raise self._silent(key, "read", error) from error
        except OSError as error:
            raise WarehouseError(
                f"The snapshot {self._place.shown(key)} cannot be read:"
                f" {error.strerror or 'it is not there'}."
                " Submit its source again to fetch it anew."
            ) from error
        if sha256_hex(data) != sha256:
            raise WarehouseError(
                f"The snapshot {self._place.shown(key)} is damaged: its bytes do not have the hash"
                " in its name. Submit its source again to fetch it anew."
            )
        return data

    def _silent(self, key: str, done: str, error: TimeoutError) -> BucketSilent:
        return BucketSilent(
            f"The snapshot {self._place.shown(key)} cannot be {done}: {error.strerror or error}."
            " See whether the bucket's server is there; `casebook retry` tries again."
        )

    def _holds(self, key: str, data: bytes) -> bool:
        try:
            return self._place.read(key) == data
        except FileNotFoundError:
            return False


def _key(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise WarehouseError(f"{sha256!r} is not a snapshot's hash: 64 hexadecimal digits are.")
    return f"{sha256[:2]}/{sha256[2:]}"


class LocalFolder:
    """Files in a folder of this machine, or of a file server that is mounted here."""

    remedy = "Make room or set CASEBOOK_HOME to another folder"

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
