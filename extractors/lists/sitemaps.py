"""Sitemaps, indexes of sitemaps (sitemaps.org) and outlines of feeds (OPML)."""

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.lists.listing import Listing, Place, candidate, escape_ampersands
from extractors.naming import where
from schemas.errors import Unreadable
from schemas.sources import Candidate, Payload

_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)|feed:", re.IGNORECASE)


def read_sitemap(text: str, payload: Payload, place: Place) -> Listing:
    """Return the pages of a sitemap, or the sitemaps of an index."""
    tree = _tree(text, payload)
    found: list[Candidate] = []
    for entry in tree.iter("{*}url"):
        if address := _child(entry, "loc"):
            news = entry.find("{*}news")
            title, day = _child(news, "title"), _child(news, "publication_date")
            day = day or _child(entry, "lastmod")
            found.append(candidate(place.join(address), title, day))
    nested = [_child(entry, "loc") for entry in tree.iter("{*}sitemap")]
    return Listing(form="sitemap", candidates=found, nested=[place.join(one) for one in nested])


def read_opml(text: str, payload: Payload, place: Place) -> Listing:
    """Return the links of an outline; its feeds are further lists."""
    found: list[Candidate] = []
    nested: list[str] = []
    missed: list[str] = []
    for outline in _tree(text, payload).iter("{*}outline"):
        line = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        title, address = line.get("title") or line.get("text"), line.get("url")
        if feed := line.get("xmlurl"):
            nested.append(place.join(_FEED_SCHEME.sub(_scheme, feed)))
        elif address:
            found.append(candidate(place.join(address), title))
        elif line.get("htmlurl"):
            missed.append(f"a site without its feed: “{title}”, {line['htmlurl']}")
    return Listing(form="outline", candidates=found, nested=nested, missed=missed)


def _scheme(match: re.Match[str]) -> str:
    return "" if match.string[match.end() :].startswith("http") else "https:"


def _tree(text: str, payload: Payload) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    body = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    tree = etree.fromstring(escape_ampersands(body).encode("utf-8", "replace"), parser)
    if tree is None:
        raise Unreadable(f"{where(payload)} is not XML; download it again.", cause="damaged")
    return tree


def _child(entry: Any, name: str) -> str:
    found = entry.find(f"{{*}}{name}") if entry is not None else None
    return (found.text or "").strip() if found is not None else ""
