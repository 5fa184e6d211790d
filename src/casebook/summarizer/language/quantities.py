"""Numbers of a sentence against those of a source, as people restate them. Pure.

Beyond ``numerals``: "one third" is 33 %, 14:00 is 2 pm, "2007-08" has 2008, "120 minutes" are 2
hours, and "over 1.5 million" holds where the source says 1,580,575. Dates count as wholes.
"""

import re
from collections.abc import Collection, Iterator
from functools import cached_property

from casebook.summarizer.language.dates import Date, Day, days, undated, whole_dates
from casebook.summarizer.language.numerals import Figure, figures, numbers
from casebook.summarizer.language.units import Measure, in_unit, measures

# The share of which each fraction may be the wording, in percent.
_FRACTIONS = {
    r"half|halved": (50,),
    r"(?:one|a)[\s-]third": (33, 33.3, 33.33),
    r"two[\s-]thirds": (66, 66.7, 67, 66.67),
    r"(?:one|a)[\s-]quarter|(?:one|a)[\s-]fourth": (25,),
    r"three[\s-]quarters|three[\s-]fourths": (75,),
    r"(?:one|a)[\s-]fifth": (20,),
    r"two[\s-]fifths": (40,),
    r"three[\s-]fifths": (60,),
    r"four[\s-]fifths": (80,),
    r"(?:one|a)[\s-]tenth": (10,),
}
_FRACTION = {re.compile(rf"\b(?:{p})\b", re.IGNORECASE): v for p, v in _FRACTIONS.items()}
_WORDED = {
    re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE): values
    for pattern, values in {
        r"doubl\w+|twice|twofold|couple": (2.0,),
        r"tripl\w+|trebl\w+|thrice|threefold|trio": (3.0,),
        r"quadrupl\w+|fourfold|quartet": (4.0,),
        r"dozen": (12.0,),
        r"a hundred": (100.0,),
        r"a thousand": (1000.0,),
    }.items()
}
_SHORT_RANGE = re.compile(r"\b((?:1[5-9]|20)\d\d)\s?(?:--?|[–/])\s?(\d\d)\b(?!\d)")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])(?::([0-5]\d))?\s?([ap])\.?m\b\.?", re.IGNORECASE)
_CLOCK_24 = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b")
_MORE = r"(?:over|more than|above|upwards? of|at least|exceed\w*|surpass\w*|in excess of|just over)"
_LESS = r"(?:under|less than|fewer than|below|at most|up to|nearly|almost|close to|just under)"
_ABOUT = r"(?:about|around|approximately|roughly|some|circa|~|≈|an estimated|estimated)"
_HEDGED = re.compile(
    rf"(?:(?P<more>{_MORE})|(?P<less>{_LESS})|(?P<about>{_ABOUT}))\W{{1,3}}(?:[$€£]\s?)?\Z",
    re.IGNORECASE,
)
# How far a hedged number may lie from the one it stands for.
_TOLERANCE = 0.12
# A count in words up to this may sum up what the source lists: "two players".
_COUNTED = 12
# Around the clock: no quantity that the source would have to state.
_ALWAYS = re.compile(r"\b24\s?[/x×]\s?7\b")
_SCORE = re.compile(r"(?<![\w.-])\d{1,2}[-–]\d{1,2}(?![\w-])")
# A rounding keeps at least this many of a number's digits.
_KEPT_DIGITS = 2


class Stated:
    """The quantities of a text, among which those of a sentence must be found."""

    def __init__(self, *texts: str) -> None:
        self.text = "\n".join(texts)
        self._in_unit: dict[str, set[float]] = {}

    @cached_property
    def values(self) -> set[float]:
        """The values of its numbers, and what its fractions, times and ranges amount to.

        Plain numbers: 33 for "33 %" and for "one third", 14 for "2 pm".
        """
        found = numbers(self.text)
        for table in (_FRACTION, _WORDED):
            for pattern, values in table.items():
                if pattern.search(self.text):
                    found.update(values)
        for begin, end in _SHORT_RANGE.findall(self.text):
            found.add(float(begin[:2] + end))
        for hour, minute, half in _CLOCK.findall(self.text):
            found |= _hours(int(hour) % 12 + (12 if half in "pP" else 0), minute)
        for hour, minute in _CLOCK_24.findall(self.text):
            found |= _hours(int(hour), minute)
        return found

    def values_in(self, unit: str | None) -> set[float]:
        """Return the values, and what measures in other units come to in ``unit``."""
        key = unit or ""
        if key not in self._in_unit:
            self._in_unit[key] = self.values | in_unit(key, self.measures, self.text)
        return self._in_unit[key]

    @cached_property
    def measures(self) -> list[Measure]:
        """Its numbers with their units."""
        return list(measures(self.text))

    @cached_property
    def _days(self) -> frozenset[Day]:
        return days(self.text)

    def strange(self, sentence: str) -> list[Figure]:
        """Return the figures of ``sentence`` that no value, rounding or approximation carries.

        Figures within whole dates are left to ``undated``; "24/7" states none.
        """
        skipped = [(date.start, date.end) for date in whole_dates(sentence)]
        skipped += [found.span() for found in _ALWAYS.finditer(sentence)]
        skipped += [found.span() for p in _FRACTION for found in p.finditer(sentence)]
        return [
            figure
            for figure, measure in zip(figures(sentence), measures(sentence), strict=True)
            if not any(begin <= figure.start < end for begin, end in skipped)
            and not _carried(figure, sentence, self.values_in(measure.unit))
        ] + [f for f in _shares(sentence) if not _carried(f, sentence, self.values)]

    def undated(self, sentence: str) -> list[Date]:
        """Return the whole dates of ``sentence`` that no date here says."""
        return undated(sentence, self._days, self.values)


def _shares(text: str) -> Iterator[Figure]:
    """Yield the fractions of ``text`` as the percentages that they are: "half of", "by a third"."""
    for pattern, values in _FRACTION.items():
        for found in pattern.finditer(text):
            before, behind = text[: found.start()], text[found.end() :]
            if behind.startswith(" of ") or before.endswith("by "):
                yield Figure(found.start(), found.end(), tuple(map(float, values)), 1)


def _carried(figure: Figure, text: str, known: Collection[float]) -> bool:
    return any(value in known for value in figure.readings) or any(
        _stands_for(value, text[: figure.start], known) for value in figure.readings
    )


def _hours(hour: int, minute: str) -> set[float]:
    """Return both readings of an hour, and its minutes: 14:05 is {14, 2, 5}."""
    return {float(hour), float((hour - 1) % 12 + 1), float(minute or 0)}


def is_count(figure: Figure, text: str) -> bool:
    """Tell whether a figure may sum up what the source lists: "two players", a score of 4-1."""
    if _SCORE.search(text[max(figure.start - 3, 0) : figure.end + 3]):
        return True
    spelled = not any(c.isdigit() for c in text[figure.start : figure.end])
    return spelled and figure.readings[0] <= _COUNTED


def _stands_for(value: float, before: str, known: Collection[float]) -> bool:
    """Tell whether ``value`` rounds a known one, or approximates it as its wording says."""
    if any(_rounds_to(value, other) for other in known):
        return True
    hedge = _HEDGED.search(before[-40:])
    if hedge is None:
        return False
    low = value * (1 - _TOLERANCE) if hedge["less"] or hedge["about"] else value
    high = value * (1 + _TOLERANCE) if hedge["more"] or hedge["about"] else value
    return any(low <= other <= high for other in known)


def _rounds_to(value: float, exact: float) -> bool:
    """Tell whether ``value`` is ``exact`` rounded to fewer digits, two at least: 1.6 m, 1,580,575.

    Integers below a hundred and years are never rounded: 18 and 20 are different.
    """
    if not value or abs(exact - value) > abs(value) * 0.05 or exact == value:
        return False
    digits = f"{value:.12g}".replace(".", "").strip("0")
    longer = len(f"{exact:.12g}".replace(".", "").strip("0"))
    if len(digits) < _KEPT_DIGITS or longer <= len(digits):
        return False
    return float(f"{exact:.{len(digits)}g}") == value
