"""Where answers of models are kept, so that no question is paid for twice."""

from typing import Protocol

from schemas.generations import Generation


class Ledger(Protocol):
    """A store of generations; the warehouse is one."""

    def answer(self, question_id: str) -> Generation | None:
        """Return the stored ``ok`` answer to a question, or None."""

    def append(self, *rows: Generation, timeout: float) -> None:
        """Store calls; wait at most ``timeout`` seconds for another process to finish."""
