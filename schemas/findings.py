"""Findings: what engineers elsewhere could learn from a case, each with its statements."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.frozen import NOW, Frozen
from schemas.results import Failure

MOST_FINDINGS = 8
"""The maximum number of findings of a case."""

Effect = StrEnum("Effect", "BETTER WORSE NONE UNKNOWN")
Effect.__doc__ = (
    """The effect of what was done, as seen by the team; ``none`` if nothing changed."""
)

FindingLabel = Literal["entailed", "partly", "not", "contrary", "not judged"]
"""How far its statements carry a finding, according to the judge."""


class Finding(Frozen):
    """What a team did, and its effect; ``text`` is one sentence that can be read alone.

    One by code is a statement of the case as it is, so it is entailed.
    """

    n: int  # from 1 within a set
    text: str
    done: str
    condition: str | None = None
    effect: Effect
    value: str | None = None  # as written in the statements
    number: float | None = None  # the value, if it is a single number
    unit: str | None = None
    theme: str  # a short noun phrase in lower case
    statements: tuple[int, ...]  # the ``n`` of those that it rests on
    made_by: Literal["model", "code"]
    label: FindingLabel = "not judged"
    reason: str = ""  # of the judge, or for the lack of a verdict

    @property
    def is_sound(self) -> bool:
        """Whether its statements entail it."""
        return self.label == "entailed"


class FindingSet(Frozen):
    """The findings of one revision, made together by a model, or by code without a model."""

    set_id: str
    case_id: str
    revision_id: str
    model: str | None = None  # None for code
    judge: str | None = None
    prompts: tuple[str, ...] = ()  # such as findings/v1
    generation_ids: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # texts by the model that code refused, each with the reason
    findings: tuple[Finding, ...]
    created_at: datetime = NOW


class FindingsResult(Frozen):
    """The outcome for one case; calls, tokens and cost are those of this run."""

    case_id: str
    title: str | None
    model: str | None
    findings: int = 0
    entailed: int = 0
    dropped: int = 0
    llm_calls: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    failure: Failure | None = None
