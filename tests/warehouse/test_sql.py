"""Analysts read everything with SQL and can neither write nor open files."""

import subprocess
import sys

import pytest
from warehouse_rows import Story

from schemas.errors import InputError


@pytest.fixture
def published(warehouse):
    """A warehouse with one published case."""
    warehouse.append(*Story().rows("draft 1, approve 1, publish 1"))
    return warehouse


def test_one_reading_statement(published):
    """Returns columns and at most the requested number of rows."""
    query = "SELECT company, text FROM published_statements WHERE section = 'lessons'"
    assert published.sql(query) == (["company", "text"], [("Initech", "Measure.")])
    assert published.sql("FROM statements", limit=2)[1][0][1] == 1
    assert len(published.sql("FROM statements", limit=2)[1]) == 2
    assert ("sources",) in published.sql("SHOW TABLES")[1]
    assert published.sql("EXPLAIN SELECT 1")[0] == ["explain_key", "explain_value"]


REFUSED = """
DELETE FROM sources
INSERT INTO cases VALUES ('a', 'b', now(), now())
EXPLAIN ANALYZE DELETE FROM sources
DROP VIEW published_cases
SELECT 1; DELETE FROM sources
SET enable_external_access = true
ATTACH '/tmp/x.duckdb'
COPY sources TO '/tmp/x.csv'
EXPORT DATABASE '/tmp/x'
INSTALL httpfs
LOAD httpfs
SELECT * FROM force_checkpoint()
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM glob('/etc/*')
FROM '/etc/passwd.csv'
FROM statements_of_python
SELEC 1
SELECT no_such_column FROM sources
SELECT 'x'::INTEGER
"""


def test_refused(published):
    """Statements that write, open a file or are invalid are the caller's error and do nothing."""
    counts = published.counts()
    statements_of_python = [1, 2]  # noqa: F841 - SQL must not see it
    for query in REFUSED.split("\n"):
        with pytest.raises(InputError):
            published.sql(query)
    assert published.counts() == counts


def test_in_any_duckdb_shell(published, path):
    """The documented example works in a plain DuckDB on the file."""
    published.close()
    query = (
        "SELECT company, text FROM published_statements"
        " WHERE section = 'lessons' AND list_contains(tags, 'rag')"
    )
    program = (
        "import sys, duckdb; print(duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
    )
    command = [sys.executable, "-c", program, str(path), query]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown == "[('Initech', 'Measure.')]\n"


def test_every_view_and_column_is_described(published):
    """Tables and views have comments, and every view can be read."""
    tables = published.tables()
    assert {table["kind"] for table in tables} == {"table", "view"}
    assert [table["name"] for table in tables if not table["comment"]] == []
    for table in tables:
        assert published.sql(f"FROM {table['name']}", limit=1)[0] == [
            c["name"] for c in table["columns"]
        ]
