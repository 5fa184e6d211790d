"""A file of any earlier version becomes one of this version, or stays as it was."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from warehouse_rows import Story

from schemas.errors import WarehouseError
from warehouse import Warehouse, schema
from warehouse.access import insert

BROKEN = "CREATE TABLE half_done (a INTEGER); DELETE FROM sources; SELECT * FROM no_such_table;"
COLUMN = "CREATE TABLE extras (a INTEGER); INSERT INTO extras VALUES (1);"


@pytest.fixture
def old(path: Path) -> Path:
    """A file with rows, of the version that this casebook knows, with a name to be quoted."""
    path = path.with_name("it's old.duckdb")
    with Warehouse(path) as warehouse:
        warehouse.append(*Story().rows("draft 1, approve 1, publish 1"))
    return path


def _know(patch: pytest.MonkeyPatch, steps: Sequence[schema.Migration]) -> None:
    """Make this the casebook that knows these migrations."""
    for module in ("schema", "file"):
        patch.setattr(f"warehouse.{module}.migrations", lambda: steps)


def _newer_casebook(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    _know(monkeypatch, (*schema.migrations(), schema.Migration(9999, "9999_next", sql)))


def _write_by_older(path: Path, steps: Sequence[schema.Migration], rows: str) -> None:
    """Store rows as a casebook did that knew only these migrations."""
    with pytest.MonkeyPatch.context() as patch:
        _know(patch, steps)
        patch.setattr("warehouse.access._columns", {})
        patch.setattr("warehouse.store.store", insert)  # companies came later
        with Warehouse(path) as warehouse:
            warehouse.append(*Story().rows(rows))


def test_recorded(path):
    """Each migration is recorded once, in order."""
    Warehouse(path).append(Story().source())
    with Warehouse(path) as warehouse:
        _, rows = warehouse.sql("SELECT number, name FROM migrations")
    steps = [(one.number, one.name) for one in schema.migrations()]
    assert rows == steps
    assert list(path.parent.glob("*.bak")) == []


def test_an_older_file_is_copied_and_upgraded(old, monkeypatch):
    """All rows are there afterwards, and the copy has the earlier version."""
    _newer_casebook(monkeypatch, COLUMN)
    with Warehouse(old) as warehouse:
        assert warehouse.case("case1_a").status == "published"
        assert warehouse.sql("SELECT a FROM extras")[1] == [(1,)]
    (backup,) = old.parent.glob("*.bak")
    assert backup.name == "it's old.duckdb.before-9999.bak"
    assert backup.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(backup), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchall() == [(1,)]


def test_an_edit_made_before_withdrawals_leaves_what_is_published(path):
    """Such a file would otherwise have lost the page at its next publication."""
    _write_by_older(path, schema.migrations()[:2], "draft 1, approve 1, publish 1, edit 2")
    with Warehouse(path) as warehouse:
        view = warehouse.case("case1_a")
        assert (view.revision.revision_id, view.status) == ("rev1_a2", "draft")
        assert view.next_revision_id == view.published_revision_id == "rev1_a1"
        assert [one.reason for one in warehouse.publications()] == [None]


def test_tags_of_models_get_their_group(path):
    """A tag that named a family of models as a tool is one of a model; others stay."""
    older = [one for one in schema.migrations() if one.name < "0104"]
    _write_by_older(path, older, "draft 1")
    with duckdb.connect(str(path)) as file:
        file.execute(
            "INSERT INTO case_tags BY NAME SELECT * REPLACE ('deepseek' AS slug, 'DeepSeek' AS label, "
            "'tool' AS term_group, 2 AS n) FROM case_tags"
        )
    with Warehouse(path) as warehouse:
        _, tags = warehouse.sql("SELECT slug, label, term_group FROM case_tags ORDER BY n")
    assert tags == [
        ("rag", "RAG", "technique"),
        ("deepseek", "DeepSeek (unspecified)", "model"),
    ]


def test_revisions_of_imported_texts_get_their_basis(path):
    """Those of an earlier import are based on its text, others on their source."""
    older = [one for one in schema.migrations() if one.name < "0113"]
    _write_by_older(path, older, "draft 1, edit 2")
    with duckdb.connect(str(path)) as file:
        file.execute("UPDATE documents SET extractor = 'import/1'")
        file.execute("UPDATE revisions SET document_id = 'other' WHERE revision_id = 'rev1_a2'")
    with Warehouse(path) as warehouse:
        _, found = warehouse.sql("SELECT revision_id, basis FROM revisions ORDER BY stored_at")
    assert found == [("rev1_a1", "imported"), ("rev1_a2", None)]


def test_a_failed_migration_changes_nothing(old, monkeypatch):
    """Its SQL is rolled back as a whole, and the error names the copy."""
    _newer_casebook(monkeypatch, BROKEN)
    with pytest.raises(WarehouseError, match=r"_next: .*no_such_table.*\.bak") as caught:
        Warehouse(old).cases()
    assert caught.value.kind == "migration_failed"
    monkeypatch.undo()
    with Warehouse(old) as warehouse:
        assert warehouse.case("case1_a").status == "published"
        assert ("half_done",) not in warehouse.sql("SHOW TABLES")[1]


def test_a_newer_file_is_refused(old, monkeypatch):
    """A file upgraded by a newer casebook is reported and left unchanged."""
    _newer_casebook(monkeypatch, COLUMN)
    with Warehouse(old) as warehouse:
        warehouse.cases()
    monkeypatch.undo()
    for use in (Warehouse.cases, lambda w: w.append(Story("b").source())):
        with pytest.raises(WarehouseError, match=r"newer casebook.*upgrade") as caught:
            use(Warehouse(old))
        assert caught.value.kind == "warehouse_too_new"
