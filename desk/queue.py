"""What the queue shows: cases that fit the filters, refused sources, failures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from desk.facets import FACETS, Line, Order, QueueQuery
from desk.index import Index
from schemas.batches import WatchLine
from schemas.results import OpenFailure, RefusedSource
from schemas.reviews import SavedView
from schemas.sources import Source
from warehouse import Warehouse

PAGE_SIZE = 40
VALUES = 15  # of a facet that are listed; the others are found by typing
TABS: Mapping[str, str] = {
    "draft": "Drafts",
    "approved": "Approved",
    "published": "Published",
    "rejected": "Rejected",
    "refused": "Not case studies",
    "failed": "Failures",
}
ORDERS: Mapping[Order, str] = dict(
    zip(
        get_args(Order),
        ("Best match first", "Most doubtful first", "Oldest first", "Newest first",
         "Last changed first", "By title"),
        strict=True,
    )
)  # fmt: skip
CHIPS: Mapping[str, str] = {
    "doubt": "Doubt",
    "kind": "Kind",
    "company": "Company",
    "industry": "Industry",
    "tag": "Tag",
    "batch": "Batch",
    "person": "Assigned to",
    "flag": "Flag",
    "age": "Age",
}
"""The facets that can be chosen, with their labels."""

_REMEDIES = ("wait", "needs you", "gone")


@dataclass(frozen=True)
class QueuePage:
    """One page of one tab; ``page`` counts from 1, ``total`` is the size of the tab.

    ``ids`` are all cases of the tab, ``tabs`` has the size of every tab and ``counts`` what each
    value of each facet would list.
    ``failures`` are sorted by remedy, ``unfinished`` are sources whose run was interrupted,
    ``minutes_left`` is an estimate for what is listed, ``unsearched`` cases have no text yet in
    the search, ``newer`` cases have a newer draft.
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
    minutes_left: float | None = None
    unsearched: int = 0
    newer: int = 0

    @property
    def is_last(self) -> bool:
        """Whether no page follows."""
        return self.page * PAGE_SIZE >= self.total


def case_queue(
    index: Index, query: QueueQuery, page: int, waiting: Mapping[str, int], pace: float | None
) -> QueuePage:
    """Return a page of cases; ``pace`` is how many seconds a decision takes."""
    counts, ids = index.counts(query), index.ids(query)
    start = (page - 1) * PAGE_SIZE
    shown = ids[start : start + PAGE_SIZE]
    return QueuePage(
        query=query,
        page=page,
        total=len(ids),
        tabs={**counts["status"], **waiting},
        counts={facet: counts[facet] for facet in FACETS if facet != "status"},
        ids=ids,
        lines=index.lines(shown),
        snippets=index.snippets(shown, query.q) if query.q else {},
        minutes_left=len(ids) * pace / 60 if pace else None,
        unsearched=index.waiting_texts() if query.q else 0,
        newer=index.number("flag", "newer draft"),
    )


def refused_queue(
    warehouse: Warehouse, query: QueueQuery, page: int, tabs: Mapping[str, int]
) -> QueuePage:
    """Return a page of refused sources; ``q`` is looked for in title and address."""
    found = [r for r in warehouse.refused() if _has(query.q, r.title, r.source.canonical_url)]
    shown = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    tabs = {**tabs, "refused": len(found)}
    return QueuePage(query, page, len(found), tabs, refused=found[shown])


def failure_queue(
    warehouse: Warehouse,
    query: QueueQuery,
    page: int,
    tabs: Mapping[str, int],
    working: Collection[str] = (),
) -> QueuePage:
    """Return a page of failures; sources that the desk is ``working`` on are not among them."""

    def rests(source_id: str, address: str) -> bool:
        return _has(query.q, address) and source_id not in working and address not in working

    found = [
        one
        for one in warehouse.open_failures()
        if rests(one.failure.source_id, one.reference.source)
    ]
    found.sort(key=lambda one: _REMEDIES.index(one.failure.remedy))
    interrupted = [
        source
        for source in (warehouse.unfinished() if page == 1 else ())
        if rests(source.source_id, source.reference.source)
    ]
    shown = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    tabs = {**tabs, "failed": len(found)}
    return QueuePage(query, page, len(found), tabs, failures=found[shown], unfinished=interrupted)


def _has(text: str, *values: str | None) -> bool:
    return not text or any(text.casefold() in value.casefold() for value in values if value)
