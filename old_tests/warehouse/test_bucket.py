"""Snapshots and a lake in a bucket: a server that speaks S3, a real PostgreSQL, s3fs as it comes."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import bucket_server
import fsspec
import httpx
import pytest
from postgres_server import PostgresServer

from casebook.schemas.errors import BucketSilent, ConfigurationError, WarehouseError
from casebook.warehouse import Warehouse, objects
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.objects import ObjectFolder, check_writable, file_system
from casebook.warehouse.postgres import Postgres
from casebook.warehouse.snapshots import SnapshotStore

TROUBLES = [bucket_server.gone, bucket_server.busy]
LONG = "They run a model in production. " * 3_000


@pytest.fixture(scope="module", autouse=True)
def bucket() -> Iterator[str]:
    """A folder's address in a bucket."""
    with bucket_server.bucket("cases") as address:
        yield f"{address}/casebook"


@pytest.fixture
def at_once(bucket: str) -> Iterator[str]:
    """The same, for a client that asks once and not for ten seconds."""
    with bucket_server.quick_to_give_up():
        yield bucket


@pytest.fixture
def lake_at(postgres: PostgresServer) -> Iterator[Callable[[str, str], Warehouse]]:
    """Open the lake of this catalogue over the data at an address, as one more machine would."""
    opened: list[Warehouse] = []

    def make(catalogue: str, data: str) -> Warehouse:
        opened.append(Warehouse(DuckLake(Postgres(catalogue), data, 20.0)))
        return opened[-1]

    yield make
    for warehouse in opened:
        warehouse.close()


def _flush(warehouse: Warehouse) -> None:
    with warehouse._database.connection() as connection:
        connection.execute("CALL ducklake_flush_inlined_data('lake')")


def test_snapshots_lie_in_a_bucket(bucket):
    """Bytes come back on another machine; what is not there, or damaged, is told by its address."""
    store, listed = SnapshotStore(f"{bucket}/snapshots"), fsspec.filesystem("s3")
    sha256 = store.put(b"\x00page")
    assert SnapshotStore(f"{bucket}/snapshots").get(sha256) == b"\x00page"
    listed.invalidate_cache()
    (path,) = listed.find("cases/casebook/snapshots")
    with pytest.raises(WarehouseError, match=r"s3://cases/.* cannot be read: it is not there"):
        store.get("0" * 64)
    listed.pipe_file(path, b"cut")
    with pytest.raises(WarehouseError, match="damaged"):
        store.get(sha256)
    assert store.put(b"\x00page") == sha256
    assert store.get(sha256) == b"\x00page"


def test_a_bucket_that_is_not_there_is_told_and_not_made(bucket):
    """A slip in its name would scatter what was fetched."""
    with pytest.raises(WarehouseError, match=r"s3://case/snapshots/.*: there is no bucket 'case'"):
        SnapshotStore("s3://case/snapshots").put(b"x")
    assert not fsspec.filesystem("s3").exists("case")


@contextmanager
def _wrong_keys() -> Iterator[None]:
    """Have the server look at who asks: it knows nobody."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
    httpx.post(address, content=b"0").raise_for_status()
    try:
        yield
    finally:
        httpx.post(address, content=b"inf").raise_for_status()


def test_keys_that_a_bucket_refuses_are_told_as_such(bucket):
    """What is there does not read as missing, and no message ends with "None"."""
    store = SnapshotStore(f"{bucket}/kept")
    sha256 = store.put(b"page")
    with _wrong_keys():
        with pytest.raises(WarehouseError, match=r"cannot be read: PermissionError: Forbidden\."):
            store.get(sha256)
        with pytest.raises(
            WarehouseError, match=r"cannot be written: PermissionError: Forbidden\."
        ):
            store.put(b"other")
    assert store.get(sha256) == b"page"


def test_a_lake_keeps_its_files_in_a_bucket(bucket, lake_at, postgres, story):
    """Texts are written out to the bucket, and another machine reads them there."""
    catalogue, data = postgres.create("bucket"), f"{bucket}/lake"
    here = lake_at(catalogue, data)
    document = story.document()
    document = document.model_copy(update={"text": document.text + LONG})
    here.append(story.source(), story.snapshot(), document)
    _flush(here)
    files = fsspec.filesystem("s3").find("cases/casebook/lake")
    assert any("/documents/" in name and name.endswith(".parquet") for name in files)
    there = lake_at(catalogue, data)
    found = there.document(document.document_id)
    assert found is not None
    assert found.text == document.text
    assert there.append(story.case()) == 1
    assert here.counts()["cases"] == 1


def test_a_bucket_that_is_gone_is_an_error_of_the_warehouse(bucket, lake_at, postgres, story):
    """Whoever reads what lay there is told; it comes back with the bucket's files."""
    catalogue, data, system = postgres.create("gone"), f"{bucket}/gone", fsspec.filesystem("s3")
    here = lake_at(catalogue, data)
    document = story.document()
    here.append(story.source(), story.snapshot(), document)
    _flush(here)
    kept = {name: system.cat_file(name) for name in system.find("cases/casebook/gone")}
    system.rm("cases/casebook/gone", recursive=True)
    with pytest.raises(WarehouseError, match=r"s3://cases/casebook/gone"):
        lake_at(catalogue, data).document(document.document_id)
    for name, content in kept.items():
        system.pipe_file(name, content)
    assert lake_at(catalogue, data).document(document.document_id) == document


def test_data_at_another_place_is_refused(bucket, lake_at, postgres, story):
    """Of the bucket, or in another one: a slip would leave files where no other machine looks."""
    catalogue = postgres.create("moved")
    lake_at(catalogue, f"{bucket}/here").append(story.source())
    fsspec.filesystem("s3").mkdir("case2")
    for place, named in ((f"{bucket}/there", "there"), ("s3://case2/casebook/here", "case2")):
        with pytest.raises(WarehouseError, match=named):
            lake_at(catalogue, place).counts()


def test_a_lake_is_not_begun_where_there_is_no_bucket(bucket, lake_at, postgres, story):
    """Not even small rows, which lie in the catalogue: it would note the name, slip and all."""
    catalogue = postgres.create("nowhere")
    lake = lake_at(catalogue, "s3://nowhere/lake")
    for use in (lake.counts, lambda: lake.append(story.source())):
        with pytest.raises(
            ConfigurationError, match=r"s3://nowhere/lake,.* no bucket 'nowhere'\. Make the bucket"
        ):
            use()
    assert not fsspec.filesystem("s3").exists("nowhere")
    assert lake_at(catalogue, f"{bucket}/corrected").append(story.source()) == 1


def test_a_lake_whose_bucket_is_gone_is_read_and_not_written(lake_at, postgres, story):
    """What lies in the catalogue is shown; a row would be lost beside files that are."""
    catalogue, system = postgres.create("lost"), fsspec.filesystem("s3")
    system.mkdir("lost")
    lake_at(catalogue, "s3://lost/lake").append(story.source())
    system.rm("lost", recursive=True)
    lake = lake_at(catalogue, "s3://lost/lake")
    assert lake.counts()["sources"] == 1
    with pytest.raises(ConfigurationError, match="no bucket 'lost'"):
        lake.append(story.case())


def test_keys_that_a_bucket_refuses_are_told_at_the_start(bucket):
    """Not only once the first large row is written."""
    with _wrong_keys(), pytest.raises(ConfigurationError, match="PermissionError: The"):
        check_writable(f"{bucket}/locked")
    check_writable(f"{bucket}/locked")


def test_a_bucket_may_be_hidden_from_whoever_writes_to_it(bucket, monkeypatch):
    """Such keys are common; a file is written in its place, and not left behind."""
    system = file_system("s3", at_first=True)

    def hidden(_path):
        raise PermissionError("Forbidden")

    monkeypatch.setattr(system, "info", hidden)
    check_writable(f"{bucket}/hidden")
    with pytest.raises(ConfigurationError, match="no bucket 'nowhere'"):
        check_writable("s3://nowhere/hidden")
    system.invalidate_cache()
    assert system.find("cases/casebook/hidden") == []


def test_a_bucket_whose_server_says_nothing_is_told_in_time(monkeypatch):
    """A connection is all there is; the implementation alone would wait for minutes."""
    monkeypatch.setattr(objects, "_ANSWER_SECONDS", 0.2)
    with (
        bucket_server.silent(),
        pytest.raises(ConfigurationError, match=r"be written: there was no answer in 0\.2 seconds"),
    ):
        check_writable("s3://cases/casebook")


def test_a_probe_whose_removal_is_not_answered_keeps_nobody_waiting(bucket, monkeypatch):
    """It was written, which is all that was asked."""
    system, asked, answer = file_system("s3", at_first=True), Event(), Event()

    def hidden(_path):
        raise PermissionError("Forbidden")

    def silent(_path):
        asked.set()
        answer.wait()

    def write_and_hurry(folder, key, data, write=ObjectFolder.write):
        write(folder, key, data)
        monkeypatch.setattr(objects, "_ANSWER_SECONDS", 0.2)

    monkeypatch.setattr(ObjectFolder, "write", write_and_hurry)
    monkeypatch.setattr(system, "info", hidden)
    monkeypatch.setattr(system, "rm_file", silent)
    check_writable(f"{bucket}/left")
    assert asked.is_set()
    answer.set()


def test_a_bucket_without_a_server_is_told_soon():
    """Nobody listens, and few tries show it: the others are for servers that were there."""
    with bucket_server.led_to("http://127.0.0.1:9"):
        started = time.monotonic()
        with pytest.raises(ConfigurationError, match="EndpointConnectionError"):
            check_writable("s3://cases/casebook")
    assert time.monotonic() - started < 8


def test_a_bucket_that_falls_silent_is_told_in_time_and_may_be_tried_later(bucket, monkeypatch):
    """The message names the address and what to do; nothing is wrong with what was stored."""
    store = SnapshotStore(f"{bucket}/silent")
    sha256 = store.put(b"page")
    monkeypatch.setattr(objects, "_LONGEST_SECONDS", 0.3)
    with bucket_server.hushed():
        for use, done in (
            (lambda: store.put(b"other"), "written"),
            (lambda: store.get(sha256), "read"),
        ):
            with pytest.raises(
                BucketSilent,
                match=rf"s3://cases/casebook/silent/.* cannot be {done}: there was no answer in 0\.3 "
                r"seconds\. .*`casebook retry`",
            ):
                use()
    assert BucketSilent.transient
    monkeypatch.undo()
    assert store.get(sha256) == b"page"
    store.put(b"other")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_bucket_that_refuses_may_be_tried_later(at_once, trouble):
    """Nobody listens, or the server is too busy or broken: it is as one that is silent."""
    store = SnapshotStore(f"{at_once}/refusing")
    sha256 = store.put(b"page")
    with trouble():
        for use in (lambda: store.put(b"other"), lambda: store.get(sha256)):
            with pytest.raises(BucketSilent, match=r"there was no answer: .*`casebook retry`"):
                use()
    assert store.get(sha256) == b"page"
    store.put(b"other")


def test_a_lakes_bucket_that_does_not_answer_is_told_in_time(
    at_once, lake_at, postgres, story, new_story, monkeypatch
):
    """Rows that lie in the catalogue go on: that a source is to be tried later can be stored."""
    catalogue, data = postgres.create("hushed"), f"{at_once}/hushed"
    here = lake_at(catalogue, data)
    document = story.document()
    here.append(story.source(), story.snapshot(), document)
    _flush(here)
    there = lake_at(catalogue, data)
    there.append(story.case())  # it has seen its bucket
    monkeypatch.setattr(objects, "_LONGEST_SECONDS", 0.3)
    with bucket_server.hushed():
        with pytest.raises(BucketSilent, match=r"s3://cases/.* cannot be had: there was no answer"):
            there.document(document.document_id)
        another = new_story("b").document()
        there.append(another)
        with pytest.raises(BucketSilent):
            _flush(there)
        assert there.append(story.failure()) == 1
    monkeypatch.undo()
    assert there.document(document.document_id) == document
    assert there.document(another.document_id) == another


def test_an_address_without_a_bucket_is_a_wrong_setting(lake_at, postgres):
    """It is told before anything is made."""
    with pytest.raises(ConfigurationError, match="s3:// and names no bucket"):
        lake_at(postgres.create("unnamed"), "s3:///lake").counts()


def test_the_address_of_a_folder_is_that_folder(lake_at, postgres, story, tmp_path):
    """``file://`` is one of fsspec's protocols."""
    catalogue, data = postgres.create("folder"), tmp_path / "shared" / "lake"
    lake = lake_at(catalogue, f"file://{data}")
    lake.append(story.source())
    _flush(lake)
    assert any(name.suffix == ".parquet" for name in data.rglob("*"))
    assert lake_at(catalogue, str(data)).counts()["sources"] == 1
