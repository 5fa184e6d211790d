"""Provenance of one model call."""

from collections.abc import Mapping
from datetime import datetime

from casebook.schemas.frozen import Frozen


class Usage(Frozen):
    """Tokens as the endpoint counted them, else estimated.

    ``cost_usd`` is None where the price is not known.
    ``cached_tokens`` are those of the prompt that the endpoint had kept from an earlier call.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None


class Waste(Frozen):
    """What a question cost that got no usable answer: requests sent, and tokens as far as told.

    ``question_id`` is the id that its Generation would have had, ``kind`` the fault's name as in a
    Failure. What the endpoint charges for a request that was cut or timed out is not told: such a
    row has attempts, and no tokens. ``taken`` tells that the endpoint took the last request and
    gave no whole answer: it may have worked on it, and may charge for it. ``topic`` tells apart the
    matters that one stage asks about one document: a watch's rubric, say.
    """

    waste_id: str
    question_id: str
    document_id: str
    stage: str
    prompt: str
    prompt_version: int
    model: str
    endpoint: str
    kind: str
    usage: Usage
    seconds: float
    attempts: int
    at: datetime
    taken: bool = False
    topic: str | None = None


class Generation(Frozen):
    """One call to a model and its answer, stored before anything is done with it.

    ``generation_id`` is derived from the document, the rendered messages, the prompt's and the
    schema's hash, the model and the parameters: the same question to the same model is asked and
    paid for once. ``answer`` is the validated JSON. ``attempts`` counts the requests sent.
    """

    generation_id: str
    document_id: str
    stage: str
    prompt: str
    prompt_version: int
    prompt_hash: str
    schema_hash: str
    model: str
    endpoint: str
    parameters: Mapping[str, object]
    answer: str
    usage: Usage
    seconds: float
    attempts: int
    created_at: datetime
