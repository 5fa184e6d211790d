"""Bringing a warehouse file to this version's schema, with a backup first."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from casebook.schemas.errors import MigrationFailed, WarehouseTooNew
from casebook.warehouse.sql import Migration, queries


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the newest migration in the file, 0 where none was applied."""
    if "migrations" not in _tables(connection):
        return 0
    return int(connection.execute(queries()["version"]).fetchall()[0][0])


def migrate(
    connection: duckdb.DuckDBPyConnection, path: Path, migrations: Sequence[Migration]
) -> list[int]:
    """Apply what the file at ``path`` lacks, each step with its record in one transaction.

    Args:
        connection: to the file, with external access, outside a transaction; held throughout, so
            that nobody writes between the backup and the last step.
        path: the file; the backup is written beside it unless it is empty.
        migrations: all of them, in order.

    Returns:
        The numbers applied now.

    Raises:
        WarehouseTooNew: if the file knows more migrations than we do.
        MigrationFailed: if one does not apply; the ones before it stay, nothing of it does.
    """
    present = version(connection)
    if present > len(migrations):
        raise WarehouseTooNew(
            f"{path} was written by a newer casebook (schema {present}, this one knows"
            f" {len(migrations)}): install a newer casebook, or point CASEBOOK_HOME elsewhere."
        )
    pending = migrations[present:]
    backup = _backup(connection, path, pending[0].number) if pending else None
    for migration in pending:
        _apply(connection, migration, path, backup)
    if pending:
        connection.checkpoint()
    return [migration.number for migration in pending]


def _apply(
    connection: duckdb.DuckDBPyConnection, migration: Migration, path: Path, backup: Path | None
) -> None:
    record = {"number": migration.number, "name": migration.name}
    try:
        connection.begin()
        connection.execute(migration.sql)
        connection.execute(queries()["record_migration"], record)
        connection.commit()
    except duckdb.Error as error:
        kept = f"the backup made before is {backup}" if backup else "the file was empty before"
        reason = str(error).partition("\n")[0]
        raise MigrationFailed(
            f"Migration {migration.number} ({migration.name}) did not apply to {path}: {reason}."
            f" Nothing of it was kept; {kept}. Please report this."
        ) from error


def _backup(connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> Path | None:
    """Copy every table and view beside the file; the name appears only when the copy is whole.

    The database copies, not the file system: closing any handle on the file would drop this
    process's lock on it (POSIX). ATTACH and COPY cannot take bound values, hence the quoting.
    """
    if not _tables(connection):
        return None
    backup = path.with_name(f"{path.name}.before-{number}.bak")
    unfinished = backup.with_name(f"{backup.name}.part")
    unfinished.unlink(missing_ok=True)
    (name,) = connection.execute(queries()["database_name"]).fetchall()[0]
    target, source = _quoted(str(unfinished), "'"), _quoted(name, '"')
    connection.execute(f"ATTACH {target} AS backup")
    connection.execute(f"COPY FROM DATABASE {source} TO backup")
    connection.execute("CHECKPOINT backup")
    connection.execute("DETACH backup")
    return unfinished.replace(backup)


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in connection.execute(queries()["tables"]).fetchall()]
