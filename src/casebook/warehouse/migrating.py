"""Bringing a database to this version's schema. What is kept of the old state is the caller's."""

from collections.abc import Sequence

import duckdb

from casebook.schemas.errors import MigrationFailed, WarehouseTooNew
from casebook.warehouse.sql import Migration, queries


def is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether there is no table at all."""
    return not connection.execute(queries()["tables"]).fetchall()


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the newest migration in the database, 0 where none was applied."""
    tables = connection.execute(queries()["tables"]).fetchall()
    if ("migrations",) not in tables:
        return 0
    return int(connection.execute(queries()["version"]).fetchall()[0][0])


def pending(
    connection: duckdb.DuckDBPyConnection, name: str, migrations: Sequence[Migration]
) -> Sequence[Migration]:
    """Return what the database called ``name`` lacks of ``migrations``, in order.

    Raises:
        WarehouseTooNew: if it knows more migrations than we do.
    """
    return migrations[refuse_newer(connection, name, len(migrations)) :]


def refuse_newer(connection: duckdb.DuckDBPyConnection, name: str, known: int) -> int:
    """Return the number of the newest migration, which is not above the ``known`` ones.

    Raises:
        WarehouseTooNew: if it is: what is stored may mean something else by now.
    """
    present = version(connection)
    if present > known:
        raise WarehouseTooNew(
            f"{name} was written by a newer casebook (schema {present}, this one knows"
            f" {known}): install a newer casebook and start that one, or point CASEBOOK_HOME"
            " elsewhere."
        )
    return present


def apply(
    connection: duckdb.DuckDBPyConnection, name: str, migrations: Sequence[Migration], kept: str
) -> list[int]:
    """Apply ``migrations``, each with its record in one transaction, and return their numbers.

    Args:
        connection: outside a transaction, with a lock held that keeps other writers out.
        name: the database, for the message.
        migrations: the pending ones.
        kept: says where the state before them can be found.

    Raises:
        MigrationFailed: if one does not apply; the ones before it stay, nothing of it does.
    """
    for migration in migrations:
        try:
            _apply(connection, migration)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise MigrationFailed(
                f"Migration {migration.number} ({migration.name}) did not apply to {name}:"
                f" {reason}. Nothing of it was kept; {kept}. Please report this."
            ) from error
    return [migration.number for migration in migrations]


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    record = {"number": migration.number, "name": migration.name}
    connection.begin()
    connection.execute(migration.sql)
    connection.execute(queries()["record_migration"], record)
    connection.commit()
