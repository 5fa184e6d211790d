"""The warehouse: what can be stored, and with the reads of its base classes what can be asked."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Self

import duckdb

from schemas.batches import Batch, BatchItem
from schemas.errors import InvalidDecision, UnknownId, WarehouseError
from schemas.frozen import Frozen
from schemas.reviews import CaseStatus
from warehouse import storage
from warehouse.cases import CaseReads
from warehouse.file import database_file
from warehouse.lake import DatabaseLake, Lake
from warehouse.lists import ListReads
from warehouse.rows import Row, Values, encode
from warehouse.sources import SourceReads


class TableInfo(Frozen):
    """A table or view, and ``name``, ``type`` and ``comment`` of its columns."""

    name: str
    kind: str
    comment: str
    columns: tuple[Mapping[str, str], ...]


class Warehouse(SourceReads, CaseReads, ListReads):
    """All rows of one casebook, in one DuckDB file or in a lake that many machines share.

    Each method is one transaction and may be called from any thread. "Newest" means stored last.
    A file that does not exist is created by the first write; reads of it find nothing.

    Args:
        path: the database file, or the lake.
        lock_timeout: seconds to wait for another process that holds the file.
        read_only: whether to refuse writes.

    Raises (every method):
        WarehouseBusy: if another process or writer holds the database for too long.
        DiskFull: if the disk takes nothing more.
        WarehouseError: if the database cannot be used (``warehouse_too_new``,
            ``migration_failed``, ``warehouse_read_only``, ``warehouse_failed``).
    """

    def __init__(
        self, path: Path | Lake, *, lock_timeout: float = 30.0, read_only: bool = False
    ) -> None:
        database = DatabaseLake(path) if isinstance(path, Lake) else database_file(path.absolute())
        super().__init__(database, lock_timeout)
        self._read_only = read_only

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; afterwards its file alone holds everything. It can be used again."""
        self._database.close()

    def alone(self, name: str) -> AbstractAsyncContextManager[object]:
        """Wait until no other task, process or machine holds ``name``, and hold it."""
        return self._database.alone(name)

    def append(self, *rows: Row) -> None:
        """Store rows in their order, all or none; a row whose id is stored is left as it is."""
        self._write(lambda c, now: storage.add(c, rows, now))

    def add_batch(self, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Store a batch with its items in their order; a stored one is left as it is."""
        own = {"batch_id": batch.batch_id}
        values = [{"n": n} | encode(item) | own for n, item in enumerate(items, start=1)]

        def work(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
            storage.add_values(connection, "batch_items", ("batch_id",), values)
            storage.add(connection, [batch], now)

        self._write(work)

    def decide(self, case_id: str, seen: tuple[str, CaseStatus], *rows: Row) -> None:
        """Store rows if the case's current revision id and status are still those ``seen``.

        Raises:
            InvalidDecision: if they are not; nothing is stored.
            UnknownId: if there is no such case.
        """

        def work(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
            found = storage.fetch(connection, "case_state", case_id=case_id)
            if not found:
                raise UnknownId(f"there is no case {case_id}: `casebook list` shows all")
            if (found[0]["revision_id"], found[0]["status"]) != seen:
                raise InvalidDecision(
                    f"case {case_id} was changed in the meantime and nothing was stored: look at"
                    " it again before you decide",
                    cause="case_changed",
                )
            storage.add(connection, rows, now)

        self._write(work)

    def keep_signature(
        self,
        document_id: str,
        source_id: str,
        signature: Sequence[int],
        bands: Sequence[tuple[int, int]],
    ) -> None:
        """Store a document's MinHash signature and its bands (number, hash)."""
        own: Values = {"document_id": document_id, "source_id": source_id}
        marks = [own | {"band": band, "hash": mark} for band, mark in bands]

        def work(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
            row = own | {"signature": [*signature], "stored_at": now.isoformat()}
            storage.add_values(connection, "signatures", ("document_id",), [row])
            storage.add_values(connection, "signature_bands", ("document_id",), marks)

        self._write(work)

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return self._read(storage.counts)

    def sql(
        self, query: str, limit: int | None = None
    ) -> tuple[list[str], list[tuple[object, ...]]]:
        """Return the column names and at most ``limit`` rows of one reading SQL statement.

        Raises:
            InputError: if it is not valid, would write, or would open a file.
        """
        return self._read(lambda c: storage.select(c, query, limit))

    def tables(self) -> list[TableInfo]:
        """Return every table and view with its columns and their comments."""
        return self._all(TableInfo, "tables")

    def _write(self, work: Callable[[duckdb.DuckDBPyConnection, datetime], None]) -> None:
        if self._read_only:
            raise WarehouseError("the warehouse was opened to read", cause="warehouse_read_only")
        self._database.write(work, self._timeout)
