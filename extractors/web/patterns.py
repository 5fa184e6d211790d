"""The patterns of ``data/web.toml``, compiled."""

import re

from extractors.data import table

_TABLE = table("web")


def words(part: str, name: str) -> list[str]:
    """Return a list of words."""
    stated: str = _TABLE[part][name]
    return stated.split()


def pattern(part: str, name: str) -> re.Pattern[str]:
    """Return a pattern, with the office of its part for ROLE."""
    role = _TABLE[part].get("role", "")
    return re.compile(_TABLE[part][name].replace("ROLE", role), re.IGNORECASE)
