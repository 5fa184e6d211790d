"""One transaction after another on a database: rows are appended, and queries read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import duckdb
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from casebook.schemas.errors import WarehouseConflict, WarehouseMemory
from casebook.warehouse import reading
from casebook.warehouse.connection import DuckDBFile
from casebook.warehouse.database import Database
from casebook.warehouse.postgres import Restarts
from casebook.warehouse.records import TABLES, Row, T, decode, encode
from casebook.warehouse.sql import Migration, bound, migrations, queries

_CONFLICTS_TAKEN = 10

R = TypeVar("R")


class Transactions:
    """What is done to a database, each time in one transaction, on a connection of its own.

    Any method may raise ``WarehouseLocked`` when the database is not free in time, and another
    ``WarehouseError`` when it cannot be used.

    Args:
        where: the file, made at first use together with its folder; or another database.
        lock_timeout: seconds to wait for other threads and processes that hold the file.
        busy: whether many calls are to come, which then share a connection for a moment.
        patience: seconds to wait for a server that was there and is away, as for a restart.
        schema: the migrations, in order; by default those that casebook ships.
    """

    def __init__(
        self,
        where: Path | Database,
        *,
        lock_timeout: float = 30.0,
        busy: bool = False,
        patience: float = 0.0,
        schema: Sequence[Migration] | None = None,
    ) -> None:
        if isinstance(where, Path):
            where = DuckDBFile(where, lock_timeout, busy=busy)
        self._database: Database = where
        self._schema = migrations() if schema is None else schema
        self._restarts = Restarts(patience)
        self._migrated = False

    @property
    def name(self) -> str:
        """The file's path, or the lake's place, without a password."""
        return self._database.name

    def close(self) -> None:
        """Let go of what is kept open between calls."""
        self._database.close()

    def migrate(self) -> list[int]:
        """Bring the database to this version's schema; happens by itself before the first use.

        A file that holds anything is copied first, to ``<name>.before-<first number>.bak`` beside
        it; a lake keeps its snapshots.

        Returns:
            The numbers of the migrations applied now.

        Raises:
            WarehouseTooNew: if the database comes from a newer casebook.
            MigrationFailed: if a migration does not apply; it names what is kept.
        """
        applied = self._database.migrate(self._schema)
        self._migrated = True
        return applied

    def version(self) -> int:
        """Return the schema number of the database as it is, without migrating; 0 where none is."""
        return self._database.version()

    def append(self, *rows: Row) -> int:
        """Store ``rows`` in their order, all or none, and return how many were new.

        A row whose id is there already is left as it is.
        """
        return self._in_one(lambda connection: self._append(connection, rows))

    def _first(self, kind: type[T], name: str, **values: object) -> T | None:
        return next(iter(self._placed(kind, name, **values)), None)

    def _placed(self, kind: type[T], name: str, **values: object) -> list[T]:
        """Return the objects whose places a query gives."""
        found = self._in_one(lambda c: reading.stored(c, kind, name, **values), read_only=True)
        return [decode(kind, body) for body in found]

    def _all(self, kind: type[T], name: str, **values: object) -> list[T]:
        return [decode(kind, row["body"]) for row in self.read(name, **values)]

    def read(self, name: str, **values: object) -> list[reading.Found]:
        """Return the rows of the query called ``name``; other files of this room use it."""
        return self._in_one(lambda c: reading.rows(c, name, **values), read_only=True)

    def _migrate_once(self) -> None:
        if not self._migrated:
            self.migrate()

    def _in_one(
        self, work: Callable[[duckdb.DuckDBPyConnection], R], *, read_only: bool = False
    ) -> R:
        """Do ``work`` in one transaction, again where it did not come to its end.

        So it is after a conflict, where it needs more memory, and where the server went away. A
        commit may have come to its end all the same: what is there already is not added again.
        """
        self._migrate_once()
        patiently = Retrying(**self._restarts.waited_for())
        done: R = patiently(self._at_last, work, read_only=read_only)
        return done

    def _at_last(self, work: Callable[[duckdb.DuckDBPyConnection], R], *, read_only: bool) -> R:
        again = Retrying(
            retry=retry_if_exception_type((WarehouseConflict, WarehouseMemory)),
            wait=wait_random_exponential(multiplier=0.02, max=1.0),
            stop=stop_after_attempt(_CONFLICTS_TAKEN),
            reraise=True,
        )
        done: R = again(self._once, work, read_only=read_only)
        return done

    def _once(self, work: Callable[[duckdb.DuckDBPyConnection], R], *, read_only: bool) -> R:
        with self._database.transaction(read_only=read_only) as connection:
            return work(connection)

    def _append(self, connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> int:
        """Add ``rows`` whose ids are new, inside the caller's transaction; return how many."""
        added = 0
        for entry, row in enumerate(rows, start=self._database.next_entry(connection)):
            statement = queries()[f"append_{TABLES[type(row)].name}"]
            result = connection.execute(statement, bound({**encode(row), "entry": entry}))
            added += result.fetchall()[0][0]
        return added
