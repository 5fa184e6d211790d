"""Lists that programs write as JSON: JSON Feed, what interfaces of sites answer, JSON Lines. Pure.

JSON Feed is read by its own names (https://www.jsonfeed.org/version/1.1/), all else by the names
that tables have.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from casebook.extractors.days import day_in_address, stated_time
from casebook.extractors.links.entries import COLUMNS, Listing, candidate, joined
from casebook.extractors.text.charset import decode
from casebook.extractors.urls import is_web_address
from casebook.schemas.sources import Candidate, Stated

# Where an answer keeps its entries, if not in the only list of objects that it has; links and
# pages last, which may be those of the answer itself.
_ENTRIES = (
    "items entries posts articles results data sources urls records nodes edges children hits "
    "links pages".split()
)
# Where interfaces keep the answer itself, and where an entry keeps its fields.
_ANSWERS = "data message response result".split()
_FIELDS = "attributes fields data node".split()
_ADDRESSES = "canonical_url external_url landing_page_url doi id".split()
_PUBLISHED = frozenset(
    "published datepublished publisheddate publishedat publishedon publishdate publicationdate "
    "pubdate postdate posteddate postedat postedon issued".split()
)
_DEEPEST = 3
_LONGEST_SHOWN = 200


def read_json(data: bytes, charset: str | None, base: str) -> Listing | None:
    """Return what a JSON text names, None where ``data`` is none or has no entries.

    Among JSON Lines, addresses alone and lines that "#" sets aside may stand; a line that begins as
    an object and is no whole one is unread, for the address in it may be half of one.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"[", b"{"} and b"\n{" not in data:
        return None
    told, unread = _values(decode(data, charset)[0].lstrip("\ufeff"))
    found: list[Candidate] = []
    for entry in told:
        if one := _candidate(entry, base):
            found.append(one)
        else:
            unread.append(json.dumps(entry, ensure_ascii=False)[:_LONGEST_SHOWN])
    return Listing(form="JSON", candidates=found, unread=unread) if found else None


def is_json(data: bytes, charset: str | None) -> bool:
    """Tell JSON, or one value a line, whether or not it names anything."""
    return bool(_values(decode(data, charset)[0].lstrip("\ufeff"))[0])


def _values(text: str) -> tuple[list[Any], list[str]]:
    """Return the entries of a JSON value, or of one a line and the lines that are half of one.

    Nothing where it is neither.
    """
    try:
        return list(_entries(json.loads(text))), []
    except (ValueError, RecursionError):
        return _on_lines(text)


def _on_lines(text: str) -> tuple[list[Any], list[str]]:
    values, halves = list[Any](), list[str]()
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            values.append(_value(line))
        except (ValueError, RecursionError):
            if not line.startswith("{"):
                return [], []
            halves.append(f"line {number}, no whole JSON: {line[:_LONGEST_SHOWN]}")
    return values, halves


def _value(line: str) -> Any:
    return line if is_web_address(line) else json.loads(line)


def _entries(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, dict):
        known = (value[key] for key in _ENTRIES if isinstance(value.get(key), list))
        answers = [value[key] for key in _ANSWERS if isinstance(value.get(key), dict)]
        inner = [one for one in value.values() if isinstance(one, dict)]
        if not answers and len(inner) == 1 and _candidate(value, "") is None:
            answers = inner
        if (found := next(known, None)) is not None or (found := _only_list(value)):
            yield from found
        elif answers and depth < _DEEPEST:
            yield from _entries(answers[0], depth + 1)
        else:
            yield value
    elif isinstance(value, list):
        yield from value


def _only_list(value: dict[str, Any]) -> list[Any] | None:
    """Return the only list in an object that is no entry itself, where it holds objects."""
    lists = [inner for inner in value.values() if inner and isinstance(inner, list)]
    is_entry = _candidate(value, "") is not None
    alone = len(lists) == 1 and not is_entry and all(isinstance(one, dict) for one in lists[0])
    return lists[0] if alone else None


def _candidate(entry: Any, base: str) -> Candidate | None:
    if isinstance(entry, str):
        return candidate(entry, None, day_in_address(entry)) if is_web_address(entry) else None
    if not isinstance(entry, dict):
        return None
    named = _named(entry)
    address = _address(named, base)
    if not address:
        return None
    day = _day(named) or day_in_address(address)
    return candidate(address, _title(named), day, _summary(named))


def _named(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry's own fields, by their names in lower case, before those it keeps apart."""
    inner = (entry[name] for name in _FIELDS if isinstance(entry.get(name), dict))
    whole = {**next(inner, {}), **entry}
    return {str(name).lower(): value for name, value in whole.items()}


def _title(named: Mapping[str, Any]) -> object:
    title = next((named[name] for name in named if name in COLUMNS["title"]), None)
    if isinstance(title, dict):
        return unescape(str(title.get("rendered") or ""))  # as WordPress answers
    if isinstance(title, list):
        return next(iter(title), None)  # as Crossref does
    # Of a bookmark (Pinboard), what its owner wrote is the title.
    return named.get("description") if title is None and "href" in named else title


def _summary(named: Mapping[str, Any]) -> str:
    """Return what JSON Feed and WordPress say of an entry."""
    told = (named.get(name) for name in ("summary", "excerpt", "content_text", "content_html"))
    first = next(filter(None, told), "")
    return str(first.get("rendered") or "") if isinstance(first, dict) else str(first)


def _address(named: Mapping[str, Any], base: str) -> str | None:
    """Return where an entry is: of JSON Feed's names the entry's own first, its id last."""
    names = ["url", *(name for name in named if name in COLUMNS["url"]), *_ADDRESSES]
    values = (str(named[name]).strip() for name in names if named.get(name))
    own = named.get("url")
    if isinstance(own, str) and own.startswith("/") and is_web_address(base):
        return joined(base, own)
    return next(filter(is_web_address, (*values, *_attached(named))), None)


def _attached(named: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the recordings are that an entry of JSON Feed has attached."""
    attached = named.get("attachments")
    for one in attached if isinstance(attached, list) else ():
        if isinstance(one, dict):
            yield str(one.get("url") or "")


def _day(named: Mapping[str, Any]) -> Stated | None:
    first = [name for name in named if re.sub("[_-]", "", name) in _PUBLISHED]
    others = [name for name in named if name in COLUMNS["published"]]
    stated = (_whole(named[name]) for name in (*first, *others))
    return next((told for told in map(stated_time, stated) if told), None)


def _whole(stated: Any) -> Any:
    """Return a day that libraries write in parts (CSL: ``{"date-parts": [[2024, 3, 5]]}``)."""
    parts = stated.get("date-parts") if isinstance(stated, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    return "-".join(map(str, first)) if isinstance(first, list) else stated
