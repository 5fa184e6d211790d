"""Writes rows as Parquet for the published data."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb


def write_parquet(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write ``rows`` (JSON values, each with the same keys, at least one) to ``path``."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        lines = Path(folder) / "rows.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        found = connection.read_json(str(lines), format="newline_delimited", sample_size=-1)
        found.to_parquet(str(path))
