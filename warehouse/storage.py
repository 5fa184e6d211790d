"""Rows in and out of a transaction."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import duckdb

from schemas.documents import Document
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reviews import Revision
from warehouse.file import DatabaseFile
from warehouse.lake import DatabaseLake, R
from warehouse.rows import TABLES, T, Values, decode, encoded
from warehouse.schema import queries

Selected = tuple[list[str], list[tuple[Any, ...]]]

_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
_PARTS: Mapping[type[Frozen], tuple[str, str]] = {
    Document: ("document_parts", "document_id"),
    Revision: ("revision_parts", "revision_id"),
}
# Types of columns by name and table: the same in every database of this version.
_columns: dict[str, dict[str, str]] = {}


def fetch(connection: duckdb.DuckDBPyConnection, query: str, /, **values: object) -> list[Values]:
    """Return the rows of the query called ``query``."""
    listed = {name: json.dumps(v) if isinstance(v, list) else v for name, v in values.items()}
    return _dicts(connection.execute(queries()[query], listed or None))


def newest(connection: duckdb.DuckDBPyConnection, kind: type[T], /, **where: object) -> T | None:
    """Return the object of a type that was stored last with these values."""
    condition = " AND ".join(f"{column} = ${column}" for column in where)
    query = f"SELECT * FROM {TABLES[kind][0]} WHERE {condition}"  # noqa: S608 - names of ours
    rows = _dicts(connection.execute(f"{query} ORDER BY stored_at DESC LIMIT 1", where))
    return next(iter(objects(connection, kind, rows)), None)


def add(connection: duckdb.DuckDBPyConnection, rows: Iterable[Frozen], now: datetime) -> None:
    """Store rows; one whose key is there already is left as it is."""
    for (table, key), values in encoded(rows, now).items():
        add_values(connection, table, key, values)


def add_values(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, rows: list[Values]
) -> None:
    """Store rows of one table unless there are some with the same values in the key's columns."""
    if table not in _columns:
        columns = fetch(connection, "columns", table=table)
        _columns[table] = {column["column_name"]: column["data_type"] for column in columns}
    empty, structure = dict.fromkeys(_columns[table]), json.dumps([_columns[table]])
    text = json.dumps([empty | row for row in rows], ensure_ascii=False)
    connection.execute(
        f"INSERT INTO {table} BY NAME FROM"
        f" (SELECT unnest(from_json_strict($rows::JSON, '{structure}'), max_depth := 2)) AS staged"
        f" ANTI JOIN {table} USING ({key})",
        {"rows": text.encode("utf-8", "replace").decode()},
    )


def select(connection: duckdb.DuckDBPyConnection, query: str, limit: int | None) -> Selected:
    """Return the columns and at most ``limit`` rows of a query that someone wrote.

    Raises InputError if it is not valid, would write, or would open a file.
    """
    try:
        statements = connection.extract_statements(query)
        if [statement.type in _READING for statement in statements] != [True]:
            raise InputError("only one statement that reads can be run, such as SELECT")
        result = connection.execute(statements[0])
        columns = [column[0] for column in result.description or ()]
        return columns, result.fetchall() if limit is None else result.fetchmany(limit)
    except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException):
        raise  # not the query's fault
    except duckdb.Error as error:
        raise InputError(f"this SQL cannot be run: {error}") from error


def objects(connection: duckdb.DuckDBPyConnection, kind: type[T], rows: list[Values]) -> list[T]:
    """Return the objects of a table's rows, with what is stored as rows of their own."""
    if kind not in _PARTS:
        return [decode(kind, row) for row in rows]
    query, key = _PARTS[kind]
    found = fetch(connection, query, ids=[row[key] for row in rows])
    parts = {part.pop("id"): part for part in found}
    return [decode(kind, row, **parts[row[key]]) for row in rows]


def _dicts(result: duckdb.DuckDBPyConnection) -> list[Values]:
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


class Reader:
    """Reads of one database, each in one transaction."""

    def __init__(self, database: DatabaseFile | DatabaseLake, timeout: float) -> None:
        self._database, self._timeout = database, timeout

    def _read(self, work: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        return self._database.run(lambda c, _: work(c), self._timeout, writes=False)

    def _rows(self, query: str, /, **values: object) -> list[Values]:
        return self._read(lambda c: fetch(c, query, **values))

    def _all(self, kind: type[T], query: str, /, **values: object) -> list[T]:
        return [decode(kind, row) for row in self._rows(query, **values)]

    def _column(self, query: str, /, **values: object) -> list[str]:
        return [next(iter(row.values())) for row in self._rows(query, **values)]

    def _newest(self, kind: type[T], /, **where: object) -> T | None:
        """Return the object of this kind that was stored last with these values."""
        return self._read(lambda c: newest(c, kind, **where))
