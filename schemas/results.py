"""The outcome of a submitted source: a result, or a failure, which is never a verdict."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from schemas.errors import CasebookError
from schemas.frozen import Frozen, content_id
from schemas.reviews import Triage, Unread
from schemas.sources import Source, SourceKind, SourceRef

IngestStatus = StrEnum("IngestStatus", "DRAFT NOT_A_CASE_STUDY FAILED")
Remedy = Literal["wait", "needs you", "gone"]
"""The next step after a stored failure."""


class Failure(Frozen):
    """A failed stage of one source; ``kind`` is the error's cause in snake case."""

    failure_id: str
    source_id: str
    subject_id: str | None = None  # of the draft that failed; None for the main one
    stage: str
    kind: str
    transient: bool
    gone: bool
    exit_code: int
    message: str
    at: datetime

    @property
    def remedy(self) -> Remedy:
        """The next step: wait, act, or give up."""
        return "gone" if self.gone else "wait" if self.transient else "needs you"

    @classmethod
    def of(cls, error: Exception, source_id: str, stage: str, at: datetime) -> Self:
        """Return the failure for ``error``, as ``unexpected`` if it is not a CasebookError."""
        if not isinstance(error, CasebookError):
            error = CasebookError(f"{type(error).__name__}: {error}"[:500], "unexpected")
        new_id = content_id("fail", source_id, stage, error.kind, at.isoformat())
        about: dict[str, Any] = {"source_id": source_id, "stage": stage, "message": str(error)}
        names = ("kind", "transient", "gone", "exit_code")
        return cls(failure_id=new_id, at=at, **about, **{n: getattr(error, n) for n in names})


class OpenFailure(Frozen):
    """A source's newest failure, if it did not succeed later, and the data needed to retry it."""

    failure: Failure
    reference: SourceRef
    kind: SourceKind | None
    attempts: int


class RefusedSource(Frozen):
    """A source without a case because triage judged it not to be a case study."""

    source: Source
    document_id: str
    title: str | None
    triage: Triage


class SimilarSource(Frozen):
    """Another source with nearly the same text or title; ``similarity`` of texts is up to 1."""

    source_id: str
    case_id: str | None
    title: str | None
    url: str | None
    similarity: float
    same_title: bool = False


class IngestResult(Frozen):
    """The outcome of one source, as printed by ``submit --json``."""

    source: str
    source_id: str
    case_id: str | None = None
    revision_id: str | None = None
    document_id: str | None = None
    status: IngestStatus
    kind: SourceKind | None = None
    title: str | None = None
    company: str | None = None
    year: int | None = None
    verdict: str | None = None
    reason: str | None = None
    same_as: str | None = None  # the address of the known source that the submitted one duplicates
    near_copies: tuple[SimilarSource, ...] = ()
    subject: str | None = None  # one of several
    subjects: tuple["IngestResult", ...] = ()  # the result of each, if the source has several
    statements: Mapping[str, int] = {}
    support: Mapping[str, int] = {}
    strategy: str | None = None
    strategy_reason: str | None = None
    unread: tuple[Unread, ...] = ()
    unjudged: str | None = None  # why the judge could not be asked
    model: str | None = None
    llm_calls: int = 0  # of this run, like tokens and cost
    tokens: int = 0
    cost_usd: float | None = None
    seconds: Mapping[str, float] = {}
    failure: Failure | None = None
