"""Rows in and out of an open transaction."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import duckdb

from schemas.cases import CaseStudy, Evidence, Fact, Statement, Tag
from schemas.documents import Document, Passage
from schemas.frozen import Frozen
from schemas.reviews import Revision
from warehouse.rows import TABLES, T, Values, decode, encoded
from warehouse.sql import queries

_structures: dict[str, str] = {}  # the schema is the same in every database of this version


def fetch(connection: duckdb.DuckDBPyConnection, query: str, /, **values: object) -> list[Values]:
    """Return the rows of the query called ``query``."""
    listed = {name: json.dumps(v) if isinstance(v, list) else v for name, v in values.items()}
    return _dicts(connection.execute(queries()[query], listed or None))


def newest(
    connection: duckdb.DuckDBPyConnection, kind: type[Frozen], /, **where: object
) -> list[Values]:
    """Return the row of a type that was stored last with these values, in a list, or none."""
    condition = " AND ".join(f"{column} = ${column}" for column in where)
    query = f"SELECT * FROM {TABLES[kind].name} WHERE {condition}"  # noqa: S608 - names of ours
    return _dicts(connection.execute(f"{query} ORDER BY stored_at DESC LIMIT 1", where))


def add(connection: duckdb.DuckDBPyConnection, rows: Iterable[Frozen], now: datetime) -> None:
    """Store rows; one whose key is there already is left as it is."""
    for kind, values in encoded(rows, now).items():
        add_values(connection, *TABLES[kind], values)


def add_values(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], rows: list[Values]
) -> None:
    """Store rows of one table unless there are some with the same values in the key's columns."""
    if table not in _structures:
        columns = fetch(connection, "columns", table=table)
        _structures[table] = json.dumps([{c["column_name"]: c["data_type"] for c in columns}])
    text = json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace").decode()
    staged = f"unnest(from_json($rows::JSON, '{_structures[table]}'), max_depth := 2)"
    connection.execute(
        f"INSERT INTO {table} BY NAME FROM (SELECT {staged}) AS staged"
        f" ANTI JOIN {table} USING ({', '.join(key)})",
        {"rows": text},
    )


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the number of rows of each table."""
    names = [row["name"] for row in fetch(connection, "tables") if row["kind"] == "table"]
    each = [f"SELECT '{name}', count(*) FROM {name}" for name in names]  # noqa: S608 - likewise
    return dict(connection.execute(" UNION ALL ".join(each)).fetchall())


def documents(connection: duckdb.DuckDBPyConnection, rows: list[Values]) -> list[Document]:
    """Return the documents of these rows, with their text and passages."""
    found: dict[str, list[Values]] = defaultdict(list)
    for row in fetch(connection, "passages", ids=[row["document_id"] for row in rows]):
        found[row["document_id"]].append(row)

    def document(row: Values) -> Document:
        passages = found[row["document_id"]]
        text = "".join(p["gap"] + p["text"] for p in passages) + row["tail"]
        parts = tuple(decode(Passage, passage) for passage in passages)
        return decode(Document, row, text=text, passages=parts)

    return [document(row) for row in rows]


def revisions(connection: duckdb.DuckDBPyConnection, rows: list[Values]) -> list[Revision]:
    """Return the revisions of these rows, with facts, statements and tags."""
    ids = [row["revision_id"] for row in rows]
    evidence: dict[tuple[str, ...], list[Evidence]] = defaultdict(list)
    for row in fetch(connection, "evidence", ids=ids):
        evidence[row["revision_id"], row["part"], row["key"]].append(decode(Evidence, row))

    def parts(kind: type[T], name: str, key: str) -> dict[str, list[T]]:
        groups: dict[str, list[T]] = defaultdict(list)
        for row in fetch(connection, TABLES[kind].name, ids=ids):
            quotes = evidence[row["revision_id"], name, str(row[key])]
            groups[row["revision_id"]].append(decode(kind, row, evidence=tuple(quotes)))
        return groups

    facts, tags = parts(Fact, "fact", "name"), parts(Tag, "tag", "slug")
    statements = parts(Statement, "statement", "n")

    def study(one: str) -> CaseStudy:
        return CaseStudy.model_validate(
            {"facts": facts[one], "statements": statements[one], "tags": tags[one]}
        )

    return [decode(Revision, row, study=study(row["revision_id"])) for row in rows]


def grouped(kind: type[T], rows: Iterable[Values], column: str) -> dict[str, list[T]]:
    """Return the objects of rows by the value of a column."""
    groups: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(decode(kind, row))
    return groups


def _dicts(result: duckdb.DuckDBPyConnection) -> list[Values]:
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
