"""A case from triage to publication: its revisions, the decisions on it, and how it is listed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.cases import CaseStudy, Evidence
from schemas.frozen import NOW, Frozen
from schemas.sources import CheckResult, Document, Source, SourceKind

Verdict = StrEnum("Verdict", "CASE_STUDY UNSURE NOT_A_CASE_STUDY")
"""What triage decides. ``UNSURE`` makes a draft too, marked for the curator to decide."""

Decision = StrEnum(
    "Decision",
    "APPROVE REJECT EDIT REOPEN WITHDRAW COMMENT RESOLVE ASSIGN ADOPT_DRAFT REFUSE_DRAFT",
)
"""What a curator can do with a case."""

Role = StrEnum("Role", "READER CURATOR ADMIN")
"""What a person may do at the desk: read, decide, or manage accounts as well."""

CaseStatus = StrEnum("CaseStatus", "DRAFT APPROVED REJECTED PUBLISHED")
"""Where a case stands: its newest decision, or its publication."""


class Criterion(Frozen):
    """One line of the rubric: a score from 0 (absent) to 1 (plain), and why."""

    name: str
    score: float = Field(ge=0, le=1)
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Triage(Frozen):
    """Is this a case study? The verdict on one document by a version of the rubric and a model."""

    triage_id: str
    document_id: str
    rubric: str
    model: str
    verdict: Verdict
    reason: str
    criteria: tuple[Criterion, ...]
    generation_ids: tuple[str, ...]
    decided_at: datetime
    overturned_by: str | None = None  # who had a refused source drafted: the verdict is unsure

    @property
    def refused(self) -> bool:
        """Whether no draft is to be made."""
        return self.verdict is Verdict.NOT_A_CASE_STUDY


class Case(Frozen):
    """The story of one source."""

    case_id: str
    source_id: str
    created_at: datetime = NOW


class Unread(Frozen):
    """Passages ``first`` to ``last`` that the draft does not cover, and why."""

    first: int
    last: int
    reason: str


class Recipe(Frozen):
    """What a draft is made with, beside its document: the same recipe makes the same draft."""

    recipe_id: str
    model: str
    strategy: str
    prompts: tuple[str, ...]  # such as case_study/v10
    judge: str | None = None
    fingerprint: str  # of prompts, answers' schemas, parameters and the version of the checks


class Revision(Frozen):
    """One state of a case's text, made by a model (a draft), a person (an edit) or an import.

    The ``author`` of an import is the database that it comes from.
    """

    revision_id: str
    case_id: str
    parent_id: str | None = None
    document_id: str
    made_by: Literal["model", "person", "import"]
    author: str
    recipe: Recipe | None
    strategy_reason: str | None = None
    generation_ids: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    dropped: tuple[str, ...] = ()  # statements that only repeated another one
    study: CaseStudy
    created_at: datetime = NOW


class Review(Frozen):
    """One decision; ``revision_id`` is the revision that it made, refused, or was about.

    A comment may be about one ``part`` of it (``s-3``, ``f-year``, ``t-rag``), a resolution
    ``resolves`` the review id of a comment. ``seconds`` is how long the case was open before.
    """

    review_id: str
    case_id: str
    revision_id: str
    decision: Decision
    reason: str | None
    who: str
    at: datetime
    part: str | None = None
    resolves: str | None = None
    seconds: float | None = None


class Account(Frozen):
    """A person or a script at the desk; the newest row of a name counts.

    ``secret`` is the argon2 hash of a person's password, or the SHA-256 of a script's token.
    """

    name: str
    kind: Literal["person", "token"]
    role: Role
    secret: str
    active: bool = True
    who: str  # who made the change
    at: datetime = NOW


class SavedView(Frozen):
    """A search of the queue that a person keeps under a name; an empty query removes it."""

    who: str
    name: str
    query: str
    at: datetime = NOW


class LogEntry(Frozen):
    """One change, of the case, source, batch, account or other ``kind`` that ``about`` names."""

    at: datetime
    who: str | None
    what: str
    kind: str
    about: str
    title: str | None
    detail: str | None


class Publication(Frozen):
    """One revision written to one target (a folder or address), or its withdrawal.

    The ``reason`` is a curator's for readers.
    """

    publication_id: str
    case_id: str
    revision_id: str
    target: str
    address: str
    content_hash: str
    withdrawn: bool = False
    who: str | None = None
    reason: str | None = None
    at: datetime = NOW


class CaseLine(Frozen):
    """One line of the list of cases; its statements are counted by section and by support level."""

    case_id: str
    source_id: str
    revision_id: str
    status: CaseStatus
    kind: SourceKind | None
    url: str | None
    source: str  # the address that was submitted, or the file's name
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    statements: Mapping[str, int]
    support: Mapping[str, int]
    verdict: Verdict | None
    checked: CheckResult | None = None  # the newest that reached the source
    near_copies: int = 0
    newer_draft: bool = False
    updated_at: datetime


class CaseFilter(Frozen):
    """Which cases to list; None means any."""

    status: CaseStatus | None = None
    kind: SourceKind | None = None
    company: str | None = None
    text: str | None = None  # in title or company
    tag: str | None = None
    order: Literal["newest", "doubtful", "title"] = "newest"
    limit: int = Field(100, ge=0, le=10_000_000)
    offset: int = Field(0, ge=0, le=10_000_000)


class CaseView(Frozen):
    """Everything about one case; revisions and reviews are in order of time."""

    case: Case
    status: CaseStatus
    source: Source
    document: Document
    triage: Triage | None
    revision: Revision  # the current one
    newer: Revision | None  # a draft that waits to be compared
    revisions: tuple[Revision, ...]
    reviews: tuple[Review, ...]
    published: Publication | None  # in force, and the case was not withdrawn since
    published_revision_id: str | None = None  # what readers keep until the next one is published
    next_revision_id: str | None = None  # what they get at the next publication


class CaseProvenance(Frozen):
    """How a case's current revision was made, to find the cases that newer code would redo."""

    case_id: str
    source_id: str
    title: str | None
    status: CaseStatus
    snapshot_id: str
    extractor: str
    recipe: Recipe | None
    made_by: Literal["model", "person", "import"]
    newer_draft: bool
