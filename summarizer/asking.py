"""The only way to a model: each question is asked and paid for once."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel

from prompts.loader import Message, Prompt, load
from schemas.errors import AnswerInvalid, AnswerRefused, AnswerTruncated, ModelError
from schemas.frozen import content_id
from schemas.generations import AnswerStatus, Generation, Usage
from summarizer.budget import Budget, Purse
from summarizer.calls import Answer, Spent, parameters
from summarizer.forecasts import likely_output
from summarizer.profiles import Profile
from summarizer.rendering import COSTING, estimate_tokens

if TYPE_CHECKING:
    from summarizer.client import ModelClient  # it imports openai, which takes a second

A = TypeVar("A", bound=BaseModel)
_STORE_SECONDS = 600.0  # an answer that was paid for is worth a long wait


class Ledger(Protocol):
    """Where answers are kept, so that no question is paid for twice; the warehouse is one."""

    def answer(self, question_id: str) -> Generation | None:
        """Return the stored ``ok`` answer to a question, or None."""

    def append(self, *rows: Generation, timeout: float) -> None:
        """Store calls; wait at most ``timeout`` seconds for another process to finish."""


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
        client_factory: Callable[[], "ModelClient"],
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

    def prompt(self, name: str) -> Prompt:
        """Return the pinned version of a prompt, else the newest."""
        return load(name, self._pinned.get(name))

    async def ask(
        self, prompt: Prompt, variables: Mapping[str, object], answer_type: type[A], stage: str
    ) -> A:
        """Return the answer to ``prompt``, from the ledger or from the model.

        Raises:
            ModelError: what the client raises, after the call was stored.
            BudgetReached: if the call does not fit the budget; nothing is stored.
        """
        values = {name: variables[name] for name in prompt.variables if name in variables}
        messages = prompt.render(values)
        question_id = question_of(messages, answer_type, self.profile)
        known = await asyncio.to_thread(self._ledger.answer, question_id)
        if known is None:
            known = await self._pay(prompt, messages, answer_type, (question_id, stage))
        self.generations.append(known)
        return answer_type.model_validate_json(known.answer)

    async def _pay(
        self,
        prompt: Prompt,
        messages: Sequence[Message],
        answer_type: type[A],
        question: tuple[str, str],
    ) -> Generation:
        """Ask the model within the budget, and store the call before anything is done with it."""
        asked = sum(estimate_tokens(m.content, COSTING) for m in messages) + schema_tokens(
            answer_type
        )
        answered = likely_output(prompt.name, self.profile, asked)
        likely = Usage(prompt_tokens=asked, completion_tokens=answered)
        async with self._budget.call(self.profile.cost(likely)) as charge:
            client, spent = self._client_factory(), Spent()
            outcome: Answer[A] | ModelError
            try:
                outcome = await client.ask(messages, answer_type, spent)
            except ModelError as error:
                outcome = error
            made = self._generation(prompt, answer_type, question, client, (spent, outcome))
            charge.usd = made.usage.cost_usd or 0.0
            self.paid.append(made)
            # What was paid for is stored, even if the run was cancelled meanwhile.
            kept = asyncio.to_thread(self._ledger.append, made, timeout=_STORE_SECONDS)
            await asyncio.shield(kept)
        if isinstance(outcome, ModelError):
            raise outcome
        return made

    def _generation(
        self,
        prompt: Prompt,
        answer_type: type[BaseModel],
        question: tuple[str, str],
        client: "ModelClient",
        came: tuple[Spent, Answer[A] | ModelError],
    ) -> Generation:
        (question_id, stage), (spent, outcome), now = question, came, datetime.now(UTC)
        error = outcome if isinstance(outcome, ModelError) else None
        answer = outcome.parsed.model_dump_json() if isinstance(outcome, Answer) else spent.text
        return Generation(
            generation_id=content_id("gen", question_id, self._document_id, now.isoformat()),
            question_id=question_id,
            document_id=self._document_id,
            stage=stage,
            prompt=prompt.name,
            prompt_version=prompt.version,
            prompt_hash=prompt.hash,
            schema_hash=schema_hash(answer_type),
            model=self.profile.model,
            endpoint=client.endpoint,
            parameters=parameters(self.profile) | {"output_tokens": self.profile.answer_tokens},
            status=AnswerStatus.OK if error is None else _status(error),
            answer=answer,
            finish_reason=spent.finish_reason,
            error=None if error is None else str(error),
            usage=self.profile.priced(spent.usage),
            seconds=spent.seconds,
            attempts=spent.attempts,
            at=now,
        )


def _status(error: ModelError) -> AnswerStatus:
    if isinstance(error, AnswerRefused):
        is_filtered = error.cause == "answer_filtered"
        return AnswerStatus.FILTERED if is_filtered else AnswerStatus.REFUSED
    if isinstance(error, AnswerTruncated):
        return AnswerStatus.TRUNCATED
    return AnswerStatus.INVALID if isinstance(error, AnswerInvalid) else AnswerStatus.ERROR


def question_of(messages: Sequence[Message], answer_type: type[BaseModel], profile: Profile) -> str:
    """Return the id of a question; the output limit does not belong to it."""
    asked = [message.model_dump() for message in messages]
    return content_id("q", asked, schema_hash(answer_type), profile.model, parameters(profile))


@cache
def schema_tokens(answer_type: type[BaseModel]) -> int:
    """Return the estimate for the schema, which an endpoint may count as part of the prompt."""
    return estimate_tokens(json.dumps(answer_type.model_json_schema()))


@cache
def schema_hash(answer_type: type[BaseModel]) -> str:
    """Return the SHA-256 of the JSON schema that answers must fit."""
    schema = json.dumps(answer_type.model_json_schema(), sort_keys=True)
    return hashlib.sha256(schema.encode()).hexdigest()
