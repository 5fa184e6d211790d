"""The publication date of a page: from the metadata, else as printed near the headline. Pure.

A date of publication takes precedence over a date of change.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise
from typing import Any

from htmldate import find_date
from htmldate.core import DATE_ATTRIBUTES

from extractors.dates import day_in_address, stated_day
from extractors.text import one_line
from extractors.web.page import JsonLdNode, WebPage
from extractors.web.patterns import pattern, words

_MONTHS = [re.compile(names) for names in words("dates", "months")]
_WRITTEN = [pattern("dates", f"written_{order}") for order in words("dates", "orders")]
_CHANGED = pattern("dates", "changed")
_SHOWN = "[normalize-space()][not(ancestor::script or ancestor::style)]"
_BELOW = f"following::text(){_SHOWN}[position() <= 30]"
_ABOVE = f"preceding::text(){_SHOWN}[position() <= 10]"
_LONGEST_LINE = 100
_CREATED = ("datePublished", "dateCreated", "uploadDate")


def published_on(page: WebPage) -> date | None:
    """Return the publication date of ``page``, None if it is not stated."""
    return next(filter(None, map(day_of, _date_candidates(page))), None)


def day_of(stated: str | None) -> date | None:
    """Return the day in ``stated``: ISO 8601, numeric (3/4/2025 is in March), or in words."""
    text = (stated or "")[:_LONGEST_LINE]
    found = (_day(match) for written in _WRITTEN for match in written.finditer(text))
    return next(filter(None, found), None)


def _date_candidates(page: WebPage) -> Iterator[str | None]:
    yield from _stated_in(page.articles)
    yield from (page.metas[name] for name in page.metas if name in DATE_ATTRIBUTES)
    yield from _marked_dates(page.tree)
    yield str(day_in_address(page.url or ""))
    yield from _stated_in(page.json_ld)
    yield from _dates_by_headline(page.tree)
    if page.is_article:
        yield find_date(page.tree, url=page.url, original_date=True, extensive_search=False)


def _stated_in(nodes: list[JsonLdNode]) -> Iterator[str]:
    yield from (str(node[name]) for node in nodes for name in _CREATED if node.get(name))


def _marked_dates(tree: Any) -> Iterator[str]:
    for one in tree.iter("*"):
        if one.get("itemprop") in _CREATED or one.get("pubdate") is not None:
            yield one.get("content") or one.get("datetime") or one_line(one.text_content())


def _dates_by_headline(tree: Any) -> Iterator[str]:
    """Yield the short lines around the first heading, dates of change last."""
    for top in islice(tree.iter("h1"), 1):
        for side in (_BELOW, _ABOVE):
            lines = [line for line in top.xpath(side) if len(line.strip()) <= _LONGEST_LINE]
            stated = [_stated(line) for line in lines]
            for label, line in pairwise(["", *stated]):
                text = line if day_of(label) else f"{label} {line}"
                yield "" if _CHANGED.search(text) else line
            yield from stated


def _stated(line: Any) -> str:
    """Return a line of text, or the date in its ``<time>``."""
    holder = line.getparent()
    return (holder.get("datetime") if holder.tag == "time" else None) or one_line(line)


def _day(found: re.Match[str]) -> date | None:
    try:
        return stated_day(date(int(found["year"]), _month(found["month"]), int(found["day"])))
    except ValueError:
        return None


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    found = (at for at, names in enumerate(_MONTHS, start=1) if names.match(name.lower()))
    return next(found, 0)
