"""A case from triage to publication: its revisions, decisions and listings."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.cases import CaseStudy, Evidence, Section
from schemas.companies import Company
from schemas.frozen import NOW, Frozen, content_id
from schemas.imports import ImportRecord
from schemas.sources import CheckResult, Document, Source, SourceKind, Speakers
from schemas.subjects import SourceSubject, Subject
from schemas.systems import CaseSystem

Verdict = StrEnum("Verdict", "CASE_STUDY UNSURE NOT_A_CASE_STUDY")
"""The result of triage. ``UNSURE`` sources are drafted too, and marked for the curator."""

Decision = StrEnum(
    "Decision",
    "APPROVE REJECT EDIT REOPEN WITHDRAW COMMENT RESOLVE ASSIGN ADOPT_DRAFT REFUSE_DRAFT JUDGE",
)
"""The actions of a curator on a case; ``JUDGE`` is the judge's, after an edit."""

Role = StrEnum("Role", "READER CURATOR ADMIN")
"""A person's permissions at the desk: read, decide, or also manage accounts."""

CaseStatus = StrEnum("CaseStatus", "DRAFT APPROVED REJECTED PUBLISHED")
"""The status of a case, set by its newest decision or its publication."""


class Criterion(Frozen):
    """One line of the rubric: a score from 0 (absent) to 1 (clear), and the reason."""

    name: str
    score: float = Field(ge=0, le=1)
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Triage(Frozen):
    """The verdict of one rubric version and model on whether a document is a case study."""

    triage_id: str
    document_id: str
    rubric: str
    model: str
    verdict: Verdict
    reason: str
    criteria: tuple[Criterion, ...]
    generation_ids: tuple[str, ...]
    decided_at: datetime
    subjects: tuple[Subject, ...] = ()  # several in a panel or a survey of customers
    overturned_by: str | None = None  # the curator who requested a draft despite a refusal

    @property
    def refused(self) -> bool:
        """Whether the source gets no draft."""
        return self.verdict is Verdict.NOT_A_CASE_STUDY


def case_id_of(source_id: str, subject_id: str | None = None) -> str:
    """Return the id of the case about a subject of a source, by default the main one."""
    return content_id("case", source_id, *filter(None, [subject_id]))


class Case(Frozen):
    """The case about one subject of a source."""

    case_id: str
    source_id: str
    subject_id: str | None = None  # None for the main one
    created_at: datetime = NOW


class Unread(Frozen):
    """Passages ``first`` to ``last``, which the draft does not cover, and the reason."""

    first: int
    last: int
    reason: str


class LeftOut(Frozen):
    """A statement about a part of a long source that is not in the draft of the whole."""

    section: Section
    text: str


EARLIER_JUDGE = "judge/v1"
"""The prompt of judges that did not see title, facts, tags and verbatim sentences."""


class Recipe(Frozen):
    """The inputs of a draft besides its document: the same recipe produces the same draft."""

    recipe_id: str
    model: str
    strategy: str
    prompts: tuple[str, ...]  # such as case_study/v10
    judge: str | None = None
    fingerprint: str  # of prompts, answer schemas, parameters and the version of the checks

    def judged_by(self, judge: str, prompt: str, current: "Recipe") -> "Recipe":
        """Return the recipe of the same draft, judged last with ``prompt`` (such as judge/v2).

        It is the ``current`` recipe if a new draft would now be made in the same way.
        """
        kept = tuple(one for one in self.prompts if not one.startswith("judge/"))
        if self.judge == judge and prompt in self.prompts:
            return self
        if current.model == self.model and {*kept, prompt} == {*current.prompts}:
            return current
        recipe_id = content_id("recipe", self.recipe_id, judge, prompt)
        changes = {"recipe_id": recipe_id, "prompts": (*kept, prompt), "judge": judge}
        return self.model_copy(update=changes)


class Revision(Frozen):
    """One state of a case's text, made by a model (a draft), a person (an edit) or an import."""

    revision_id: str
    case_id: str
    parent_id: str | None = None
    document_id: str
    basis: Literal["imported"] | None = None  # imported: not the source, a database's text about it
    made_by: Literal["model", "person", "import"]
    author: str  # for an import, its database of origin
    recipe: Recipe | None
    strategy_reason: str | None = None
    generation_ids: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    dropped: tuple[str, ...] = ()  # statements removed as repetitions or copies of the prompt
    left_out: tuple[LeftOut, ...] = ()  # of the windows of a long source
    speakers: Speakers | None = None  # of a conversation
    study: CaseStudy
    created_at: datetime = NOW

    @property
    def making(self) -> str | None:
        """The reason for a draft's strategy, its number of calls, and what was dropped."""
        calls, dropped = f"model calls: {len(self.generation_ids)}", len(self.dropped)
        notes = [f"dropped as repeated or copied from the prompt: {dropped}"] if dropped else []
        notes += [self.speakers.roles_note] if self.speakers and self.speakers.roles_note else []
        return "; ".join([reason, calls, *notes]) if (reason := self.strategy_reason) else None


class Review(Frozen):
    """One decision; ``revision_id`` is the revision that it created, refused or is about."""

    review_id: str
    case_id: str
    revision_id: str
    decision: Decision
    reason: str | None
    who: str
    at: datetime
    part: str | None = None  # of the case, in a comment: s-3, f-year, t-rag
    resolves: str | None = None  # the review id of the resolved comment
    seconds: float | None = None  # the time for which the case was open before


class Account(Frozen):
    """A person or a script with access to the desk; the newest row for a name is in force."""

    name: str
    kind: Literal["person", "token"]
    role: Role
    secret: str  # the argon2 hash of a person's password, or the SHA-256 hash of a script's token
    active: bool = True
    who: str  # who made the change
    at: datetime = NOW


class SavedView(Frozen):
    """A named search of the review queue, saved by one person; an empty query deletes it."""

    who: str
    name: str
    query: str
    at: datetime = NOW


class LogEntry(Frozen):
    """One change to a case, source, batch, account or other object: a ``kind`` and its id."""

    at: datetime
    who: str | None
    what: str
    kind: str
    about: str
    title: str | None
    detail: str | None


class Publication(Frozen):
    """One revision written to one target (a folder or address), or its withdrawal."""

    publication_id: str
    case_id: str
    revision_id: str
    target: str
    address: str
    content_hash: str
    withdrawn: bool = False
    who: str | None = None
    reason: str | None = None  # a curator's explanation for readers
    at: datetime = NOW


class CaseLine(Frozen):
    """A case in lists, with its statements counted by section and by support level."""

    case_id: str
    source_id: str
    revision_id: str
    status: CaseStatus
    kind: SourceKind | None
    url: str | None
    source: str  # the submitted address, or the file's name
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    statements: Mapping[str, int]
    support: Mapping[str, int]
    verdict: Verdict | None
    checked: CheckResult | None = None  # of the newest check that reached the source
    near_copies: int = 0
    newer_draft: bool = False
    updated_at: datetime


class CaseFilter(Frozen):
    """The conditions for listing cases; None means any."""

    status: CaseStatus | None = None
    kind: SourceKind | None = None
    company: str | None = None
    text: str | None = None  # in title or company
    tag: str | None = None
    order: Literal["newest", "doubtful", "title"] = "newest"
    limit: int = Field(100, ge=0, le=10_000_000)
    offset: int = Field(0, ge=0, le=10_000_000)


class CaseView(Frozen):
    """All data about one case; revisions and reviews are in chronological order."""

    case: Case
    status: CaseStatus
    source: Source
    document: Document
    triage: Triage | None
    revision: Revision  # the current one
    newer: Revision | None  # a newer draft that no curator has compared yet
    revisions: tuple[Revision, ...]
    reviews: tuple[Review, ...]
    published: Publication | None  # None after a withdrawal
    import_record: ImportRecord | None = None  # of the document, or of the case's first import
    published_revision_id: str | None = None  # the revision that readers see now
    next_revision_id: str | None = None  # the revision of the next publication
    company: Company | None = None
    subjects: tuple[SourceSubject, ...] = ()  # of the source, if several were named
    system: CaseSystem | None = None  # that the case was placed in

    @property
    def is_prose(self) -> bool:
        """Whether readers see the text of another database instead of statements."""
        return self.document.is_prose and not self.revision.study.statements

    @property
    def is_quotable(self) -> bool:
        """Whether statements can quote the text; that of an import must be structured first."""
        return not self.document.is_imported or (self.document.is_prose and not self.is_prose)

    @property
    def is_undecided(self) -> bool:
        """Whether a later draft would replace the current revision, since no person changed it."""
        are_verdicts = (one.decision is Decision.JUDGE for one in self.reviews)
        return self.revision.made_by == "model" and all(are_verdicts)


class CaseProvenance(Frozen):
    """The origin of a case's newest draft, used to find cases that newer code would change."""

    case_id: str
    status: CaseStatus
    extractor: str
    recipe: Recipe
    unjudged: bool  # whether a part of it has no verdict and was not confirmed
