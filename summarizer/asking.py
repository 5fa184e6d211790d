"""The only way to a model: each question is asked and paid for once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from prompts.loader import Prompt
from schemas.generations import Generation
from summarizer.budget import Budget, Purse
from summarizer.client import ModelClient
from summarizer.ledger import Ledger
from summarizer.profiles import Profile

A = TypeVar("A", bound=BaseModel)


class Asker:
    """Asks one model about one document.

    ``generations`` are, in order, those that answers rest on; ``paid`` those that this object sent
    requests for, failed ones included.

    Args:
        client_factory: returns the client; called only when a question is new.
        profile: the model, its limits and its price.
        ledger: where answers are kept.
        document_id: what the questions are about; stored with each call.
        budget: a source's allowance, or the budget for calls outside any source.
        pinned: versions of prompts by name, where not the newest is wanted.
    """

    def __init__(
        self,
        client_factory: Callable[[], ModelClient],
        profile: Profile,
        ledger: Ledger,
        document_id: str,
        *,
        budget: Purse | None = None,
        pinned: Mapping[str, int] | None = None,
    ) -> None:
        self._client_factory = client_factory
        self.profile = profile
        self._ledger = ledger
        self._document_id = document_id
        self._budget = budget or Budget()
        self._pinned = pinned or {}
        self.generations: list[Generation] = []
        self.paid: list[Generation] = []

    async def ask(
        self, prompt: Prompt, variables: Mapping[str, object], answer_type: type[A], stage: str
    ) -> A:
        """Return the answer to ``prompt``, from the ledger or from the model.

        Raises:
            ModelError: what the client raises, after the call was stored.
            BudgetReached: if the call does not fit the budget; nothing is stored.
        """
        raise NotImplementedError
