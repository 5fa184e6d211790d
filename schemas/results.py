"""What became of a submitted source: a result or a failure, which is never a verdict."""

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
"""What to do about a stored failure."""


class Failure(Frozen):
    """One failed stage of one source. ``kind`` is the error's cause in snake case."""

    failure_id: str
    source_id: str
    stage: str
    kind: str
    transient: bool
    gone: bool
    exit_code: int
    message: str
    at: datetime

    @property
    def remedy(self) -> Remedy:
        """What to do about it."""
        return "gone" if self.gone else "wait" if self.transient else "needs you"

    @classmethod
    def of(cls, error: Exception, source_id: str, stage: str, at: datetime) -> Self:
        """Describe ``error``; one that is not a CasebookError counts as ``unexpected``."""
        if not isinstance(error, CasebookError):
            error = CasebookError(f"{type(error).__name__}: {error}"[:500], "unexpected")
        new_id = content_id("fail", source_id, stage, error.kind, at.isoformat())
        about: dict[str, Any] = {"source_id": source_id, "stage": stage, "message": str(error)}
        marks = {name: getattr(error, name) for name in ("kind", "transient", "gone", "exit_code")}
        return cls(failure_id=new_id, at=at, **about, **marks)


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


class SimilarSource(Frozen):
    """Another source whose text is nearly the same; ``similarity`` is from 0 to 1."""

    source_id: str
    case_id: str | None
    title: str | None
    url: str | None
    similarity: float


class IngestResult(Frozen):
    """The outcome of one source: the object that ``submit --json`` prints."""

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
    same_as: str | None = None  # the address of the known source that the submitted one leads to
    near_copies: tuple[SimilarSource, ...] = ()
    statements: Mapping[str, int] = {}
    support: Mapping[str, int] = {}
    strategy: str | None = None
    strategy_reason: str | None = None
    unread: tuple[Unread, ...] = ()
    unjudged: str | None = None  # why the judge could not be asked
    model: str | None = None
    llm_calls: int = 0  # paid by this run, as are tokens and cost
    tokens: int = 0
    cost_usd: float | None = None
    seconds: Mapping[str, float] = {}
    failure: Failure | None = None
