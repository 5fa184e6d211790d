"""Rows as Parquet for the published data, and rows of files that others wrote."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
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


def write_parquet(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write ``rows`` (JSON values, each with the same keys, at least one) to ``path``."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        lines = Path(folder) / "rows.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        found = connection.read_json(str(lines), format="newline_delimited", sample_size=-1)
        found.to_parquet(str(path))
