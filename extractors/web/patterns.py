"""The patterns of ``data/web.toml`` and ``data/walls.toml``, compiled."""

import re
from typing import NamedTuple

from extractors.data import table

_TABLE = table("web")
_NEVER = re.compile(r"(?!)")
_NOT = r"(?:not|n[’']?t)"


def words(part: str, name: str) -> list[str]:
    """Return a word list of ``web.toml``."""
    stated: str = _TABLE[part][name]
    return stated.split()


def pattern(part: str, name: str) -> re.Pattern[str]:
    """Return a pattern of ``web.toml``; ROLE stands for the ``role`` of its part."""
    role = _TABLE[part].get("role", "")
    return re.compile(_TABLE[part][name].replace("ROLE", role), re.IGNORECASE)


class WallPhrases(NamedTuple):
    """The patterns and messages of one kind of wall; ``walls.toml`` explains each."""

    finding: str
    advice: str
    title: re.Pattern[str] = _NEVER
    text: re.Pattern[str] = _NEVER
    hint: re.Pattern[str] = _NEVER
    markup: re.Pattern[str] = _NEVER
    opening: re.Pattern[str] = _NEVER
    address: re.Pattern[str] = _NEVER
    term: re.Pattern[str] = _NEVER


def _wall_phrases(finding: str, advice: str, **lines: str) -> WallPhrases:
    joined = {name: "|".join(filter(None, text.split("\n"))) for name, text in lines.items()}
    patterns = {
        name: re.compile(text.replace("NOT", _NOT), re.IGNORECASE) for name, text in joined.items()
    }
    return WallPhrases(finding, advice, **patterns)


# By the cause of the error.
WALLS = {cause: _wall_phrases(**values) for cause, values in table("walls").items()}
