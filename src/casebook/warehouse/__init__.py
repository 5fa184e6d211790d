"""Keeping what the stages made: append-only tables, and the fetched bytes beside them.

The only room that imports duckdb and psycopg. Rows are added and never changed; the present state
of a case or a source is a view over them. They lie in a DuckDB file, or in a DuckLake that many
machines share; everything above ``Database`` is the same for both.
"""

from casebook.warehouse.records import Row
from casebook.warehouse.snapshots import SnapshotStore
from casebook.warehouse.store import Warehouse

__all__ = ["Row", "SnapshotStore", "Warehouse"]
