"""Rows as dictionaries, of query results and of files from elsewhere."""

from pathlib import Path
from typing import Any

import duckdb

from schemas.errors import InputError

_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}


def as_dicts(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the rows of a query result by column name."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a Parquet, CSV or JSON Lines file, or raise InputError."""
    reader = _READERS.get(path.suffix.lower(), "read_json")
    with duckdb.connect() as connection:
        try:
            query = f"SELECT * FROM {reader}($path)"  # noqa: S608 - from _READERS
            found = connection.execute(query, {"path": str(path)})
            return as_dicts(found)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{path} cannot be read as a table: {reason}") from error
