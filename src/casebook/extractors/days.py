"""The day that a list states of an entry, in the ways in which programs and people write it. Pure.

A day is taken as it is written: of "Wed, 01 May 2024 00:30:00 +0200" it is the first of May, as on
the page itself, wherever the clocks of the reader are. What states no whole day states none; of
an entry of a list, the month or year is then all that is known.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate
from functools import lru_cache

from casebook.extractors.text.metadata import clean_date
from casebook.extractors.web.dates import day_of
from casebook.extractors.web.day_order import LAST_MONTH
from casebook.schemas.sources import Stated

_LONGEST = 60
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/]((?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d\d)")  # as Excel writes days
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?=/|$)")
_ISO = re.compile(r"(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?![\d-])")
# A day and a year in figures, and a word or sign for the month.
_IN_WORDS = re.compile(r"(?=.*(?<!\d)\d{1,2}(?!\d))(?=.*(?:19|20)\d\d).*[^\W\d_]", re.DOTALL)
_LANGUAGES = "en de fr es it pt nl da sv nb fi pl cs ru uk tr el ja zh ko".split()
_CORE = re.compile(r"\d{1,2}\.?\s+(?:de\s+)?[^\W\d]+\.?\s+(?:de\s+)?(?:19|20)\d\d(?!\d)")
_WHOLE_DAYS = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
_MONTHS = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["month", "year"]}
_YEAR = re.compile(r"((?:19|20)\d\d)(?:[-/.](\d{1,2}))?")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.]((?:19|20)\d\d)")
_SHORT_MONTH = re.compile(r"([A-Za-z]{3})-(\d\d)")  # as Excel writes months
_NAMED_MONTH = re.compile(r"[^\W\d_]+\.?,?\s+(?:de\s+)?(?:19|20)\d\d")


def stated_day(stated: object, *, day_first: bool = False) -> date | None:
    """Return the day that ``stated`` names, or None where it names none that can be.

    Three figures that end with the year are American (3/4/2024 is in March) but with ``day_first``.
    """
    text = str(stated or "").strip()[:_LONGEST]
    return _possible(_read(text, day_first)) if text else None


def stated_time(stated: object, *, day_first: bool = False) -> Stated | None:
    """Return the day that ``stated`` names, else the month ("2025-10"), else the year ("2025")."""
    text = str(stated or "").strip()[:_LONGEST]
    return stated_day(text, day_first=day_first) or (_month_or_year(text) if text else None)


def stated_days(column: Sequence[str], *, day_first: bool = False) -> list[Stated | None]:
    """Return the time that each cell names; one first figure over 12 tells the order of all."""
    figures = filter(None, map(_YEAR_LAST.match, map(str.strip, column)))
    first = day_first or any(int(found[1]) > LAST_MONTH for found in figures)
    return [stated_time(cell, day_first=first) for cell in column]


def day_in_address(url: str) -> date | None:
    """Return the day that an address carries in its path, as those of blogs do: /2024/03/05/."""
    match = _IN_ADDRESS.search(url.partition("?")[0])
    return _possible(_date(match[1], match[2], match[3])) if match else None


def day_in_line(line: str) -> date | None:
    """Return the day that stands in a line as ISO, None for none or several."""
    days = set(_ISO.findall(line))
    return _possible(clean_date(days.pop())) if len(days) == 1 else None


def _read(text: str, day_first: bool) -> date | None:
    if match := _YEAR_FIRST.match(text):
        return _date(match[1], match[2], match[3])
    if match := _YEAR_LAST.match(text):
        one = int(match[1])
        day_first = day_first or one > LAST_MONTH
        return _date(match[3], *((match[2], match[1]) if day_first else (match[1], match[2])))
    if match := _SHORT_YEAR.fullmatch(text):
        text = f"{match[1]} {match[2]} 20{match[3]}"
    if day := clean_date(text):
        return day
    if moment := parsedate(text):
        return _date(*map(str, moment[:3]))
    return day_of(text) or _in_words(text)


def _month_or_year(text: str) -> str | None:
    if match := _YEAR.fullmatch(text):
        year, month = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        month, year = match.groups()
    elif match := _SHORT_MONTH.fullmatch(text):
        return _named_month(f"{match[1]} 20{match[2]}")
    else:
        return _named_month(text)
    first = _possible(_date(year, month or "1", "1"))
    return first.isoformat()[: len("2025-10" if month else "2025")] if first else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _possible(day: date | None) -> date | None:
    """Return ``day`` if something on the web can be of it; a later tomorrow covers all zones."""
    if day is None or clean_date(day.isoformat()) is None:
        return None
    return day if day <= datetime.now(UTC).date() + timedelta(days=1) else None


@lru_cache(maxsize=1_000)
def _in_words(text: str) -> date | None:
    """Return a day whose month is written in another language than English."""
    if not _IN_WORDS.match(text):
        return None
    import dateparser  # type: ignore[import-untyped]  # no types; takes a second to load

    core = _CORE.search(text)
    for form in filter(None, (core and core[0], text)):
        if found := dateparser.parse(form, languages=_LANGUAGES, settings=_WHOLE_DAYS):
            return _date(*map(str, found.timetuple()[:3]))
    return None


@lru_cache(maxsize=1_000)
def _named_month(text: str) -> str | None:
    """Return the month of a year that is written in words, of whatever language."""
    if not _NAMED_MONTH.fullmatch(text):
        return None
    import dateparser

    found = dateparser.parse(text, languages=_LANGUAGES, settings=_MONTHS)
    first = found and _possible(found.date().replace(day=1))
    return first.isoformat()[: len("2025-10")] if first else None
