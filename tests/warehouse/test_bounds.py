"""What a batch's warehouse takes does not grow with the warehouse, and what needs more finds it."""

import duckdb

from casebook.warehouse import Warehouse
from casebook.warehouse.connection import DuckDBFile


def test_rows_that_come_at_once_lie_in_groups_of_two_thousand_at_the_most(busy, story):
    """A text is found through the places of all the texts in its group, which are 2,048 at most."""
    source = story.source()
    for hundred in range(50):
        busy.append(
            *(
                source.model_copy(update={"source_id": f"src1_{hundred}x{n}"})
                for n in range(hundred * 100, hundred * 100 + 100)
            )
        )
    with busy._database.connection() as connection:
        connection.execute("CHECKPOINT")
        groups = connection.execute(
            "SELECT sum(count) FROM pragma_storage_info('sources')"
            " WHERE column_name = 'entry' AND segment_type <> 'VALIDITY' GROUP BY row_group_id"
        ).fetchall()
    assert sum(size for (size,) in groups) == 5_000
    assert max(size for (size,) in groups) <= 2_048


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


def test_the_next_batch_joins_what_many_checkpoints_wrote(busy, story):
    """DuckDB keeps something for each group; a batch begins with as few as there can be."""
    source = story.source()

    def groups() -> int:
        with busy._database.connection() as connection:
            found = connection.execute(
                "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('sources')"
            ).fetchall()
        return int(found[0][0])

    for number in range(40):
        busy.append(source.model_copy(update={"source_id": f"src1_{number}"}))
        with busy._database.connection() as connection:
            connection.execute("CHECKPOINT")
    assert groups() == 40
    busy.append(source)
    busy.close()
    calm = Warehouse(busy._database.path)
    assert calm.counts()["sources"] == 41
    assert groups() == 41
    busy.close()
    following = Warehouse(busy._database.path, busy=True)
    assert following.counts()["sources"] == 41
    following.close()
    assert groups() == 1


def test_a_batch_begins_though_joining_takes_more_than_it_may(busy, story, monkeypatch):
    """Long texts are joined with more memory: a checkpoint that failed ended every batch."""
    source = story.source()
    for number in range(40):
        text = f"{number:07d}" * 30_000
        update = {"source_id": f"src1_{number}", "submitted_by": text}
        busy.append(source.model_copy(update=update))
        with busy._database.connection() as connection:
            connection.execute("CHECKPOINT")
    busy.append(source)
    busy.close()
    monkeypatch.setattr("casebook.warehouse.connection._JOINING_MEMORY", "4MB")
    following = Warehouse(busy._database.path, busy=True)
    assert following.counts()["sources"] == 41
    with following._database.connection() as connection:
        groups = connection.execute(
            "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('sources')"
        ).fetchall()
    following.close()
    assert groups == [(1,)]


def test_new_warehouses_have_small_blocks(busy):
    """DuckDB keeps whole blocks in memory, of each column that it touches."""
    with busy._database.connection() as connection:
        sizes = connection.execute(
            "SELECT block_size FROM pragma_database_size() WHERE database_name = 'warehouse'"
        ).fetchall()
    assert sizes == [(16_384,)]


def test_a_warehouse_made_with_large_blocks_is_read_and_written(tmp_path, story):
    """Files of before keep DuckDB's own block size, and work as they did."""
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
        assert (limit, bound) == ("30.5 MiB", "7.4 GiB")
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


def test_a_document_is_found_without_reading_the_others(busy, story):
    """The statements that look for a document by what it was read from read no text."""
    from casebook.warehouse.sql import queries

    for name in ("document_of", "newest_document"):
        assert "body" not in queries()[name]
    busy.append(story.source(), story.snapshot(), story.document())
    document = story.document()
    found = busy.newest_document(document.source_id)
    assert found == busy.document_of(document.snapshot_id, document.extractor) is not None
