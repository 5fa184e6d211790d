"""Asks models, so that each question is paid for only once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel

from prompts.loader import Message, Prompt, load
from schemas.errors import BudgetReached
from schemas.frozen import content_id, sha256_hex
from schemas.generations import AnswerStatus, Generation
from summarizer.budget import Budget, SourceBudget
from summarizer.profiles import Profile
from summarizer.rendering import COSTING, estimate_tokens, message_tokens

if TYPE_CHECKING:
    from summarizer.client import Call, ModelClient  # it imports openai, which takes a second

A = TypeVar("A", bound=BaseModel)
T = TypeVar("T")
_STORE_SECONDS = 600.0  # a paid answer is worth a long wait
_STATUSES = {f"answer_{status}": status for status in AnswerStatus}  # by the kind of error


class Ledger(Protocol):
    """A store for answers, such as the warehouse."""

    def answer(self, question_id: str) -> Generation | None:
        """Return the stored ``ok`` answer to a question, or None."""

    def append(self, *rows: Generation, timeout: float) -> None:
        """Store calls; wait up to ``timeout`` seconds for another process to finish."""


@dataclass(eq=False)
class Asker:
    """Asks one model about one document, whose id is stored with each call."""

    client_factory: Callable[[], "ModelClient"]  # called only for new questions
    profile: Profile
    ledger: Ledger
    document_id: str
    budget: Budget | SourceBudget = field(default_factory=Budget)
    pinned: Mapping[str, int] = field(default_factory=dict)  # prompt versions; default: the newest
    language: str = "English"  # of drafts
    generations: list[Generation] = field(default_factory=list, init=False)  # behind all answers
    paid: list[Generation] = field(default_factory=list, init=False)  # sent, including failed ones

    def prompt(self, name: str) -> Prompt:
        """Return the pinned or else the newest version of a prompt."""
        return load(name, self.pinned.get(name))

    async def ask(
        self, prompt: Prompt, variables: Mapping[str, object], answer_type: type[A], stage: str
    ) -> A:
        """Return the answer to ``prompt``, from the ledger or from the model.

        The errors are those of ``answered``.
        """
        return (await self.answered(prompt, variables, answer_type, stage))[0]

    async def answered(
        self,
        prompt: Prompt,
        variables: Mapping[str, object],
        answer_type: type[A],
        stage: str,
        *,
        afresh: bool = False,
    ) -> tuple[A, bool]:
        """Return the answer to ``prompt``, and whether it was paid for now.

        ``afresh`` asks the model even if the ledger has an answer.

        Raises:
            ModelError: if there is no answer; the call has been stored.
            BudgetReached: if the call does not fit the budget; no call was made.
        """
        values = {name: variables[name] for name in prompt.variables if name in variables}
        messages, schema = prompt.render(values), schema_hash(answer_type)
        asked, profile = [message.model_dump() for message in messages], self.profile
        # The output limit is not part of the question.
        question_id = content_id("q", asked, schema, profile.model, profile.parameters)
        stored = None if afresh else await asyncio.to_thread(self.ledger.answer, question_id)
        known = stored
        if known is None:
            origin = {
                "question_id": question_id,
                "stage": stage,
                "prompt": prompt.name,
                "prompt_version": prompt.version,
                "prompt_hash": prompt.hash,
                "schema_hash": schema,
            }
            known = await self._pay(messages, answer_type, origin)
        self.generations.append(known)
        return answer_type.model_validate_json(known.answer), stored is None

    async def _pay(
        self, messages: Sequence[Message], answer_type: type[A], origin: Mapping[str, Any]
    ) -> Generation:
        """Ask the model within the budget, and store the call before its answer is used."""
        tokens = message_tokens(messages, COSTING) + schema_tokens(answer_type)
        likely = self.profile.expected(origin["prompt"], tokens)
        async with self.budget.call(likely) as charge:
            client = self.client_factory()
            try:
                call = await client.ask(messages, answer_type, charge)
            except BudgetReached as error:
                if charge.source.cut:  # a higher budget would only pay for the same again
                    raise BudgetReached(charge.source.cut, "answer_truncated") from error
                raise
            made = self._generation(call, client.endpoint, origin)
            if made.status is AnswerStatus.OK:
                charge.source.cut = ""
            elif made.status is AnswerStatus.TRUNCATED and call.unaffordable:
                spent = f"it cost ${made.usage.cost_usd or 0:.2f}, and the budget allows no more"
                charge.source.cut = f"{made.error}; {spent}"
            self.paid.append(made)
            # A paid answer is stored even if the run is cancelled meanwhile.
            keep = partial(self.ledger.append, made, timeout=_STORE_SECONDS)
            await asyncio.shield(charge.store(keep))
        call.result()
        return made

    def _generation(self, call: "Call[A]", endpoint: str, origin: Mapping[str, Any]) -> Generation:
        profile, now = self.profile, datetime.now(UTC)
        sent = {"output_tokens": call.limit, "schema_in_prompt": profile.schema_in_prompt}
        error = call.errors[-1] if call.answer is None else None
        return Generation(
            **origin,
            generation_id=content_id(
                "gen", origin["question_id"], self.document_id, now.isoformat()
            ),
            document_id=self.document_id,
            model=profile.model,
            endpoint=endpoint,
            parameters=profile.parameters | sent,
            status=_STATUSES.get(error.kind, AnswerStatus.ERROR) if error else AnswerStatus.OK,
            answer=call.answer.model_dump_json() if call.answer else call.text,
            finish_reason=call.finish_reason,
            error=str(error) if error else None,
            usage=profile.priced(call.usage),
            seconds=call.seconds,
            attempts=call.attempts,
            at=now,
            order_lines=tuple(call.order_lines) or None,
        )


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Return the results of all calls; wait for all, so that they are stored, before raising."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for one in outcomes:
        if isinstance(one, BaseException):
            raise one
    return [one for one in outcomes if not isinstance(one, BaseException)]


@cache
def schema_tokens(answer_type: type[BaseModel]) -> int:
    """Return the estimated tokens of the schema, which endpoints can count as input."""
    return estimate_tokens(json.dumps(answer_type.model_json_schema()))


@cache
def schema_hash(answer_type: type[BaseModel]) -> str:
    """Return the SHA-256 hash of an answer type's JSON schema."""
    return sha256_hex(json.dumps(answer_type.model_json_schema(), sort_keys=True).encode())
