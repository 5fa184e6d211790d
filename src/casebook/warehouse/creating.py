"""A new DuckDB file: it appears whole under its name, or not at all."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Any

import duckdb

from casebook.warehouse.sql import quoted


def create(path: Path, settings: Mapping[str, Any]) -> None:
    """Make an empty database at ``path``, unless somebody else has meanwhile.

    It is made under another name. A disk that is full in the midst of it, or a power cut, would
    leave a file that is no database, and every later command would refuse that.

    Raises:
        duckdb.Error: if it cannot be made.
        OSError: if it cannot be given its name.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
    try:
        with duckdb.connect(config=dict(settings)) as instance:
            instance.execute(f"ATTACH {quoted(str(part))} AS made")
            instance.execute("DETACH made")
        _name(part, path)
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give the file its name, which another process may have taken: its file stays."""
    with suppress(FileExistsError):
        try:
            os.link(part, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if not path.exists():
                part.rename(path)
