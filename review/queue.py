"""What the queue shows: cases by where they stand, refused sources, failures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from schemas.batches import WatchLine
from schemas.results import OpenFailure, RefusedSource
from schemas.reviews import CaseFilter, CaseLine, CaseStatus, Making
from schemas.sources import Source
from warehouse import Warehouse

PAGE_SIZE = 50
Tab = Literal["draft", "approved", "published", "rejected", "refused", "failed"]
_LABELS = ("Drafts", "Approved", "Published", "Rejected", "Not case studies", "Failures")
TABS: Mapping[str, str] = dict(zip(get_args(Tab), _LABELS, strict=True))
_REMEDIES = ("wait", "needs you", "gone")


@dataclass(frozen=True)
class QueuePage:
    """One tab of the queue. ``counts`` has the size of every tab, ``page`` counts from 1.

    ``failures`` are sorted by remedy, ``unfinished`` are sources whose run was interrupted. The
    tab of drafts also shows cases with a ``newer`` draft, and watches that are ``failing``.
    """

    tab: str
    text: str
    page: int
    counts: Mapping[str, int]
    cases: Sequence[CaseLine] = ()
    refused: Sequence[RefusedSource] = ()
    failures: Sequence[OpenFailure] = ()
    unfinished: Sequence[Source] = ()
    newer: Sequence[Making] = ()
    failing: Sequence[WatchLine] = ()

    @property
    def pages(self) -> int:
        """The number of pages of this tab."""
        return max(1, -(-self.counts[self.tab] // PAGE_SIZE))

    @property
    def shown(self) -> slice:
        """The part of a list that this page shows."""
        return slice((self.page - 1) * PAGE_SIZE, self.page * PAGE_SIZE)


def queue_page(
    warehouse: Warehouse, tab: str, text: str, page: int, working: Collection[str] = ()
) -> QueuePage:
    """Read one page of one tab, the last one where a later is asked for.

    ``text`` is looked for in titles, companies and addresses. Sources that the desk is
    ``working`` on, by id or address, are neither failures nor interrupted.
    """
    found = warehouse.case_counts(text or None)
    counts = {status.value: found.get(status, 0) for status in CaseStatus}
    if not (text or working or tab in {"refused", "failed"}):
        waiting = warehouse.attention()
        counts |= {"refused": waiting["refused"], "failed": waiting["failed"]}
        queue = _with_cases(warehouse, QueuePage(tab, text, page, counts))
        return _with_notices(warehouse, queue, waiting["newer_drafts"]) if tab == "draft" else queue
    refused = [r for r in warehouse.refused() if _has(text, r.title, r.source.canonical_url)]
    failures = [
        one
        for one in warehouse.open_failures()
        if _rests(one.failure.source_id, one.reference.source, text, working)
    ]
    queue = QueuePage(tab, text, page, counts | {"refused": len(refused), "failed": len(failures)})
    queue = replace(queue, page=min(page, queue.pages))
    if tab == "refused":
        return replace(queue, refused=refused[queue.shown])
    if tab != "failed":
        return _with_cases(warehouse, queue)
    interrupted = [
        source
        for source in (warehouse.unfinished() if queue.page == 1 else ())
        if _rests(source.source_id, source.reference.source, text, working)
    ]
    failures.sort(key=lambda one: _REMEDIES.index(one.failure.remedy))
    return replace(queue, failures=failures[queue.shown], unfinished=interrupted)


def _with_cases(warehouse: Warehouse, queue: QueuePage) -> QueuePage:
    queue = replace(queue, page=min(queue.page, queue.pages))
    wanted = CaseFilter(
        status=CaseStatus(queue.tab),
        text=queue.text or None,
        limit=PAGE_SIZE,
        offset=queue.shown.start,
    )
    return replace(queue, cases=warehouse.cases(wanted))


def _with_notices(warehouse: Warehouse, queue: QueuePage, newer_drafts: int) -> QueuePage:
    makings = warehouse.makings() if newer_drafts else ()
    newer = [making for making in makings if making.newer_draft]
    failing = [line for line in warehouse.watches() if line.look and line.look.failure]
    return replace(queue, newer=newer, failing=failing)


def _rests(source_id: str, address: str, text: str, working: Collection[str]) -> bool:
    """Return whether the desk does not work on a source that has ``text`` in its address."""
    return _has(text, address) and source_id not in working and address not in working


def _has(text: str, *values: str | None) -> bool:
    return not text or any(text.casefold() in value.casefold() for value in values if value)
