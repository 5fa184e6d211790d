"""Is this a case study of a real deployment? A verdict with reasons, never a failure."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from schemas.cases import Evidence
from schemas.frozen import Frozen


class Verdict(StrEnum):
    """What triage decides. ``UNSURE`` makes a draft too, marked for the curator to decide."""

    CASE_STUDY = "case_study"
    UNSURE = "unsure"
    NOT_A_CASE_STUDY = "not_a_case_study"


class Criterion(Frozen):
    """One line of the rubric: a score from 0 (absent) to 1 (plain), and why."""

    name: str
    score: float = Field(ge=0, le=1)
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Triage(Frozen):
    """The verdict on one document by one version of the rubric and one model.

    ``overturned_by`` is the curator who had a refused source drafted: the verdict is unsure.
    """

    triage_id: str
    document_id: str
    rubric: str
    model: str
    verdict: Verdict
    reason: str
    criteria: tuple[Criterion, ...]
    generation_ids: tuple[str, ...]
    decided_at: datetime
    overturned_by: str | None = None

    @property
    def refused(self) -> bool:
        """Whether no draft is to be made."""
        return self.verdict is Verdict.NOT_A_CASE_STUDY
