"""Cases as lists show them."""

from datetime import datetime
from typing import Any

from publishing.records import CaseDescription, Kicker, PublishedCase
from publishing.wording import day
from schemas.cases import FactName, TermGroup
from schemas.frozen import Frozen
from schemas.sources import SourceKind

_PLAIN = {"case_id", "title", "company", "industry", "year", "stage", "narrator", "kind"}


class EntryTag(Frozen):
    """A tag in a list of cases."""

    slug: str
    label: str
    group: TermGroup


class CaseEntry(CaseDescription):
    """A case in lists; ``digest`` is its `PublishedCase.content_hash`.

    ``doubtful`` names the facts that require a mark. ``imported_from`` is the database of an
    imported case.
    """

    lead: str
    kind: SourceKind
    evidence: str
    kickers: tuple[Kicker, ...]
    doubtful: tuple[FactName, ...]
    tags: tuple[EntryTag, ...]
    added_at: datetime | None
    updated_at: datetime | None
    imported_from: str | None = None
    digest: str

    @property
    def dated(self) -> str:
        """The date of its source in words; only the year if the source has no date."""
        on = self.account_date
        if on is None:
            return "undated"
        return str(on.year) if (on.month, on.day) == (1, 1) else day(on)

    def unmarked(self) -> dict[str, Any]:
        """Return the case for JSON without marks, which omits doubtful facts."""
        known = self.model_dump(mode="json", include=_PLAIN - set(self.doubtful))
        return dict.fromkeys(sorted(_PLAIN)) | known


def entry_of(case: PublishedCase) -> CaseEntry:
    """Return the list entry of a case."""
    same = case.model_dump(include=CaseEntry.model_fields.keys() - {"tags"})
    return CaseEntry(
        **same,
        lead=case.lead,
        kind=case.source.kind,
        evidence=case.evidence,
        kickers=tuple(case.kickers),
        doubtful=tuple(fact.name for fact in case.facts if fact.is_doubtful),
        tags=tuple(EntryTag(slug=t.slug, label=t.label, group=t.group) for t in case.tags),
        updated_at=case.updated_at,
        imported_from=case.imported.database if case.imported else None,
        digest=case.content_hash,
    )
