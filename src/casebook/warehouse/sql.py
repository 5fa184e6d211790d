"""The SQL of this room, which lies in files: numbered migrations and named queries."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec

_NAME_LINE = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_PLAIN = re.compile(r"-?[0-9]+|[a-z]+[0-9]_[a-z0-9]+")
# DuckDB 1.5 looks for pandas anew, on the whole path, for each value that it binds, where that is
# not installed: a third of the time of a row. Importing it fails as before.
if find_spec("pandas") is None:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # what Python takes for "not there"
_MIGRATION_FILE = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One step of the schema; ``number`` counts from 1 without gaps."""

    number: int
    name: str
    sql: str


@cache
def migrations() -> tuple[Migration, ...]:
    """Return the migrations this version ships, in the order of their numbers."""
    paths = {path.name: path for path in _folder("migrations").iterdir()}
    matches = [match for name in paths if (match := _MIGRATION_FILE.fullmatch(name))]
    found = [Migration(int(m[1]), m[2], paths[m[0]].read_text("utf-8")) for m in matches]
    return tuple(sorted(found, key=lambda migration: migration.number))


@cache
def queries() -> dict[str, str]:
    """Return every named query; a name stands on a line ``-- name: x`` above its statement.

    Raises:
        ValueError: if two statements have one name.
    """
    found: dict[str, str] = {}
    for path in _folder("queries").iterdir():
        _, *parts = _NAME_LINE.split(path.read_text("utf-8"))
        for name, statement in zip(parts[::2], parts[1::2], strict=True):
            if found.setdefault(name, statement) is not statement:
                raise ValueError(f"two queries are named {name}")
    return found


def _folder(name: str) -> Traversable:
    return files("casebook.warehouse") / name


def bound(values: Mapping[str, object]) -> dict[str, object]:
    """Return ``values`` so that they bind quickly: a list of whole numbers or ids as its text.

    DuckDB 1.5 asks Python for pandas for each element of a list that it binds, also where there is
    none: 10,000 ids take a fifth of a second. Their text is cast in a tenth of that.
    """
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    parts = [str(element) for element in value]
    plain = all(
        isinstance(element, int | str) and _PLAIN.fullmatch(part)
        for element, part in zip(value, parts, strict=True)
    )
    return f"[{','.join(parts)}]" if plain else value


def quoted(text: str, mark: str = "'") -> str:
    """Return ``text`` as a literal, or with double marks as a name: for what cannot be bound."""
    return mark + text.replace(mark, mark * 2) + mark
