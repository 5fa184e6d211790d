"""The warehouse: writes to the database, and through its base classes the reads."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Self

from schemas.audit import AuditSeal, SealedRows
from schemas.batches import Batch, BatchItem
from schemas.errors import InvalidDecision, UnknownId
from schemas.reviews import CaseStatus, Revision
from warehouse.access import QueryResult, insert, run_query, store
from warehouse.accuracy_reads import AccuracyReads
from warehouse.case_reads import CaseReads
from warehouse.file import database_file
from warehouse.lake import Connection, DatabaseLake, Lake, Work
from warehouse.rows import StoredRow, Values, encode
from warehouse.source_reads import SourceReads


class Warehouse(SourceReads, CaseReads, AccuracyReads):
    """All rows of one casebook, in one DuckDB file or in a lake shared by many machines.

    Each method is one transaction and thread-safe. "Newest" means stored last. The first write
    creates a missing file. Every method can raise WarehouseBusy (after ``lock_timeout`` seconds)
    and WarehouseError with ``disk_full``, ``warehouse_too_new``, ``warehouse_foreign``,
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
        """Close the database and fold its log into the file; the next call reopens it."""
        self._database.close()

    def copy(self, folder: Path) -> list[Path]:
        """Make a consistent copy of the database in ``folder``, and return its files."""
        if isinstance(self._database, DatabaseLake):
            raise TypeError("back up a shared warehouse with PostgreSQL's own tools")
        return self._database.copy(folder, self._timeout)

    def lock(self, name: str) -> AbstractAsyncContextManager[object]:
        """Lock ``name`` for this task, after waiting for other tasks, processes and machines."""
        return self._database.lock(name)

    def state(self) -> object:
        """Return a value that changes whenever any process stores something."""
        return self._database.state()

    def append(self, *rows: StoredRow, timeout: float | None = None) -> None:
        """Store all rows in order, or none; rows whose id is already stored are skipped."""
        self._write(lambda c, now: store(c, rows, now), timeout)

    def add_batch(self, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Store a batch with its items in order, unless it is already stored."""
        own = {"batch_id": batch.batch_id}
        values = [{"n": n} | encode(item) | own for n, item in enumerate(items, start=1)]
        parts = {("batch_items", "batch_id"): values}
        self._write(lambda c, now: insert(c, [batch], now, parts))

    def decide(self, case_id: str, seen: tuple[str, CaseStatus], *rows: StoredRow) -> None:
        """Store rows if the case still has the revision id and status ``seen``.

        Raises:
            InvalidDecision: if the case changed in the meantime.
            UnknownId: if there is no such case.
        """

        def work(connection: Connection, now: datetime) -> None:
            found = self._state(connection, case_id)
            if not found:
                raise UnknownId(f"there is no case {case_id}; `casebook list` shows all cases")
            if (found[0]["revision_id"], found[0]["status"]) != seen:
                message = f"case {case_id} was changed in the meantime; review it again first"
                raise InvalidDecision(message, cause="case_changed")
            store(connection, rows, now)

        self._write(work)
        self._remember({row.revision_id: row for row in rows if isinstance(row, Revision)})

    def add_signatures(
        self, *signed: tuple[str, str, Sequence[int], Sequence[tuple[int, int]]]
    ) -> None:
        """Store the MinHash signatures of documents: id, source, signature, (band, hash) pairs."""
        whole, rows = list[Values](), list[Values]()
        for document_id, source_id, signature, bands in signed:
            own = {"document_id": document_id, "source_id": source_id}
            whole.append(own | {"signature": [*signature]})
            rows += [own | {"band": n, "hash": h} for n, h in bands]
        parts = {("signatures", "document_id"): whole, ("signature_bands", "document_id"): rows}
        self._write(lambda c, now: insert(c, [], now, parts))

    def audit_seals(self) -> list[AuditSeal]:
        """Return the seals of the audit log, oldest first."""
        return self._all(AuditSeal, "audit_seals")

    def audit_kinds(self) -> list[str]:
        """Return the kinds of rows in the audit log."""
        return [row["kind"] for row in self._rows("audit_kinds")]

    def sealed_rows(
        self, after: datetime | None, upto: datetime, kinds: Sequence[str], n: int | None = None
    ) -> SealedRows:
        """Return the hashes of the rows of these kinds that were stored in (after, upto].

        With ``n``, also the rows that the seal with this number does not cover.
        """
        where = {"after": after, "upto": upto, "kinds": [*kinds], "n": n}
        return self._all(SealedRows, "sealed_rows", **where)[0]

    def unsealed_rows(self, after: datetime | None) -> int:
        """Return the number of rows of the audit log that were stored after a moment."""
        found: int = self._rows("unsealed_rows", after=after)[0]["rows"]
        return found

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return {row["name"]: row["rows"] for row in self._rows("counts")}

    def sql(self, query: str, limit: int | None = None) -> QueryResult:
        """Return the columns and at most ``limit`` rows of a read-only query, or InputError."""
        return self._read(lambda c: run_query(c, query, limit))

    def tables(self) -> list[Values]:
        """Return the name, kind, comment and columns (name, type, comment) of tables and views."""
        return self._rows("tables")

    def _write(self, work: Work[None], timeout: float | None = None) -> None:
        self._database.run(work, timeout or self._timeout, writes=True)
