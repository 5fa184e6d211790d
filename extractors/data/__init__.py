"""Rules and word lists of the extractors, as TOML files that people can read and correct."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the entries of the file ``name``.toml."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


def pattern(name: str, section: str, key: str) -> re.Pattern[str]:
    """Return a case-insensitive pattern from a section of the file ``name``.toml."""
    return re.compile(table(name)[section][key], re.IGNORECASE)
