"""Rows of files that others wrote."""

from pathlib import Path
from typing import Any

import duckdb

from schemas.errors import InputError

_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a Parquet, CSV or JSON Lines file, or raise InputError."""
    reader = _READERS.get(path.suffix.lower(), "read_json")
    with duckdb.connect() as connection:
        try:
            query = f"SELECT * FROM {reader}($path)"  # noqa: S608 - a name of ours
            found = connection.execute(query, {"path": str(path)})
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{path} cannot be read as a table: {reason}") from error
