"""Homes that earlier casebooks made open with every row, or are refused with nothing written."""

import gzip
from pathlib import Path

import duckdb
import pytest

from schemas.errors import WarehouseError
from warehouse import Warehouse, lock, schema

HOMES = Path(__file__).parent / "homes"
CASE = "case1_i7l4w35csfq4uoyp"


@pytest.fixture
def home(path: Path, request: pytest.FixtureRequest) -> Path:
    """A home's warehouse of one draft, as the casebook named by the parameter left it."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.decompress((HOMES / f"{request.param}.duckdb.gz").read_bytes()))
    return path


@pytest.mark.parametrize("home", ["2026-12-01-afternoon", "2026-12-01"], indirect=True)
def test_a_home_made_before_the_numbers_from_101_opens(home):
    """Its draft is there, and added migrations name the release that applied them."""
    with Warehouse(home) as warehouse:
        view = warehouse.case(CASE)
        assert len(view.revision.study.statements) == 40
        _, steps = warehouse.sql("SELECT number, release IS NOT NULL FROM migrations ORDER BY 1")
        assert "withdrawn_cases" in {table["name"] for table in warehouse.tables()}
    assert steps[:5] == [(1, False), (2, False), (3, False), (101, True), (102, True)]


@pytest.mark.parametrize(
    ("home", "maker"),
    [
        ("first-edition", r"the first edition of casebook \(schema 16\)"),
        ("2026-11-30-morning", r"an unreleased version of casebook \(schema 2\)"),
    ],
    indirect=["home"],
)
def test_a_home_of_another_kind_is_refused_unchanged(home, maker):
    """The error says which casebook made it and what to do; the home is unchanged."""
    before = {file: file.read_bytes() for file in home.parent.iterdir()}
    for use in (Warehouse.cases, Warehouse.counts, lambda w: w.append()):
        with pytest.raises(WarehouseError, match=rf"made on 2026-12-01 by {maker}") as caught:
            use(Warehouse(home))
        assert caught.value.kind == "warehouse_foreign"
        assert "casebook export FOLDER" in str(caught.value)
    Warehouse(home).close()
    after = {file: file.read_bytes() for file in home.parent.iterdir() if file.suffix != ".wanted"}
    assert after == before


@pytest.mark.parametrize("home", ["2026-12-01"], indirect=True)
def test_tables_of_an_analyst_do_not_matter(home):
    """Tables and views that a person added are not mistaken for another schema."""
    with duckdb.connect(str(home)) as connection:
        connection.execute("CREATE TABLE notes (a INTEGER); CREATE VIEW mine AS FROM notes")
    with Warehouse(home) as warehouse:
        assert [line.case_id for line in warehouse.cases()] == [CASE]


@pytest.mark.parametrize("home", ["2026-12-01"], indirect=True)
def test_a_missing_column_is_found_before_anything_is_written(home):
    """A home with all migrations recorded but a column missing is refused."""
    with duckdb.connect(str(home)) as connection:
        connection.execute("ALTER TABLE watched_items RENAME COLUMN watch_id TO other")
    with pytest.raises(WarehouseError) as caught:
        Warehouse(home).cases()
    assert caught.value.kind == "warehouse_foreign"
    assert list(home.parent.glob("*.bak")) == []


@pytest.mark.parametrize("table", ["sales (a INTEGER)", "migrations (version INTEGER)"])
def test_a_database_of_another_program_is_refused(path, table):
    """Tables of another program are not joined by ours."""
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE {table}")
    with pytest.raises(WarehouseError, match="another program"):
        Warehouse(path).cases()
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [(table.split()[0],)]


def test_released_migrations_are_as_they_were():
    """The hash of each migration is locked, and none was edited since."""
    assert lock.changed() == []
    assert set(schema.released()) == set(lock.current_hashes())


def test_an_edited_migration_is_not_locked(monkeypatch, capsys):
    """The edited migration is reported, and the lock keeps the old hash."""
    first, *others = schema.migrations()
    edited = (first._replace(sql=f"{first.sql} -- edited"), *others)
    monkeypatch.setattr(lock, "migrations", lambda: edited)
    assert lock.main() == 1
    assert "0001_tables" in capsys.readouterr().err
