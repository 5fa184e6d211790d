"""What a claim adds to its quotes: "all", a superlative, a cause, another order of size. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from tomllib import loads

from casebook.schemas.frozen import Frozen
from casebook.summarizer.language.numerals import numbers

_SCALES = {
    "dozens": 12,
    "hundreds": 100,
    "thousands": 10**3,
    "millions": 10**6,
    "billions": 10**9,
    "trillions": 10**12,
}
_TIMES = {"tens": 10, "hundreds": 100}
_MAGNITUDE = re.compile(
    rf"\b(?:(?P<times>{'|'.join(_TIMES)}) of )?(?P<scale>{'|'.join(_SCALES)})\b(?! of \w+s of)",
    re.IGNORECASE,
)
# "Thousands" may be said of anything up to a thousand times as much.
_SPREAD = 1000


class Addition(Frozen):
    """One kind of words that a claim may not add: the data file explains the parts."""

    name: str
    claim: str
    source: str


def added(text: str, said: str) -> str | None:
    """Return the words of ``text`` of a kind that ``said``, the sentences quoted, has none of."""
    for kind in _table():
        found = _compiled(kind.claim).search(text)
        if found and not _compiled(kind.source).search(said):
            return found[0]
    return None


def magnitudes(text: str) -> Iterator[tuple[str, float]]:
    """Yield each order of size of ``text`` as written, with the least number that it may mean."""
    for found in _MAGNITUDE.finditer(text):
        times = _TIMES.get((found["times"] or "").lower(), 1)
        yield found[0], float(times * _SCALES[found["scale"].lower()])


def other_magnitudes(text: str, near: str) -> list[str]:
    """Return the orders of size of ``text`` that ``near`` neither says nor has a number of."""
    known = numbers(near)
    told = {least for _, least in magnitudes(near)}
    return [
        written
        for written, least in magnitudes(text)
        if not any(least <= value < least * _SPREAD for value in (*known, *told))
    ]


@cache
def _table() -> Sequence[Addition]:
    raw = loads(files(__package__).joinpath("additions.toml").read_text("utf-8"))
    return [Addition.model_validate(kind) for kind in raw["addition"]]


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)
