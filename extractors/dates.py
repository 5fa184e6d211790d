"""Days as feeds, tables and front matter write them.

A day is taken as written: "Wed, 01 May 2024 00:30:00 +0200" is the first of May, as on the page.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate

from schemas.sources import StatedDate

_LONGEST = 60
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]((?:19|20)\d\d)\b")
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b")
_MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.? ((?:19|20)\d\d)")
_YEAR_MONTH = re.compile(r"((?:19|20)\d\d)(?:[-/.](\d{1,2}))?")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?=/|$)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEB_BEGINS = 1991
_LAST_MONTH = 12


def stated_day(stated: object) -> date | None:
    """Return the day that ``stated`` names, None for no day or an impossible one.

    Three figures with the year last are American unless the first exceeds 12 or dots part them.
    """
    text = _short(stated)
    for read in (_in_figures, _in_words, _as_mail):
        if day := read(text):
            return day if is_plausible(day) else None
    return None


def stated_date(stated: object) -> StatedDate | None:
    """Return the day that ``stated`` names, else its month ("2025-10"), else its year ("2025")."""
    text = _short(stated)
    if day := stated_day(text):
        return day
    if named := _MONTH_YEAR.fullmatch(text):
        year, month = named[2], _month(named[1])
    elif figures := _YEAR_MONTH.fullmatch(text):
        year, month = figures[1], int(figures[2] or 0)
    else:
        return None
    first = _date(year, month or 1, 1)
    if first is None or not is_plausible(first) or month is None:
        return None
    return first.isoformat()[: 7 if month else 4]


def day_in_address(url: str) -> date | None:
    """Return the day that an address has in its path, as blogs write it: ``/2024/03/05/``."""
    found = _IN_ADDRESS.search(url.partition("?")[0])
    day = _date(found[1], int(found[2]), int(found[3])) if found else None
    return day if day and is_plausible(day) else None


def is_plausible(day: date) -> bool:
    """Return whether something on the web can be of this day; tomorrow covers all time zones."""
    return day.year >= _WEB_BEGINS and day <= datetime.now(UTC).date() + timedelta(days=1)


def _short(stated: object) -> str:
    is_plain = isinstance(stated, str | date) or (isinstance(stated, int) and stated < 10**9)
    return " ".join(str(stated)[:_LONGEST].split()) if is_plain else ""


def _in_figures(text: str) -> date | None:
    if found := _YEAR_FIRST.match(text):
        return _date(found[1], int(found[2]), int(found[3]))
    if found := _YEAR_LAST.match(text):
        one, other = int(found[1]), int(found[3])
        day_first = found[2] == "." or one > _LAST_MONTH
        return _date(found[4], other, one) if day_first else _date(found[4], one, other)
    return None


def _in_words(text: str) -> date | None:
    if found := _DAY_MONTH.search(text):
        day, name, year = found.groups()
    elif found := _MONTH_DAY.search(text):
        name, day, year = found.groups()
    else:
        return None
    month = _month(name)
    return _date(year, month, int(day)) if month else None


def _as_mail(text: str) -> date | None:
    moment = parsedate(text)
    return _date(str(moment[0]), moment[1], moment[2]) if moment else None


def _month(name: str) -> int | None:
    short = name.lower()[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _date(year: str, month: int, day: int) -> date | None:
    try:
        return date(int(year), month, day)
    except ValueError:
        return None
