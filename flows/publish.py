"""The approved cases become the published site, in place of the last one."""

from asyncio import to_thread
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from config.services import Services
from config.settings import Settings
from publishing.conversion import published_case
from publishing.gate import blocked
from publishing.process import built_apart
from publishing.records import PublishedCase
from publishing.site import Blocked, Published, SiteSettings
from schemas.frozen import content_id
from schemas.reviews import CaseStatus, CaseView, Publication
from warehouse import write_parquet

Progress = Callable[[int, int], object]
_OUT = (CaseStatus.APPROVED, CaseStatus.PUBLISHED)
_AT_ONCE = 50  # cases that are read


@flow(name="publish", persist_result=False)
async def publish(out: Path | None = None) -> Published:
    """Write the site of all approved cases to ``out``, by default the home's site folder."""
    async with Services() as services:
        return await publish_site(services, out)


def site_settings(own: Settings) -> SiteSettings:
    """Return the site's name, address and licence."""
    return SiteSettings(title=own.site_title, address=own.site_address, licence=own.site_licence)


async def publish_site(
    services: Services,
    out: Path | None = None,
    on_progress: Progress = lambda *_: None,
    *,
    who: str = "",
) -> Published:
    """Write the site and store what changed, or raise PublishError; the site stays as it was.

    ``on_progress`` gets the number of steps that are done, and of all; what it raises ends it.
    """
    out, who = out or services.settings.site_path, who or services.settings.curator
    async with services.warehouse.alone("publish"):
        return await to_thread(_publish, services, out, who, on_progress)


def _publish(services: Services, out: Path, who: str, on_progress: Progress) -> Published:
    warehouse, target = services.warehouse, str(out)
    ids = [i for status in _OUT for i in warehouse.case_ids(status)]
    cases, addresses, kept_back = dict[str, PublishedCase](), dict[str, str](), list[Blocked]()
    checks = warehouse.last_checks()
    for start in range(0, len(ids), _AT_ONCE):
        on_progress(start, 2 * len(ids))
        for view in warehouse.case_views(ids[start : start + _AT_ONCE]):
            if reason := _blocked(view):
                kept_back.append(reason)
            elif view.status in _OUT:  # still
                case = published_case(view, check=checks.get(view.source.source_id))
                cases[case.case_id] = case
                addresses |= {case.case_id: view.published.address} if view.published else {}
    before = {p.case_id: p for p in warehouse.publications() if p.target == target}
    gone = [_withdrawal(p) for p in before.values() if p.case_id not in cases]
    ended = [p for p in warehouse.withdrawals() if p.target == target and p.case_id not in cases]
    addresses = {p.case_id: p.address for p in (*ended, *gone)} | addresses
    site = site_settings(services.settings)
    given = addresses, list(cases.values()), [*ended, *gone], site, out, write_parquet
    pages = built_apart(lambda done: on_progress(len(ids) + done, 2 * len(ids)), *given).hashes
    same = {(p.case_id, p.address, p.content_hash) for p in before.values()}
    fresh = {case_id for case_id, page in pages.items() if (case_id, *page) not in same}
    rows = [_publication(cases[case_id], target, *pages[case_id]) for case_id in fresh]
    warehouse.append(*(row.model_copy(update={"who": who}) for row in (*rows, *gone)))
    return Published(
        path=out,
        added=tuple(sorted(fresh - before.keys())),
        changed=tuple(sorted(fresh & before.keys())),
        unchanged=tuple(sorted(cases.keys() - fresh)),
        withdrawn=tuple(p.case_id for p in gone),
        blocked=tuple(kept_back),
    )


def _blocked(view: CaseView) -> Blocked | None:
    study = view.revision.study
    if (reason := blocked(study, has_prose=view.document.is_imported)) is None:
        return None
    return Blocked(case_id=view.case.case_id, title=study.fact("title").value, reason=reason)


def _publication(case: PublishedCase, target: str, address: str, digest: str) -> Publication:
    case_id, now = case.case_id, datetime.now(UTC)
    return Publication(
        publication_id=content_id("pub", case_id, target, digest, now.isoformat()),
        case_id=case_id,
        revision_id=case.revision_id,
        target=target,
        address=address,
        content_hash=digest,
        at=now,
    )


def _withdrawal(publication: Publication) -> Publication:
    new_id = content_id("pub", publication.publication_id, "withdrawn")
    changes = {"publication_id": new_id, "withdrawn": True, "at": datetime.now(UTC)}
    return publication.model_copy(update=changes)
