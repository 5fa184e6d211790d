"""Fetched bytes are kept under their hash."""

from pathlib import Path

import pytest

from casebook.schemas.errors import WarehouseError
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

    monkeypatch.setattr("casebook.warehouse.snapshots.os.fsync", full)
    with pytest.raises(WarehouseError, match="No space left on device"):
        store.put(b"x")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
