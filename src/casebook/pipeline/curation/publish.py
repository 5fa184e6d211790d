"""Writes the approved cases to the site, and keeps a row for what changed."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TypeVar

from casebook.pipeline.curation.gating import breaches
from casebook.publishing.records import Trace, title_of
from casebook.publishing.site import PublishedPage, render_site
from casebook.publishing.swap import alone
from casebook.runtime.services import Services
from casebook.schemas.checks import Check
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseFilter, CaseView
from casebook.schemas.reviews import CaseStatus, Publication
from casebook.warehouse.parquet import write_parquet
from casebook.warehouse.store import Warehouse

_AT_ONCE = 50

T = TypeVar("T")


class Refused(Frozen):
    """An approved case that the gate of the settings keeps back, and why."""

    case_id: str
    title: str
    reason: str


class Published(Frozen):
    """What one publishing did. The ids are case ids.

    ``near_copies`` are pairs that are both out and have much of their text in common.
    """

    path: Path
    pages: int
    added: list[str]
    changed: list[str]
    unchanged: list[str]
    withdrawn: list[str]
    refused: Sequence[Refused] = ()
    near_copies: Sequence[tuple[str, str]] = ()


async def publish(services: Services, out: Path | None = None) -> Published:
    """Write the site of all approved cases in place of the last one.

    Cases that are no longer approved, or no longer pass the gate of the settings, leave the site
    and get a row that says so; what the gate keeps back is told in ``refused``.

    Raises:
        PublishError: when the files cannot be written; the site in place stays, as it does when
            publishing is cancelled.
    """
    stop = Event()
    try:
        return await asyncio.to_thread(
            _publish_alone, services, out or services.settings.site_path, partial(_heed, stop)
        )
    except asyncio.CancelledError:
        stop.set()
        raise


class _Stopped(Exception):
    """Publishing was cancelled; nobody waits for its thread any more."""


def _heed(stop: Event) -> None:
    if stop.is_set():
        raise _Stopped


def _publish_alone(services: Services, out: Path, going_on: Callable[[], None]) -> Published:
    """Publish under the site's lock: of two at once, the later writes what the later one read."""
    with alone(out):
        return _publish(services, out, going_on)


def _publish(services: Services, out: Path, going_on: Callable[[], None]) -> Published:
    warehouse, now = services.warehouse, datetime.now(UTC)
    approved = _approved(warehouse, going_on)
    refused = [kept for view in approved if (kept := _refusal(view, services.settings.gate))]
    kept_back = {one.case_id for one in refused}
    views = [view for view in approved if view.case.case_id not in kept_back]
    checks = warehouse.seen(*(view.source.source_id for view in views))
    traces = _traces(views, warehouse, checks)
    target, settings = str(out), services.settings
    in_force = {p.case_id: p for p in warehouse.publications() if p.target == target}
    here = {view.case.case_id for view in views}
    gone = [_withdrawal(p, now) for case_id, p in in_force.items() if case_id not in here]
    away = [p for p in warehouse.withdrawals() if p.target == target and p.case_id not in here]
    pages = render_site(
        views,
        out,
        title=settings.site_title,
        built_at=now,
        traces=traces,
        withdrawn=[*away, *gone],
        address=settings.site_address,
        licence=settings.site_licence,
        parquet=write_parquet,
        going_on=going_on,
    )
    rows = [
        _row(page, target, now)
        for page in pages
        if page.case_id not in in_force or _differs(page, in_force[page.case_id])
    ]
    warehouse.append(*rows, *gone)
    fresh = {row.case_id for row in rows}
    return Published(
        path=out,
        pages=len(pages),
        added=[case_id for case_id in fresh if case_id not in in_force],
        changed=[case_id for case_id in fresh if case_id in in_force],
        unchanged=[page.case_id for page in pages if page.case_id not in fresh],
        withdrawn=[p.case_id for p in gone],
        refused=refused,
        near_copies=_near_copies(views, warehouse),
    )


def _refusal(view: CaseView, gate: Mapping[str, float]) -> Refused | None:
    """Return why the gate keeps a case back, if it does: it may be stricter than at approval."""
    if not (short := breaches(view.revision.case_study, gate)):
        return None
    reason = "; ".join(breach.told() for breach in short)
    return Refused(case_id=view.case.case_id, title=title_of(view), reason=reason)


def _near_copies(views: Sequence[CaseView], warehouse: Warehouse) -> list[tuple[str, str]]:
    """Return each pair of near-copies among the cases once."""
    case_ids = {view.source.source_id: view.case.case_id for view in views}
    pairs = {
        tuple(sorted((case_ids[source_id], case_ids[twin.source_id])))
        for source_id, twins in warehouse.twins(*case_ids).items()
        for twin in twins
        if twin.source_id in case_ids
    }
    return sorted((one, other) for one, other in pairs)


def _approved(warehouse: Warehouse, going_on: Callable[[], None]) -> list[CaseView]:
    found = [
        summary.case_id
        for status in (CaseStatus.APPROVED, CaseStatus.PUBLISHED)
        for summary in warehouse.cases(CaseFilter.of_status(status))
    ]
    views: list[CaseView] = []
    for some in _at_once(found):
        going_on()
        views += warehouse.case_views(some)
    return views


def _traces(
    views: Sequence[CaseView], warehouse: Warehouse, checks: Mapping[str, Check]
) -> dict[str, Trace]:
    """Return, by case id, what else is known of the making."""
    return {
        case_id: trace
        for some in _at_once(views)
        for case_id, trace in _traces_at_once(some, warehouse, checks)
    }


def _traces_at_once(
    views: Sequence[CaseView], warehouse: Warehouse, checks: Mapping[str, Check]
) -> Iterator[tuple[str, Trace]]:
    calls = {name: None for view in views for name in view.revision.generation_ids}
    made = {g.generation_id: g for g in warehouse.generations(list(calls))}
    kept = warehouse.snapshots([view.document.snapshot_id for view in views])
    snapshots = {snapshot.snapshot_id: snapshot for snapshot in kept}
    for view in views:
        yield (
            view.case.case_id,
            Trace(
                check=checks.get(view.source.source_id),
                snapshot=snapshots.get(view.document.snapshot_id),
                generations=[made[n] for n in view.revision.generation_ids if n in made],
            ),
        )


def _at_once(those: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield as many as are read in one transaction: others wait for the file no longer."""
    for first in range(0, len(those), _AT_ONCE):
        yield those[first : first + _AT_ONCE]


def _differs(page: PublishedPage, before: Publication) -> bool:
    return (page.content_hash, page.address) != (before.content_hash, before.address)


def _row(page: PublishedPage, target: str, now: datetime) -> Publication:
    return Publication(
        publication_id=content_id("pub", page.case_id, target, page.content_hash, now.isoformat()),
        case_id=page.case_id,
        revision_id=page.revision_id,
        target=target,
        address=page.address,
        content_hash=page.content_hash,
        withdrawn=False,
        at=now,
    )


def _withdrawal(publication: Publication, now: datetime) -> Publication:
    return publication.model_copy(
        update={
            "publication_id": content_id("pub", publication.publication_id, "withdrawn"),
            "withdrawn": True,
            "at": now,
        }
    )
