"""Snapshots and a lake in a bucket: a server that speaks S3, a real PostgreSQL, s3fs as it comes."""

from collections.abc import Callable, Iterator

import bucket_server
import fsspec
import pytest
from postgres_server import PostgresServer

from casebook.schemas.errors import WarehouseError
from casebook.warehouse import Warehouse
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.postgres import Postgres
from casebook.warehouse.snapshots import SnapshotStore

LONG = "They run a model in production. " * 3_000


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A folder's address in a bucket."""
    with bucket_server.bucket("cases") as address:
        yield f"{address}/casebook"


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
    with pytest.raises(WarehouseError, match=r"s3://case/snapshots/.*: there is no case"):
        SnapshotStore("s3://case/snapshots").put(b"x")
    assert not fsspec.filesystem("s3").exists("case")


def test_a_lake_keeps_its_files_in_a_bucket(bucket, lake_at, postgres, story):
    """Texts are written out to the bucket, and another machine reads them there."""
    catalogue, data = postgres.create("bucket"), f"{bucket}/lake"
    here = lake_at(catalogue, data)
    document = story.document()
    document = document.model_copy(update={"text": document.text + LONG})
    here.append(story.source(), story.snapshot(), document)
    with here._database.connection() as connection:
        connection.execute("CALL ducklake_flush_inlined_data('lake')")
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
    with here._database.connection() as connection:
        connection.execute("CALL ducklake_flush_inlined_data('lake')")
    kept = {name: system.cat_file(name) for name in system.find("cases/casebook/gone")}
    system.rm("cases/casebook/gone", recursive=True)
    with pytest.raises(WarehouseError, match=r"s3://cases/casebook/gone"):
        lake_at(catalogue, data).document(document.document_id)
    for name, content in kept.items():
        system.pipe_file(name, content)
    assert lake_at(catalogue, data).document(document.document_id) == document


def test_data_at_another_place_of_the_bucket_is_refused(bucket, lake_at, postgres, story):
    """Files of one lake in two places would be found by nobody."""
    catalogue = postgres.create("moved")
    lake_at(catalogue, f"{bucket}/here").append(story.source())
    with pytest.raises(WarehouseError, match="there"):
        lake_at(catalogue, f"{bucket}/there").counts()
