"""What a list names, whatever form it has."""

import re
from collections.abc import Sequence
from html import unescape
from string import whitespace
from urllib.parse import urljoin

from casebook.extractors.text.characters import one_line
from casebook.extractors.urls import is_web_address
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Candidate, Stated

_LONGEST_TITLE, _LONGEST_SUMMARY = 300, 600
# Characters of a summary that are read: markup takes most of some.
_READ = 6_000
_TAG = re.compile(r"<[^<>]*>")
# Signs of no width, which are copied along with an address; within one they may belong to it.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|“”„«»]+", re.IGNORECASE)
_AROUND_ADDRESS = f".,;:!?)]}}’{_UNSEEN}"

COLUMNS = {
    "url": frozenset(
        "url urls link links address source source_url href loc permalink website page uri adresse "
        "webseite seite lien enlace dirección direccion quelle fonte".split()
    ),
    "title": frozenset(
        "title name headline titel überschrift titre título titulo titolo subject".split()
    ),
    "published": frozenset(
        "date published published_at created_at lastmod datum day fecha data created posted "
        "published_on publication_date date_published date_modified pubdate".split()
    ),
}
"""What people and programs call an entry's address, title and day."""


class Listing(Frozen):
    """What a list names: sources, and further lists that it is made of.

    ``repeated`` counts where it names a source again; ``unread`` are the entries in which no web
    address could be found, as they stand there, and ``beyond`` counts the sources that are more
    than one list may name. ``broken`` tells that the end of it is missing, or that it is no JSON
    though it begins so: it was read as far as it goes. ``further`` is its next page, if it has one.
    """

    form: str
    candidates: Sequence[Candidate]
    lists: Sequence[str] = ()
    repeated: int = 0
    unread: Sequence[str] = ()
    beyond: int = 0
    broken: bool = False
    further: str | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether it names nothing, as a feed between two issues does."""
        return not self.candidates and not self.lists


def candidate(
    url: str, title: object = None, published: Stated | None = None, summary: object = None
) -> Candidate:
    """Return an address, fit to stand in a line, with its title and its summary in one line."""
    text = one_line(str(title or ""))[:_LONGEST_TITLE]
    address = url.strip(_UNSEEN + whitespace)
    if is_web_address(address):
        address = address.replace(" ", "%20")
    told = one_line(unescape(_TAG.sub(" ", str(summary or "")[:_READ])))[:_LONGEST_SUMMARY]
    return Candidate(url=address, title=text or None, published=published, summary=told or None)


def nothing_in(name: str, told: str = "names no web addresses") -> DocumentEmpty:
    """Return the error of a list that names nothing at all."""
    return DocumentEmpty(
        f"{name} {told}; give a feed, a sitemap, a page of links, or a file with an address on "
        "each line."
    )


def joined(base: str, address: str) -> str:
    """Return ``address`` as counted from ``base``, or as it is where it is none ("//[")."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def addresses_in(text: str) -> list[str]:
    """Return the web addresses that a text mentions, without the marks that end its sentences."""
    return [_bare(match[0]) for match in _ADDRESS.finditer(text)]


def _bare(address: str) -> str:
    """Return ``address`` without what stands behind it; "…/Foo_(bar)" keeps its bracket."""
    while address[-1:] in _AROUND_ADDRESS and not (
        address[-1] == ")" and address.count("(") >= address.count(")")
    ):
        address = address[:-1]
    return address
