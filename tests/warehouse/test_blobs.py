"""The bytes of snapshots are found again by their hash, whole or not at all."""

import errno
import gzip
import os
import random
from pathlib import Path

import pytest

from schemas.errors import WarehouseError
from schemas.frozen import sha256_hex
from warehouse import BlobStore

NOISE = random.Random(1).randbytes(5_000)  # noqa: S311 - no secret


@pytest.fixture(params=["folder", "file://", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder, the same as an address, and a place behind fsspec."""
    places = {"folder": str(tmp_path / "blobs"), "file://": f"file://{tmp_path / 'blobs'}"}
    return places.get(request.param, f"memory://{tmp_path.name}")


@pytest.mark.parametrize(
    "data", [b"", b"text " * 500, NOISE, gzip.compress(b"packed already", mtime=0)]
)
def test_what_is_put_is_got(root, data):
    """Any bytes can be read back, also by another store at the same place."""
    store = BlobStore(root)
    sha256 = sha256_hex(data)
    assert store.put(data) == sha256
    assert store.put(data) == sha256
    assert BlobStore(f"{root}/").get(sha256) == data


def test_text_is_compressed_and_private(tmp_path):
    """Stored text is smaller than its bytes; only the owner can read it."""
    store = BlobStore(str(tmp_path / "blobs"))
    store.put(b"text " * 500)
    store.put(NOISE)
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".gz"}
    assert min(path.stat().st_size for path in files) < 100
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in files} == {0o700}


@pytest.mark.parametrize("data", [b"text " * 500, NOISE])
@pytest.mark.parametrize(
    "damage", [lambda old: old[:-9], lambda _: b"", lambda old: b"x" + old[1:]]
)
def test_damaged_bytes(tmp_path, data, damage):
    """Bytes that do not match their hash are refused; storing them again repairs them."""
    store = BlobStore(str(tmp_path))
    sha256 = store.put(data)
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(WarehouseError, match=f"{sha256}.*submit its source again") as caught:
        store.get(sha256)
    assert caught.value.kind == "blob_damaged"
    store.put(data)
    assert store.get(sha256) == data


def test_missing_bytes(root):
    """Bytes that are not there, and what is not a hash, are errors that say so."""
    for name in ("0" * 64, "../../etc/passwd", f"{'0' * 64}/../../secret", ""):
        with pytest.raises(WarehouseError) as caught:
            BlobStore(root).get(name)
        assert caught.value.kind == "blob_missing"
        assert ("not a SHA-256" in str(caught.value)) is (name != "0" * 64)


def test_a_full_disk(tmp_path, monkeypatch):
    """A failed write leaves nothing, and a full disk has its own error."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WarehouseError, match="No space left on device"):
        BlobStore(str(tmp_path)).put(b"data")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
