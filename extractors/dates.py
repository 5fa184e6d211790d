"""Dates as documents and addresses state them."""

import re
from datetime import UTC, date, datetime, timedelta

from dateutil import parser  # type: ignore[import-untyped]  # it ships no types

from schemas.sources import StatedDate

_DAY_FIRST = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?=/|$)")
_WEB_BEGINS = 1991
# Parts that are not stated come from these defaults, so that they differ.
_DEFAULTS = (datetime(1901, 1, 1), datetime(1902, 2, 2))  # noqa: DTZ001 - only their dates count


def stated_date(stated: object) -> StatedDate | None:
    """Return the day that ``stated`` names, else its month ("2025-10"), else its year ("2025").

    Returns None for anything else, and for days before the web or after tomorrow. Numbers with the
    year last are American (3/4/2024) unless separated by dots.
    """
    if not isinstance(stated, str | int | date):
        return None
    try:
        text = " ".join(str(stated)[:60].split())
        options = {"dayfirst": bool(_DAY_FIRST.match(text)), "ignoretz": True}
        one, other = (parser.parse(text, default=some, **options) for some in _DEFAULTS)
    except (ValueError, OverflowError):
        return None
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # it covers all time zones
    if one.year != other.year or one.year < _WEB_BEGINS or one.date() > tomorrow:
        return None
    if one.month != other.month:
        return f"{one.year}"
    return one.date() if one.day == other.day else f"{one:%Y-%m}"


def stated_day(stated: object) -> date | None:
    """Return the day that ``stated`` names, as ``stated_date`` does; None for a month or year."""
    found = stated_date(stated)
    return found if isinstance(found, date) else None


def day_in_address(url: str) -> date | None:
    """Return the day in the path of an address, as blogs write it: ``/2024/03/05/``."""
    found = _IN_ADDRESS.search(url.partition("?")[0])
    return stated_day("-".join(found.groups())) if found else None
