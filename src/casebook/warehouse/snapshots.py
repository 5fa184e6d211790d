"""The fetched bytes, in files named by their hash."""

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

from casebook.schemas.errors import WarehouseError
from casebook.schemas.ids import sha256_hex

_SHA256 = re.compile(r"[0-9a-f]{64}")


class SnapshotStore:
    """Bytes by content hash under one folder: ``ab/cdef…``. The folder is made when needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Store ``data`` and return its SHA-256 as 64 hexadecimal digits.

        The file appears whole or not at all. One that is there already is not written again,
        unless it was damaged.

        Raises:
            WarehouseError: if it cannot be written.
        """
        sha256 = sha256_hex(data)
        path = self._path(sha256)
        try:
            if not (path.is_file() and path.read_bytes() == data):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(path, data)
        except OSError as error:
            raise WarehouseError(
                f"The snapshot {path} cannot be written: {error.strerror}."
                " Make room or set CASEBOOK_HOME to another folder, then submit again."
            ) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes whose hash is ``sha256``.

        Raises:
            WarehouseError: if they are missing, unreadable, or no longer have this hash.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise WarehouseError(
                f"The snapshot {path} cannot be read: {error.strerror}."
                " Submit its source again to fetch it anew."
            ) from error
        if sha256_hex(data) != sha256:
            raise WarehouseError(
                f"The snapshot {path} is damaged: its bytes do not have the hash in its name."
                " Submit its source again to fetch it anew."
            )
        return data

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise WarehouseError(f"{sha256!r} is not a snapshot's hash: 64 hexadecimal digits are.")
        return self._root / sha256[:2] / sha256[2:]


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
