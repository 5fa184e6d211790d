"""The SQL files: named queries, and numbered migrations."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

from schemas.errors import WarehouseError

_HERE = Path(__file__).parent


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
def migrations() -> tuple[tuple[str, str], ...]:
    """Return the name and SQL of each migration, in order; the first has number 1."""
    found = sorted(_HERE.glob("migrations/*.sql"))
    return tuple((file.stem, file.read_text("utf-8")) for file in found)


def version(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return the number of the newest migration in the database ``name``, 0 if it is empty."""
    try:
        found = connection.execute("SELECT max(number) FROM migrations").fetchall()[0][0] or 0
    except duckdb.CatalogException:
        return 0
    if found > (known := len(migrations())):
        message = f"{name} was written by a newer casebook (schema {found}, not {known}): upgrade"
        raise WarehouseError(message, cause="warehouse_too_new")
    return int(found)


def upgrade(connection: duckdb.DuckDBPyConnection, name: str, kept: str = "") -> None:
    """Apply the missing migrations, each in one transaction with its record.

    ``kept`` is a sentence about the backup, for the error message.
    """
    first = version(connection, name) + 1
    for number, (step, sql) in enumerate(migrations()[first - 1 :], start=first):
        try:
            connection.begin().execute(sql)
            connection.execute("INSERT INTO migrations VALUES (?, ?, now())", [number, step])
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            reason = str(error).partition("\n")[0]
            message = f"{name} could not be migrated to {step}: {reason}. {kept}"
            raise WarehouseError(message, cause="migration_failed") from error
