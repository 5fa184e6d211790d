"""What all reads of the warehouse have in common."""

from collections.abc import Callable
from typing import TypeVar

import duckdb

from warehouse import storage
from warehouse.file import DatabaseFile
from warehouse.lake import DatabaseLake
from warehouse.rows import T, Values, decode

R = TypeVar("R")


class Reader:
    """Reads of one database, each in one transaction."""

    def __init__(self, database: DatabaseFile | DatabaseLake, timeout: float) -> None:
        self._database, self._timeout = database, timeout

    def _read(self, work: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        return self._database.read(work, self._timeout)

    def _rows(self, query: str, /, **values: object) -> list[Values]:
        return self._read(lambda c: storage.fetch(c, query, **values))

    def _all(self, kind: type[T], query: str, /, **values: object) -> list[T]:
        return [decode(kind, row) for row in self._rows(query, **values)]

    def _column(self, query: str, /, **values: object) -> list[str]:
        """Return the first column of a query's rows."""
        return [next(iter(row.values())) for row in self._rows(query, **values)]

    def _newest(self, kind: type[T], /, **where: object) -> T | None:
        """Return the object of this kind that was stored last with these values."""
        return self._read(lambda c: storage.newest(c, kind, **where))
