"""What became of one submitted source: the object that ``submit --json`` prints."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from schemas.failures import Failure
from schemas.frozen import Frozen
from schemas.reviews import Unread
from schemas.sources import SourceKind


class IngestStatus(StrEnum):
    """Where a submitted source ended."""

    DRAFT = "draft"
    NOT_A_CASE_STUDY = "not_a_case_study"
    FAILED = "failed"


class SimilarSource(Frozen):
    """Another source whose text is nearly the same; ``similarity`` is from 0 to 1."""

    source_id: str
    case_id: str | None
    title: str | None
    url: str | None
    similarity: float


class IngestResult(Frozen):
    """The outcome of one source.

    ``llm_calls``, ``tokens`` and ``cost_usd`` count what this run paid, not what it found stored.
    ``same_as`` is the address of the known source that the submitted one leads to; ``unjudged``
    says why the judge could not be asked.
    """

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
    same_as: str | None = None
    near_copies: tuple[SimilarSource, ...] = ()
    statements: Mapping[str, int] = {}
    support: Mapping[str, int] = {}
    strategy: str | None = None
    strategy_reason: str | None = None
    unread: tuple[Unread, ...] = ()
    unjudged: str | None = None
    model: str | None = None
    llm_calls: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    seconds: Mapping[str, float] = {}
    failure: Failure | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object; a failure is described by stage, kind and message."""
        data = self.model_dump(mode="json")
        if self.failure is not None:
            wanted = {"failure_id", "stage", "kind", "transient", "message"}
            data["failure"] = self.failure.model_dump(mode="json", include=wanted)
        return data
