"""What is said in a recording, and who writes it down: the types, without any client."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Generation

MOST_BYTES = 25_000_000
"""What OpenAI's endpoint takes at once."""


class Segment(Frozen):
    """What is said from ``start`` to ``end``, in seconds."""

    start: float = Field(allow_inf_nan=False)
    end: float = Field(allow_inf_nan=False)
    text: str


class Transcript(Frozen):
    """What is said in one piece of sound; ``seconds`` is its length as the endpoint states it."""

    language: str = ""
    seconds: float = 0.0
    segments: Sequence[Segment] = ()


class Transcriber(Protocol):
    """Anything that writes down what is said."""

    model: str

    async def transcribe(
        self, data: bytes, name: str, media_type: str, source_id: str, most_seconds: float
    ) -> tuple[Transcript, Generation, bool]:
        """Return what is said, its provenance, and whether it was paid for now.

        ``most_seconds`` is the longest that the sound can be, for a cap on what it may cost.

        Raises:
            ModelError: the cause, after the retries that its kind allows.
        """
