"""Whether a page means the third of April by 3/4/2025, or the fourth of March. Pure.

A day in figures is American where nothing says otherwise, as most English pages are.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.months import MONTH_NAME, month_number

_FIGURES = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_SHOWN = etree.XPath(
    "//body//text()[contains(., '/19') or contains(., '/20')]"
    "[not(parent::script or parent::style or parent::noscript)]"
)
_MARKED = etree.XPath("//@*[starts-with(., '19') or starts-with(., '20')]", smart_strings=False)

LAST_MONTH = 12
_MONTH_IN_ADDRESS = re.compile(
    rf"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2]|{MONTH_NAME})(?=[/-])", re.IGNORECASE
)
# Domains of countries that write English and the day first. Others than these and .us serve pages
# of all countries (.io, .ai, .co) or write another language, which then tells it.
_DAY_FIRST = frozenset("au hk ie in ke my ng nz pk sg uk za".split())
# CLDR's short dates: the month comes first in English and Filipino, but for the English of nearly
# all countries beside these, and in the Spanish of two; the year in some others, which then do not
# tell what comes before a year at the end.
_MONTH_FIRST_REGIONS = frozenset("as bi ca gu mh mp pa ph pr um us vi".split())
_NOT_TOLD = frozenset("en fil tl eu hu ja ko lt mn sv zh".split())
_ISO_LENGTH = 10


class Figures(NamedTuple):
    """A day as a page shows it: 3, 4, 2025."""

    one: int
    two: int
    year: int


def day_first(tree: Any, url: str | None) -> bool:
    """Tell whether the page under ``tree`` writes the day before the month.

    What its other days show goes first, and its markup, then the country of its address, then its
    language.
    """
    marked = {value[:_ISO_LENGTH] for value in _MARKED(tree)}
    shown = {_order(figures, url or "", marked) for figures in shown_figures(tree)} - {None}
    if len(shown) == 1:
        return True in shown
    domain = (urlsplit(url or "").hostname or "").rpartition(".")[2]
    return domain in _DAY_FIRST or (domain != "us" and _by_language(tree.get("lang") or ""))


def shown_figures(tree: Any) -> Iterator[Figures]:
    """Yield the days that a page shows in figures, with the year at their end."""
    for text in _SHOWN(tree):
        for match in _FIGURES.finditer(text):
            yield Figures(*map(int, match.groups()))


def _order(figures: Figures, url: str, marked: Collection[str]) -> bool | None:
    """Return whether the day comes first, None where the figures may be read both ways.

    A page at /2023/october/ that shows 03/10/2023 means the third; so does one whose markup has
    2023-10-03.
    """
    one, two, year = figures
    if (one > LAST_MONTH) != (two > LAST_MONTH):
        return one > two
    by_month, by_day = (
        f"{year}-{month:02}-{day:02}" in marked for month, day in ((one, two), (two, one))
    )
    if by_month != by_day:
        return by_day
    named = (match.groups() for match in _MONTH_IN_ADDRESS.finditer(url))
    months = {month_number(month) for of_year, month in named if int(of_year) == year}
    as_first, as_second = one in months, two in months
    return None if as_first == as_second else as_second


def _by_language(stated: str) -> bool:
    """Tell by a BCP 47 tag, as en-GB, whether its readers write the day first."""
    language, *rest = stated.strip().lower().replace("_", "-").split("-")
    region = next((part for part in rest if len(part) in (2, 3)), None)
    if language == "en":
        return region is not None and region not in _MONTH_FIRST_REGIONS
    return bool(language) and language not in _NOT_TOLD and region not in {"pa", "pr"}
