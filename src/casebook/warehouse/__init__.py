"""Keeping what the stages made: append-only tables in DuckDB, and the fetched bytes beside them.

The only room that imports duckdb. Rows are added and never changed; the present state of a case
or a source is a view over them.
"""

from casebook.warehouse.records import Row
from casebook.warehouse.snapshots import SnapshotStore
from casebook.warehouse.store import Warehouse

__all__ = ["Row", "SnapshotStore", "Warehouse"]
