"""Rules and word lists of the extractors, as TOML files that people can read and correct."""

import tomllib
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Return the entries of the file ``name``.toml."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
