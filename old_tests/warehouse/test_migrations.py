"""A warehouse of any earlier version becomes one of this version, or stays as it was."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import duckdb
import pytest
from postgres_server import PostgresServer

from casebook.pipeline.ingestion import sketching
from casebook.schemas.copies import Overlap, Sketch
from casebook.schemas.errors import MigrationFailed, WarehouseTooNew
from casebook.warehouse import Warehouse
from casebook.warehouse.connection import DuckDBFile
from casebook.warehouse.database import Database
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.records import TABLES
from casebook.warehouse.sql import Migration, migrations, queries

LAKE = pytest.mark.postgres
NUMBERS = [migration.number for migration in migrations()]
# Rows as the first version stored them. Never written again: they stand for files out there.
VERSION_1_ROWS = Path(__file__).with_name("version_1_rows.sql").read_text("utf-8")


def _broken(number: int) -> Migration:
    sql = "CREATE TABLE half_done (a INTEGER); DELETE FROM sources; SELECT * FROM no_such_table;"
    return Migration(number, "broken", sql)


def _as_version_1(database: Database) -> Database:
    Warehouse(database, schema=migrations()[:1]).migrate()
    with database.connection() as connection:
        connection.execute(VERSION_1_ROWS)
    return database


@pytest.fixture(scope="module")
def version_1_lakes(postgres: PostgresServer, lake_in: Callable[[str], DuckLake]) -> Iterator[str]:
    """Make copies of a lake of version 1: making each anew takes seconds."""
    _as_version_1(lake_in(postgres.create("version1"))).close()
    return (postgres.create(f"version1_{n}", copy_of="version1") for n in count())


@pytest.fixture(params=["file", pytest.param("lake", marks=LAKE)])
def version_1(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database as the first migration left it, with rows."""
    if request.param == "file":
        return _as_version_1(DuckDBFile(tmp_path / "old.duckdb", 5.0))
    copies = request.getfixturevalue("version_1_lakes")
    return request.getfixturevalue("lake_in")(next(copies))


@pytest.fixture
def version_1_file(tmp_path: Path) -> Path:
    """A file like that, with a name that has to be quoted."""
    path = tmp_path / "it's old.duckdb"
    _as_version_1(DuckDBFile(path, 5.0))
    return path


def test_migrations_are_numbered_without_gaps():
    """Numbers count from 1, so that a file's version is how many it has seen."""
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS
    assert len(NUMBERS) > 1


def test_an_empty_file_gets_everything_once(new_warehouse):
    """A new file is brought to the newest version, without a backup, and then left alone."""
    assert new_warehouse.migrate() == NUMBERS
    assert new_warehouse.migrate() == []
    assert Warehouse(new_warehouse._database).migrate() == []
    assert new_warehouse.version() == NUMBERS[-1]
    with new_warehouse._database.connection() as connection:
        rows = connection.execute("SELECT number, name FROM migrations ORDER BY number").fetchall()
    assert rows == [(migration.number, migration.name) for migration in migrations()]


def test_an_empty_file_needs_no_backup(new_file):
    """Where nothing was, nothing is copied."""
    Warehouse(new_file).migrate()
    assert not list(new_file.parent.glob("*.bak*"))


def test_version_1_with_rows_is_read_as_before(version_1):
    """Whatever migrations follow, the first version's rows are all there and all readable."""
    warehouse = Warehouse(version_1)
    with version_1.transaction(read_only=True) as connection:
        before = {name for (name,) in connection.execute(queries()["tables"]).fetchall()}
    assert warehouse.version() == 1
    assert warehouse.migrate() == NUMBERS[1:]
    counts = warehouse.counts()
    assert counts["sources"] == 3
    assert all(counts[name] >= 1 for name in before - {"migrations"})
    view = warehouse.case("case1_a")
    assert (view.status, view.source.submitted_by) == ("published", "ada")
    assert view.document.passage_text(view.document.passages[1]) == "Two 🜁."
    assert [revision.made_by for revision in view.revisions] == ["model", "person"]
    assert warehouse.newest_snapshot("src1_a").headers["etag"] == '"1"'
    assert warehouse.generations(view.revision.generation_ids)[0].parameters["deep"] == {"n": 3}
    assert [case.case_id for case in warehouse.cases()] == ["case1_a"]
    assert [one.failure.stage for one in warehouse.open_failures()] == ["fetch"]
    assert [one.source.source_id for one in warehouse.refused()] == ["src1_c"]
    assert len(warehouse.publications()) == 1


def test_a_migrated_file_takes_new_rows(version_1, new_story):
    """After migrating, appending goes on where the old rows ended, and old ids stay known."""
    warehouse = Warehouse(version_1)
    assert warehouse.append(*new_story("d").told("draft 1"), new_story("a").source()) == 4
    assert warehouse.resolve("case1_d") == "case1_d"
    assert len(warehouse.cases()) == 2


def test_a_backup_is_made_before_rows_are_touched(version_1_file):
    """The copy has every row, is a database of its own, and is of the version before."""
    warehouse = Warehouse(version_1_file)
    before = _rows_of(version_1_file)
    warehouse.migrate()
    (backup,) = version_1_file.parent.glob("*.bak*")
    assert backup.name == "it's old.duckdb.before-2.bak"
    assert _rows_of(backup) == before
    assert Warehouse(backup).version() == 1
    assert Warehouse(backup).migrate() == NUMBERS[1:]


def _rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of each table that the file has."""
    with duckdb.connect(path, read_only=True) as connection:
        present = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
        names = {table.name for table in TABLES.values()} & present
        return {name: connection.table(name).order("entry").fetchall() for name in names}


def test_one_from_a_newer_casebook_is_refused(new_warehouse, story):
    """A warehouse that knows more migrations than we do is not touched."""
    warehouse = new_warehouse
    newer = [*migrations(), Migration(NUMBERS[-1] + 1, "future", "CREATE TABLE future (a INTEGER)")]
    Warehouse(warehouse._database, schema=newer).migrate()
    for use in (warehouse.migrate, warehouse.cases, lambda: warehouse.append(story.source())):
        with pytest.raises(WarehouseTooNew, match="install a newer casebook"):
            use()
    assert warehouse.version() == NUMBERS[-1] + 1


def test_one_that_a_newer_casebook_migrates_meanwhile_is_refused(new_warehouse, story):
    """A program that runs on neither stores nor reads in a schema that it does not know."""
    older, number = new_warehouse, NUMBERS[-1] + 1
    older.append(story.source())
    future = Migration(number, "future", "CREATE TABLE future (a INTEGER)")
    newer = Warehouse(_another(older._database), schema=[*migrations(), future])
    assert newer.migrate() == [number]
    for use in 2 * [lambda: older.append(story.case()), lambda: older.source("src1_a")]:
        with pytest.raises(WarehouseTooNew, match=f"schema {number}, this one knows {NUMBERS[-1]}"):
            use()
    assert newer.append(story.case()) == 1
    newer.close()


def _another(database: Database) -> Database:
    """Return the same database as another program opens it."""
    if isinstance(database, DuckLake):
        return DuckLake(database._catalogue, database._data, 20.0)
    return DuckDBFile(database.path, 20.0)


def test_a_failing_migration_leaves_nothing(warehouse, story):
    """All of a bad step is taken back, what is kept is named, and the old version still works."""
    warehouse.append(*story.told("draft 1"))
    number = NUMBERS[-1] + 1
    bad = Warehouse(warehouse._database, schema=[*migrations(), _broken(number)])
    with pytest.raises(MigrationFailed, match=r"no_such_table.*(\.bak|snapshot \d+ has the rows)"):
        bad.migrate()
    assert warehouse.version() == NUMBERS[-1]
    assert len(warehouse.cases()) == 1
    with warehouse._database.connection() as connection:
        tables = connection.execute(queries()["tables"]).fetchall()
    assert ("half_done",) not in tables


def test_the_backup_named_by_a_failing_migration_is_whole(file_warehouse, path, story):
    """The copy beside the file reads as the file does."""
    file_warehouse.append(*story.told("draft 1"))
    number = NUMBERS[-1] + 1
    with pytest.raises(MigrationFailed, match=rf"before-{number}\.bak"):
        Warehouse(path, schema=[*migrations(), _broken(number)]).migrate()
    backup = path.with_name(f"{path.name}.before-{number}.bak")
    assert Warehouse(backup).case("case1_a") == file_warehouse.case("case1_a")


def test_steps_before_a_failing_one_stay(version_1):
    """Each step is its own transaction: what applied is kept, and the next start goes on there."""
    bad = Warehouse(version_1, schema=[*migrations(), _broken(NUMBERS[-1] + 1)])
    with pytest.raises(MigrationFailed):
        bad.cases()
    assert bad.version() == NUMBERS[-1]
    assert len(Warehouse(version_1).cases()) == 1


def test_a_failing_first_migration_says_that_nothing_was_there(tmp_path):
    """Where there was nothing to back up the message does not name a backup."""
    bad = Warehouse(tmp_path / "new.duckdb", schema=[_broken(1)])
    with pytest.raises(MigrationFailed, match="the file was empty before"):
        bad.migrate()
    assert not list(tmp_path.glob("*.bak*"))


def test_every_named_query_is_valid(warehouse):
    """Each query in the files can be planned against the newest schema."""
    warehouse.migrate()
    with warehouse._database.connection() as connection:
        for name, sql in queries().items():
            (statement,) = connection.extract_statements(sql)
            values = dict.fromkeys(statement.named_parameters, None)
            assert connection.execute(f"EXPLAIN {sql}", values).fetchall(), name


@pytest.mark.parametrize(("size", "step"), [(4, 1), (64, 1), (65, 2), (128, 2), (129, 4), (900, 4)])
def test_sketches_of_an_older_warehouse_are_found_by_the_search_of_today(tmp_path, size, step):
    """Migrations 12 to 15 rewrite all hashes of sketches: what is kept is what is kept today."""
    file = DuckDBFile(tmp_path / "old.duckdb", 5.0)
    chance = random.Random(size)  # noqa: S311 - repeatable
    old = Sketch(
        sketch_id="sketch1_old",
        document_id="doc1_old",
        source_id="src1_old",
        method="words",
        hashes=sorted(chance.randrange(-(2**63), 2**63) for _ in range(size)),
        step=sketching.step(size),
    )
    Warehouse(file, schema=migrations()[:8]).migrate()
    told = old.model_dump(exclude={"step"})
    with file.connection() as connection:
        connection.execute(
            "INSERT INTO sketches VALUES"
            " (1, $sketch_id, $document_id, $source_id, $method, $hashes, $body)",
            {**told, "hashes": old.hashes, "body": json.dumps(told)},
        )
    ids = {"sketch_id": "sketch1_new", "document_id": "doc1_new", "source_id": "src1_new"}
    seen: list[Overlap] = []
    warehouse = Warehouse(file)
    for source in (old.model_copy(update=ids), old.model_copy(update={"source_id": "src1_next"})):
        warehouse.compare(source, lambda _, others: seen.extend(others) or [])
    kept = len(old.thinned(step))
    assert {(o.document_id, o.shared, o.size, o.step) for o in seen} == {
        ("doc1_old", kept, kept, step),
        ("doc1_new", kept, kept, step),
    }
    assert (kept == size) == (step == 1)
