"""Read a list of any format, and the lists nested in it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from extractors.fetch.fetch import FILE_ROOT
from extractors.lists.entries import ListEntry, Location, SourceList, unique, unpacked
from extractors.lists.feeds import read_feed, read_opml, read_sitemap
from extractors.lists.pages import read_page
from extractors.lists.tables import is_table, read_json, read_lines, read_table
from extractors.signatures import binary_kind, text_form, xml_list
from extractors.text import decode, unreadable
from extractors.urls import is_web_address
from schemas.errors import CasebookError
from schemas.sources import Candidate, Payload, SourceRef

FetchList = Callable[[SourceRef], Awaitable[Payload]]
# Runs a function in a process that can be killed: ``WorkerPool.compute``.
Compute = Callable[[Callable[[Payload], SourceList], Payload], Awaitable[SourceList]]
_AT_ONCE = 8
_XML_FORMS = {"urlset": "sitemap", "sitemapindex": "sitemap", "opml": "outline"}
_READERS = {"feed": read_feed, "sitemap": read_sitemap, "outline": read_opml}
_MOST_MISSED, _MOST_LISTS, _MOST_SOURCES = 50, 500, 10_000
# These match a file name, a space and a media type.
_HTML = re.compile(r"\.html? |text/html|xhtml")
_TABLE = re.compile(r"\.[ct]sv |text/csv|text/tab-separated-values")
_MARKDOWN = re.compile(r"\.(?:md|markdown|mdx) |markdown")


async def walk(ref: SourceRef, fetch_list: FetchList, compute: Compute) -> SourceList:
    """Return the sources of a list and of its nested lists, in order.

    Nested lists are followed one level deep. If one cannot be read, it is reported as missed; if
    the first list cannot be read, CasebookError is raised.
    """

    async def read(one: SourceRef) -> SourceList:
        is_trusted = not is_web_address(one.source) and FILE_ROOT.get() is None
        folder = Path(one.source).parent if is_trusted else None
        return await compute(partial(read_list, folder=folder), await fetch_list(one))

    first = await read(ref)
    found, missed = [first], list(first.missed)
    inner = [SourceRef(source=address) for address in first.nested[:_MOST_LISTS]]
    for start in range(0, len(inner), _AT_ONCE):
        reads = map(read, inner[start : start + _AT_ONCE])
        for result in await asyncio.gather(*reads, return_exceptions=True):
            if isinstance(result, SourceList):
                found.append(result)
                missed += result.missed
            elif isinstance(result, CasebookError):
                missed.append(str(result))
            else:
                raise result
    deeper = sum(len(one.nested) for one in found) - len(inner)
    missed += [f"{deeper} further lists, which were not read"] if deeper else []
    every = (one for some in found for one in some.candidates)
    candidates = unique(every, local=True)[0] if inner else first.candidates
    if len(candidates) > _MOST_SOURCES:
        missed.append(f"more than the first {_MOST_SOURCES:,} sources")
    return SourceList(form=first.form, candidates=candidates[:_MOST_SOURCES], missed=missed)


def read_list(payload: Payload, folder: Path | None = None) -> SourceList:
    """Return the sources of a list in order, each once.

    ``folder`` is the folder of a local list, whose author is trusted to name files relative to it.
    Raises ExtractionError for binary or damaged files, and for lists without sources other than a
    feed, sitemap or outline; TooLarge for a large compressed list.
    """
    data = unpacked(payload)
    if found := binary_kind(data):
        problem = f"is {found}, not a list of addresses: check it, or save it as CSV"
        raise unreadable(payload, problem, "content_mismatch")
    text = decode(data, payload.charset, markup=True).lstrip("\ufeff \t\r\n")
    form, entries = _entries(
        text, payload, Location(payload.final_url or payload.url or "", folder)
    )
    all_entries = list(entries)
    named = (one for one in all_entries if isinstance(one, Candidate))
    candidates, missed = unique(named, local=folder is not None)
    missed += [one for one in all_entries if isinstance(one, str)]
    lists = list(dict.fromkeys(one.source for one in all_entries if isinstance(one, SourceRef)))
    missed += [f"{one} is not a web address" for one in lists if not is_web_address(one)]
    nested = list(filter(is_web_address, lists))
    if not candidates and not nested and form not in _READERS:
        problem = "; ".join(["contains no sources", *missed[:3]])
        advice = "Use a feed, a sitemap, a page of links, or a file with an address on each line"
        raise unreadable(payload, f"{problem}. {advice}", "document_empty")
    if len(missed) > _MOST_MISSED:
        missed[_MOST_MISSED:] = [f"{len(missed) - _MOST_MISSED} further entries"]
    return SourceList(form=form, candidates=candidates, nested=nested, missed=missed)


def _entries(text: str, payload: Payload, location: Location) -> tuple[str, Iterable[ListEntry]]:
    head = text[:8_192].encode()
    if root := xml_list(head):
        form = _XML_FORMS.get(root, "feed")
        return form, _READERS[form](text, payload, location)
    name = f"{payload.name.lower()} {payload.media_type}"
    if text_form(head) == "page" or _HTML.search(name):
        return "page", read_page(text, location)
    if entries := read_json(text, location):
        return "JSON", entries
    if _TABLE.search(name) or is_table(text):
        return "table", read_table(text, location)
    return "text", read_lines(text, location, markdown=bool(_MARKDOWN.search(name)))
