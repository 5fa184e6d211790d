"""The SQL files: named queries, and numbered migrations that are applied in order."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import duckdb

from schemas.errors import WarehouseError

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_RECORDS = (
    "CREATE TABLE IF NOT EXISTS migrations (number INT, name VARCHAR, applied_at TIMESTAMPTZ)"
)


@cache
def queries() -> Mapping[str, str]:
    """Return the queries of ``queries/*.sql`` by name."""
    found: dict[str, str] = {}
    for file in (files("warehouse") / "queries").iterdir():
        _, *parts = _NAME.split(file.read_text("utf-8"))
        found |= zip(parts[::2], parts[1::2], strict=True)
    return found


@cache
def migrations() -> tuple[tuple[str, str], ...]:
    """Return the name and the SQL of each migration in order; the first is number 1."""
    found = ((file.name, file) for file in (files("warehouse") / "migrations").iterdir())
    return tuple(
        (name.removesuffix(".sql"), file.read_text("utf-8")) for name, file in sorted(found)
    )


def version(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return the number of the newest migration in the database ``name``, 0 for an empty one.

    Raises:
        WarehouseError: with ``warehouse_too_new`` if this casebook does not know it.
    """
    try:
        found = connection.execute("SELECT max(number) FROM migrations").fetchall()[0][0] or 0
    except duckdb.CatalogException:
        return 0
    if found > len(migrations()):
        raise WarehouseError(
            f"{name} was made by a newer casebook (schema {found}; this one knows"
            f" {len(migrations())}): upgrade casebook",
            cause="warehouse_too_new",
        )
    return int(found)


def upgrade(connection: duckdb.DuckDBPyConnection, name: str, kept: str = "") -> None:
    """Apply the migrations that the database lacks, each in one transaction with its record.

    ``kept`` says where the rows as they were can be found.

    Raises:
        WarehouseError: with ``migration_failed``; the database is as after the last good one.
    """
    connection.execute(_RECORDS)
    first = version(connection, name) + 1
    for number, (step, sql) in enumerate(migrations()[first - 1 :], start=first):
        try:
            connection.begin()
            connection.execute(sql)
            connection.execute("INSERT INTO migrations VALUES (?, ?, now())", [number, step])
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            reason = str(error).partition("\n")[0]
            raise WarehouseError(
                f"{name} could not be brought to schema {step}: {reason}. {kept}",
                cause="migration_failed",
            ) from error
