"""What the warehouse asks of a database: one DuckDB file, or a lake that many machines share."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import duckdb

from casebook.warehouse.sql import Migration

# One thread: our queries take milliseconds. DuckDB 1.5.5's rewriting of "the newest of each" window
# functions fails inside itself now and then ("access index 0 within vector of size 0", in
# TopNWindowElimination), so it is left out; it saved nothing that can be measured here.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 1,
}
BROKEN_OPTIMIZERS = ("top_n_window_elimination",)


class Database(Protocol):
    """Connections to one database; the same SQL runs on all of them.

    Nothing is stored in one that a newer casebook has migrated since ``migrate``: that raises
    ``WarehouseTooNew``.

    Every method may raise a ``WarehouseError``: ``WarehouseLocked`` when others had it for longer
    than the wait allowed, ``WarehouseConflict`` when another writer's commit came between.
    """

    @property
    def name(self) -> str:
        """How a message calls it; holds no password."""

    def connection(
        self, *, read_only: bool = False, external_access: bool = False
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Yield a connection; what was not committed at its end is gone."""

    def transaction(
        self, *, read_only: bool = False
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Yield a connection inside one transaction, committed unless an exception leaves it.

        Transactions that write follow one another: each sees what the one before it committed.
        """

    def next_entry(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return a place in the log above that of every row stored, inside a transaction.

        The places that follow it are free too.
        """

    def migrate(self, schema: Sequence[Migration]) -> list[int]:
        """Bring the database to ``schema`` and return the numbers applied now."""

    def version(self) -> int:
        """Return the number of the newest migration, 0 where none is; make nothing."""

    def close(self) -> None:
        """Let go of what is kept open between calls, if anything is."""
