"""Feeds (RSS, Atom): their items, and the full text that a feed may carry for one."""

import io
import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types

from extractors.lists.listing import (
    Listing,
    Place,
    candidate,
    escape_ampersands,
    missed_entry,
    unpacked,
)
from extractors.naming import where
from extractors.sites import canonical_url
from extractors.text import count_words, decode
from extractors.urls import is_web_address
from schemas.errors import DocumentEmpty, InvalidUrl, Unreadable
from schemas.sources import Candidate, Payload, Step

FEWEST_WORDS = 200
"""Words under which the text of an item is a teaser."""

_INLINE = re.compile(r"</?(?:a|b|code|em|i|mark|span|strong|su[bp])(?:\s[^<>]*)?>", re.IGNORECASE)
_ESCAPED_TWICE = re.compile(r"&lt;/(?:p|div|li|h\d)&gt;", re.IGNORECASE)
_ENTITIES = re.compile(r"<!DOCTYPE[^>\[]{0,500}\[|<!ENTITY", re.IGNORECASE)


def refuse_entities(text: str, payload: Payload) -> None:
    """Do nothing unless XML defines entities: bombs need them, lists do not.

    Raises:
        Unreadable: if it does.
    """
    if _ENTITIES.search(text):
        raise Unreadable(
            f"{where(payload)} defines XML entities, as attacks do and lists do not; put its "
            "addresses into a text file instead.",
            cause="damaged",
        )


def read_feed(text: str, place: Place) -> Listing:
    """Return the items of a feed."""
    found: list[Candidate] = []
    missed: list[str] = []
    feed = _parsed(text, place.base)
    own = place if place.base else Place(str(feed.feed.get("link") or ""))
    for entry in feed.entries:
        title = unescape(_INLINE.sub("", entry.get("title") or ""))
        day = entry.get("published") or entry.get("updated") or entry.get("created")
        texts = (entry.get("summary"), *(part.get("value") for part in entry.get("content", ())))
        if address := next(_addresses(entry, own), None):
            found.append(candidate(address, title, day, next(filter(None, texts), None)))
        else:
            missed.append(missed_entry("an item", "no address", title))
    return Listing(form="feed", candidates=found, missed=missed)


def feed_item(payload: Payload, address: str) -> Payload:
    """Return the item of a feed that is at ``address``, as a web page of that address.

    Raises:
        DocumentEmpty: if the feed has no such item, or only a teaser of it.
        Unreadable: if the feed defines XML entities.
    """
    text = decode(unpacked(payload), payload.charset, markup=True)
    refuse_entities(text, payload)
    place = Place(payload.final_url or payload.url or "")
    entries = _parsed(text, place.base).entries
    entry = next((one for one in entries if _is_at(one, place, address)), None)
    if entry is None:
        raise DocumentEmpty(
            f"{where(payload)} has no item at {address}: submit the address itself."
        )
    texts = (entry.get("summary"), *(part.get("value") for part in entry.get("content", ())))
    content = max((text or "" for text in texts), key=len)
    if "<" not in content and _ESCAPED_TWICE.search(content):
        content = unescape(content)
    if count_words(content) < FEWEST_WORDS:
        raise DocumentEmpty(
            f"{where(payload)} carries only a teaser of {address}: submit the address itself."
        )
    return _page(entry, content, address, where(payload))


def _page(entry: Any, content: str, address: str, feed: str) -> Payload:
    title = escape(entry.get("title") or "")
    head = f'<meta charset="utf-8"><title>{title}</title>'
    for name, key in (("author", "author"), ("article:published_time", "published")):
        if entry.get(key):
            head += f'<meta name="{name}" property="{name}" content="{escape(entry[key])}">'
    page = f"<!doctype html><html><head>{head}</head><body><article><h1>{title}</h1>{content}"
    return Payload(
        data=f"{page}</article></body></html>".encode("utf-8", "replace"),
        media_type="text/html",
        charset="utf-8",
        url=address,
        final_url=address,
        steps=(Step(method="feed item", outcome=f"read from {feed}"),),
    )


def _parsed(text: str, base: str) -> Any:
    """Return what feedparser reads; it is given a stream, since it would open a path or address."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base:
        headers["content-location"] = base
    stream = io.BytesIO(escape_ampersands(text).encode("utf-8", "replace"))
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False)


def _addresses(entry: Any, place: Place) -> Iterator[str]:
    """Yield where an item is: behind a counting service, by its link, id, or recording."""
    enclosed = [part.get("href") for part in entry.get("enclosures", ())]
    links = [entry.get("feedburner_origlink"), entry.get("link"), entry.get("id"), *enclosed]
    for link in filter(None, links):
        joined = place.join(str(link)) if link != entry.get("id") else str(link).strip()
        if is_web_address(joined):
            yield joined


def _is_at(entry: Any, place: Place, address: str) -> bool:
    try:
        wanted = canonical_url(address)
        return any(canonical_url(one) == wanted for one in _addresses(entry, place))
    except InvalidUrl:
        return False
