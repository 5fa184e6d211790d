"""The bytes of snapshots, addressed by their SHA-256."""

import gzip
import os
import re
import zlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from schemas.errors import WarehouseError
from schemas.frozen import sha256_hex

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVEL = 4  # of gzip: most of the compression in a third of the time


class BlobStore:
    """Compressed blobs by SHA-256, in a local folder or at an fsspec address (``s3://…``).

    Only the owner can read the files, and writes are atomic. Raises WarehouseError with
    ``blob_unwritable``, ``blob_missing`` or ``blob_damaged``.
    """

    def __init__(self, root: str) -> None:
        self._root = root.removeprefix("file://").rstrip("/")
        self._system: Any = None
        if "://" in self._root:
            import fsspec

            self._system, _ = fsspec.url_to_fs(self._root)

    def put(self, data: bytes) -> str:
        """Store ``data`` if it is new, and return its SHA-256 in hexadecimal."""
        sha256 = sha256_hex(data)
        if self._found(sha256) != data:
            try:
                self._write(self._address(sha256), gzip.compress(data, _LEVEL, mtime=0))
            except Exception as error:
                message = f"{self._root} is not writable ({error}): free space or grant access"
                raise WarehouseError(message, cause="blob_unwritable") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256."""
        data = self._found(sha256)
        if data is None or sha256_hex(data) != sha256:
            state = "missing" if data is None else "damaged"
            message = f"the blob {sha256} in {self._root} is {state}; submit its source again"
            raise WarehouseError(message, cause=f"blob_{state}")
        return data

    def _address(self, sha256: str) -> str:
        if _SHA256.fullmatch(sha256) is None:
            raise WarehouseError(f"{sha256!r} is not a SHA-256", cause="blob_missing")
        return f"{self._root}/{sha256[:2]}/{sha256[2:]}.gz"

    def _found(self, sha256: str) -> bytes | None:
        """Return the stored bytes, possibly damaged, or None if there are none."""
        address = self._address(sha256)
        try:
            found = self._system.cat_file(address) if self._system else Path(address).read_bytes()
            return gzip.decompress(found)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error):
            return b""

    def _write(self, address: str, data: bytes) -> None:
        if self._system:
            self._system.pipe_file(address, data)
            return
        path = Path(address)
        private_folder(path.parent)
        with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise


def private_folder(folder: Path) -> None:
    """Create a folder and its missing parents, accessible to this account only."""
    if not folder.exists():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
