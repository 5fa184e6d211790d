"""The SQL files: named queries, and numbered migrations.

A released migration is never edited. ``python -m warehouse.lock`` records the hash of each file and
of the columns that a database has after it; a database with other columns is refused before
anything is written to it.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version as release
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from schemas.companies import resolved
from schemas.errors import WarehouseError
from schemas.frozen import sha256_hex

LOCK = Path(__file__).parent / "migrations/released.json"
_HERE = Path(__file__).parent
_COLUMNS = """SELECT table_name || '.' || column_name FROM duckdb_columns()
    WHERE database_name = current_database() AND NOT internal ORDER BY ALL"""
_COMPANIES = "0110_companies"  # the names in earlier revisions are resolved after it
_FIRST_WITH_RELEASE = 101  # the migration that adds the column ``release`` to the records


class Migration(NamedTuple):
    """One step of the schema. The number is that of the file's name."""

    number: int
    name: str
    sql: str


class Released(NamedTuple):
    """SHA-256 of a migration's file, and of the columns that a database has after it."""

    sha256: str
    columns: str


@cache
def queries() -> Mapping[str, str]:
    """Return the queries in ``queries/*.sql`` by name."""
    files = _HERE.glob("queries/*.sql")
    return {name: sql for file in files for name, sql in named_parts(file).items()}


def named_parts(file: Path, label: str = "name") -> dict[str, str]:
    """Return the queries of an SQL file by the name in the comment above them."""
    parts = re.split(rf"^-- {label}: (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)
    return {name: sql.strip() for name, sql in zip(parts[1::2], parts[2::2], strict=True)}


@cache
def migrations() -> tuple[Migration, ...]:
    """Return the migrations in order."""
    found = sorted(_HERE.glob("migrations/*.sql"))
    return tuple(
        Migration(int(file.stem.split("_")[0]), file.stem, file.read_text("utf-8"))
        for file in found
    )


@cache
def released() -> Mapping[str, Released]:
    """Return the recorded hashes by the migration's name."""
    entries = json.loads(LOCK.read_text("utf-8"))
    return {name: Released(**hashes) for name, hashes in entries.items()}


def columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return ``table.column`` for each column of the database's tables and views, sorted."""
    return [name for (name,) in connection.execute(_COLUMNS).fetchall()]


def hash_of(names: list[str]) -> str:
    """Return the SHA-256 of names of columns, in hexadecimal."""
    return sha256_hex("\n".join(names).encode())


def version(connection: duckdb.DuckDBPyConnection, name: str, *, compares: bool = True) -> int:
    """Return the number of the newest migration in the database ``name``, 0 if it is empty.

    Without ``compares``, only the records of migrations are read, not the columns.

    Raises:
        WarehouseError: ``warehouse_too_new`` or ``warehouse_foreign``, if this casebook cannot use
            the database. Nothing has been written to it.
    """
    try:
        steps = connection.execute("SELECT number, name FROM migrations ORDER BY 1").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        if columns(connection):
            message = (
                f"{name} is a database of another program: set CASEBOOK_HOME to another folder"
            )
            raise WarehouseError(message, cause="warehouse_foreign") from None
        return 0
    known = [(one.number, one.name) for one in migrations()]
    if len(steps) > len(known) and steps[: len(known)] == known:
        newest = steps[-1][0]
        message = f"{name} was written by a newer casebook (schema {newest}, not {known[-1][0]})"
        raise WarehouseError(f"{message}: upgrade", cause="warehouse_too_new")
    is_ours = steps == known[: len(steps)]
    if not is_ours or (compares and not _has_columns(connection, len(steps))):
        raise _foreign(connection, name, steps)
    return int(steps[-1][0]) if steps else 0


def upgrade(connection: duckdb.DuckDBPyConnection, name: str, kept: str = "") -> None:
    """Apply the missing migrations, each in one transaction with its record.

    ``kept`` is a sentence about the backup for the error message.
    """
    found = version(connection, name)
    for number, step, sql in migrations():
        if number <= found:
            continue
        record: list[Any] = [number, step]
        try:
            connection.begin().execute(sql)
            if step == _COMPANIES:
                _resolve_names(connection)
            if number < _FIRST_WITH_RELEASE:
                connection.execute("INSERT INTO migrations VALUES (?, ?, now())", record)
            else:
                record.append(release("casebook-llmops"))
                connection.execute("INSERT INTO migrations VALUES (?, ?, now(), ?)", record)
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            reason = str(error).partition("\n")[0]
            message = f"{name} could not be migrated to {step}: {reason}. {kept}"
            raise WarehouseError(message, cause="migration_failed") from error


def _resolve_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Store the companies that existing revisions name."""
    found = connection.execute(
        "SELECT DISTINCT value FROM facts WHERE name = 'company' AND value IS NOT NULL ORDER BY 1"
    ).fetchall()
    for one in resolved([name for (name,) in found], {}):
        connection.execute(
            "INSERT INTO company_names BY NAME SELECT $name AS name, $key AS key, "
            "$company_id AS company_id, $origin AS origin, $state AS state, "
            "$at AS happened_at, $at AS stored_at",
            one.model_dump(exclude={"decision_id", "who"}),
        )


def _has_columns(connection: duckdb.DuckDBPyConnection, applied: int) -> bool:
    """Return whether the database has the columns of the first ``applied`` migrations."""
    if not applied:
        return True
    step, there = migrations()[applied - 1].name, columns(connection)
    if step in released() and hash_of(there) == released()[step].columns:
        return True
    return set(columns_after(applied)) <= set(there)  # tables or views of a person's own are fine


@cache
def columns_after(applied: int) -> list[str]:
    """Return the columns of a database with the first ``applied`` migrations."""
    with duckdb.connect() as empty:
        for migration in migrations()[:applied]:
            empty.execute(migration.sql)
        return columns(empty)


def _foreign(
    connection: duckdb.DuckDBPyConnection, name: str, steps: list[tuple[int, str]]
) -> WarehouseError:
    """Return an error that says which casebook made the database, and what to do."""
    (day,) = connection.execute("SELECT min(applied_at)::DATE::VARCHAR FROM migrations").fetchall()[
        0
    ]
    newest = steps[-1][0]
    is_first = not re.match(r"\d", steps[0][1])
    maker = "the first edition of casebook" if is_first else "an unreleased version of casebook"
    message = (
        f"{name} was made on {day} by {maker} (schema {newest}), whose tables differ. Nothing was"
        " changed. With that casebook, run `casebook export FOLDER`; with this one,"
        " `casebook --home NEW import FOLDER`"
    )
    return WarehouseError(message, cause="warehouse_foreign")
