"""Bringing a database to the schema of this version."""

import duckdb

from schemas.errors import WarehouseError
from warehouse.sql import migrations

_RECORDS = (
    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER, name VARCHAR, applied_at TIMESTAMPTZ)"
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
    if found > migrations()[-1].number:
        raise WarehouseError(
            f"{name} was made by a newer casebook (schema {found}; this one knows"
            f" {migrations()[-1].number}): upgrade casebook",
            cause="warehouse_too_new",
        )
    return int(found)


def apply(connection: duckdb.DuckDBPyConnection, name: str, kept: str) -> None:
    """Apply the migrations that the database lacks, each in one transaction with its record.

    ``kept`` says where the rows as they were can be found.

    Raises:
        WarehouseError: with ``migration_failed``; the database is as after the last good one.
    """
    connection.execute(_RECORDS)
    for migration in migrations()[version(connection, name) :]:
        try:
            connection.begin()
            connection.execute(migration.sql)
            record = "INSERT INTO migrations VALUES ($number, $name, now())"
            connection.execute(record, {"number": migration.number, "name": migration.name})
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            reason = str(error).partition("\n")[0]
            raise WarehouseError(
                f"{name} could not be brought to schema {migration.name}: {reason}. {kept}",
                cause="migration_failed",
            ) from error
