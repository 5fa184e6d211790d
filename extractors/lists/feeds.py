"""Lists in XML: feeds with their items, sitemaps (sitemaps.org), outlines of feeds (OPML)."""

import io
import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree  # type: ignore[import-untyped]  # likewise

from extractors.data import table
from extractors.lists.entries import ListEntry, Location, candidate, missed, unpacked, xml_of
from extractors.sites import canonical_url
from extractors.text import count_words, decode, name_of, unreadable
from extractors.urls import is_web_address
from schemas.errors import InvalidUrl
from schemas.sources import Payload, SourceRef, Step

_PAGE = table("lists")["item"]["page"]
_NOT_SPOKEN = ("", "")
_FEWEST_WORDS = 200  # shorter items are teasers
_INLINE = re.compile(r"(?i)</?(?:a|b|code|em|i|mark|span|strong|su[bp])(?:\s[^<>]*)?>")
_ESCAPED_TWICE = re.compile(r"(?i)&lt;/(?:p|div|li|h\d)&gt;")


def read_feed(text: str, payload: Payload, location: Location) -> Iterator[ListEntry]:
    """Yield the items of a feed."""
    feed = _parsed(text, payload, location)
    location = location if location.base else Location(str(feed.feed.get("link") or ""))
    spoken = list(_spoken(text, payload)) if "transcript" in text else []
    if len(spoken) != len(feed.entries):
        spoken = [_NOT_SPOKEN] * len(feed.entries)
    for entry, (transcript, chapters) in zip(feed.entries, spoken, strict=True):
        title = unescape(_INLINE.sub("", entry.get("title") or ""))
        day = entry.get("published") or entry.get("updated")
        if address := next(_addresses(entry, location), None):
            found = candidate(address, title, day, next(_texts(entry), None))
            words, parts = map(location.joined, (transcript, chapters))
            yield found.model_copy(update={"transcript": words, "chapters": words and parts})
        else:
            yield missed("an item", title)


def _spoken(text: str, payload: Payload) -> Iterator[tuple[str, str]]:
    """Yield the addresses of transcript and chapters of each item, empty if not stated."""
    for item in _tree(text, payload).iter("{*}item"):
        listed = [one for one in item.findall("{*}transcript") if one.get("url")]
        ranked = sorted(listed, key=lambda one: _rank(one.get("type") or ""))
        chapters = item.find("{*}chapters")
        yield (
            ranked[0].get("url") if ranked else "",
            (chapters.get("url") or "") if chapters is not None else "",
        )


def _rank(media_type: str) -> int:
    """Return the place of a kind of transcript: those with times first."""
    kinds = ("vtt", "subrip", "srt", "json", "html")
    return next((n for n, kind in enumerate(kinds) if kind in media_type), len(kinds))


def read_sitemap(text: str, payload: Payload, location: Location) -> Iterator[ListEntry]:
    """Yield the pages of a sitemap, or the sitemaps of an index."""
    for entry in _tree(text, payload).iter("{*}url", "{*}sitemap"):
        address = location.join(_child(entry, "loc"))
        if address and entry.tag.endswith("sitemap"):
            yield SourceRef(source=address)
        elif address:
            title, day = _child(entry, "news/{*}title"), _child(entry, "news/{*}publication_date")
            yield candidate(address, title, day or _child(entry, "lastmod"))


def read_opml(text: str, payload: Payload, location: Location) -> Iterator[ListEntry]:
    """Yield the links of an outline; its feeds are nested lists."""
    for outline in _tree(text, payload).iter("{*}outline"):
        line = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        if feed := line.get("xmlurl"):
            yield SourceRef(source=location.join(feed))
        elif address := line.get("url"):
            yield candidate(location.join(address), line.get("title") or line.get("text"))


def _tree(text: str, payload: Payload) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    tree = etree.fromstring(xml_of(text, payload), parser)
    if tree is None:
        raise unreadable(payload, "is not XML; download it again", "damaged")
    return tree


def _child(entry: Any, path: str) -> str:
    return (entry.findtext(f"{{*}}{path}") or "").strip()


def feed_item(payload: Payload, address: str) -> Payload:
    """Return the feed item with ``address`` as a web page.

    Raises ExtractionError if it is missing or only a teaser, or for XML entities.
    """
    location = Location(payload.final_url or payload.url or "")
    text = decode(unpacked(payload), payload.charset, markup=True)
    entries = _parsed(text, payload, location).entries
    entry = next((one for one in entries if _is_at(one, location, address)), None)
    content = max(_texts(entry), key=len, default="") if entry else ""
    if "<" not in content and _ESCAPED_TWICE.search(content):
        content = unescape(content)
    if entry is None or count_words(content) < _FEWEST_WORDS:
        problem = "has only a teaser of" if entry else "does not list"
        problem = f"{problem} {address}: submit the address itself"
        raise unreadable(payload, problem, "document_empty")
    stated = {name: escape(entry.get(name) or "") for name in ("title", "author", "published")}
    return Payload(
        data=_PAGE.format(**stated, content=content).encode("utf-8", "replace"),
        media_type="text/html",
        charset="utf-8",
        url=address,
        final_url=address,
        steps=(Step(method="feed item", outcome=f"read from {name_of(payload)}"),),
    )


def _parsed(text: str, payload: Payload, location: Location) -> Any:
    """Return the parsed feed; feedparser gets a stream, since it would open a path or address."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    if location.base:
        headers["content-location"] = location.base
    stream = io.BytesIO(xml_of(text, payload))
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False)


def _texts(entry: Any) -> Iterator[str]:
    contents = (part.get("value") for part in entry.get("content", ()))
    yield from filter(None, (entry.get("summary"), *contents))


def _addresses(entry: Any, location: Location) -> Iterator[str]:
    """Yield the possible addresses of an item: original link, link, id, recordings."""
    enclosed = [part.get("href") for part in entry.get("enclosures", ())]
    links = [entry.get("feedburner_origlink"), entry.get("link"), *enclosed]
    joined = [location.join(str(link)) for link in links if link]
    yield from filter(is_web_address, [*joined[:2], str(entry.get("id")), *joined[2:]])


def _is_at(entry: Any, location: Location, address: str) -> bool:
    try:
        wanted = canonical_url(address)
        return any(canonical_url(one) == wanted for one in _addresses(entry, location))
    except InvalidUrl:
        return False
