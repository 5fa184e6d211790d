"""Rows in and out of an open transaction."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import duckdb

from schemas.cases import CaseStudy, Evidence, Fact, Statement, Tag
from schemas.documents import Document, Passage
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reviews import Revision
from warehouse.rows import TABLES, T, Values, decode, encoded
from warehouse.schema import queries

_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
# Types of columns by name and table: the same in every database of this version.
_columns: dict[str, dict[str, str]] = {}


def fetch(connection: duckdb.DuckDBPyConnection, query: str, /, **values: object) -> list[Values]:
    """Return the rows of the query called ``query``."""
    listed = {name: json.dumps(v) if isinstance(v, list) else v for name, v in values.items()}
    return _dicts(connection.execute(queries()[query], listed or None))


def newest(connection: duckdb.DuckDBPyConnection, kind: type[T], /, **where: object) -> T | None:
    """Return the object of a type that was stored last with these values."""
    condition = " AND ".join(f"{column} = ${column}" for column in where)
    query = f"SELECT * FROM {TABLES[kind].name} WHERE {condition}"  # noqa: S608 - names of ours
    rows = _dicts(connection.execute(f"{query} ORDER BY stored_at DESC LIMIT 1", where))
    return next(iter(objects(connection, kind, rows)), None)


def add(connection: duckdb.DuckDBPyConnection, rows: Iterable[Frozen], now: datetime) -> None:
    """Store rows; one whose key is there already is left as it is."""
    for kind, values in encoded(rows, now).items():
        add_values(connection, *TABLES[kind], values)


def add_values(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], rows: list[Values]
) -> None:
    """Store rows of one table unless there are some with the same values in the key's columns."""
    if table not in _columns:
        columns = fetch(connection, "columns", table=table)
        _columns[table] = {column["column_name"]: column["data_type"] for column in columns}
    empty = dict.fromkeys(_columns[table])
    text = json.dumps([empty | row for row in rows], ensure_ascii=False)
    structure = json.dumps([_columns[table]])
    staged = f"unnest(from_json_strict($rows::JSON, '{structure}'), max_depth := 2)"
    connection.execute(
        f"INSERT INTO {table} BY NAME FROM (SELECT {staged}) AS staged"
        f" ANTI JOIN {table} USING ({', '.join(key)})",
        {"rows": text.encode("utf-8", "replace").decode()},
    )


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the number of rows of each table."""
    names = [row["name"] for row in fetch(connection, "tables") if row["kind"] == "table"]
    each = [f"SELECT '{name}', count(*) FROM {name}" for name in names]  # noqa: S608 - likewise
    return dict(connection.execute(" UNION ALL ".join(each)).fetchall())


def select(
    connection: duckdb.DuckDBPyConnection, query: str, limit: int | None
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the columns and at most ``limit`` rows of a query that someone wrote.

    Raises:
        InputError: if it is not valid, would write, or would open a file.
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
    """Return the objects of a table's rows, with the rows that they consist of."""
    if kind is Document:
        return [kind.model_validate(one) for one in _documents(connection, rows)]
    if kind is Revision:
        return [kind.model_validate(one) for one in _revisions(connection, rows)]
    return [decode(kind, row) for row in rows]


def _documents(connection: duckdb.DuckDBPyConnection, rows: list[Values]) -> list[Document]:
    found: dict[str, list[Values]] = defaultdict(list)
    for row in fetch(connection, "passages", ids=[row["document_id"] for row in rows]):
        found[row["document_id"]].append(row)

    def document(row: Values) -> Document:
        passages = found[row["document_id"]]
        text = "".join(p["gap"] + p["text"] for p in passages) + row["tail"]
        parts = tuple(decode(Passage, passage) for passage in passages)
        return decode(Document, row, text=text, passages=parts)

    return [document(row) for row in rows]


def _revisions(connection: duckdb.DuckDBPyConnection, rows: list[Values]) -> list[Revision]:
    ids = [row["revision_id"] for row in rows]
    evidence: dict[tuple[str, ...], list[Evidence]] = defaultdict(list)
    for row in fetch(connection, "evidence", ids=ids):
        evidence[row["revision_id"], row["part"], row["key"]].append(decode(Evidence, row))
    parts: dict[str, dict[str, list[Frozen]]] = defaultdict(lambda: defaultdict(list))
    kinds = ((Fact, "fact", "name"), (Statement, "statement", "n"), (Tag, "tag", "slug"))
    for kind, name, key in kinds:
        for row in fetch(connection, TABLES[kind].name, ids=ids):
            quotes = tuple(evidence[row["revision_id"], name, str(row[key])])
            parts[row["revision_id"]][f"{name}s"].append(decode(kind, row, evidence=quotes))
    return [
        decode(Revision, row, study=CaseStudy.model_validate(parts[row["revision_id"]]))
        for row in rows
    ]


def _dicts(result: duckdb.DuckDBPyConnection) -> list[Values]:
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
