"""What walls say, as ``data/walls.toml`` has it."""

import re
from typing import NamedTuple

from extractors.data import table

_NEVER = re.compile(r"(?!)")
_NOT = r"(?:not|n[’']?t)"


class Phrases(NamedTuple):
    """The words of one kind of wall, and what its error says; ``walls.toml`` explains each."""

    finding: str
    advice: str
    title: re.Pattern[str] = _NEVER
    text: re.Pattern[str] = _NEVER
    hint: re.Pattern[str] = _NEVER
    markup: re.Pattern[str] = _NEVER
    opening: re.Pattern[str] = _NEVER
    address: re.Pattern[str] = _NEVER
    term: re.Pattern[str] = _NEVER


def _pattern(lines: str) -> re.Pattern[str]:
    joined = "|".join(line for line in lines.split("\n") if line)
    return re.compile(joined.replace("NOT", _NOT), re.IGNORECASE)


def _phrases(finding: str, advice: str, **patterns: str) -> Phrases:
    compiled = {name: _pattern(lines) for name, lines in patterns.items()}
    return Phrases(finding, advice, **compiled)


WALLS = {cause: _phrases(**values) for cause, values in table("walls").items()}
"""By the cause that an error of this kind has."""
