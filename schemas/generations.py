"""Calls to models: the question, the answer and the cost."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.frozen import NOW, Frozen

AnswerStatus = StrEnum("AnswerStatus", "OK INVALID TRUNCATED REFUSED FILTERED ERROR")
"""The result of a call. Only ``ok`` answers are reused instead of a new call."""

OrderStep = Literal["written", "placed", "ended", "lost"]
"""Orders are written before they are placed; one that the provider does not know is lost."""

CostKey = Literal["day", "model", "stage", "case", "source"]


class Usage(Frozen):
    """Tokens as counted by the endpoint or estimated; ``cost_usd`` is None for unknown prices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None


class Generation(Frozen):
    """One call to a model, stored before its answer is used."""

    generation_id: str
    question_id: str  # of messages, schema, model and parameters: each question is paid for once
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
    answer: str  # the model's text; validated JSON if the status is ok
    finish_reason: str | None = None
    error: str | None = None
    usage: Usage
    seconds: float
    attempts: int  # the number of requests
    at: datetime
    order_lines: tuple[str, ...] | None = None  # the order and line ids of answers from orders


class Order(Frozen):
    """Requests for one model, sent to the provider's batch API together."""

    order_id: str
    endpoint: str
    model: str
    line_ids: tuple[str, ...]  # of the requests, from their content
    at: datetime = NOW


class OrderEvent(Frozen):
    """A step of an order; ``remote_id`` is the provider's id of it."""

    order_id: str
    step: OrderStep
    remote_id: str | None = None
    answered: int = 0
    failed: int = 0  # requests without an answer
    reason: str | None = None
    at: datetime = NOW


class OrderLine(Frozen):
    """An order with its newest step, as listed."""

    order_id: str
    endpoint: str
    model: str
    lines: int
    step: OrderStep
    remote_id: str | None
    answered: int
    failed: int
    reason: str | None
    ordered_at: datetime
    changed_at: datetime


class OpenOrder(Frozen):
    """An order with requests whose answers have not been used yet."""

    order_id: str
    remote_id: str | None  # None if it is not known whether the order was placed
    step: OrderStep
    line_ids: tuple[str, ...]  # of these requests
    ordered_at: datetime


class CostLine(Frozen):
    """The cost of model calls for one day, model, stage, case or source."""

    key: str | None
    label: str | None
    calls: int
    wasted_calls: int  # without a usable answer
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_usd: float | None  # without calls of unknown price
    unpriced: int
    seconds: float
