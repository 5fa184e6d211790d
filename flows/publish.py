"""The approved cases become the published site, in place of the last one."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from config.services import Services
from publishing.gate import blocked
from publishing.site import Built, SiteSettings, build
from schemas.frozen import Frozen
from schemas.ids import content_id
from schemas.reviews import CaseStatus, CaseView, Publication
from warehouse import write_parquet


class Blocked(Frozen):
    """An approved case that is kept from readers, and why."""

    case_id: str
    title: str | None
    reason: str


class Published(Frozen):
    """The outcome of publishing; the entries are case ids."""

    path: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    blocked: tuple[Blocked, ...]


@flow(name="publish", persist_result=False)
async def publish(out: Path | None = None) -> Published:
    """Write the site of all approved cases to ``out``, by default the home's site folder."""
    async with Services() as services:
        return await publish_site(services, out)


async def publish_site(services: Services, out: Path | None = None) -> Published:
    """Write the site and store what was published, changed and withdrawn.

    Raises:
        PublishError: when the files cannot be written; the previous site stays in place.
    """
    async with services.warehouse.alone("publish"):
        return await asyncio.to_thread(_publish, services, out or services.settings.site_path)


def _publish(services: Services, out: Path) -> Published:
    warehouse, target = services.warehouse, str(out)
    approved = warehouse.case_ids(CaseStatus.APPROVED)
    case_ids = [*approved, *warehouse.case_ids(CaseStatus.PUBLISHED)]
    kept_back: list[Blocked] = []
    views: list[CaseView] = []
    for view in warehouse.case_views(case_ids):
        study = view.revision.study
        if reason := blocked(study):
            case_id = view.case.case_id
            title = study.fact("title").value
            kept_back.append(Blocked(case_id=case_id, title=title, reason=reason))
        else:
            views.append(view)
    now = datetime.now(UTC)
    in_force = {p.case_id: p for p in warehouse.publications() if p.target == target}
    here = {view.case.case_id for view in views}
    gone = [_withdrawal(p, now) for case_id, p in in_force.items() if case_id not in here]
    earlier = [p for p in warehouse.withdrawals() if p.target == target and p.case_id not in here]
    own = services.settings
    site = SiteSettings(title=own.site_title, address=own.site_address, licence=own.site_licence)
    checks = warehouse.last_checks([view.source.source_id for view in views])
    built = build(views, [*earlier, *gone], site, out, write_parquet, checks=checks)
    rows = [
        _row(view, built, target, now)
        for view in views
        if not _is_the_same(in_force.get(view.case.case_id), built.hashes[view.case.case_id])
    ]
    warehouse.append(*rows, *gone)
    fresh = {row.case_id for row in rows}
    return Published(
        path=out,
        added=tuple(case_id for case_id in fresh if case_id not in in_force),
        changed=tuple(case_id for case_id in fresh if case_id in in_force),
        unchanged=tuple(case_id for case_id in built.hashes if case_id not in fresh),
        withdrawn=tuple(p.case_id for p in gone),
        blocked=tuple(kept_back),
    )


def _row(view: CaseView, built: Built, target: str, now: datetime) -> Publication:
    case_id = view.case.case_id
    address, digest = built.hashes[case_id]
    return Publication(
        publication_id=content_id("pub", case_id, target, digest, now.isoformat()),
        case_id=case_id,
        revision_id=view.revision.revision_id,
        target=target,
        address=address,
        content_hash=digest,
        withdrawn=False,
        at=now,
    )


def _is_the_same(before: Publication | None, page: tuple[str, str]) -> bool:
    return before is not None and (before.address, before.content_hash) == page


def _withdrawal(publication: Publication, now: datetime) -> Publication:
    new_id = content_id("pub", publication.publication_id, "withdrawn")
    return publication.model_copy(update={"publication_id": new_id, "withdrawn": True, "at": now})
