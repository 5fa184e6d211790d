"""The words that the check of summaries knows about, from ``lexicon.toml``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from tomllib import loads

from casebook.summarizer.language.wording import name_key, stem


@dataclass(frozen=True)
class Lexicon:
    """Word lists by stem, and patterns.

    ``field`` are keys of what the field calls itself, which name nothing; ``of_models`` name
    nothing new in a text that speaks of models.
    ``opposites`` maps a stem to the stems that say the contrary; ``same_name`` a name's key to the
    one spelling that stands for all.
    """

    opposites: Mapping[str, frozenset[str]]
    frame: frozenset[str]
    about_itself: re.Pattern[str]
    links: re.Pattern[str]
    hedges: frozenset[str]
    reservations: re.Pattern[str]
    obligations: re.Pattern[str]
    same_name: Mapping[str, str]
    openers: frozenset[str]
    field: frozenset[str]
    of_models: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that ships with casebook."""
    raw = loads(files(__package__).joinpath("lexicon.toml").read_text("utf-8"))
    links = "|".join(re.escape(link) for link in raw["links"])
    return Lexicon(
        opposites=_opposites([*raw["opposites"], *combinations(raw["ordinals"].split(), 2)]),
        frame=_stems(raw["frame"]),
        about_itself=re.compile("|".join(raw["about_itself"]), re.IGNORECASE),
        links=re.compile(rf"\b(?:{links})\b", re.IGNORECASE),
        hedges=_stems(raw["hedges"]),
        reservations=_any_of(raw["reservations"]),
        obligations=_any_of(raw["obligations"]),
        same_name={
            name_key(spelling.replace(" ", "")): name
            for name, others in raw["same_name"].items()
            for spelling in (name, *others)
        },
        field=frozenset(raw["field"]["words"].split()),
        of_models=frozenset(raw["field"]["of_models"].split()),
        openers=frozenset(raw["openers"]["words"].split()),
    )


def _any_of(listed: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(listed.split())})\b", re.IGNORECASE)


def _stems(listed: str) -> frozenset[str]:
    return frozenset(stem(word) for word in listed.split())


def _opposites(pairs: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            for word in _stems(one):
                found[word] = found.get(word, frozenset()) | _stems(other)
    return found
