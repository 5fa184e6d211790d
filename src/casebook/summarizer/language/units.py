"""The unit that stands at a number: 300 ms are 0.3 seconds and not 300, 40 % no 40 hours. Pure.

Only units that are written in few, certain ways are known; whatever else stands there is none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casebook.summarizer.language.numerals import Figure, figures

_AFTER = {
    "points": r"percentage[\s-]points?|%[\s-]points?|pp|ppts?",
    "%": r"%|percent(?:age)?|per cent|pct",
    "dollars": r"dollars?|USD",
    "cents": r"cents?",
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
    "metres": r"met(?:re|er)s?",
    "kilometres": r"km|kilomet(?:re|er)s?",
    "miles": r"miles?",
    "grams": r"grams?",
    "kilograms": r"kg|kgs|kilos?|kilograms?",
}
# What one of each is in the smallest of its kind. A month is taken for 30 days.
_KINDS: tuple[dict[str, float], ...] = (
    {
        "milliseconds": 0.001,
        "seconds": 1,
        "minutes": 60,
        "hours": 3600,
        "days": 86_400,
        "weeks": 604_800,
        "months": 2_592_000,
    },
    {"months": 1, "years": 12},
    {"weeks": 1, "years": 52},
    {"days": 1, "years": 365},
    {"KB": 1, "MB": 1000, "GB": 10**6, "TB": 10**9},
    {"KB": 1, "MB": 1024, "GB": 1024**2, "TB": 1024**3},
    {"cents": 1, "dollars": 100},
    {"cents": 1, "euros": 100},
    {"metres": 1, "kilometres": 1000, "miles": 1609.344},
    {"grams": 1, "kilograms": 1000},
)
_ONE_OF = re.compile(
    r"\b(?P<half>half\s)?(?:an?|one|per|each|every)\s"
    r"(?P<unit>(?:milli)?second|minute|hour|day|week|month|year)\b",
    re.IGNORECASE,
)
# How often: "9,200 claims a week", "5,000 calls per day", "600 dollars monthly". What has no blanks
# is not searched to its end from each of its numbers.
_SPANS = ("hour", "day", "week", "month", "quarter", "year")
_SPAN = rf"(?:{'|'.join(_SPANS)})"
_WORD = r"[^\W\d][^\s,;:.()]{0,30}\s{1,4}"
_PER = re.compile(
    r"[\s%-]{0,3}(?:"
    rf"(?:{_WORD}){{0,4}}?(?:(?:an?|per|each|every)\s|/)(?P<span>{_SPAN})\b"
    rf"|(?:{_WORD}){{0,2}}?per\s(?P<thing>[^\W\d]\w*)"
    rf"|(?:{_WORD}){{0,2}}?"
    r"(?P<often>hourly|daily|weekly|monthly|quarterly|yearly|annually)\b)",
    re.IGNORECASE,
)
_OFTEN = {"daily": "day", "annually": "year"}
# Each share is compared with so many after it: a text full of them has no end of differences.
_COMPARED = 50
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


def is_unit(word: str) -> bool:
    """Tell whether ``word`` is a unit's name, such as "GB"."""
    return _UNIT.fullmatch(word) is not None


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


def other_rate(text: str, quoted: str) -> tuple[str, str] | None:
    """Return a number of ``text`` and its equal in the quote, which has it in other times only.

    "9,200 a day" and "9,200 a week", or "per claim"; where either says none, nothing is compared.
    What is per thing in ``text`` may have another name in the quote.
    """
    asked = [rate for rate in _rates(text) if rate[1] in _SPANS]
    theirs = list(_rates(quoted)) if asked else []
    for values, span, written in asked:
        same = [rate for rate in theirs if set(rate[0]) & set(values)]
        if same and all(rate[1] not in (None, span) for rate in same):
            return written, same[0][2]
    return None


def _rates(text: str) -> Iterator[tuple[tuple[float, ...], str | None, str]]:
    """Yield every number of ``text`` with the time that it is per, if any, and both as written."""
    for figure in figures(text):
        found = _PER.match(text, figure.end)
        often = found["often"].lower() if found and found["often"] else ""
        span = found["span"].lower() if found and found["span"] else ""
        end = found.end() if found else figure.end
        thing = found["thing"].lower() if found and found["thing"] else ""
        said = span or thing or _OFTEN.get(often, often.removesuffix("ly"))
        yield figure.readings, said or None, text[figure.start : end]


def has_measure(asked: Measure, measured: Iterable[Measure]) -> bool:
    """Tell whether this number is stated in this unit among the measures of a text."""
    return any(m.unit == asked.unit and set(m.values) & set(asked.values) for m in measured)


def in_unit(unit: str, measured: Sequence[Measure], text: str) -> set[float]:
    """Return the values in ``unit`` of what ``text`` states in other units of its kind.

    ``measured`` are the measures of ``text``. "2 hours" are 120 minutes, "half an hour" 30; "92 %"
    is 0.92 where no unit is asked for (the unit ""), and "from 18 % to 31 %" are 13 percentage
    points.
    """
    known = [(value, m.unit) for m in measured for value in m.values if m.unit]
    known += [
        (0.5 if found["half"] else 1.0, found["unit"].lower() + "s")
        for found in _ONE_OF.finditer(text)
    ]
    shares = list(dict.fromkeys(value for value, other in known if other == "%"))
    if unit == "":
        return {round(value / 100, 6) for value in shares}
    if unit == "points":
        return _differences(shares)
    if unit == "%":
        return {round(100 * v, 6) for m in measured for v in m.values if 0 < v < 1}
    return {
        round(value * kind[other] / kind[unit], 6)
        for kind in _KINDS
        if unit in kind
        for value, other in known
        if other in kind and other != unit
    }


def _differences(shares: Sequence[float]) -> set[float]:
    """Return what lies between shares that stand near each other: others are of other things."""
    return {
        round(abs(one - other), 6)
        for place, one in enumerate(shares)
        for other in shares[place + 1 : place + 1 + _COMPARED]
    }
