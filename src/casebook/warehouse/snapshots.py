"""The fetched bytes, in files named by their hash."""

import errno
import re
from pathlib import Path

from casebook.schemas.errors import BucketSilent, DiskFull, WarehouseError
from casebook.schemas.ids import sha256_hex
from casebook.warehouse.places import SPARE_BYTES, place_at

_FULL = {errno.ENOSPC, errno.EDQUOT}
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SnapshotStore:
    """Bytes by content hash under one folder or address: ``ab/cdef…``. Made when needed.

    Args:
        root: a folder, also one that machines share, or an fsspec address (``s3://bucket/…``).
    """

    def __init__(self, root: Path | str) -> None:
        self._place = place_at(root)

    def put(self, data: bytes) -> str:
        """Store ``data`` and return its SHA-256 as 64 hexadecimal digits.

        The file appears whole or not at all. One that is there already is not written again,
        unless it was damaged.

        Raises:
            BucketSilent: if its place does not answer in time.
            DiskFull: if it would take the room that is left for what is being paid for.
            WarehouseError: if it cannot be written.
        """
        sha256 = sha256_hex(data)
        key = _key(sha256)
        try:
            if not self._holds(key, data):
                self._leave_room(len(data))
                self._place.write(key, data)
        except TimeoutError as error:
            raise self._silent(key, "written", error) from error
        except OSError as error:
            cause = DiskFull if error.errno in _FULL else WarehouseError
            raise cause(
                f"The snapshot {self._place.shown(key)} cannot be written: {error.strerror}."
                f" {self._place.remedy}, then submit again."
            ) from error
        return sha256

    def _leave_room(self, size: int) -> None:
        free = self._place.free()
        if free is not None and free - size < SPARE_BYTES:
            raise OSError(errno.ENOSPC, "the disk is as good as full")

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
