"""Reads and writes of typed rows on a connection, and the base class of the reads."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from schemas.companies import resolved
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reports import Report
from schemas.reviews import Revision
from schemas.sources import Document
from warehouse.file import DatabaseFile
from warehouse.lake import Connection, DatabaseLake, R
from warehouse.parquet import as_dicts
from warehouse.rows import TABLES, T, TableKey, Values, decode, encoded
from warehouse.schema import queries

QueryResult = tuple[list[str], list[tuple[Any, ...]]]

_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
_PARTS: Mapping[type[Frozen], tuple[str, str]] = {
    Document: ("document_parts", "document_id"),
    Revision: ("revision_parts", "revision_id"),
    Report: ("report_parts", "report_id"),
}
# Types of columns by name and table: the same in every database of this version.
_columns: dict[str, dict[str, str]] = {}


def fetch(connection: Connection, query: str, /, **values: object) -> list[Values]:
    """Return the rows of a named query."""
    if isinstance(ids := values.get("ids"), Iterable):
        values["ids"] = json.dumps([*ids])
    return as_dicts(connection.execute(queries()[query], values or None))


def newest(connection: Connection, kind: type[T], /, **where: object) -> T | None:
    """Return the newest object of a type with these values, or None."""
    condition = " AND ".join(f"{column} = ${column}" for column in where)
    query = f"SELECT * FROM {TABLES[kind][0]} WHERE {condition}"  # noqa: S608 - names of ours
    rows = as_dicts(connection.execute(f"{query} ORDER BY stored_at DESC LIMIT 1", where))
    return next(iter(objects(connection, kind, rows)), None)


def insert(
    connection: Connection,
    rows: Iterable[Frozen],
    now: datetime,
    more: Mapping[TableKey, list[Values]] | None = None,
) -> None:
    """Store rows, and ``more`` by table and key, except those whose key is already stored."""
    for (table, key), values in {**encoded(rows, now), **(more or {})}.items():
        if table not in _columns:
            columns = fetch(connection, "columns", table=table)
            _columns[table] = {column["column_name"]: column["data_type"] for column in columns}
        types, default = _columns[table], {"stored_at": now.isoformat()}
        staged = [{name: (default | row).get(name) for name in types} for row in values]
        text = json.dumps(staged, ensure_ascii=False).encode("utf-8", "replace").decode()
        connection.execute(
            f"INSERT INTO {table} BY NAME FROM (SELECT unnest("
            f"from_json_strict($rows::JSON, '{json.dumps([types])}'), max_depth := 2)) AS staged"
            f" ANTI JOIN {table} USING ({key})",
            {"rows": text},
        )


def store(connection: Connection, rows: Sequence[Frozen], now: datetime) -> None:
    """Store rows, and the companies that new revisions name."""
    insert(connection, rows, now)
    ids = [row.revision_id for row in rows if isinstance(row, Revision)]
    if ids and (names := fetch(connection, "unresolved_names", ids=ids)):
        placed = {row["key"]: row["company_id"] for row in fetch(connection, "placed_keys")}
        insert(connection, resolved([row["name"] for row in names], placed), now)


def run_query(connection: Connection, query: str, limit: int | None) -> QueryResult:
    """Return the columns and rows of a query; InputError if it writes or opens files."""
    try:
        statements = connection.extract_statements(query)
        if [statement.type in _READING for statement in statements] != [True]:
            raise InputError("only a single reading statement is allowed, such as SELECT")
        result = connection.execute(statements[0])
        columns = [column[0] for column in result.description or ()]
        return columns, result.fetchall() if limit is None else result.fetchmany(limit)
    except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException):
        raise  # not the query's fault
    except duckdb.Error as error:
        raise InputError(f"this SQL failed: {error}") from error


def objects(connection: Connection, kind: type[T], rows: list[Values]) -> list[T]:
    """Return the objects of a table's rows, including the parts stored in other tables."""
    if kind not in _PARTS or not rows:
        return [decode(kind, row) for row in rows]
    query, key = _PARTS[kind]
    found = fetch(connection, query, ids=[row[key] for row in rows])
    parts = {part.pop("id"): part for part in found}
    return [decode(kind, row, **parts[row[key]]) for row in rows]


class DatabaseReader:
    """Runs reads on one database, each in its own transaction."""

    def __init__(self, database: DatabaseFile | DatabaseLake, timeout: float) -> None:
        self._database, self._timeout = database, timeout

    def _read(self, work: Callable[[Connection], R]) -> R:
        return self._database.run(lambda c, _: work(c), self._timeout, writes=False)

    def _rows(self, query: str, /, **values: object) -> list[Values]:
        return self._read(lambda c: fetch(c, query, **values))

    def _all(self, kind: type[T], query: str, /, **values: object) -> list[T]:
        return [decode(kind, row) for row in self._rows(query, **values)]

    def _newest(self, kind: type[T], /, **where: object) -> T | None:
        """Return the newest object of this kind with these values, or None."""
        return self._read(lambda c: newest(c, kind, **where))
