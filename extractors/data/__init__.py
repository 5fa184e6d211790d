"""Rules and word lists of the extractors, as TOML files that people can read and correct."""

import re
import tomllib
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Return the entries of the file ``name``.toml."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


def patterns(name: str, section: str) -> dict[str, re.Pattern[str]]:
    """Return the case-insensitive patterns in a section of the file ``name``.toml."""
    entries = table(name)[section].items()
    return {key: re.compile(entry, re.IGNORECASE) for key, entry in entries}
