"""Fetched bytes are kept under their hash."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from casebook.schemas.errors import ConfigurationError, WarehouseError
from casebook.schemas.ids import sha256_hex
from casebook.warehouse import SnapshotStore


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    """A store whose folder does not exist yet."""
    return SnapshotStore(tmp_path / "home" / "snapshots")


def _only_file(tmp_path: Path) -> Path:
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    return path


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"x" * 3_000_000])
def test_bytes_come_back(store, tmp_path, data):
    """What was put is got by its SHA-256, and lies in a file named by it, alone."""
    sha256 = store.put(data)
    assert sha256 == sha256_hex(data)
    assert store.get(sha256) == data
    path = _only_file(tmp_path)
    assert path.parent.name + path.name == sha256


def test_what_is_there_is_not_written_again(store, tmp_path):
    """The same bytes are stored once, and the file stays the same file."""
    store.put(b"once")
    before = _only_file(tmp_path).stat()
    store.put(b"once")
    after = _only_file(tmp_path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_damage_is_found_and_healed_by_putting_again(store, tmp_path):
    """A changed file is an error when read, and is replaced when its bytes come again."""
    sha256 = store.put(b"whole")
    _only_file(tmp_path).write_bytes(b"wh")
    with pytest.raises(WarehouseError, match="damaged"):
        store.get(sha256)
    store.put(b"whole")
    assert store.get(sha256) == b"whole"


def test_missing_bytes_are_an_error(store):
    """A hash that nobody stored says what to do."""
    with pytest.raises(WarehouseError, match=r"cannot be read.*Submit its source again"):
        store.get("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_only_hashes_name_files(store, name):
    """Nothing but a hash reaches the file system."""
    with pytest.raises(WarehouseError, match="not a snapshot's hash"):
        store.get(name)


def test_a_folder_that_cannot_be_made(tmp_path):
    """Where nothing can be written, the error names the file and the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="CASEBOOK_HOME"):
        SnapshotStore(tmp_path / "file" / "snapshots").put(b"x")


def test_a_failed_write_leaves_nothing(store, tmp_path, monkeypatch):
    """When the disk is full there is no half-written file to mistake for a snapshot."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("casebook.warehouse.places.os.fsync", full)
    with pytest.raises(WarehouseError, match="No space left on device"):
        store.put(b"x")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.fixture
def bucket() -> Iterator[str]:
    """An address that fsspec keeps in memory, as object storage for these tests."""
    yield "memory://bucket/casebook/snapshots"
    fsspec.filesystem("memory").store.clear()


def test_object_storage_keeps_the_same_promises(bucket):
    """Bytes come back by their hash; damage is found and healed; what is missing is named."""
    store, memory = SnapshotStore(bucket), fsspec.filesystem("memory")
    sha256 = store.put(b"\x00page")
    assert SnapshotStore(bucket).get(sha256) == b"\x00page"
    (path,) = memory.find("/bucket")
    assert path == f"/bucket/casebook/snapshots/{sha256[:2]}/{sha256[2:]}"
    memory.pipe_file(path, b"cut")
    with pytest.raises(WarehouseError, match="damaged"):
        store.get(sha256)
    store.put(b"\x00page")
    assert store.get(sha256) == b"\x00page"
    with pytest.raises(WarehouseError, match=r"memory://bucket/.* cannot be read: it is not there"):
        store.get("0" * 64)


def test_whatever_object_storage_raises_is_told(bucket, monkeypatch):
    """An implementation's own error becomes ours, with the address."""

    def denied(*_: object, **__: object) -> None:
        raise RuntimeError("AccessDenied\nrequest id 1")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", denied)
    with pytest.raises(WarehouseError, match=r"memory://bucket/.*RuntimeError: AccessDenied"):
        SnapshotStore(bucket).put(b"x")


def test_folders_are_made_where_an_address_has_such(tmp_path):
    """A server of files, unlike a bucket, holds nothing in a folder that is not there."""
    store = SnapshotStore(f"file://{tmp_path}/shared/snapshots")
    assert store.get(store.put(b"page")) == b"page"


def test_an_address_that_nothing_speaks_is_a_wrong_setting():
    """A protocol without its package names the setting."""
    with pytest.raises(ConfigurationError, match="CASEBOOK_DATA is on nosuch://"):
        SnapshotStore("nosuch://bucket")


def test_machines_share_a_folder(tmp_path):
    """Two stores over one folder write the same bytes at once and read each other's."""
    one, other = SnapshotStore(tmp_path), SnapshotStore(str(tmp_path))
    pages = [b"%d" % n * 1000 for n in range(50)]
    with ThreadPoolExecutor(2) as pool:
        hashes = list(pool.map(lambda store: [store.put(page) for page in pages], (one, other)))
    assert hashes[0] == hashes[1]
    assert [other.get(sha256) for sha256 in hashes[0]] == pages
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 50
