"""What the queue shows: cases by where they stand, refused sources, failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from casebook.schemas.errors import Remedy
from casebook.schemas.listings import (
    CaseFilter,
    CaseSummary,
    NewerDraft,
    OpenFailure,
    RefusedSource,
)
from casebook.schemas.reviews import CaseStatus
from casebook.schemas.sources import Source
from casebook.schemas.watches import WatchLine
from casebook.warehouse.store import Warehouse

PAGE_SIZE = 50
EVERY_CASE = 1_000_000
Tab = Literal["draft", "approved", "published", "rejected", "refused", "failed"]

TABS: Mapping[Tab, str] = {
    "draft": "Drafts",
    "approved": "Approved",
    "published": "Published",
    "rejected": "Rejected",
    "refused": "Not case studies",
    "failed": "Failures",
}


@dataclass(frozen=True)
class QueuePage:
    """One tab of the queue. ``counts`` has the size of every tab, ``page`` counts from 1.

    ``unfinished`` are sources whose run was cut off, or is still at work elsewhere; ``newer`` are
    cases, decided ones too, beside which a newer draft waits, and ``failing`` watched lists from
    which nothing can come: the tab of drafts tells of them all.
    """

    tab: Tab
    text: str
    page: int
    pages: int
    counts: Mapping[Tab, int]
    cases: Sequence[CaseSummary] = ()
    refused: Sequence[RefusedSource] = ()
    passing: Sequence[OpenFailure] = ()
    lasting: Sequence[OpenFailure] = ()
    gone: Sequence[OpenFailure] = ()
    unfinished: Sequence[Source] = ()
    newer: Sequence[NewerDraft] = ()
    failing: Sequence[WatchLine] = ()


def queue_page(warehouse: Warehouse, tab: Tab, text: str, page: int) -> QueuePage:
    """Read one page of one tab. ``text`` is looked for in titles, companies and addresses.

    Of the other tabs only the sizes are read.
    """
    found = {status.value: 0 for status in CaseStatus}
    found |= {status.value: n for status, n in warehouse.case_counts(text or None).items()}
    if text or tab in {"refused", "failed"}:
        return _with_sources(warehouse, tab, text, page, found)
    waiting = warehouse.attention()
    counts = _counts(found, waiting["refused"], waiting["failed"] + waiting["unfinished"])
    queue = QueuePage(tab, text, page, 1, counts)
    if tab == "draft":
        failing = [line for line in warehouse.watches() if line.is_failing]
        queue = replace(queue, newer=warehouse.newer_drafts(), failing=failing)
    return _with_cases(warehouse, queue)


def _with_sources(
    warehouse: Warehouse, tab: Tab, text: str, page: int, found: Mapping[str, int]
) -> QueuePage:
    """Return the page where the sources without a case are read, to be searched or shown."""
    refused = [r for r in warehouse.refused() if _speaks_of(text, r.title, r.source.canonical_url)]
    failures = [f for f in warehouse.open_failures() if _speaks_of(text, f.reference.source)]
    cut_off = [s for s in warehouse.unfinished() if _speaks_of(text, s.reference.source)]
    counts = _counts(found, len(refused), len(failures) + len(cut_off))
    queue = _within(QueuePage(tab, text, page, 1, counts))
    shown = slice((queue.page - 1) * PAGE_SIZE, queue.page * PAGE_SIZE)
    if tab == "refused":
        return replace(queue, refused=refused[shown])
    if tab == "failed":
        by_remedy = [
            _asking(remedy, failures) for remedy in (Remedy.LATER, Remedy.YOU, Remedy.GONE)
        ]
        unfinished = cut_off[shown]
        first = max(0, shown.start - len(cut_off))
        here = list(chain(*by_remedy))[first : first + PAGE_SIZE - len(unfinished)]
        return replace(
            queue,
            passing=_asking(Remedy.LATER, here),
            lasting=_asking(Remedy.YOU, here),
            gone=_asking(Remedy.GONE, here),
            unfinished=unfinished,
        )
    return _with_cases(warehouse, queue)


def _within(queue: QueuePage) -> QueuePage:
    """Return the queue with its number of pages, at the last one where a later was asked for."""
    pages = max(1, -(-queue.counts[queue.tab] // PAGE_SIZE))
    return replace(queue, pages=pages, page=min(queue.page, pages))


def _with_cases(warehouse: Warehouse, queue: QueuePage) -> QueuePage:
    queue = _within(queue)
    wanted = CaseFilter(
        status=CaseStatus(queue.tab),
        text=queue.text or None,
        limit=PAGE_SIZE,
        offset=(queue.page - 1) * PAGE_SIZE,
    )
    return replace(queue, cases=warehouse.cases(wanted))


def _counts(found: Mapping[str, int], refused: int, failed: int) -> dict[Tab, int]:
    counts: dict[Tab, int] = {"refused": refused, "failed": failed}
    for tab in TABS:
        if tab in found:
            counts[tab] = found[tab]
    return counts


def _asking(remedy: Remedy, failures: Sequence[OpenFailure]) -> list[OpenFailure]:
    """Return the failures that ask for this."""
    return [f for f in failures if f.failure.remedy is remedy]


def _speaks_of(text: str, *values: str | None) -> bool:
    return any(text.casefold() in value.casefold() for value in values if value) or not text
