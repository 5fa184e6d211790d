"""On which day a page was published. Pure.

What the page states for machines goes before what stands by its headline, a day of publication
before one of a change.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from htmldate import find_date
from htmldate.core import DATE_ATTRIBUTES

from extractors.text import one_line
from extractors.web.linked_data import Thing
from extractors.web.page import Page

# The beginnings of the months in English and six neighbours; longer ones first where one is a part.
_MONTHS = [
    re.compile(names)
    for names in (
        "jan|gen|ene", "feb|fév|fev", "mar|mär|maa|mrt", "apr|abr|avr", "may|mai|mei|mag|maj",
        "jun|juin|giu", "jul|juil|lug", "aug|ago|aoû", "sep|set", "oct|okt|out|ott", "nov",
        "dec|déc|dez|dic",
    )
]  # fmt: skip
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
_WRITTEN = [
    re.compile(rf"\b{_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)(?!\d)"),
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\.?\s+(?:de\s+)?{_MONTH},?\s+(?:del?\s+)?{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}\b"),
    re.compile(rf"\b(?P<month>\d\d?)/(?P<day>\d\d?)/{_YEAR}\b"),
    re.compile(rf"\b(?P<day>\d\d?)/(?P<month>\d\d?)/{_YEAR}\b"),
    re.compile(rf"{_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]"),
]
_IN_ADDRESS = re.compile(
    rf"/{_YEAR}/(?P<month>\d\d?|[a-z]{{3,9}})/(?P<day>\d\d?)(?:/|$)", re.IGNORECASE
)
_CHANGED = re.compile(
    r"updated|modified|revised|aktualisiert|mise? à jour|actualizado", re.IGNORECASE
)
_SHOWN = "[normalize-space()][not(ancestor::script or ancestor::style)]"
_BEHIND = f"following::text(){_SHOWN}[position() <= 30]"
_BEFORE = f"preceding::text(){_SHOWN}[position() <= 10]"
_LONGEST_LINE = 100
_CREATED = ("datePublished", "dateCreated", "uploadDate")
_EARLIEST = 1991
"""The year of the first web page."""


def published_on(page: Page) -> date | None:
    """Return the day on which ``page`` was published, None where it does not say."""
    return next((day for stated in _candidates(page) if (day := day_of(stated))), None)


def day_of(stated: str | None) -> date | None:
    """Return the day in ``stated``: ISO 8601, in figures (3/4/2025 is in March), or written out."""
    found = (
        match for pattern in _WRITTEN for match in pattern.finditer((stated or "")[:_LONGEST_LINE])
    )
    return next((day for match in found if (day := _day(match))), None)


def _candidates(page: Page) -> Iterator[str | None]:
    yield from _stated_in(page.articles)
    yield from (page.metas[name] for name in page.metas if name in DATE_ATTRIBUTES)
    yield from (_machine_day(one) for one in _marked_up(page.tree))
    address = _IN_ADDRESS.search(page.url or "")
    yield f"{address['year']}-{_month(address['month']):02}-{address['day']}" if address else None
    yield from _stated_in(page.things)
    yield from _by_headline(page.tree)
    if page.is_article:
        yield find_date(
            page.tree,
            url=page.url,
            original_date=True,
            extensive_search=False,
            deferred_url_extractor=True,
        )


def _stated_in(things: list[Thing]) -> Iterator[str]:
    yield from (str(thing[name]) for thing in things for name in _CREATED if thing.get(name))


def _marked_up(tree: Any) -> Iterator[Any]:
    for element in tree.iter("*"):
        if element.get("itemprop") in _CREATED or element.get("pubdate") is not None:
            yield element


def _machine_day(element: Any) -> str:
    return element.get("content") or element.get("datetime") or one_line(element.text_content())


def _by_headline(tree: Any) -> Iterator[str]:
    """Yield the short lines around the first heading, those of a change last."""
    for top in islice(tree.iter("h1"), 1):
        for side in (_BEHIND, _BEFORE):
            lines = [line for line in top.xpath(side) if len(line.strip()) <= _LONGEST_LINE]
            stated = [_stated(line) for line in lines]
            labelled = [f"{label} {line}" for label, line in pairwise(["", *stated])]
            yield from (line for line in labelled if not _CHANGED.search(line))
            yield from stated


def _stated(line: Any) -> str:
    """Return a line of text, or the day that its ``<time>`` states."""
    holder = line.getparent()
    return (holder.get("datetime") if holder.tag == "time" else None) or one_line(line)


def _day(found: re.Match[str]) -> date | None:
    try:
        day = date(int(found["year"]), _month(found["month"]), int(found["day"]))
    except ValueError:
        return None
    # A later tomorrow covers every time zone.
    latest = datetime.now(UTC).date() + timedelta(days=1)
    return day if day.year >= _EARLIEST and day <= latest else None


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    found = (at for at, names in enumerate(_MONTHS, start=1) if names.match(name.lower()))
    return next(found, 0)
