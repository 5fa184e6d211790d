"""From bytes to what they list: every form of list, recognized by what it begins with."""

import re
from pathlib import Path

from extractors import sniffing
from extractors.lists.feeds import read_feed, refuse_entities
from extractors.lists.lines import read_lines
from extractors.lists.listing import Listing, Place, once, unpacked
from extractors.lists.pages import read_page
from extractors.lists.sitemaps import read_opml, read_sitemap
from extractors.lists.tables import is_table, read_json, read_table
from extractors.naming import where
from extractors.text import decode
from extractors.urls import is_web_address
from schemas.errors import DocumentEmpty, KindUnsupported
from schemas.sources import Payload

_XML = re.compile(
    r"(?:<\?(?:(?!\?>).){0,300}\?>\s*|<!--(?:(?!-->).){0,2000}-->\s*"
    r"|<!doctype\s+(?!html)[^>\[]{0,300}(?:\[(?:(?!\]\s*>).){0,9000}\])?\s*>\s*)*+"
    r"<(?:[\w-]+:)?(?P<root>rss|rdf|feed|urlset|sitemapindex|opml)\b",
    re.IGNORECASE | re.DOTALL,
)
# A file's name and media type, with a space between them.
_HTML = re.compile(r"\.html? |text/html|xhtml")
_TABLE = re.compile(r"\.[ct]sv |text/csv|text/tab-separated-values")
_MARKDOWN = re.compile(r"\.(?:md|markdown|mdx) |markdown")


def read_list(payload: Payload, folder: Path | None = None) -> Listing:
    """Return what a list names, in its order, each source once.

    ``folder`` is that of a local list, which may name local files in relation to it, since the
    person who passes it is trusted. A feed, sitemap or outline may name nothing.

    Raises:
        KindUnsupported: if it is a picture, a PDF or the like.
        Unreadable: if it defines XML entities, or cannot be parsed.
        TooLarge: if it unpacks to over 50 MB.
        DocumentEmpty: if anything else names no source.
    """
    data = unpacked(payload)
    if found := sniffing.binary(data):
        raise KindUnsupported(
            f"{where(payload)} is {found}, not a list of addresses: check it, or save it as CSV.",
            cause="content_mismatch",
        )
    text = decode(data, payload.charset, markup=True).lstrip("\ufeff \t\r\n")
    place = Place(payload.final_url or payload.url or "", folder)
    listing = _read(text, payload, place)
    candidates, missed = once(listing.candidates, local=folder is not None)
    nested = list(dict.fromkeys(filter(is_web_address, listing.nested)))
    if not candidates and not nested and listing.form not in {"feed", "sitemap", "outline"}:
        reasons = "".join(f"; {reason}" for reason in (*listing.missed, *missed)[:3])
        raise DocumentEmpty(
            f"{where(payload)} names no sources{reasons}. Give a feed, a sitemap, a page of links, "
            "or a file with an address on each line."
        )
    return Listing(
        form=listing.form,
        candidates=candidates,
        nested=nested,
        missed=(*listing.missed, *missed),
    )


def _read(text: str, payload: Payload, place: Place) -> Listing:
    if found := _XML.match(text):
        refuse_entities(text, payload)
        root = found["root"].lower()
        if root in {"rss", "rdf", "feed"}:
            return read_feed(text, place)
        read = read_opml if root == "opml" else read_sitemap
        return read(text, payload, place)
    name = f"{payload.name.lower()} {payload.media_type}"
    if sniffing.is_page(text[:8_192].encode()) or _HTML.search(name):
        return read_page(text, place)
    if listing := read_json(text, place):
        return listing
    if _TABLE.search(name) or is_table(text):
        return read_table(text, place)
    return read_lines(text, place, markdown=bool(_MARKDOWN.search(name)))
