"""Patterns that indicate the subject of a sentence, loaded from ``cues.toml``."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from schemas.cases import Section, TermGroup
from schemas.frozen import Frozen
from summarizer.data import table


class SectionCues(Frozen):
    """The cues of one section, as explained in the data file."""

    keep: int
    headings: tuple[str, ...]
    announces: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    strong: tuple[str, ...]
    light: tuple[str, ...]
    against: tuple[str, ...] = ()
    taxonomy: TermGroup | None = None


class Cues(Frozen):
    """All cues. Sentences need the weight ``threshold``; a section's first ones, ``least``."""

    number: str
    threshold: float
    least: float
    stage: tuple[tuple[str, str], ...]
    narrator: tuple[tuple[str, str], ...]
    junk: tuple[str, ...]
    apart: str
    leaning: tuple[str, ...]
    stop: frozenset[str]
    not_names: frozenset[str]
    company: Mapping[str, Any]
    sections: Mapping[Section, SectionCues]


@cache
def load_cues() -> Cues:
    """Return the cues of the data file."""
    return Cues.model_validate(table("cues"))


def hits(patterns: Sequence[str], text: str) -> int:
    """Return the number of ``patterns`` that occur in ``text``."""
    return sum(bool(_compiled(pattern).search(text)) for pattern in patterns)


def has_any(patterns: Sequence[str], text: str) -> bool:
    """Return whether any of ``patterns`` occurs in ``text``."""
    return any(_compiled(pattern).search(text) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern of the data file, which ignores case."""
    return re.compile(pattern.replace("<n>", load_cues().number), re.IGNORECASE)
