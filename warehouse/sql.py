"""The SQL files: named queries and numbered migrations."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


class Migration(NamedTuple):
    """One step of the schema, such as ``0001_tables``."""

    number: int
    name: str
    sql: str


@cache
def queries() -> Mapping[str, str]:
    """Return the queries of ``queries/*.sql`` by name."""
    found: dict[str, str] = {}
    for file in (files("warehouse") / "queries").iterdir():
        _, *parts = _NAME.split(file.read_text("utf-8"))
        found |= dict(zip(parts[::2], parts[1::2], strict=True))
    return found


@cache
def migrations() -> tuple[Migration, ...]:
    """Return the migrations in order."""
    found = sorted((files("warehouse") / "migrations").iterdir(), key=lambda file: file.name)
    return tuple(
        Migration(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in found
        if file.name.endswith(".sql")
    )
