"""What a batch's warehouse takes does not grow with the warehouse, and what needs more finds it."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from casebook.schemas.batches import BatchItem, BatchOptions, ListedBatch
from casebook.schemas.copies import Sketch
from casebook.schemas.errors import WarehouseError
from casebook.schemas.sources import Source, SourceRef
from casebook.warehouse import Warehouse
from casebook.warehouse.connection import DuckDBFile
from casebook.warehouse.reading import stored
from casebook.warehouse.records import TABLES, decode, last_entry


def test_a_checkpoint_leaves_what_earlier_ones_wrote(busy, story):
    """Texts lie where they were first written: a checkpoint does not move them to larger groups."""

    def checkpointed(number: int) -> dict[int, tuple[int, ...]]:
        source = story.source()
        busy.append(source.model_copy(update={"source_id": f"src1_{number}"}))
        with busy._database.connection() as connection:
            connection.execute("CHECKPOINT")
            found = connection.execute(
                "SELECT row_group_id, list(block_id ORDER BY block_id)"
                " FROM pragma_storage_info('sources')"
                " WHERE column_name = 'body' GROUP BY row_group_id"
            ).fetchall()
        return {group: tuple(blocks) for group, blocks in found}

    before = checkpointed(0)
    for number in range(1, 4):
        after = checkpointed(number)
        assert len(after) == number + 1
        assert before.items() <= after.items()
        before = after


def test_the_next_place_is_found_without_reading_the_rows(busy, story):
    """It is asked for at each opening, and the places of all rows are a third of a batch's memory."""
    busy.append(story.source(), story.snapshot(), story.document(), story.case())
    with busy._database.connection() as connection:
        connection.execute("CHECKPOINT")
        plan = connection.execute(f"EXPLAIN {last_entry()}").fetchall()[0][1]
        found = connection.execute(last_entry()).fetchall()
        assert "SCAN" in plan  # a plan, and of nothing but what is known of the tables
        assert "Sequential Scan" not in plan
        assert found == connection.execute("SELECT max(entry) FROM log").fetchall() != [(0,)]


def test_every_row_takes_a_place_after_that_of_any_table(busy):
    """A table that was forgotten would have its rows overtaken by later ones."""
    with busy._database.connection() as connection:
        told = connection.execute(
            "SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)"
            " WHERE column_name = 'entry'"
        ).fetchall()
    assert {name for (name,) in told} == {table.name for table in TABLES.values()}


def test_a_sketch_keeps_its_hashes_once(busy):
    """They are rows, which the search reads; in the sketch's body they were a tenth of the log."""
    sketch = Sketch(
        sketch_id="sketch1_x", document_id="doc1_x", source_id="src1_x", method="m", hashes=[1, 2]
    )
    busy.compare(sketch, lambda *_: [])
    with busy._database.connection() as connection:
        (body,) = connection.execute("SELECT body FROM sketches").fetchall()[0]
        assert connection.execute("SELECT count(*) FROM marks").fetchall() == [(2,)]
    assert "hashes" not in body


def test_new_warehouses_have_small_blocks(busy):
    """DuckDB keeps whole blocks in memory, of each column that it touches."""
    with busy._database.connection() as connection:
        sizes = connection.execute(
            "SELECT block_size FROM pragma_database_size() WHERE database_name = 'warehouse'"
        ).fetchall()
    assert sizes == [(16_384,)]


def test_long_bodies_are_stored_packed(busy, story):
    """They are most of a file and of its log; what is read back is what was stored."""
    document = story.document()
    text = document.text + "".join(f" Of letter {n} the model read {n * 7919}." for n in range(999))
    long = document.model_copy(update={"text": text})
    busy.append(story.source(), story.snapshot(), long)
    with busy._database.connection() as connection:
        ((body,),) = connection.execute("SELECT body FROM documents").fetchall()
    assert len(body) < len(text) / 2
    assert body.isascii()
    assert busy.newest_document(document.source_id).text == text


def test_long_texts_that_are_not_packed_are_compressed(busy):
    """A batch's list is looked into by queries, and megabytes long."""
    items = [
        BatchItem(source_id=f"src1_{n}", reference=SourceRef(source=f"https://a.example/{n}"))
        for n in range(2_000)
    ]
    batch = ListedBatch(
        batch_id="batch1_a",
        origin="list",
        options=BatchOptions(),
        items=items,
        created_by="ada",
        created_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    busy.append(batch)
    with busy._database.connection() as connection:
        connection.execute("CHECKPOINT")
        ways = connection.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('batches')"
            " WHERE column_name = 'body' AND segment_type = 'VARCHAR'"
        ).fetchall()
    assert ways == [("ZSTD",)]
    assert busy.batch("batch1_a") == batch


def test_bodies_of_before_they_were_packed_are_read(busy, story):
    """A warehouse keeps its rows as the version stored them that made them."""
    document = story.document()
    busy.append(story.source(), story.snapshot(), document)
    with busy._database.transaction() as connection:
        connection.execute("UPDATE documents SET body = $body", {"body": _as_stored(document)})
    assert busy.newest_document(document.source_id).text == document.text


@pytest.mark.parametrize("body", ["", "eJ", "no base 64", "bm90IHpsaWI=", "[]"])
def test_a_damaged_body_is_told(busy, story, body):
    """It says of what it was, and is no traceback of zlib's."""
    document = story.document()
    busy.append(story.source(), story.snapshot(), document)
    with busy._database.transaction() as connection:
        connection.execute("UPDATE documents SET body = $body", {"body": body})
    with pytest.raises(WarehouseError, match="A stored Document cannot be read"):
        busy.newest_document(document.source_id)


def _as_stored(document):
    return json.dumps(document.model_dump(mode="json"), ensure_ascii=False)


def test_a_warehouse_made_with_large_blocks_is_read_and_written(tmp_path, story):
    """Files of before keep DuckDB's own block size and way of storing, and work as they did."""
    path = tmp_path / "w.duckdb"
    duckdb.connect(str(path)).close()
    warehouse = Warehouse(path, busy=True)
    warehouse.migrate()
    source = story.source()
    warehouse.append(source)
    assert warehouse.source(source.source_id) == source
    with warehouse._database.connection() as connection:
        sizes = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()
    warehouse.close()
    assert (262_144,) in sizes


def test_what_needs_more_memory_than_a_batch_has_goes_to_a_bounded_folder(tmp_path):
    """A table larger than the limit is made and sorted; its folder lies beside the warehouse."""
    file = DuckDBFile(tmp_path / "w.duckdb", 5, busy=True)
    with file.connection() as connection:
        limit, folder, bound = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('temp_directory'),"
            " current_setting('max_temp_directory_size')"
        ).fetchall()[0]
        assert (limit, bound) == ("15.2 MiB", "7.4 GiB")
        assert folder == str(tmp_path / "w.duckdb.tmp")
        connection.execute(
            "CREATE TEMP TABLE large AS SELECT range AS n, md5(range::VARCHAR) || repeat("
            "md5((range + 1)::VARCHAR), 30) AS text FROM range(300_000)"
        )
        first = connection.execute("SELECT n FROM large ORDER BY text LIMIT 1").fetchall()
        (count,) = connection.execute("SELECT count(*) FROM large").fetchall()[0]
    file.close()
    assert count == 300_000
    assert len(first) == 1


def test_a_body_is_read_without_opening_the_others(busy, story):
    """Of all groups of rows one is opened, the one in which it lies."""
    sources = [
        story.source().model_copy(update={"source_id": f"src1_{number}"}) for number in range(5)
    ]
    with busy._database.connection() as connection:
        for source in sources:
            busy._append(connection, [source])
            connection.execute("CHECKPOINT")
        connection.execute("PRAGMA enable_profiling = 'no_output'")
        for source in sources:
            bodies = stored(connection, Source, "source", source_id=source.source_id)
            read = json.loads(connection.get_profiling_information())
            assert [decode(Source, body) for body in bodies] == [source]
            assert read["cumulative_rows_scanned"] == 1
        connection.execute("PRAGMA disable_profiling")


def test_several_bodies_come_in_the_order_asked_and_once(busy, story):
    """They are read by place, and the places between them hold other things."""
    generations = [
        story.generation().model_copy(update={"generation_id": f"gen1_{number}"})
        for number in range(4)
    ]
    busy.append(*generations)
    asked = ["gen1_3", "gen1_1", "gen1_9", "gen1_3"]
    assert busy.generations(asked) == [generations[3], generations[1]]


def test_a_document_is_found_without_reading_the_others(busy, story):
    """The statements that look for a document by what it was read from read no text."""
    from casebook.warehouse.sql import queries

    for name in ("document_of", "newest_document"):
        assert "body" not in queries()[name]
    busy.append(story.source(), story.snapshot(), story.document())
    document = story.document()
    found = busy.newest_document(document.source_id)
    assert found == busy.document_of(document.snapshot_id, document.extractor) is not None
