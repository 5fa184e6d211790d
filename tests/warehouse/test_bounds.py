"""What a batch's warehouse takes does not grow with the warehouse, and what needs more finds it."""

import resource

import duckdb

from casebook.warehouse import Warehouse, groups
from casebook.warehouse.connection import DuckDBFile
from casebook.warehouse.groups import JOINED, WRITTEN


def test_rows_that_come_at_once_lie_in_groups_of_a_bounded_size(busy):
    """To read one text, DuckDB goes through the places of all the texts in its group."""
    with busy._database.connection() as connection:
        connection.execute(
            "INSERT INTO sources SELECT n, 'src1_' || n, 'web', NULL, 'ada', now(), repeat('x', 99)"
            " FROM range(50_000) AS rows (n)"
        )
        connection.execute("CHECKPOINT")
        groups = connection.execute(
            "SELECT sum(count) FROM pragma_storage_info('sources')"
            " WHERE column_name = 'entry' AND segment_type <> 'VALIDITY' GROUP BY row_group_id"
        ).fetchall()
    assert sum(size for (size,) in groups) == 50_000
    assert max(size for (size,) in groups) <= WRITTEN == 8_192


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


def _scattered(busy, story, **update):
    """Store forty sources, each in a group of its own, and one in the log."""
    source = story.source()
    for number in range(40):
        told = {"source_id": f"src1_{number}", **update}
        busy.append(source.model_copy(update=told))
        with busy._database.connection() as connection:
            connection.execute("CHECKPOINT")
    busy.append(source)


def _groups(warehouse) -> int:
    with warehouse._database.connection() as connection:
        found = connection.execute(
            "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('sources')"
        ).fetchall()
    return int(found[0][0])


def test_a_batch_joins_what_many_checkpoints_wrote(busy, story):
    """DuckDB keeps something for each group: a batch begins with few, a reader does not wait."""
    _scattered(busy, story)
    assert _groups(busy) == 41  # one in the log
    busy.close()
    calm = Warehouse(busy._database.path)
    assert calm.counts()["sources"] == 41
    assert _groups(calm) == 41
    following = Warehouse(busy._database.path, busy=True)
    following.tidy()
    assert following.counts()["sources"] == 41
    assert _groups(following) == 1
    following.close()


def test_nothing_is_joined_unasked(busy, story):
    """It takes seconds and memory: a batch that has nothing to do, or is in its midst, has none."""
    _scattered(busy, story)
    busy.close()
    following = Warehouse(busy._database.path, busy=True)
    assert following.append(story.case()) == 1
    assert _groups(following) > 32
    following.close()


def test_joining_goes_on_with_more_memory_where_texts_are_long(busy, story, monkeypatch):
    """A checkpoint that failed for memory ended every batch."""
    _scattered(busy, story, submitted_by="1234567" * 30_000)
    busy.close()
    monkeypatch.setattr("casebook.warehouse.connection._JOINING_MEMORY", ("4MB", "1GB"))
    following = Warehouse(busy._database.path, busy=True)
    following.tidy()
    assert following.counts()["sources"] == 41
    assert _groups(following) == 1
    following.close()


def test_groups_are_joined_alike_where_the_log_holds_a_long_text(busy, story, monkeypatch):
    """Its replay takes all the memory there may be, and is no reason to write the table anew."""
    with busy._database.connection(external_access=True) as connection:
        for n in range(40):
            connection.execute(
                "INSERT INTO sources SELECT n, 'src1_' || n, 'web', NULL, 'ada', now(), 'x'"
                " FROM range($n * 120, $n * 120 + 120) AS rows (n)",
                {"n": n},
            )
            connection.execute("CHECKPOINT")
    busy.append(story.source().model_copy(update={"submitted_by": "1234567" * 600_000}))
    busy.close()
    monkeypatch.setattr("casebook.warehouse.connection._BUSY_MEMORY", "8MB")
    following = Warehouse(busy._database.path, busy=True)
    following.tidy()
    with following._database.connection() as connection:
        sizes = connection.execute(
            "SELECT max(start + count) FROM pragma_storage_info('sources')"
            " WHERE column_name = 'entry' GROUP BY row_group_id"
        ).fetchall()
    following.close()
    assert sum(size for (size,) in sizes) == 40 * 120 + 1
    assert len(sizes) < 5
    assert max(size for (size,) in sizes) <= JOINED


def test_a_batch_goes_on_where_nothing_is_enough_to_join(busy, story, monkeypatch):
    """What cannot be joined stays as it is."""
    _scattered(busy, story, submitted_by="1234567" * 30_000)
    busy.close()
    tried: list[str] = []
    join = groups.join
    monkeypatch.setattr(groups, "join", lambda c, memory: (tried.append(memory), join(c, memory)))
    monkeypatch.setattr("casebook.warehouse.connection._JOINING_MEMORY", ("3MB", "4MB"))
    following = Warehouse(busy._database.path, busy=True)
    following.tidy()
    assert following.counts()["sources"] == 41
    assert _groups(following) > 32
    following.close()
    assert tried == ["3MB", "4MB"]


def test_a_batch_goes_on_where_there_is_no_room_to_join(busy, story):
    """Joining writes rows anew beside the old ones; reads, and small writes, need no such room."""
    _scattered(busy, story, submitted_by="1234567" * 30_000)
    busy.close()
    size = busy._database.path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    following = Warehouse(busy._database.path, busy=True)
    try:
        following.tidy()
        assert following.counts()["sources"] == 41
        assert following.append(story.case()) == 1
        assert _groups(following) > 32
        following.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    following = Warehouse(busy._database.path, busy=True)
    following.tidy()
    assert following.counts()["cases"] == 1
    assert _groups(following) == 1
    following.close()


def test_new_warehouses_have_small_blocks(busy):
    """DuckDB keeps whole blocks in memory, of each column that it touches."""
    with busy._database.connection() as connection:
        sizes = connection.execute(
            "SELECT block_size FROM pragma_database_size() WHERE database_name = 'warehouse'"
        ).fetchall()
    assert sizes == [(16_384,)]


def test_new_warehouses_compress_long_texts(busy, story):
    """Bodies are most of a file; what is read back is what was stored."""
    document = story.document()
    long = document.model_copy(update={"text": document.text + " Letters are read." * 2_000})
    busy.append(story.source(), story.snapshot(), long)
    with busy._database.connection() as connection:
        connection.execute("CHECKPOINT")
        ways = connection.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('documents')"
            " WHERE column_name = 'body' AND segment_type = 'VARCHAR'"
        ).fetchall()
    assert ways == [("ZSTD",)]
    assert busy.newest_document(document.source_id).text == long.text


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
