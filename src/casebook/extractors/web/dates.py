"""On which day a page was published: what it states for machines, else what stands by its headline.

A day of publication goes before one of change, and what belongs to the page before what belongs to
one of its parts (an answer, a review, a related post).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import islice
from typing import Any

from htmldate import find_date
from htmldate.core import DATE_ATTRIBUTES
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.linked_data import ASKED, Thing, of_types, things_of, written_things
from casebook.extractors.text.metadata import clean_date
from casebook.extractors.text.months import MONTH_NAME, month_abroad, month_number
from casebook.extractors.web.day_order import LAST_MONTH, day_first, shown_figures
from casebook.extractors.web.page_kind import PageKind

_MONTH_NAME = rf"{MONTH_NAME}\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = re.compile(
    rf"\b(?:(?P<month>{_MONTH_NAME})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>{_YEAR})"
    rf"|(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month_after>{_MONTH_NAME}),?\s+"
    rf"(?P<year_after>{_YEAR})"
    rf"|(?P<year_iso>{_YEAR})(?P<between>[-/.])(?P<number>\d\d?)(?P=between)(?P<day_iso>\d\d?)(?![-/.]\d)"
    rf"|(?P<day_abroad>\d{{1,2}})(?:\.|er|º|ª)?\s+(?:de\s+)?(?P<abroad>[^\W\d_]{{3,12}})\.?,?\s+"
    rf"(?:del?\s+)?(?P<year_abroad>{_YEAR})"
    rf"|(?P<one>\d{{1,2}})(?P<mark>[./])(?P<two>\d{{1,2}})(?P=mark)(?P<year_last>{_YEAR}))\b"
    rf"|(?<!\d)(?P<year_sign>{_YEAR})\s?[年년]\s?(?P<month_sign>\d{{1,2}})\s?[月월]\s?"
    r"(?P<day_sign>\d{1,2})\s?[日일]",
    re.IGNORECASE,
)
# The place of each part, in the order of the year, the month and the day.
_PARTS = (
    ("year", "month", "day"),
    ("year_after", "month_after", "day_first"),
    ("year_iso", "number", "day_iso"),
    ("year_sign", "month_sign", "day_sign"),
)
_BEHIND_A_WORD = re.compile(r"[a-z] $", re.IGNORECASE)
_ISO = re.compile(rf"{_YEAR}-\d\d-\d\d")
_SHOWN_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_HOUR = re.compile(r"\d:\d\d")
_IN_ADDRESS = re.compile(rf"/({_YEAR})/(\d\d?|{_MONTH_NAME})/(\d\d?)(?:/|$)", re.IGNORECASE)
_SHOWN = "[normalize-space()][not(ancestor::script)]"
_BEHIND = f"following::text(){_SHOWN}[position() <= 30]"
_BEFORE = f"preceding::text(){_SHOWN}[position() <= 10]"
_RIGHT_BEFORE = f"preceding::text(){_SHOWN}[position() <= 3][not(ancestor::a or ancestor::nav)]"
_LONGEST_LINE = 100
# What is no publication: of a manual or list, a day by its headline is as often one of these.
_CHANGED = re.compile(
    r"\b(?:updated|modified|changed|releas|active|ends?\b|until|expir|valid)", re.IGNORECASE
)
_UPDATED = re.compile(
    r"\W*(?:last )?(?:updated|modified|changed|revised|(?:zuletzt )?aktualisiert|geändert"
    r"|mise? à jour|(?:última )?ac?tuali[sz]a(?:d[oa]|ción|ção)|aggiornato"
    r"|最終更新日?|更新日?)"
    r"(?: on| at| am| le| el| em| il)?\s*[:：]?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\s*(?:(?:first |originally )?(?:published|posted|publish(?:ed)? date)(?: on)?"
    r"|veröffentlicht(?: am)?|publié(?: le)?|publicad[oa](?: (?:el|em))?|pubblicato(?: il)?"
    r"|gepubliceerd(?: op)?|公開日|掲載日|投稿日|发布(?:时间|日期|于)?|發布(?:時間|日期|於)?)"
    r"\s*[:：]?\s*",
    re.IGNORECASE,
)
# Who published it, the day of the week and the hour may stand between a label and its day.
_LETTERS = re.compile(r"[^\W\d_]+")
_MAY_LEAD = frozenset(
    "on at am pm mon monday tue tuesday wed wednesday thu thursday fri friday sat saturday sun"
    " sunday".split()
)
_LABELLED = etree.XPath(
    "//body//text()[contains(., 'ubli') or contains(., 'osted') or contains(., 'ffentlicht')"
    f" or contains(., 'ubbli') or contains(., '日') or contains(., '布')]{_SHOWN}"
    f"[string-length() < {_LONGEST_LINE}]"
)
_NEXT = etree.XPath(
    f"(descendant::text(){_SHOWN} | following::text(){_SHOWN}[position() <= 3])[position() <= 4]"
)
_MARKED_UP = etree.XPath("//*[@itemprop[. = 'datePublished' or . = 'dateCreated']]")
_MOST_LABELS = 10
_ALONE = etree.XPath(
    f"//body//text()[string-length() < {_LONGEST_LINE}]{_SHOWN}"
    "[not(ancestor::a or ancestor::aside or ancestor::footer or ancestor::nav)]"
)
_DATED = DATE_ATTRIBUTES | {"published"}
_CREATED = ("datePublished", "dateCreated", "uploadDate")

# Tells whether figures begin with the day; asked only where they may be read both ways.
Order = Callable[[], bool]


def _american() -> bool:
    return False


def published(
    tree: Any, url: str | None, kind: PageKind, opened: Iterable[str] = ()
) -> date | None:
    """Return the day on which the page under ``tree`` was published, None where it tells none.

    ``opened`` is what may tell the day on which a thread was opened.
    """
    order = cache(partial(day_first, tree, url))
    for stated in _candidates(tree, url, kind, opened, order):
        if day := day_of(stated, order):
            return day
    return None


def day_of(stated: str | None, day_first: Order = _american) -> date | None:
    """Return the day that ``stated`` begins with as ISO, or writes out; else None.

    ``day_first`` tells what 3/4/2025 means, by default the fourth of March.
    """
    day = clean_date(stated) or _written_day(stated or "", day_first)
    # A later tomorrow covers every time zone.
    return day if day and day <= datetime.now(UTC).date() + timedelta(days=1) else None


def names_day(line: str) -> bool:
    """Tell a line that writes out a day: "3 March 2026", "2026-03-03"."""
    return any(_date(match, _american) for match in _DAY.finditer(line))


def _candidates(
    tree: Any, url: str | None, kind: PageKind, opened: Iterable[str], order: Order
) -> Iterator[str | None]:
    things = things_of(tree)
    if kind is PageKind.FORUM:
        yield from _of_things(of_types(things, ASKED))
        yield from _marked_up(tree)
        yield from opened
    by_machine = list(_of_things(written_things(tree)))
    yield from (day for day in by_machine if _ISO.match(day))
    yield from _in_head(tree)
    if kind is not PageKind.FORUM:
        yield from _marked_up(tree)
    yield _in_address(url)
    yield from _by_headline(tree, kind)
    yield from by_machine
    yield from _of_things(things)
    if kind is not PageKind.PRODUCT:
        yield _labelled(tree, order)
    # Of a page that is no article, the day that stands anywhere is one of its parts or its change.
    if kind in {PageKind.ARTICLE, PageKind.FORUM}:
        yield _anywhere(tree, url, order)
    if kind is PageKind.ARTICLE:
        yield _only_one(_day_alone(line, order) for line in _ALONE(tree))


def _of_things(things: Iterable[Thing]) -> Iterator[str]:
    yield from (str(thing[name]) for thing in things for name in _CREATED if thing.get(name))


def _in_head(tree: Any) -> Iterator[str | None]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or ""
        if name.lower() in _DATED:
            yield meta.get("content")


def _marked_up(tree: Any) -> Iterator[str | None]:
    for element in _MARKED_UP(tree):
        yield element.get("content") or element.get("datetime") or element.text_content()


def _in_address(url: str | None) -> str | None:
    match = _IN_ADDRESS.search(url or "")
    return f"{match[1]}-{month_number(match[2]):02}-{int(match[3]):02}" if match else None


def _by_headline(tree: Any, kind: PageKind) -> Iterator[str | None]:
    """Yield the short lines around the headline: a day within a paragraph is what it tells of.

    What is sold has the day of its own publication there, or that of a sale.
    """
    told = kind in {PageKind.ARTICLE, PageKind.FORUM}
    sides = {PageKind.PRODUCT: (), PageKind.OTHER: (_BEHIND,)}.get(kind, (_BEHIND, _BEFORE))
    for top in islice(tree.iter("h1"), 1):
        if kind is PageKind.OTHER:
            yield from (line for line in top.xpath(_RIGHT_BEFORE) if _DAY.fullmatch(line.strip()))
        for side in sides:
            lines = [text for text in top.xpath(side) if len(text.strip()) <= _LONGEST_LINE]
            lines = [line for line in lines if told or not _CHANGED.search(line)]
            lines = _of_publication(lines) if told else lines
            # A teaser's "3 days ago" stands before a day only where an article shows none itself.
            for tells in (_shows_year, bool) if kind is PageKind.ARTICLE else (_shows_day,):
                yield " ".join(_day_of(line) if tells(line) else _stated_of(line) for line in lines)


def _of_publication(lines: list[Any]) -> list[Any]:
    """Return ``lines`` without the days of a change, where another day stands beside them."""
    changed = {
        place
        for at, line in enumerate(lines)
        if (label := _UPDATED.match(line))
        for place in ((at,) if line[label.end() :].strip() else (at, at + 1))
    }
    kept = [line for at, line in enumerate(lines) if at not in changed]
    return kept if any(map(names_day, kept)) else lines


def _anywhere(tree: Any, url: str | None, order: Order) -> str | None:
    """Return the day that htmldate finds; of figures it takes the first for the day."""
    found = find_date(tree, url=url, original_date=True, extensive_search=False)
    day = clean_date(found)
    if (
        day is None
        or day.day > LAST_MONTH
        or (day.day, day.month, day.year) not in set(shown_figures(tree))
    ):
        return found
    return found if order() else day.replace(month=day.day, day=day.month).isoformat()


def _labelled(tree: Any, order: Order) -> str | None:
    """Return the day that the page calls that of its publication, None where it tells several."""
    labels = [(line, found) for line in _LABELLED(tree) if (found := _LABEL.match(line))]
    # A list of posts has many; each is looked for behind its label over the whole page.
    few = labels if len(labels) <= _MOST_LABELS else []
    return _only_one(_day_behind(line, line[found.end() :], order) for line, found in few)


def _day_behind(line: Any, rest: str, order: Order) -> date | None:
    """Return the day that stands behind a label: as the ``rest`` of its line, or soon after."""
    if rest:
        found = _DAY.search(rest)
        return day_of(rest, order) if not found or _may_lead(rest[: found.start()]) else None
    days = (_day_alone(text, order) for text in _NEXT(line.getparent()))
    return next(filter(None, days), None)


def _may_lead(said: str) -> bool:
    """Tell what may stand before a day of publication from a sentence that tells of another day."""
    words = _LETTERS.findall(said.lower())
    return (words[:1] == ["by"] and not _CHANGED.search(said)) or _MAY_LEAD.issuperset(words)


def _day_alone(line: Any, order: Order) -> date | None:
    """Return the day of a line that is nothing but a day."""
    return day_of(_stated_of(line), order) if _DAY.fullmatch(line.strip()) else None


def _only_one(days: Iterable[date | None]) -> str | None:
    """Return the day that all of ``days`` are, None where they differ: some are not the page's."""
    found = {day for day in days if day}
    return found.pop().isoformat() if len(found) == 1 else None


def _stated_of(line: Any) -> str:
    """Return a line of text, or the day that it is marked up with."""
    holder = line.getparent()
    return (holder.get("datetime") if holder.tag == "time" else None) or str(line)


def _day_of(line: Any) -> str:
    """Return the same without the hour, behind which no day is seen to end."""
    stated = _stated_of(line)
    found = _ISO.match(stated.strip())
    return found[0] if found else stated


def _shows_year(line: str) -> bool:
    return _SHOWN_YEAR.search(line) is not None


def _shows_day(line: str) -> bool:
    """Tell a line that shows a day from a teaser's "3 days ago", and the hour of a clock."""
    return _shows_year(line) and not _HOUR.search(line)


def _written_day(text: str, day_first: Order) -> date | None:
    """Return the first day that ``text`` writes out, in words, in figures or as ISO."""
    return next(filter(None, (_date(match, day_first) for match in _DAY.finditer(text))), None)


def _is_version(match: re.Match[str]) -> bool:
    """Tell "dbt 2025.4.7": a program's, behind its name; a day has a nought, or stands alone."""
    short = len(f"{match['number']}{match['day_iso']}") < len("0407")
    behind = _BEHIND_A_WORD.search(match.string[: match.start()][-2:])
    return match["between"] == "." and short and behind is not None


def _date(match: re.Match[str], day_first: Order) -> date | None:
    """Return the day of a match, None where it has another word than that of a month."""
    found = match.groupdict()
    if found["year_last"]:
        one, two = int(found["one"]), int(found["two"])
        # 3.4.2025 begins with the day everywhere.
        first = found["mark"] == "." or one > LAST_MONTH or (two <= LAST_MONTH and day_first())
        year, month, day = int(found["year_last"]), *((two, one) if first else (one, two))
    elif found["year_abroad"]:
        year, month = int(found["year_abroad"]), month_abroad(found["abroad"]) or 0
        day = int(found["day_abroad"])
    elif _is_version(match):
        return None
    else:
        names = next(names for names in _PARTS if found[names[0]])
        year, month, day = (month_number(found[name]) for name in names)
    try:
        return date(year, month, day)
    except ValueError:
        return None
