"""Dates as people write them, compared as wholes: "3 May 2024" is "2024-05-03". Pure.

A date is said where one date of the source has all that it says; "3 May 2024" is none of "3 March
2025" and "May 2024". Month names are English.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

MONTHS = (
    "january february march april may june july august september october november december".split()
)
"""The months in their order, by name."""
_NUMBER_OF = {m: n for n, month in enumerate(MONTHS, 1) for m in (month, month[:3])} | {"sept": 9}
_CENTURY, _LONGEST_MONTH = 2000, 31
_QUARTERS = ("first", "second", "third", "fourth")
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAME = (
    r"(?P<name>(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?)"
)
_DAY, _DAY2 = (rf"(?P<{name}>\d\d?)(?:st|nd|rd|th)?" for name in ("day", "day2"))
_TO = r"(?:-|–|to|and|&|or)"
_ISO_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_LEADS = (
    "in|by|of|to|or|and|mid|for|from|late|last|this|next|since|until|early|after|before|during"
    "|between|through"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_YEAR}[-/.](?P<month>0?[1-9]|1[0-2])[-/.]{_ISO_DAY}(?!\d)",
        rf"(?<![\d/.-])(?P<day>\d\d?)(?P<cut>[/.-])(?P<month>\d\d?)(?P=cut){_YEAR}(?!\d)",
        rf"{_YEAR}年(?P<month>\d\d?)月(?:(?P<day>\d\d?)日)?",
        rf"\b(?:{_DAY2}\s?{_TO}\s?)?{_DAY}(?:\s+of)?[\s-]{_NAME}(?:,?[\s-]{_YEAR}\b)?",
        rf"\b{_NAME}\s{_DAY}(?:\s?{_TO}\s?{_DAY2})?(?![\d%]|[.,:]\d)(?:,?\s{_YEAR}\b)?",
        rf"\b{_NAME}(?:\s+of|,)?[\s-]+{_YEAR}\b",
        rf"\b{_NAME}\s?['’](?P<short>\d\d)\b",
        rf"\b(?P<quarter>Q[1-4])(?:\s+of|,)?[\s/-]*(?:FY\s?)?(?:{_YEAR}|['’](?P<short>\d\d))\b",
        rf"\b{_YEAR}[\s/-]*(?P<quarter>Q[1-4])\b",
        rf"\b(?P<nth>{'|'.join(_QUARTERS)}) quarter (?:of |in )?(?:fiscal )?{_YEAR}\b",
        # "May" and "March" alone are months only behind what leads one in.
        rf"(?i:\b(?:{_LEADS})[\s-]){_NAME}",
        rf"\b{_NAME}(?=\s?[-–/]\s?{_NAME.replace('?P<name>', '?:')})",
    )
)
_JOINED = re.compile(rf"\s?(?:{_TO}|through|until)\s?", re.IGNORECASE)


@dataclass(frozen=True)
class Day:
    """What a date says; None for what it leaves out. ``quarter`` is 1 to 4."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it says more than one thing, which only together make the date."""
        return sum(part is not None for part in (self.year, self.month, self.day, self.quarter)) > 1


@dataclass(frozen=True)
class Date:
    """A date at ``text[start:end]`` and what it may mean: "05/03/2024" is in March or in May."""

    start: int
    end: int
    readings: tuple[Day, ...]
    written: str


def dates(text: str) -> list[Date]:
    """Return the dates of ``text`` in order, months without day or year among them."""
    taken: list[Date] = []
    covered = bytearray(len(text))  # a one where a character belongs to a date that was read
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if 1 not in covered[found.start() : found.end()]:
                for date in _read(found):
                    taken.append(date)
                    covered[date.start : date.end] = b"\1" * (date.end - date.start)
    taken.sort(key=lambda date: date.start)
    return [_dated(a, b, text) for a, b in pairwise(taken)] + taken[-1:]


def whole_dates(text: str) -> list[Date]:
    """Return the dates of ``text`` that say more than a month."""
    return [date for date in dates(text) if all(day.whole for day in date.readings)]


def without_dates(text: str) -> str:
    """Return ``text`` with nothing in the places of its whole dates, at the same length."""
    parts, done = [], 0
    for date in whole_dates(text):
        parts += [text[done : date.start], "0" * (date.end - max(date.start, done))]
        done = date.end
    return "".join([*parts, text[done:]])


def undated(text: str, known: Collection[Day], years: Collection[float]) -> list[Date]:
    """Return the whole dates of ``text`` that no date of ``known`` says.

    A known date without a year may be of any of ``years``.
    """
    return [
        date
        for date in whole_dates(text)
        if not any(_says(there, asked, years) for asked in date.readings for there in known)
    ]


def days(text: str) -> frozenset[Day]:
    """Return what the dates of ``text`` may mean."""
    return frozenset(reading for date in dates(text) for reading in date.readings)


def _says(there: Day, asked: Day, years: Collection[float]) -> bool:
    undated_then = there.year is None and asked.year in years
    quarter = there.quarter or ((there.month + 2) // 3 if there.month else None)
    return (
        (asked.year in (None, there.year) or undated_then)
        and asked.month in (None, there.month)
        and asked.day in (None, there.day)
        and asked.quarter in (None, quarter)
    )


def _read(found: re.Match[str]) -> Iterator[Date]:
    """Yield what a pattern found: one date, or both ends of "3 to 5 May"."""
    part = {name: said for name, said in found.groupdict().items() if said}
    year = int(part["year"]) if "year" in part else None
    if "short" in part:
        year = _CENTURY + int(part["short"])
    start = min(found.start(name) for name in part)
    for readings in _meanings(part, year):
        valid = tuple(day for day in readings if _exists(day))
        if valid:
            yield Date(start, found.end(), valid, found.string[start : found.end()])


def _meanings(part: Mapping[str, str], year: int | None) -> Iterator[tuple[Day, ...]]:
    if "nth" in part or "quarter" in part:
        nth = _QUARTERS.index(part["nth"]) + 1 if "nth" in part else int(part["quarter"][1:])
        yield (Day(year=year, quarter=nth),)
        return
    name = part.get("name", "").rstrip(".").casefold()
    month = _NUMBER_OF[name] if name else int(part["month"])
    if "day" not in part:
        yield (Day(year, month),)
    for day in (int(part[key]) for key in ("day2", "day") if key in part):
        swapped = (Day(year, day, month),) if "cut" in part and day != month else ()
        yield (Day(year, month, day), *swapped)


def _exists(day: Day) -> bool:
    return 1 <= (day.month or 1) <= len(MONTHS) and 1 <= (day.day or 1) <= _LONGEST_MONTH


def _dated(date: Date, following: Date, text: str) -> Date:
    """Give a first month the year of the second: "between May and August 2024"."""
    if not _JOINED.fullmatch(text[date.end : following.start]):
        return date
    year = following.readings[0].year
    return replace(
        date, readings=tuple(r if r.year else replace(r, year=year) for r in date.readings)
    )
