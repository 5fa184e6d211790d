"""Lists of addresses: feeds, sitemaps and OPML here, all else in ``lists``. Pure, over bytes."""

import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urljoin

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.links.lists import Listing, candidate, read_lines, read_page
from casebook.extractors.naming import where
from casebook.extractors.network.body import MEGABYTE, Inflater
from casebook.extractors.registry import sniff
from casebook.extractors.sites import canonical_url
from casebook.extractors.text.metadata import clean_date
from casebook.extractors.urls import is_web_address
from casebook.schemas.errors import (
    ContentMismatch,
    Damaged,
    DocumentEmpty,
    InvalidUrl,
    TooLarge,
)
from casebook.schemas.sources import Candidate, Payload

MOST_ENTRIES = 50_000
"""Addresses that one list may name: the sitemap protocol's own limit."""

MOST_BYTES = 50 * MEGABYTE
"""Bytes of a sitemap after decompression: the sitemap protocol's own limit."""

_GZIP = b"\x1f\x8b"
# Titles of feeds may be markup; what looks like it and is none ("Why <T> matters") stays.
_INLINE = re.compile(r"</?(?:a|b|code|em|i|mark|span|strong|su[bp])(?:\s[^<>]*)?>", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ELEMENT = re.compile(rb"<[A-Za-z_]")
_ROOT = re.compile(rb"<(?:[\w-]+:)?([A-Za-z]\w*)")


def read_listing(payload: Payload) -> Listing:
    """Return what a list names, in its order, each address once.

    Raises:
        Damaged: if it defines XML entities, or cannot be parsed.
        TooLarge: if it unpacks to more than 50 MB.
        ContentMismatch: if it is a picture, a PDF or the like.
        DocumentEmpty: if it names no web address.
    """
    data = _unpacked(payload)
    if found := sniff(data):
        raise ContentMismatch(f"{where(payload)} is {found}, not a list of addresses; check it.")
    base = payload.final_url or payload.url or ""
    root = _root(data)
    if root in _XML:
        _refuse_entities(data, payload)
    reader = _XML.get(root) or (read_page if root in {"html", "doctype"} else None)
    listing = reader(data, payload, base) if reader else read_lines(data, payload, base)
    candidates, repeated, refused = _once(listing.candidates)
    lists = tuple(dict.fromkeys(filter(is_web_address, listing.lists)))
    if not candidates and not lists:
        raise DocumentEmpty(
            f"{where(payload)} names no web addresses; give a feed, a sitemap, a page of links, "
            "or a file with an address on each line."
        )
    return Listing(
        form=listing.form,
        candidates=candidates,
        lists=lists,
        repeated=repeated,
        unread=(*listing.unread, *refused),
    )


def _once(candidates: Iterable[Candidate]) -> tuple[Sequence[Candidate], int, Sequence[str]]:
    """Return each source once, how many came again, and what is no address that can be fetched.

    Two addresses are one source whatever else they carry along.
    """
    chosen: dict[str, Candidate] = {}
    refused: list[str] = []
    repeated = 0
    for found in candidates:
        try:
            identity = canonical_url(found.url)
        except InvalidUrl:
            refused += [found.url] if found.url else []
            continue
        if identity in chosen:
            repeated += 1
        elif len(chosen) < MOST_ENTRIES:
            chosen[identity] = found
    return tuple(chosen.values()), repeated, refused


# --- What it is ----------------------------------------------------------------------------------


def _unpacked(payload: Payload) -> bytes:
    """Undo gzip as far as the limit allows."""
    if not payload.data.startswith(_GZIP):
        return payload.data
    inflater, data = Inflater(), bytearray()
    try:
        for piece in inflater.feed(payload.data):
            data += piece
            if len(data) > MOST_BYTES:
                raise TooLarge(
                    f"{where(payload)} unpacks to more than {MOST_BYTES / MEGABYTE:g} MB, which no "
                    "sitemap may: give a smaller list."
                )
    except zlib.error as error:
        raise Damaged(f"{where(payload)} is a damaged gzip file; download it again.") from error
    return bytes(data)


def _plain(data: bytes) -> bytes:
    """Return the markup that matters: one byte a character, no comments and instructions."""
    return _COMMENT.sub(b"", data.replace(b"\0", b""))


def _root(data: bytes) -> str:
    """Return the name of the first element in lower case, "doctype" before any, or nothing."""
    head = _plain(data[:20_000]).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head[:14].lower() == b"<!doctype html":
        return "doctype"
    match = _ROOT.search(head) if head.startswith(b"<") else None
    return match[1].decode().lower() if match else ""


def _refuse_entities(data: bytes, payload: Payload) -> None:
    """Let XML pass whose document type defines no entities: feeds need none, bombs do.

    Raises:
        Damaged: if it defines any.
    """
    plain = _plain(data)
    first = _ELEMENT.search(plain)
    if b"<!ENTITY" in plain[: first.start() if first else None]:
        raise Damaged(
            f"{where(payload)} defines XML entities, as attacks do and feeds do not; it was not "
            "read. List its addresses in a text file instead."
        )


# --- XML -----------------------------------------------------------------------------------------


def _feed(data: bytes, payload: Payload, base: str) -> Listing:
    """Read RSS and Atom."""
    entries = [
        (entry, entry_address(entry, base)) for entry in parsed_feed(data, payload, base).entries
    ]
    return Listing(
        form="feed",
        candidates=[
            candidate(address, _INLINE.sub("", entry.get("title") or ""), entry_day(entry))
            for entry, address in entries
            if address
        ],
    )


def parsed_feed(data: bytes, payload: Payload, base: str) -> Any:
    """Return the feed as feedparser reads it, its markup untouched.

    Raises:
        Damaged: if it defines XML entities.
    """
    _refuse_entities(data, payload)
    headers = {"content-location": base} if base else {}
    if payload.charset:
        headers["content-type"] = f"application/xml; charset={payload.charset}"
    return feedparser.parse(data, response_headers=headers, sanitize_html=False)


def base_of(feed: Payload) -> str:
    """Return the address from which those in ``feed`` count, or nothing."""
    return feed.final_url or feed.url or ""


def entry_at(address: str, feed: Payload) -> Any | None:
    """Return the item of ``feed`` that is at ``address``, however both are spelled.

    Raises:
        Damaged: if the feed defines XML entities.
    """
    base = base_of(feed)
    entries = parsed_feed(feed.data, feed, base).entries
    return next((one for one in entries if _is_at(entry_address(one, base), address)), None)


def _is_at(one: str, other: str) -> bool:
    try:
        return canonical_url(one) == canonical_url(other)
    except InvalidUrl:
        return False


def entry_address(entry: Any, base: str) -> str:
    """Return where an item is: its link, else its identity where that can be an address."""
    link = (entry.get("link") or entry.get("id") or "").strip()
    return urljoin(base, link) if link and " " not in link else ""


def entry_day(entry: Any) -> date | None:
    """Return the day on which an item was published, else changed."""
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return clean_date(time.strftime("%Y-%m-%d", moment)) if moment else None


def _sitemap(data: bytes, payload: Payload, base: str) -> Listing:
    """Read a sitemap or an index of sitemaps (sitemaps.org)."""
    del base  # the protocol demands whole addresses
    tree = _tree(data, payload)
    found = [
        candidate(_child(entry, "loc"), _news_title(entry), clean_date(_child(entry, "lastmod")))
        for entry in _named(tree, "url")
        if _child(entry, "loc")
    ]
    inner = [_child(entry, "loc") for entry in _named(tree, "sitemap")]
    return Listing(
        form="sitemap", candidates=found, lists=[address for address in inner if address]
    )


def _opml(data: bytes, payload: Payload, base: str) -> Listing:
    """Read an outline: its feeds are further lists, its links are sources."""
    del base
    outlines = list(_named(_tree(data, payload), "outline"))
    return Listing(
        form="OPML",
        candidates=[
            candidate(line.get("url"), line.get("title") or line.get("text"))
            for line in outlines
            if line.get("url") and not line.get("xmlUrl")
        ],
        lists=[line.get("xmlUrl").strip() for line in outlines if line.get("xmlUrl")],
    )


_XML = {
    "rss": _feed,
    "rdf": _feed,
    "feed": _feed,
    "urlset": _sitemap,
    "sitemapindex": _sitemap,
    "opml": _opml,
}


def _tree(data: bytes, payload: Payload) -> Any:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    tree = etree.fromstring(data, parser)
    if tree is None:
        raise Damaged(f"{where(payload)} is no XML that can be read; download it again.")
    return tree


def _named(tree: Any, name: str) -> Iterator[Any]:
    yield from tree.iter(f"{{*}}{name}")


def _child(entry: Any, name: str) -> str:
    found = entry.find(f"{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _news_title(entry: Any) -> str | None:
    news = entry.find("{*}news")
    return _child(news, "title") if news is not None else None
