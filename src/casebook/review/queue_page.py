"""What the queue shows: cases by where they stand, refused sources, failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from casebook.schemas.errors import Remedy
from casebook.schemas.listings import CaseFilter, CaseSummary, OpenFailure, RefusedSource
from casebook.schemas.reviews import CaseStatus
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
    """One tab of the queue. ``counts`` has the size of every tab, ``page`` counts from 1."""

    tab: Tab
    text: str
    page: int
    pages: int
    counts: Mapping[Tab, int]
    cases: Sequence[CaseSummary]
    refused: Sequence[RefusedSource]
    passing: Sequence[OpenFailure]
    lasting: Sequence[OpenFailure]
    gone: Sequence[OpenFailure]


def queue_page(warehouse: Warehouse, tab: Tab, text: str, page: int) -> QueuePage:
    """Read one page of one tab. ``text`` is looked for in titles, companies and addresses."""
    cases = warehouse.cases(CaseFilter(text=text or None, limit=EVERY_CASE))
    refused = [r for r in warehouse.refused() if _speaks_of(text, r.title, r.source.canonical_url)]
    failures = [f for f in warehouse.open_failures() if _speaks_of(text, f.reference.source)]
    by_status: dict[str, list[CaseSummary]] = {status.value: [] for status in CaseStatus}
    for case in cases:
        by_status[case.status.value].append(case)
    shown: Sequence[CaseSummary] = by_status.get(tab, [])
    first = (page - 1) * PAGE_SIZE
    return QueuePage(
        tab=tab,
        text=text,
        page=page,
        pages=max(1, -(-len(shown) // PAGE_SIZE)),
        counts=_counts(by_status, len(refused), len(failures)),
        cases=shown[first : first + PAGE_SIZE],
        refused=refused if tab == "refused" else [],
        passing=_asking(Remedy.LATER, failures, tab),
        lasting=_asking(Remedy.YOU, failures, tab),
        gone=_asking(Remedy.GONE, failures, tab),
    )


def next_draft(warehouse: Warehouse, case_id: str) -> CaseSummary | None:
    """Return the draft that follows a case in the queue, else the first other one."""
    drafts = warehouse.cases(CaseFilter.of_status(CaseStatus.DRAFT))
    ids = [draft.case_id for draft in drafts]
    at = ids.index(case_id) + 1 if case_id in ids else 0
    following = [*drafts[at:], *drafts[:at]]
    return next((draft for draft in following if draft.case_id != case_id), None)


def _counts(
    by_status: Mapping[str, Sequence[CaseSummary]], refused: int, failed: int
) -> dict[Tab, int]:
    counts: dict[Tab, int] = {"refused": refused, "failed": failed}
    for tab in TABS:
        if tab in by_status:
            counts[tab] = len(by_status[tab])
    return counts


def _asking(remedy: Remedy, failures: Sequence[OpenFailure], tab: Tab) -> list[OpenFailure]:
    """Return the failures that ask for this, on their own tab only."""
    return [f for f in failures if f.failure.remedy is remedy] if tab == "failed" else []


def _speaks_of(text: str, *values: str | None) -> bool:
    return any(text.casefold() in value.casefold() for value in values if value) or not text
