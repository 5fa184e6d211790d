"""Feeds (RSS, Atom): their items, each with its address, title and day. Pure, over bytes."""

import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urljoin

import feedparser  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.days import day_in_address, stated_day
from casebook.extractors.links.entries import Listing, candidate, joined
from casebook.extractors.links.packing import unpacked
from casebook.extractors.links.xml_lists import refuse_entities
from casebook.extractors.sites import canonical_url
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.xml import escaped
from casebook.extractors.urls import is_web_address
from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import Candidate, Payload

# Titles of feeds may be markup; what looks like it and is none ("Why <T> matters") stays.
_INLINE = re.compile(r"</?(?:a|b|code|em|i|mark|span|strong|su[bp])(?:\s[^<>]*)?>", re.IGNORECASE)


def read_feed(data: bytes, payload: Payload, base: str) -> Listing:
    """Read RSS and Atom."""
    found: list[Candidate] = []
    unread: list[str] = []
    parsed = parsed_feed(data, payload, base)
    base = base or _own_address(parsed.feed)
    for entry in parsed.entries:
        title = unescape(_INLINE.sub("", entry.get("title") or ""))
        if address := entry_address(entry, base):
            day = entry_day(entry) or day_in_address(address)
            found.append(candidate(address, title, day, _announced(entry)))
        else:
            unread.append(one_line(title or str(entry.get("id") or "an entry")))
    return Listing(
        form="feed", candidates=found, unread=unread, further=_further(parsed.feed, base)
    )


def _further(feed: Any, base: str) -> str | None:
    """Return where a feed goes on that comes in pages (RFC 5005, as Blogger's do), if it does."""
    links = feed.get("links", ())
    pages = [one.get("href") for one in links if one.get("rel") in {"next", "prev-archive"}]
    addresses = (joined(base, str(page).strip()) for page in filter(None, pages))
    return next(filter(is_web_address, addresses), None)


def _own_address(feed: Any) -> str:
    """Return where a saved feed says that it, else its site, is; nothing where it does not."""
    links = [one.get("href") for one in feed.get("links", ()) if one.get("rel") == "self"]
    return next((str(one) for one in [*links, feed.get("link")] if is_web_address(one or "")), "")


def _announced(entry: Any) -> str:
    """Return what a feed says of an item: its summary, else the text that it carries."""
    texts = (part.get("value") for part in entry.get("content", ()))
    return str(next(filter(None, (entry.get("summary"), *texts)), ""))


def parsed_feed(data: bytes, payload: Payload, base: str) -> Any:
    """Return the feed as feedparser reads it, its markup untouched.

    Raises:
        Damaged: if it defines XML entities.
    """
    refuse_entities(data, payload)
    headers = {"content-location": base} if base else {}
    if payload.charset:
        headers["content-type"] = f"application/xml; charset={payload.charset}"
    stream = io.BytesIO(escaped(data))  # bytes that are a path would be opened
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False)


def base_of(feed: Payload) -> str:
    """Return the address from which those in ``feed`` count, or nothing."""
    return feed.final_url or feed.url or ""


def has_items(feed: Payload) -> bool:
    """Tell a feed from what is none, or is empty."""
    return bool(parsed_feed(unpacked(feed), feed, base_of(feed)).entries)


def entry_at(address: str, feed: Payload) -> Any | None:
    """Return the item of ``feed`` that is at ``address``, however both are spelled.

    Raises:
        Damaged: if the feed defines XML entities.
    """
    base = base_of(feed)
    entries = parsed_feed(unpacked(feed), feed, base).entries
    return next((one for one in entries if _is_at(one, base, address)), None)


def _is_at(entry: Any, base: str, address: str) -> bool:
    try:
        wanted = canonical_url(address)
        return wanted in {canonical_url(one) for one in _addresses(entry, base)}
    except InvalidUrl:
        return False


def entry_address(entry: Any, base: str) -> str:
    """Return where an item is, nothing where it does not tell.

    The page that a counting service leads to, else its link, else its identity where that is an
    address, else the recording that it encloses.
    """
    return next(_addresses(entry, base), "")


def _addresses(entry: Any, base: str) -> Iterator[str]:
    links = [entry.get("feedburner_origlink"), entry.get("link"), entry.get("id")]
    # Where there is no link, feedparser takes the identity for one, also if it is a sentence.
    plain = is_web_address(entry.get("id") or "") and " " not in entry["id"].strip()
    links = links if plain else links[:2]
    links = links[:1] if entry.get("guidislink") and " " in (entry.get("link") or "") else links
    links += [part.get("href") for part in entry.get("enclosures", ())]
    for link in filter(None, links):
        try:
            yield urljoin(base, str(link).strip())
        except ValueError:
            continue


def entry_day(entry: Any) -> date | None:
    """Return the day on which an item was published, else changed, as it is written there."""
    stated = (entry.get(name) for name in ("published", "updated", "created"))
    return next(filter(None, map(stated_day, stated)), None)
