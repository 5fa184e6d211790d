"""How rows lie in a DuckDB file: in groups, of which DuckDB keeps something in memory for each.

What one checkpoint writes of a table is a group of its own, as long as nothing joins them. Joined
at each checkpoint, the last rows of each table, texts included, would be read and written anew each
time: that took up to 100 MB. Never joined, 10,000 sources lie in 120 groups a table, of which
DuckDB holds 12 MB. So they are joined now and then, in one go.
"""

import duckdb

ROW_GROUP = 8192
"""Rows at most: a search through all samples of texts meets few groups, and joining takes little
memory. DuckDB's own 122,880 would be a whole table."""

APART = 0
"""``max_vacuum_tasks`` while groups stay as they were written."""

_TOGETHER = 100
_MOST = 32


def are_many(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell a file that has many more groups of rows than its rows need; every source adds rows."""
    try:
        found = connection.execute(
            "SELECT count(DISTINCT row_group_id), (SELECT count(*) FROM sources)"
            " FROM pragma_storage_info('sources')"
        ).fetchall()
    except duckdb.CatalogException:  # a new file
        return False
    groups, rows = found[0]
    return bool(groups - rows // ROW_GROUP > _MOST)


def join(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Join the groups of the tables that the log adds to, with so much memory (``24MB``).

    Raises:
        duckdb.Error: among others where that is too little; the connection is of no use then.
    """
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute(f"SET max_vacuum_tasks = {_TOGETHER}")
    connection.execute("CHECKPOINT")
