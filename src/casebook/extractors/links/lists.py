"""Lists of addresses that people write: pages of links, tables, text. Pure, over bytes."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urljoin

from casebook.extractors.kinds import html
from casebook.extractors.kinds.youtube import find_all, page_data
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import clean_date
from casebook.extractors.urls import is_web_address
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Candidate, Payload

_LONGEST_TITLE = 300
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|]+", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,300})\]\((https?://[^\s()]+)\)")
_AROUND_ADDRESS = ".,;:!?)]}"
_FURNITURE = "nav header footer aside form"
_COLUMNS = {
    "url": {"url", "link", "address", "source", "source_url", "href", "loc"},
    "title": {"title", "name", "headline"},
    "published": {"date", "published", "published_at", "created_at", "lastmod"},
}


class Listing(Frozen):
    """What a list names: sources, and further lists that it is made of.

    ``repeated`` counts where it names a source again; ``unread`` are the entries in which no web
    address could be found, as they stand there.
    """

    form: str
    candidates: Sequence[Candidate]
    lists: Sequence[str] = ()
    repeated: int = 0
    unread: Sequence[str] = ()


def candidate(url: str, title: object = None, published: date | None = None) -> Candidate:
    """Return an address with its title in one line."""
    text = one_line(str(title or ""))[:_LONGEST_TITLE]
    return Candidate(url=url.strip(), title=text or None, published=published)


def read_page(data: bytes, payload: Payload, base: str) -> Listing:
    """Read the links of a page, those of its furniture left out; of YouTube the listed videos."""
    markup, _ = decode(data, payload.charset, markup=True)
    if videos := list(_videos(markup)):
        return Listing(form="list of videos", candidates=videos)
    tree = html.parse(markup)
    if tree is None:
        return Listing(form="page", candidates=())
    base = urljoin(base, next(iter(tree.xpath("//base/@href")), ""))
    apart = " or ".join(f"ancestor::{name}" for name in _FURNITURE.split())
    links = tree.xpath(f"//a[@href and not({apart})]")
    found = ((_joined(base, link.get("href")), " ".join(link.itertext())) for link in links)
    here = _without_fragment(base)
    return Listing(
        form="page",
        candidates=[
            candidate(address, title)
            for address, title in found
            if is_web_address(address) and _without_fragment(address) != here
        ],
    )


def _without_fragment(address: str) -> str:
    return address.partition("#")[0]


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def _videos(markup: str) -> Iterator[Candidate]:
    """Yield the videos of a YouTube playlist or channel; a page holds the first hundred."""
    data = page_data(markup)
    for item in find_all(data, "playlistVideoRenderer"):
        runs = item.get("title", {}).get("runs") or [{}]
        yield _video(item.get("videoId"), runs[0].get("text"))
    for item in find_all(data, "lockupViewModel"):
        if item.get("contentType") == "LOCKUP_CONTENT_TYPE_VIDEO":
            about = item.get("metadata", {}).get("lockupMetadataViewModel", {})
            yield _video(item.get("contentId"), about.get("title", {}).get("content"))


def _video(video: object, title: object) -> Candidate:
    return candidate(f"https://www.youtube.com/watch?v={video}", title)


def read_lines(data: bytes, payload: Payload, base: str) -> Listing:
    """Read a table with a column of addresses, else every address that a text holds."""
    del base
    text, _ = decode(data, payload.charset)
    first = next(iter(text.lstrip("\ufeff").splitlines()), "")
    names = _column_names(first)
    if not _ADDRESS.search(first) and _COLUMNS["url"] & set(names):
        rows, unread = _rows(text, names)
        return Listing(form="table", candidates=rows, unread=unread)
    return Listing(form="text", candidates=list(_mentioned(text)), unread=_without_address(text))


def _column_names(line: str) -> list[str]:
    try:
        return [name.strip().lower() for name in next(csv.reader([line]), [])]
    except csv.Error:  # a line over the module's limit heads no table
        return []


def _rows(text: str, names: Sequence[str]) -> tuple[list[Candidate], list[str]]:
    """Return the rows that have something in the column of addresses, and those that have not."""
    place = {
        field: next((at for at, name in enumerate(names) if name in known), None)
        for field, known in _COLUMNS.items()
    }
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    next(rows, None)
    found, unread = list[Candidate](), list[str]()
    try:
        for row in rows:
            cells = {
                field: row[at] if at is not None and at < len(row) else ""
                for field, at in place.items()
            }
            if cells["url"].strip():
                day = clean_date(cells["published"])
                found.append(candidate(cells["url"], cells["title"], day))
            elif any(cell.strip() for cell in row):
                unread.append(", ".join(row))
    except csv.Error as error:  # a cell over the module's limit: what came before it stands
        unread.append(f"all from line {rows.line_num} on: {error}")
    return found, unread


def _without_address(text: str) -> list[str]:
    """Return the lines that name no address in a text that otherwise has one on each line.

    Comments (``#``) and a heading on top are left out. Prose that mentions addresses is no list.
    """
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    unread = [line for line in lines[1:] if not _ADDRESS.search(line)]
    return unread if 2 * len(unread) <= len(lines) else []


def _mentioned(text: str) -> Iterator[Candidate]:
    for line in text.splitlines():
        titles = {match[2]: match[1] for match in _MARKDOWN_LINK.finditer(line)}
        for match in _ADDRESS.finditer(line):
            address = match[0].rstrip(_AROUND_ADDRESS)
            yield candidate(address, titles.get(address))
