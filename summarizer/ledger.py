"""Where answers of models are kept, so that no question is paid for twice."""

from typing import Protocol

from schemas.generations import Generation


class Ledger(Protocol):
    """A store of generations; flows implement it over the warehouse."""

    async def answer(self, question_id: str) -> Generation | None:
        """Return the stored ``ok`` answer to a question, or None."""

    async def keep(self, generation: Generation) -> None:
        """Store a call before anything is done with its answer."""
