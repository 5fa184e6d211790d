"""The approved cases become the published site, in place of the last one."""

from asyncio import to_thread
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from config.services import Services
from publishing.gate import blocked
from publishing.site import SiteSettings, build
from schemas.frozen import Frozen, content_id
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


async def publish_site(services: Services, out: Path | None = None, who: str = "") -> Published:
    """Write the site and store what changed, or raise PublishError; the site stays as it was."""
    out, who = out or services.settings.site_path, who or services.settings.curator
    async with services.warehouse.alone("publish"):
        return await to_thread(_publish, services, out, who)


def _publish(services: Services, out: Path, who: str) -> Published:
    warehouse, own, target = services.warehouse, services.settings, str(out)
    approved = warehouse.case_ids(CaseStatus.APPROVED)
    found = warehouse.case_views([*approved, *warehouse.case_ids(CaseStatus.PUBLISHED)])
    kept_back = [one for view in found if (one := _blocked(view))]
    left_out = {one.case_id for one in kept_back}
    views = {view.case.case_id: view for view in found if view.case.case_id not in left_out}
    before = {p.case_id: p for p in warehouse.publications() if p.target == target}
    gone = [_withdrawal(p) for p in before.values() if p.case_id not in views]
    earlier = [p for p in warehouse.withdrawals() if p.target == target and p.case_id not in views]
    site = SiteSettings(title=own.site_title, address=own.site_address, licence=own.site_licence)
    checks = warehouse.last_checks([view.source.source_id for view in views.values()])
    built = build(list(views.values()), [*earlier, *gone], site, out, write_parquet, checks=checks)
    pages = built.hashes
    same = {(p.case_id, p.address, p.content_hash) for p in before.values()}
    fresh = {case_id for case_id, page in pages.items() if (case_id, *page) not in same}
    rows = [_publication(views[case_id], target, *pages[case_id]) for case_id in fresh]
    warehouse.append(*(row.model_copy(update={"who": who}) for row in (*rows, *gone)))
    return Published(
        path=out,
        added=tuple(sorted(fresh - before.keys())),
        changed=tuple(sorted(fresh & before.keys())),
        unchanged=tuple(sorted(views.keys() - fresh)),
        withdrawn=tuple(p.case_id for p in gone),
        blocked=tuple(kept_back),
    )


def _blocked(view: CaseView) -> Blocked | None:
    study = view.revision.study
    if (reason := blocked(study)) is None:
        return None
    return Blocked(case_id=view.case.case_id, title=study.fact("title").value, reason=reason)


def _publication(view: CaseView, target: str, address: str, digest: str) -> Publication:
    case_id, now = view.case.case_id, datetime.now(UTC)
    return Publication(
        publication_id=content_id("pub", case_id, target, digest, now.isoformat()),
        case_id=case_id,
        revision_id=view.revision.revision_id,
        target=target,
        address=address,
        content_hash=digest,
        at=now,
    )


def _withdrawal(publication: Publication) -> Publication:
    new_id = content_id("pub", publication.publication_id, "withdrawn")
    changes = {"publication_id": new_id, "withdrawn": True, "at": datetime.now(UTC)}
    return publication.model_copy(update=changes)
