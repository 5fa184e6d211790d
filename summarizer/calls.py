"""One call to a model: what shapes its answer, and what came of it."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from schemas.generations import Usage
from summarizer.profiles import Profile

A = TypeVar("A", bound=BaseModel)


def parameters(profile: Profile) -> dict[str, object]:
    """Return what shapes an answer beside prompt and schema."""
    if profile.reasoning_effort is not None:
        return {"reasoning_effort": profile.reasoning_effort}
    return {"temperature": 0.0}


@dataclass(kw_only=True)
class Spent:
    """What the requests of one question took, whatever came of them.

    ``usage`` sums all ``attempts``; ``text`` and ``finish_reason`` are the last one's.
    """

    text: str = ""
    usage: Usage = field(default_factory=Usage)
    finish_reason: str | None = None
    attempts: int = 0
    seconds: float = 0.0


@dataclass(kw_only=True)
class Answer(Spent, Generic[A]):
    """One answer and what it took."""

    parsed: A
