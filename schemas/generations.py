"""Calls to models: what was asked, what came back, and what it cost."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.frozen import Frozen

AnswerStatus = StrEnum("AnswerStatus", "OK INVALID TRUNCATED REFUSED FILTERED ERROR")
"""What became of a call. Only an ``ok`` answer is found again instead of a new call."""

CostKey = Literal["day", "model", "stage", "case", "source"]


class Usage(Frozen):
    """Tokens as the endpoint counted them, else estimated; ``cost_usd`` None for unknown prices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None


class Generation(Frozen):
    """One call to a model, stored before anything is done with its answer."""

    generation_id: str
    question_id: str  # from messages, schema, model and parameters: each question is paid for once
    document_id: str
    stage: str
    prompt: str
    prompt_version: int
    prompt_hash: str
    schema_hash: str
    model: str
    endpoint: str
    parameters: Mapping[str, object]
    status: AnswerStatus
    answer: str  # the model's text, validated JSON where the status is ok
    finish_reason: str | None = None
    error: str | None = None
    usage: Usage
    seconds: float
    attempts: int  # requests
    at: datetime


class CostLine(Frozen):
    """What model calls cost for one day, model, stage, case or source."""

    key: str | None
    label: str | None
    calls: int
    wasted_calls: int  # without a usable answer
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_usd: float | None  # without the unpriced calls
    unpriced: int
    seconds: float
