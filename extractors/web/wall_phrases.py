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


def _phrases(finding: str, advice: str, **lines: str) -> Phrases:
    joined = {name: "|".join(filter(None, text.split("\n"))) for name, text in lines.items()}
    patterns = {
        name: re.compile(text.replace("NOT", _NOT), re.IGNORECASE) for name, text in joined.items()
    }
    return Phrases(finding, advice, **patterns)


WALLS = {cause: _phrases(**values) for cause, values in table("walls").items()}
"""By the cause that an error of this kind has."""
