"""What the XML of lists has in common, and those that are no feeds: sitemaps and OPML. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.days import stated_time
from casebook.extractors.links.entries import Listing, candidate, joined
from casebook.extractors.naming import where
from casebook.extractors.text.xml import defines_entities, escaped, plain
from casebook.extractors.urls import is_web_address
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Candidate, Payload, Stated

# The end of the root element tells a whole sitemap, whatever the titles in it say.
_LOCATION_TAG = re.compile(rb"<(/?)(?:[\w-]+:)?(?:loc|urlset|sitemapindex)\b", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed:(?://)?", re.IGNORECASE)


def refuse_entities(data: bytes, payload: Payload) -> None:
    """Let XML pass whose document type defines no entities: feeds need none, bombs do.

    Raises:
        Damaged: if it defines any.
    """
    if defines_entities(data):
        raise Damaged(
            f"{where(payload)} defines XML entities, as attacks do and feeds do not; it was not "
            "read. List its addresses in a text file instead."
        )


def read_sitemap(data: bytes, payload: Payload, base: str) -> Listing:
    """Read a sitemap or an index of sitemaps (sitemaps.org)."""
    tree = _tree(data, payload)
    _drop_half(tree, data)
    found = [
        candidate(_location(entry, base), *_news(entry))
        for entry in _named(tree, "url")
        if _child(entry, "loc")
    ]
    inner = [_location(entry, base) for entry in _named(tree, "sitemap")]
    return Listing(form="sitemap", candidates=found, lists=list(filter(None, inner)))


def _drop_half(tree: Any, data: bytes) -> None:
    """Take out the address in the midst of which a sitemap is cut off."""
    slashes, locations = _LOCATION_TAG.findall(plain(data)), list(_named(tree, "loc"))
    if slashes and not slashes[-1] and locations:
        locations[-1].getparent().remove(locations[-1])


def _location(entry: Any, base: str) -> str:
    """Return where an entry is; the protocol demands whole addresses, and some write "/page"."""
    location = _child(entry, "loc")
    return joined(base, location) if location else ""


def _news(entry: Any) -> tuple[str | None, Stated | None]:
    """Return the title of an entry and its day: of publication, else of the last change."""
    news = entry.find("{*}news")
    told = (_child(news, "title"), _child(news, "publication_date")) if news is not None else ()
    title, day = told or (None, None)
    return title, stated_time(day) or stated_time(_child(entry, "lastmod"))


def read_opml(data: bytes, payload: Payload, base: str) -> Listing:
    """Read an outline: its feeds and outlines are further lists, its links are sources."""
    found: list[Candidate] = []
    lists: list[str] = []
    unread: list[str] = []
    for outline in _named(_tree(data, payload), "outline"):
        line = {name.lower(): value.strip() for name, value in outline.attrib.items()}
        address, title = line.get("url", ""), line.get("title") or line.get("text")
        if feed := line.get("xmlurl") or (address if line.get("type") == "include" else ""):
            lists.append(as_web(feed) if _FEED_SCHEME.match(feed) else joined(base, feed))
        elif address:
            found.append(candidate(address, title))
        elif "htmlurl" in line:
            unread.append(f"{title}: {line['htmlurl']}, a site without its feed")
    return Listing(form="OPML", candidates=found, lists=lists, unread=unread)


def as_web(address: str) -> str:
    """Return the address that a feed reader's own scheme stands for: feed://host, feed:https://."""
    rest = _FEED_SCHEME.sub("", address)
    if rest == address:
        return address
    return rest if is_web_address(rest) else f"https://{rest.lstrip('/')}"


def _tree(data: bytes, payload: Payload) -> Any:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    tree = etree.fromstring(escaped(data), parser)
    if tree is None:
        raise Damaged(f"{where(payload)} is no XML that can be read; download it again.")
    return tree


def _named(tree: Any, name: str) -> Iterator[Any]:
    yield from tree.iter(f"{{*}}{name}")


def _child(entry: Any, name: str) -> str:
    found = entry.find(f"{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""
