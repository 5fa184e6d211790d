"""The patterns of ``data/web.toml``, compiled."""

import re

from extractors.data import table

_TABLE = table("web")


def words(part: str, name: str) -> list[str]:
    """Return a list of words."""
    stated: str = _TABLE[part][name]
    return stated.split()


def pattern(part: str, name: str) -> re.Pattern[str]:
    """Return one pattern, with the office of its part in the place of ROLE."""
    role = _TABLE[part].get("role", "")
    return re.compile(_TABLE[part][name].replace("ROLE", role), re.IGNORECASE)


def patterns(part: str, name: str) -> list[re.Pattern[str]]:
    """Return a list of patterns."""
    return [re.compile(one, re.IGNORECASE) for one in _TABLE[part][name]]
