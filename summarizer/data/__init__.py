"""Patterns and tables of the summarizer, as TOML files that people can read and correct."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the entries of the file ``name``.toml."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


def expanded(pattern: str, name: str) -> str:
    """Return a pattern with other patterns of the file ``name``.toml in place of {their names}."""
    named = table(name)
    return re.sub(r"\{([a-z]+)\}", lambda match: expanded(named[match[1]], name), pattern)
