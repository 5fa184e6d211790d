"""Cases as lists show them."""

from datetime import datetime
from typing import Any

from publishing.records import CaseDescription, Kicker, PublishedCase
from schemas.cases import FactName, TermGroup
from schemas.frozen import Frozen
from schemas.sources import SourceKind

_PLAIN = {"case_id", "title", "company", "industry", "year", "stage", "narrator", "kind"}


class EntryTag(Frozen):
    """A tag as a list of cases shows it."""

    slug: str
    label: str
    group: TermGroup


class CaseEntry(CaseDescription):
    """A case as lists of cases show it; ``digest`` is the `PublishedCase.content_hash`.

    ``doubtful`` names the facts that are shown only where a mark can be. ``imported_from`` is the
    database that it was taken over from.
    """

    lead: str
    kind: SourceKind
    kickers: tuple[Kicker, ...]
    doubtful: tuple[FactName, ...]
    tags: tuple[EntryTag, ...]
    added_at: datetime | None
    updated_at: datetime | None
    imported_from: str | None = None
    digest: str

    def unmarked(self) -> dict[str, Any]:
        """Return the case as JSON without marks has it: doubtful facts are left out."""
        known = self.model_dump(mode="json", include=_PLAIN - set(self.doubtful))
        return dict.fromkeys(sorted(_PLAIN)) | known


def entry_of(case: PublishedCase) -> CaseEntry:
    """Return a case as lists show it."""
    same = case.model_dump(include=CaseEntry.model_fields.keys() - {"tags"})
    return CaseEntry(
        **same,
        lead=case.lead,
        kind=case.source.kind,
        kickers=tuple(case.kickers),
        doubtful=tuple(fact.name for fact in case.facts if fact.is_doubtful),
        tags=tuple(EntryTag(slug=t.slug, label=t.label, group=t.group) for t in case.tags),
        updated_at=case.updated_at,
        imported_from=case.imported.database if case.imported else None,
        digest=case.content_hash,
    )
