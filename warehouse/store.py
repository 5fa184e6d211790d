"""The warehouse: what can be stored, and with the reads of its base classes what can be asked."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Self

from schemas.batches import Batch, BatchItem
from schemas.errors import InvalidDecision, UnknownId
from schemas.reviews import CaseStatus
from warehouse.file import database_file
from warehouse.lake import Connection, DatabaseLake, Lake, Work
from warehouse.reads import CaseReads, SourceReads
from warehouse.rows import (
    QueryResult,
    StoredRow,
    TableKey,
    Values,
    encode,
    fetch,
    insert,
    run_query,
)


class Warehouse(SourceReads, CaseReads):
    """All rows of one casebook, in one DuckDB file or in a lake that many machines share.

    Each method is one transaction, for any thread. "Newest" means stored last. A file that does not
    exist is created by the first write. Every method may raise WarehouseBusy (after waiting
    ``lock_timeout`` seconds), and WarehouseError with ``disk_full``, ``warehouse_too_new``,
    ``migration_failed``, ``warehouse_read_only`` or ``warehouse_failed``.
    """

    def __init__(self, path: Path | Lake, *, lock_timeout: float = 30.0) -> None:
        database = DatabaseLake(path) if isinstance(path, Lake) else database_file(path.absolute())
        super().__init__(database, lock_timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; afterwards its file alone holds everything. It can be used again."""
        self._database.close()

    def lock(self, name: str) -> AbstractAsyncContextManager[object]:
        """Wait until no other task, process or machine holds ``name``, and hold it."""
        return self._database.lock(name)

    def state(self) -> object:
        """Return a value that differs once anything was stored, in this process or another."""
        return self._database.state()

    def append(self, *rows: StoredRow, timeout: float | None = None) -> None:
        """Store rows in their order, all or none; a row whose id is stored is left as it is."""
        self._write(lambda c, now: insert(c, rows, now), timeout)

    def add_batch(self, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Store a batch with its items in their order; a stored one is left as it is."""
        own = {"batch_id": batch.batch_id}
        values = [{"n": n} | encode(item) | own for n, item in enumerate(items, start=1)]
        parts = {("batch_items", "batch_id"): values}
        self._write(lambda c, now: insert(c, [batch], now, parts))

    def decide(self, case_id: str, seen: tuple[str, CaseStatus], *rows: StoredRow) -> None:
        """Store rows if the case's revision id and status are as ``seen``, or InvalidDecision."""

        def work(connection: Connection, now: datetime) -> None:
            found = fetch(connection, "case_state", case_id=case_id)
            if not found:
                raise UnknownId(f"there is no case {case_id}: `casebook list` shows all")
            if (found[0]["revision_id"], found[0]["status"]) != seen:
                message = f"case {case_id} was changed in the meantime: look at it again first"
                raise InvalidDecision(message, cause="case_changed")
            insert(connection, rows, now)

        self._write(work)

    def add_signatures(
        self, *signed: tuple[str, str, Sequence[int], Sequence[tuple[int, int]]]
    ) -> None:
        """Store for documents: id, source, MinHash signature, and its bands (number, hash)."""
        parts: dict[TableKey, list[Values]] = {
            ("signatures", "document_id"): [],
            ("signature_bands", "document_id"): [],
        }
        whole, rows = parts.values()
        for document_id, source_id, signature, bands in signed:
            own = {"document_id": document_id, "source_id": source_id}
            whole.append(own | {"signature": [*signature]})
            rows += [own | {"band": n, "hash": h} for n, h in bands]
        self._write(lambda c, now: insert(c, [], now, parts))

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return {row["name"]: row["rows"] for row in self._rows("counts")}

    def sql(self, query: str, limit: int | None = None) -> QueryResult:
        """Return the columns and at most ``limit`` rows of SQL that reads, or raise InputError."""
        return self._read(lambda c: run_query(c, query, limit))

    def tables(self) -> list[Values]:
        """Return name, kind, comment and columns (name, type, comment) of each table and view."""
        return self._rows("tables")

    def _write(self, work: Work[None], timeout: float | None = None) -> None:
        self._database.run(work, timeout or self._timeout, writes=True)
