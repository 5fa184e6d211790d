"""Atom feeds: of all cases, of tags, industries and companies, and of saved searches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from publishing.entries import CaseEntry
from publishing.site.facets import LABELS, facet_values
from publishing.site.groups import Group, readable_slug
from publishing.site.writer import PageWriter, digests
from schemas.errors import PublishError
from warehouse import Dataset

_MOST = 50  # entries of a feed
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_IGNORED = {"sort", "page"}  # of a search's address


class SavedSearch(NamedTuple):
    """A search of `SiteSettings.searches`, with its matching cases, newest first."""

    name: str
    address: str
    feed: str
    entries: Sequence[CaseEntry]


def saved_searches(
    searches: Iterable[tuple[str, str]], entries: Sequence[CaseEntry], tables: Dataset
) -> list[SavedSearch]:
    """Return the saved searches; each is a name and the address of the search page, or its end.

    Raises:
        PublishError: if an address has no filter of the search page, or an unknown one.
    """
    found = []
    for name, text in searches:
        wanted = parse_qs(text.rpartition("?")[2])
        wanted = {key: values for key, values in wanted.items() if key not in _IGNORED}
        wrong = next((key for key in wanted if key not in {"q", *LABELS}), None)
        if wrong or not wanted:
            problem = f"{wrong} is not a filter" if wrong else "it has no filter"
            raise PublishError(
                f"saved search {name!r}: {problem}; copy the address of a search on the site"
            )
        address, feed = f"search.html?{urlencode(wanted, doseq=True)}", readable_slug(name)
        words = " ".join(wanted.pop("q", ()))
        known = tables.cases_with(words) if words else {one.case_id for one in entries}
        fit = [one for one in entries if one.case_id in known and _matches(one, wanted)]
        found.append(SavedSearch(name, address, f"searches/{feed}.xml", fit))
    return found


def write_feeds(
    pages: PageWriter,
    entries: Sequence[CaseEntry],
    groups: Iterable[Group],
    searches: Iterable[SavedSearch],
) -> None:
    """Write all feeds of cases; the site's address must be known."""
    title = pages.settings.title
    _write(pages, "feed.xml", title, "", entries[:_MOST])
    _write(pages, "feed-all.xml", f"{title}: all cases", "", entries)
    for group in groups:
        if group.has_feed:
            name, about = f"{title}: {group.label}", f"{group.folder}/"
            _write(pages, f"{about}feed.xml", name, about, group.entries[:_MOST])
    for one in searches:
        _write(pages, one.feed, f"{title}: {one.name}", one.address, one.entries[:_MOST])


def _matches(entry: CaseEntry, wanted: Mapping[str, Sequence[str]]) -> bool:
    own = facet_values(entry)
    return all({*values} <= {*own.get(name, ())} for name, values in wanted.items())


def _write(
    pages: PageWriter, name: str, title: str, about: str, entries: Sequence[CaseEntry]
) -> None:
    updated = next((one.updated_at for one in entries if one.updated_at), _NEVER)
    values = {"name": name, "title": title, "about": about, "updated_at": updated}
    pages.put(name, "feed.xml", [title, about, digests(entries)], entries=entries, **values)
