"""How rows lie in a DuckDB file: in groups, of which DuckDB keeps something in memory for each.

What one checkpoint writes of a table is a group of its own, as long as nothing joins them. Joined
at each checkpoint, the last rows of each table, texts included, would be read and written anew each
time: that took up to 100 MB. Never joined, 10,000 sources lie in some 60 groups a table, of
which DuckDB holds several MB. So the next batch joins them in one go.
"""

import duckdb

WRITTEN = 8192
"""Rows at most that one checkpoint writes in a group. DuckDB's own 122,880 would be a whole table;
of fewer, the samples of all texts, which each search goes through, would lie in more groups."""

JOINED = 2048
"""Rows at most that joined groups have, the least there are: what lies in a full group is not
written anew when groups are joined again. With more rows that takes up to the whole table."""

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
    return bool(groups - rows // JOINED > _MOST)


def join(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Join the groups of the tables that the log adds to, with so much memory (``24MB``).

    The file is attached with groups of ``JOINED`` rows.

    Raises:
        duckdb.Error: among others where that is too little; the connection is of no use then.
    """
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute(f"SET max_vacuum_tasks = {_TOGETHER}")
    connection.execute("CHECKPOINT")
