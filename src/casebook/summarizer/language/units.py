"""The unit that stands at a number: 300 ms are not 300 seconds, and 40 % no 40 hours. Pure.

Only units that are written in few, certain ways are known; whatever else stands there is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from casebook.summarizer.language.numerals import Figure, figures

_AFTER = {
    "%": r"%|percent(?:age)?|per cent|pct",
    "dollars": r"dollars?|USD",
    "euros": r"euros?|EUR",
    "pounds": r"GBP",
    "milliseconds": r"ms|msecs?|milliseconds?",
    "seconds": r"(?<=\s)s|secs?|seconds?",
    "minutes": r"mins?|minutes?",
    "hours": r"hrs?|hours?",
    "days": r"days?",
    "weeks": r"weeks?",
    "months": r"months?",
    "years": r"years?",
    "KB": r"KB|kilobytes?",
    "MB": r"MB|megabytes?",
    "GB": r"GB|gigabytes?",
    "TB": r"TB|terabytes?",
}
_BEFORE = {"$": "dollars", "€": "euros", "£": "pounds"}
_UNIT = re.compile(
    r"[\s\u00a0-]?(?:" + "|".join(f"({pattern})" for pattern in _AFTER.values()) + r")(?!\w)",
    re.IGNORECASE,
)
_NAMES = tuple(_AFTER)
# A unit that is written to its digits is part of the figure: "300ms".
_WRITTEN_TO_IT = re.compile(r"(?<=\d)[A-Za-z]+\Z")


@dataclass(frozen=True)
class Measure:
    """A number of ``text``: the values it may stand for, its unit if known, and both as written."""

    values: tuple[float, ...]
    unit: str | None
    written: str


def measures(text: str) -> Iterator[Measure]:
    """Yield every number of ``text`` with its unit."""
    for figure in figures(text):
        unit, start, end = _unit(figure, text)
        yield Measure(figure.readings, unit, text[start:end])


def _unit(figure: Figure, text: str) -> tuple[str | None, int, int]:
    """Return the unit at a figure, and where both begin and end."""
    attached = _WRITTEN_TO_IT.search(text[figure.start : figure.end])
    begin = figure.start + attached.start() if attached and figure.scale == 1 else figure.end
    found = _UNIT.match(text, begin)
    if found and found.lastindex:
        return _NAMES[found.lastindex - 1], figure.start, found.end()
    sign = text[max(figure.start - 1, 0) : figure.start]
    return _BEFORE.get(sign), figure.start - (sign in _BEFORE), figure.end


def other_unit(text: str, quoted: str) -> tuple[Measure, Measure] | None:
    """Return a number of ``text`` and its equal in the quote, which has it in other units only.

    A number that the quote has without a unit, or with one that is not known, is not compared.
    """
    theirs = list(measures(quoted))
    for ours in measures(text):
        same = [m for m in theirs if set(m.values) & set(ours.values)]
        if ours.unit and same and all(m.unit not in (None, ours.unit) for m in same):
            return ours, same[0]
    return None


def has_measure(asked: Measure, text: str) -> bool:
    """Tell whether ``text`` states this number in this unit anywhere."""
    return any(m.unit == asked.unit and set(m.values) & set(asked.values) for m in measures(text))
