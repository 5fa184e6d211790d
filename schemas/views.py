"""What the warehouse answers: the current state of sources and cases, put together from rows."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.checks import CheckResult
from schemas.documents import Document
from schemas.failures import Failure
from schemas.frozen import Frozen
from schemas.reviews import Case, CaseStatus, Publication, Recipe, Review, Revision
from schemas.sources import Source, SourceKind, SourceRef
from schemas.triage import Triage, Verdict


class CaseLine(Frozen):
    """One line of the list of cases.

    ``statements`` and ``support`` count statements by section and by level; ``checked`` is the
    newest result of recheck that reached the source.
    """

    case_id: str
    source_id: str
    revision_id: str
    status: CaseStatus
    kind: SourceKind | None
    url: str | None
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    statements: Mapping[str, int]
    support: Mapping[str, int]
    verdict: Verdict | None
    checked: CheckResult | None = None
    near_copies: int = 0
    newer_draft: bool = False
    updated_at: datetime


class CaseOrder(StrEnum):
    """How a list of cases is sorted."""

    NEWEST = "newest"
    DOUBTFUL = "doubtful"
    TITLE = "title"


class CaseFilter(Frozen):
    """Which cases to list; None means any. ``text`` is looked for in title and company."""

    status: CaseStatus | None = None
    kind: SourceKind | None = None
    company: str | None = None
    text: str | None = None
    tag: str | None = None
    order: CaseOrder = CaseOrder.NEWEST
    limit: int = 100
    offset: int = 0


class CaseView(Frozen):
    """Everything about one case; revisions and reviews are in order of time.

    ``revision`` is the current one, ``document`` its text, ``newer`` a draft that waits to be
    compared, ``published`` the publication in force.
    """

    case: Case
    status: CaseStatus
    source: Source
    document: Document
    triage: Triage | None
    revision: Revision
    newer: Revision | None
    revisions: tuple[Revision, ...]
    reviews: tuple[Review, ...]
    published: Publication | None


class OpenFailure(Frozen):
    """A source's newest failure that no later success answered, and how to try again."""

    failure: Failure
    reference: SourceRef
    kind: SourceKind | None
    attempts: int


class RefusedSource(Frozen):
    """A source that triage judged not to be a case study and that has no case."""

    source: Source
    document_id: str
    title: str | None
    triage: Triage


CostKey = Literal["day", "model", "stage", "case", "source"]


class CostLine(Frozen):
    """What model calls cost for one day, model, stage, case or source.

    ``wasted_calls`` gave no usable answer; ``cost_usd`` leaves out ``unpriced`` calls.
    """

    key: str | None
    label: str | None
    calls: int
    wasted_calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_usd: float | None
    unpriced: int
    seconds: float


class Making(Frozen):
    """How a case's current revision was made, to find the cases that newer code would redo."""

    case_id: str
    source_id: str
    title: str | None
    status: CaseStatus
    snapshot_id: str
    extractor: str
    recipe: Recipe | None
    made_by: Literal["model", "person"]
    newer_draft: bool


class Attention(Frozen):
    """How many sources wait for a person, by why."""

    drafts: int = 0
    approved: int = 0
    published: int = 0
    rejected: int = 0
    refused: int = 0
    failed: int = 0
    unfinished: int = 0
    newer_drafts: int = 0
    open_terms: int = 0
