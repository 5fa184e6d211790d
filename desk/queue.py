"""The tabs of the queue: cases, refused sources and failures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from desk.facets import FACETS, Line, QueueQuery
from desk.index import Index, Ranks
from desk.search import Search
from schemas.batches import WatchLine
from schemas.results import OpenFailure, RefusedSource
from schemas.reviews import SavedView
from schemas.sources import Source
from warehouse import Warehouse

PAGE_SIZE = 40

Item = TypeVar("Item")

_REMEDIES = ("wait", "needs you", "gone")


@dataclass(frozen=True)
class QueuePage:
    """A page of a tab; ``page`` counts from 1, ``total`` is the size of the tab.

    ``ids`` are all cases of the tab, ``tabs`` has the size of each tab, ``counts`` the number of
    cases by facet and value. ``failures`` are sorted by remedy, ``unfinished`` are interrupted
    sources. ``unsearched`` is the number of cases that are not searchable yet, ``newer`` the number
    with a newer draft. ``problems`` are typed filters that do not fit. ``search`` is the one that
    found them, with their ``ranks``.
    """

    query: QueueQuery
    page: int
    total: int
    tabs: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ids: Sequence[str] = ()
    lines: Sequence[Line] = ()
    snippets: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[RefusedSource] = ()
    failures: Sequence[OpenFailure] = ()
    unfinished: Sequence[Source] = ()
    failing: Sequence[WatchLine] = ()
    views: Sequence[SavedView] = ()
    unsearched: int = 0
    newer: int = 0
    problems: Sequence[str] = ()
    search: Search | None = None
    ranks: Ranks | None = None

    @property
    def left(self) -> int:
        """The number of entries after this page."""
        return max(0, self.total - self.page * PAGE_SIZE)


def case_queue(index: Index, query: QueueQuery, page: int, waiting: Mapping[str, int]) -> QueuePage:
    """Return a page of cases."""
    search = index.search(query.q) if query.q else None
    ranks = index.ranks(search) if search else None
    counts, ids = index.counts(query), index.ids(query, ranks=ranks)
    shown = _page(ids, page)
    return QueuePage(
        query=query,
        page=page,
        total=len(ids),
        tabs={**counts["status"], **waiting},
        counts={facet: counts[facet] for facet in FACETS if facet != "status"},
        ids=ids,
        lines=index.lines(shown),
        snippets=index.snippets(shown, search) if search else {},
        unsearched=index.waiting_texts() if query.q else 0,
        newer=index.number("flag", "newer draft"),
        search=search,
        ranks=ranks,
    )


def refused_queue(
    warehouse: Warehouse, query: QueueQuery, page: int, tabs: Mapping[str, int]
) -> QueuePage:
    """Return a page of refused sources; ``q`` is searched in title and address."""
    found = [r for r in warehouse.refused() if _has(query.q, r.title, r.source.canonical_url)]
    tabs = {**tabs, "refused": len(found)}
    return QueuePage(query, page, len(found), tabs, refused=_page(found, page))


def failure_queue(
    warehouse: Warehouse,
    query: QueueQuery,
    page: int,
    tabs: Mapping[str, int],
    working: Collection[str] = (),
) -> QueuePage:
    """Return a page of failures, without the sources that the desk is ``working`` on."""

    def is_idle(source_id: str, address: str) -> bool:
        return _has(query.q, address) and source_id not in working and address not in working

    failures = warehouse.open_failures()
    found = [one for one in failures if is_idle(one.failure.source_id, one.reference.source)]
    found.sort(key=lambda one: _REMEDIES.index(one.failure.remedy))
    unfinished = warehouse.unfinished() if page == 1 else ()
    idle = [one for one in unfinished if is_idle(one.source_id, one.reference.source)]
    tabs = {**tabs, "failed": len(found)}
    return QueuePage(query, page, len(found), tabs, failures=_page(found, page), unfinished=idle)


def _page(items: Sequence[Item], page: int) -> Sequence[Item]:
    return items[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _has(text: str, *values: str | None) -> bool:
    return not text or any(text.casefold() in value.casefold() for value in values if value)
