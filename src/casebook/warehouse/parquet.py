"""Records that lie in JSON Lines, as one Parquet file with all that is nested in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from casebook.schemas.errors import PublishError
from casebook.schemas.frozen import Frozen
from casebook.warehouse.database import SETTINGS
from casebook.warehouse.sql import quoted

# What a reader takes at once, and who writes keeps in memory; a record has some 50 KB.
_GROUP_ROWS = 2_048
_LONGEST_RECORD = 1 << 26
_PLAIN = {"boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "string": "VARCHAR"}
_FORMATS = {"date": "DATE", "date-time": "TIMESTAMPTZ"}


def write_parquet(lines: Path, out: Path, record: type[Frozen]) -> None:
    """Write the records of ``lines``, each a ``record``, to ``out``; the same give the same bytes.

    Raises:
        PublishError: when the file cannot be written.
    """
    schema = record.model_json_schema(mode="serialization")
    columns = {name: _type(one, schema["$defs"]) for name, one in schema["properties"].items()}
    try:
        with duckdb.connect(config={**SETTINGS, "memory_limit": "1GB"}) as connection:
            read = connection.read_json(
                str(lines),
                columns=columns,
                format="newline_delimited",
                maximum_object_size=_LONGEST_RECORD,
            )
            read.to_parquet(str(out), compression="zstd", row_group_size=_GROUP_ROWS)
    except duckdb.Error as error:
        raise PublishError(f"{out.name} could not be written: {error}") from error


def _type(schema: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    """Return DuckDB's type for what a JSON schema describes."""
    if "$ref" in schema:
        return _type(named[schema["$ref"].rpartition("/")[2]], named)
    if "anyOf" in schema:
        (kind,) = (one for one in schema["anyOf"] if one.get("type") != "null")
        return _type(kind, named)
    if schema["type"] == "array":
        return f"{_type(schema['items'], named)}[]"
    if schema["type"] == "object" and "properties" in schema:
        fields = schema["properties"].items()
        told = (f"{quoted(name, chr(34))} {_type(one, named)}" for name, one in fields)
        return f"STRUCT({', '.join(told)})"
    if schema["type"] == "object":
        return f"MAP(VARCHAR, {_type(schema['additionalProperties'], named)})"
    return _FORMATS.get(schema.get("format", ""), _PLAIN[schema["type"]])
