"""The bytes of snapshots, found again by their SHA-256."""

import errno
import gzip
import os
import re
import zlib
from pathlib import Path
from tempfile import NamedTemporaryFile

from schemas.errors import DiskFull, WarehouseError
from schemas.ids import sha256_hex

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PACKED_SHARE = 0.9  # bytes that gzip makes hardly shorter are stored as they are


class BlobStore:
    """Bytes under their SHA-256, in a local folder or at an fsspec address (``s3://…``)."""

    def __init__(self, root: str) -> None:
        self._root = root.removeprefix("file://").rstrip("/")
        self._is_remote = "://" in self._root

    def put(self, data: bytes) -> str:
        """Store ``data`` unless it is there, and return its SHA-256 in hexadecimal.

        Raises:
            DiskFull: if the disk takes nothing more.
            WarehouseError: with ``blob_unwritable`` if the bytes cannot be written.
        """
        sha256 = sha256_hex(data)
        if self._found(sha256) != data:
            packed = gzip.compress(data, mtime=0)
            pays = len(packed) < _PACKED_SHARE * len(data)
            address = self._addresses(sha256)[not pays]
            try:
                self._write(address, packed if pays else data)
            except Exception as error:
                kind = DiskFull if getattr(error, "errno", 0) == errno.ENOSPC else WarehouseError
                message = (
                    f"{address} cannot be written ({error}): make room or allow it to be written"
                )
                raise kind(message, cause="blob_unwritable") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256.

        Raises:
            WarehouseError: with ``blob_missing`` or ``blob_damaged``.
        """
        data = self._found(sha256)
        if data is None or sha256_hex(data) != sha256:
            cause = "blob_missing" if data is None else "blob_damaged"
            raise WarehouseError(
                f"the bytes {sha256} in {self._root} are {cause.removeprefix('blob_')}: submit"
                " their source again to fetch them anew",
                cause=cause,
            )
        return data

    def has(self, sha256: str) -> bool:
        """Return whether the bytes with this SHA-256 are stored."""
        return self._found(sha256) is not None

    def _found(self, sha256: str) -> bytes | None:
        """Return what is stored under a hash, damaged or not."""
        if _SHA256.fullmatch(sha256) is None:
            raise WarehouseError(f"{sha256!r} is not a SHA-256", cause="blob_missing")
        packed, plain = self._addresses(sha256)
        for address in (packed, plain):
            try:
                data = self._read(address)
                return gzip.decompress(data) if address == packed else data
            except FileNotFoundError:
                continue
            except (OSError, EOFError, zlib.error):
                return b""
        return None

    def _addresses(self, sha256: str) -> tuple[str, str]:
        plain = f"{self._root}/{sha256[:2]}/{sha256[2:]}"
        return f"{plain}.gz", plain

    def _read(self, address: str) -> bytes:
        if self._is_remote:
            import fsspec

            system, path = fsspec.url_to_fs(address)
            return bytes(system.cat_file(path))
        return Path(address).read_bytes()

    def _write(self, address: str, data: bytes) -> None:
        """Write the bytes, which appear whole or not at all and are the owner's alone."""
        if self._is_remote:
            import fsspec

            system, path = fsspec.url_to_fs(address)
            system.pipe_file(path, data)
            return
        path = Path(address)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise
