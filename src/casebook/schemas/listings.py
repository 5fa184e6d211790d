"""What reading asks for: the current state of sources and cases, put together from the rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Self

from casebook.schemas.checks import CheckResult
from casebook.schemas.documents import Document
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import Case, CaseStatus, Publication, Review, Revision
from casebook.schemas.sources import Source, SourceKind, SourceRef
from casebook.schemas.triage import Triage, Verdict


class CaseSummary(Frozen):
    """One line of a list of cases. ``support`` counts statements by level.

    ``checked`` is what fetching the source again showed last; that it could not be reached does not
    hide that it was moved, changed or gone before. ``twins`` counts its near-copies, ``waits``
    tells that a newer draft is there to be compared.
    """

    case_id: str
    source_id: str
    revision_id: str
    status: CaseStatus
    kind: SourceKind
    url: str | None
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    statements: Mapping[str, int]
    support: Mapping[str, int]
    verdict: Verdict | None
    checked: CheckResult | None = None
    twins: int = 0
    waits: bool = False
    updated_at: datetime


class NewerDraft(Frozen):
    """A case beside which a newer draft waits to be compared."""

    case_id: str
    title: str | None
    status: CaseStatus


class CaseView(Frozen):
    """Everything about one case: the newest revision first in force, with its whole history.

    ``revision`` is the newest one, ``published`` the publication in force (not withdrawn), if any.
    ``revisions`` and ``reviews`` are in order of time.
    """

    case: Case
    status: CaseStatus
    source: Source
    document: Document
    triage: Triage | None
    revision: Revision
    revisions: Sequence[Revision]
    reviews: Sequence[Review]
    published: Publication | None


class OpenFailure(Frozen):
    """A failure that no later success of its source has answered, with how to try again."""

    failure: Failure
    reference: SourceRef
    kind: SourceKind
    attempts: int


CostKey = Literal["day", "model", "stage", "case", "source"]


class CostLine(Frozen):
    """What calls to models cost, for one day, model, stage, case or source.

    ``key`` is None where there is none: a call about a source without a case. ``wasted_calls`` gave
    no usable answer. ``cost_usd`` is in US dollars, None where no price is known; ``unpriced``
    counts the questions that it leaves out.
    """

    key: str | None
    label: str | None
    calls: int
    wasted_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    unpriced: int
    seconds: float


class RefusedSource(Frozen):
    """A source that triage judged not to be a case study, and that nobody overturned."""

    source: Source
    document_id: str
    title: str | None
    triage: Triage


class CaseFilter(Frozen):
    """Which cases to list; None means any. ``text`` is looked for in title and company."""

    status: CaseStatus | None = None
    kind: SourceKind | None = None
    company: str | None = None
    text: str | None = None
    limit: int = 100
    offset: int = 0

    @classmethod
    def of_status(cls, status: CaseStatus) -> Self:
        """Return the filter for one status, without a practical limit."""
        return cls(status=status, limit=1_000_000)
