"""What the queue shows: cases by where they stand, refused sources, failures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Literal

from schemas.errors import Remedy
from schemas.reviews import CaseStatus
from schemas.sources import Source
from schemas.views import Attention, CaseFilter, CaseLine, Making, OpenFailure, RefusedSource
from schemas.watches import WatchLine
from warehouse import Warehouse

PAGE_SIZE = 50
Tab = Literal["draft", "approved", "published", "rejected", "refused", "failed"]

TABS: Mapping[Tab, str] = MappingProxyType(
    {
        "draft": "Drafts",
        "approved": "Approved",
        "published": "Published",
        "rejected": "Rejected",
        "refused": "Not case studies",
        "failed": "Failures",
    }
)
_REMEDIES = (Remedy.WAIT, Remedy.YOU, Remedy.GONE)


@dataclass(frozen=True)
class QueuePage:
    """One tab of the queue. ``counts`` has the size of every tab, ``page`` counts from 1.

    ``failures`` are grouped by remedy, ``unfinished`` are sources whose run was cut off. The tab
    of drafts also shows the cases with a ``newer`` draft, and the watches that are ``failing``.
    """

    tab: Tab
    text: str
    page: int
    pages: int
    counts: Mapping[Tab, int]
    cases: Sequence[CaseLine] = ()
    refused: Sequence[RefusedSource] = ()
    failures: Sequence[tuple[Remedy, Sequence[OpenFailure]]] = ()
    unfinished: Sequence[Source] = ()
    newer: Sequence[Making] = ()
    failing: Sequence[WatchLine] = ()

    @property
    def shown(self) -> slice:
        """The part of a list that this page shows."""
        return slice((self.page - 1) * PAGE_SIZE, self.page * PAGE_SIZE)


def queue_page(
    warehouse: Warehouse, tab: Tab, text: str, page: int, working: Collection[str] = ()
) -> QueuePage:
    """Read one page of one tab.

    ``text`` is looked for in titles, companies and addresses. Sources that the desk is
    ``working`` on, by id or address, are neither failures nor cut off.
    """
    queue = QueuePage(tab, text, page, 1, _case_counts(warehouse, text))
    if text or working or tab in {"refused", "failed"}:
        return _searched(warehouse, queue, working)
    waiting = warehouse.attention()
    counts = {**queue.counts, "refused": waiting.refused, "failed": waiting.failed}
    queue = _with_cases(warehouse, _on_page(replace(queue, counts=counts)))
    return _with_notices(warehouse, queue, waiting) if tab == "draft" else queue


def _case_counts(warehouse: Warehouse, text: str) -> dict[Tab, int]:
    found = warehouse.case_counts(text or None)
    return {
        "draft": found.get(CaseStatus.DRAFT, 0),
        "approved": found.get(CaseStatus.APPROVED, 0),
        "published": found.get(CaseStatus.PUBLISHED, 0),
        "rejected": found.get(CaseStatus.REJECTED, 0),
    }


def _searched(warehouse: Warehouse, queue: QueuePage, working: Collection[str]) -> QueuePage:
    """Read the sources without a case as well, to search, count or show them."""
    text = queue.text
    refused = [r for r in warehouse.refused() if _has(text, r.title, r.source.canonical_url)]
    failures = [
        one
        for one in warehouse.open_failures()
        if _has(text, one.reference.source)
        and not {one.failure.source_id, one.reference.source} & {*working}
    ]
    counts = {**queue.counts, "refused": len(refused), "failed": len(failures)}
    queue = _on_page(replace(queue, counts=counts))
    if queue.tab == "refused":
        return replace(queue, refused=refused[queue.shown])
    if queue.tab != "failed":
        return _with_cases(warehouse, queue)
    cut_off = _cut_off(warehouse, text, working) if queue.page == 1 else ()
    return replace(queue, failures=_grouped(failures, queue.shown), unfinished=cut_off)


def _on_page(queue: QueuePage) -> QueuePage:
    """Return the queue with its number of pages, on the last one where a later was asked for."""
    pages = max(1, -(-queue.counts[queue.tab] // PAGE_SIZE))
    return replace(queue, pages=pages, page=min(queue.page, pages))


def _with_cases(warehouse: Warehouse, queue: QueuePage) -> QueuePage:
    wanted = CaseFilter(
        status=CaseStatus(queue.tab),
        text=queue.text or None,
        limit=PAGE_SIZE,
        offset=queue.shown.start,
    )
    return replace(queue, cases=warehouse.cases(wanted))


def _grouped(
    failures: Sequence[OpenFailure], shown: slice
) -> list[tuple[Remedy, list[OpenFailure]]]:
    """Return the failures of one page by what to do about them."""
    by_remedy = {r: [one for one in failures if one.failure.remedy is r] for r in _REMEDIES}
    here = list(chain.from_iterable(by_remedy.values()))[shown]
    groups = [(r, [one for one in here if one.failure.remedy is r]) for r in _REMEDIES]
    return [(remedy, group) for remedy, group in groups if group]


def _cut_off(warehouse: Warehouse, text: str, working: Collection[str]) -> list[Source]:
    return [
        source
        for source in warehouse.unfinished()
        if _has(text, source.reference.source)
        and not {source.source_id, source.reference.source} & {*working}
    ]


def _with_notices(warehouse: Warehouse, queue: QueuePage, waiting: Attention) -> QueuePage:
    newer: Sequence[Making] = ()
    if waiting.newer_drafts:
        newer = [making for making in warehouse.makings() if making.newer_draft]
    failing = [line for line in warehouse.watches() if line.look and line.look.failure]
    return replace(queue, newer=newer, failing=failing)


def _has(text: str, *values: str | None) -> bool:
    return not text or any(text.casefold() in value.casefold() for value in values if value)
