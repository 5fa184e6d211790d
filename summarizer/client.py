"""A model behind an OpenAI-compatible endpoint, asked for JSON that fits a schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from prompts.loader import Message
from schemas.generations import Usage
from summarizer.limiter import Limiter
from summarizer.profiles import Profile

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class Answer(Generic[A]):
    """One answer and what it took; ``usage`` sums all ``attempts``."""

    text: str
    parsed: A
    usage: Usage
    finish_reason: str | None
    attempts: int
    seconds: float


class ModelClient:
    """Asks one model; ``close`` it at the end.

    Args:
        base_url: the endpoint, such as ``https://api.openai.com/v1``.
        api_key: the endpoint's key.
        model: the model's name at the endpoint.
        profile: its limits.
        limiter: shared by all clients of one endpoint.
        attempts: requests per question at most, where answers cannot be used or the endpoint fails.
        timeout: seconds for one request as a whole.
        patience: seconds that an outage or a rate limit is waited out beyond ``attempts``.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        profile: Profile,
        *,
        limiter: Limiter | None = None,
        attempts: int = 4,
        timeout: float = 300.0,
        patience: float = 0.0,
    ) -> None:
        raise NotImplementedError

    async def ask(self, messages: Sequence[Message], answer_type: type[A]) -> Answer[A]:
        """Return the answer to ``messages``.

        Raises:
            ModelError: the translated cause of the last attempt.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections."""
        raise NotImplementedError
