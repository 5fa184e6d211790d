"""The bytes of snapshots, found again by their SHA-256."""


class BlobStore:
    """Bytes under their SHA-256, in a local folder or at an fsspec address (``s3://…``)."""

    def __init__(self, root: str) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Store ``data`` unless it is there, and return its SHA-256 in hexadecimal.

        Raises:
            DiskFull: if the disk takes nothing more.
            WarehouseError: with ``blob_unwritable`` if the bytes cannot be written.
        """
        raise NotImplementedError

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256.

        Raises:
            WarehouseError: with ``blob_missing`` or ``blob_damaged``.
        """
        raise NotImplementedError

    def has(self, sha256: str) -> bool:
        """Return whether the bytes with this SHA-256 are stored."""
        raise NotImplementedError
