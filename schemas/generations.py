"""One call to a model: what was asked, what came back, and what it cost."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from schemas.frozen import Frozen


class Usage(Frozen):
    """Tokens as the endpoint counted them, else estimated; ``cost_usd`` None for unknown prices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None


class AnswerStatus(StrEnum):
    """What became of a call. Only an ``ok`` answer is found again instead of a new call."""

    OK = "ok"
    INVALID = "invalid"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    FILTERED = "filtered"
    ERROR = "error"


class Generation(Frozen):
    """One call to a model, stored before anything is done with its answer.

    ``question_id`` is derived from messages, schema, model and parameters: the same question is
    paid for once. ``answer`` is the model's text, validated JSON where ``status`` is ok;
    ``attempts`` counts requests.
    """

    generation_id: str
    question_id: str
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
    answer: str
    finish_reason: str | None = None
    error: str | None = None
    usage: Usage
    seconds: float
    attempts: int
    at: datetime
