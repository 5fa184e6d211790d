"""What the publishing page shows: what waits, what is published, and what will be withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.reviews import CaseStatus, Publication
from schemas.views import CaseFilter, CaseLine
from warehouse import Warehouse

EVERY_CASE = 1_000_000


@dataclass(frozen=True)
class PublishPage:
    """``waiting`` are approved and not published, ``leaving`` published but no longer approved."""

    waiting: Sequence[CaseLine]
    out: Sequence[tuple[CaseLine, Publication]]
    leaving: Sequence[CaseLine]
    titles: Mapping[str, str]

    @property
    def total(self) -> int:
        """The number of cases on the site once it is written."""
        return len(self.waiting) + len(self.out)


def publish_page(warehouse: Warehouse, target: str) -> PublishPage:
    """Read what is and what would be at ``target``, the site's folder."""
    cases = warehouse.cases(CaseFilter(limit=EVERY_CASE))
    in_force = {p.case_id: p for p in warehouse.publications() if p.target == target}
    staying = [c for c in cases if c.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}]
    return PublishPage(
        waiting=[c for c in staying if not _is_out(c, in_force)],
        out=[(c, in_force[c.case_id]) for c in staying if _is_out(c, in_force)],
        leaving=[c for c in cases if c.case_id in in_force and c not in staying],
        titles={c.case_id: c.title or "Untitled" for c in cases},
    )


def _is_out(case: CaseLine, in_force: Mapping[str, Publication]) -> bool:
    publication = in_force.get(case.case_id)
    return publication is not None and publication.revision_id == case.revision_id
