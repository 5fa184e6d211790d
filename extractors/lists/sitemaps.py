"""Sitemaps, indexes of sitemaps (sitemaps.org) and outlines of feeds (OPML)."""

from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.lists.listing import Entry, Place, candidate, xml_of
from extractors.naming import where
from schemas.errors import Unreadable
from schemas.sources import Payload, SourceRef


def read_sitemap(text: str, payload: Payload, place: Place) -> Iterator[Entry]:
    """Yield the pages of a sitemap, or the sitemaps of an index."""
    for entry in _tree(text, payload).iter("{*}url", "{*}sitemap"):
        address = place.join(_child(entry, "loc"))
        if address and entry.tag.endswith("sitemap"):
            yield SourceRef(source=address)
        elif address:
            title, day = _child(entry, "news/{*}title"), _child(entry, "news/{*}publication_date")
            yield candidate(address, title, day or _child(entry, "lastmod"))


def read_opml(text: str, payload: Payload, place: Place) -> Iterator[Entry]:
    """Yield the links of an outline; its feeds are further lists."""
    for outline in _tree(text, payload).iter("{*}outline"):
        line = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        if feed := line.get("xmlurl"):
            yield SourceRef(source=place.join(feed))
        elif address := line.get("url"):
            yield candidate(place.join(address), line.get("title") or line.get("text"))


def _tree(text: str, payload: Payload) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    tree = etree.fromstring(xml_of(text, payload), parser)
    if tree is None:
        raise Unreadable(f"{where(payload)} is not XML; download it again.", cause="damaged")
    return tree


def _child(entry: Any, path: str) -> str:
    return (entry.findtext(f"{{*}}{path}") or "").strip()
