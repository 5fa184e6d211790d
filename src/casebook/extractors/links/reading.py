"""From bytes to what they list: every form of list, told apart by what it begins with. Pure."""

import re
from collections.abc import Iterable, Sequence

from casebook.extractors.links.entries import Listing, nothing_in
from casebook.extractors.links.feeds import base_of, read_feed
from casebook.extractors.links.json_lists import is_json, read_json
from casebook.extractors.links.lists import read_lines, read_page
from casebook.extractors.links.packing import unpacked
from casebook.extractors.links.xml_lists import (
    read_opml,
    read_sitemap,
    refuse_entities,
)
from casebook.extractors.naming import where
from casebook.extractors.sites import canonical_url
from casebook.extractors.sniffing import marked, sniff
from casebook.extractors.text.charset import decode
from casebook.extractors.text.xml import plain
from casebook.extractors.urls import is_web_address
from casebook.schemas.errors import (
    ContentMismatch,
    InvalidUrl,
)
from casebook.schemas.sources import Candidate, Payload

MOST_ENTRIES = 50_000
"""Addresses that one list may name: the sitemap protocol's own limit."""

_XML_START = re.compile(
    rb"<\?xml\s|<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)[\s>]", re.IGNORECASE
)
_DECLARED = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?<!DOCTYPE(?!\s+html)", re.IGNORECASE)
# No Markdown, whose links begin with a bracket, too.
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?![^\n]{0,1000}\]\()(?:\[\s*[\[{\"]|\{\s*\")")
_LONGEST_END = 100_000  # bytes behind a root element: counters and comments of servers
_PAGE = re.compile(rb"<html\b|<!doctype\b|<body\b", re.IGNORECASE)
_MOST_BEFORE = 4_096
_SHOWN = 60  # characters of an entry that names no address
_ROOT = re.compile(rb"<(?:[\w-]+:)?([A-Za-z]\w*)")


def read_listing(payload: Payload) -> Listing:
    """Return what a list names, in its order, each address once.

    A feed, sitemap or outline that is whole may name nothing.

    Raises:
        Damaged: if it defines XML entities, or cannot be parsed.
        TooLarge: if it unpacks to more than 50 MB.
        ContentMismatch: if it is a picture, a PDF or the like.
        DocumentEmpty: if anything else names no web address.
    """
    data = marked(unpacked(payload))
    if found := sniff(data):
        raise ContentMismatch(
            f"{where(payload)} is {found}, not a list of addresses: check it, or save it as CSV."
        )
    listing = _read(data, payload, base_of(payload))
    candidates, repeated, refused, beyond = _once(listing.candidates)
    lists = list(dict.fromkeys(listing.lists))
    followed = tuple(filter(is_web_address, lists))
    refused += [address for address in lists if not is_web_address(address)]
    broken = _is_broken(data, payload.charset, listing.form)
    whole = _root(_begun(data)) in _XML and not broken
    if not candidates and not followed and (listing.unread or refused or not whole):
        first = f" (“{listing.unread[0][:_SHOWN]}”)" if listing.unread else ""
        told = "names no web addresses" if data.strip() else "is empty"
        raise nothing_in(where(payload), told + first)
    return Listing(
        form=listing.form,
        candidates=candidates,
        lists=followed,
        repeated=repeated,
        unread=(*listing.unread, *refused),
        beyond=beyond,
        further=listing.further,
        broken=broken,
    )


def _is_broken(data: bytes, charset: str | None, form: str) -> bool:
    """Tell a list whose root element is not closed, and a text that begins as JSON and is none."""
    root = _root(_begun(data))
    if root in _XML:
        end = rb"</(?:[\w-]+:)?" + root.encode() + rb"\s*>"
        return re.search(end, plain(data[-_LONGEST_END:]), re.IGNORECASE) is None
    begun = form == "text" and _JSON_START.match(data) is not None
    return begun and not is_json(data, charset)


def _read(data: bytes, payload: Payload, base: str) -> Listing:
    """Read a list by what it begins with, else as text."""
    if _root(data) not in _XML:
        data = _begun(data)
    root = _root(data)
    if root in _XML or _DECLARED.match(data):  # a long declaration hides the root behind it
        refuse_entities(data, payload)
    if root in _XML:
        return _XML[root](data, payload, base)
    if root:
        page = read_page(data, payload, base)
        if page.candidates or root in {"html", "doctype"}:
            return page
    if listing := read_json(data, payload.charset, base):
        return listing
    if _JSON_START.match(data):
        return _cut_off(data, payload)
    return read_lines(data, payload)


def _cut_off(data: bytes, payload: Payload) -> Listing:
    """Read JSON that is cut off as text, without the address in the midst of which it is.

    In JSON a quotation mark follows each. Its commas make no table.
    """
    listing = read_lines(data, payload, tables=False)
    if not listing.candidates:
        return listing
    text, _ = decode(data, payload.charset)
    _, found, rest = text.rpartition(listing.candidates[-1].url)
    if not found or '"' in rest:
        return listing
    return listing.model_copy(update={"candidates": listing.candidates[:-1]})


def _once(candidates: Iterable[Candidate]) -> tuple[Sequence[Candidate], int, list[str], int]:
    """Return each source once, how many came again, and what is no address that can be fetched.

    The last is how many were left out because there are ``MOST_ENTRIES`` of them already.
    Two addresses are one source whatever else they carry along; what the first one lacks of title
    and day the next one may tell.
    """
    chosen: dict[str, Candidate] = {}
    refused: list[str] = []
    repeated = 0
    left_out: set[str] = set()
    for found in candidates:
        try:
            identity = canonical_url(found.url)
        except InvalidUrl:
            refused += [found.url] if found.url else []
            continue
        if identity in chosen:
            repeated += 1
            chosen[identity] = _completed(chosen[identity], found)
        elif len(chosen) < MOST_ENTRIES:
            chosen[identity] = found
        else:
            left_out.add(identity)
    return tuple(chosen.values()), repeated, refused, len(left_out)


def _completed(one: Candidate, other: Candidate) -> Candidate:
    return Candidate(
        url=one.url,
        title=one.title or other.title,
        published=one.published or other.published,
        summary=one.summary or other.summary,
    )


# --- What it is ----------------------------------------------------------------------------------


def _begun(data: bytes) -> bytes:
    """Return ``data`` from where its XML begins: broken servers write warnings before it."""
    match = _XML_START.search(data[:_MOST_BEFORE])
    return data[match.start() :] if match and not _PAGE.search(data[: match.start()]) else data


def _root(data: bytes) -> str:
    """Return the name of the first element in lower case, "doctype" before any, or nothing."""
    head = plain(data[:20_000]).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head[:14].lower() == b"<!doctype html":
        return "doctype"
    match = _ROOT.search(head) if head.startswith(b"<") else None
    return match[1].decode().lower() if match else ""


_XML = {
    "rss": read_feed,
    "rdf": read_feed,
    "feed": read_feed,
    "urlset": read_sitemap,
    "sitemapindex": read_sitemap,
    "opml": read_opml,
}
