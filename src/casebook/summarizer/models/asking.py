"""Asks each question once: a ledger is looked up before a call and written right after it."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from casebook.prompts.loader import Message, Prompt, load_prompt
from casebook.schemas.errors import AnswerTruncated, ModelError, ProviderUnavailable
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Generation, Usage, Waste
from casebook.schemas.ids import content_id
from casebook.summarizer.models.budget import Budget, Meter
from casebook.summarizer.models.grace import in_any_case, stored
from casebook.summarizer.models.profiles import Profile, with_cost
from casebook.summarizer.models.rendering import estimate_tokens

A = TypeVar("A", bound=BaseModel)

Parameters = Mapping[str, object]


class Answer(Frozen, Generic[A]):
    """A validated answer and what it took. ``attempts`` counts the requests sent."""

    value: A
    usage: Usage
    seconds: float
    attempts: int


class Model(Protocol):
    """Anything that answers messages with a value of a given type."""

    @property
    def name(self) -> str:
        """The model's name, as stored in each Generation."""

    @property
    def endpoint(self) -> str:
        """Where it is asked; no key in it."""

    async def ask(
        self,
        messages: Sequence[Message],
        answer_type: type[A],
        parameters: Parameters,
        meter: Meter,
    ) -> Answer[A]:
        """Return the answer to ``messages``; ``meter`` is told of every request.

        Raises:
            ModelError: the cause, after the retries that its kind allows.
        """


class Ledger(Protocol):
    """Where answers are kept, so that no question is paid for twice; called in threads."""

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer, if the question was asked before."""

    def keep(self, generation: Generation) -> None:
        """Store an answer before anything is done with it."""

    def write_off(self, waste: Waste) -> None:
        """Store what a question without a usable answer cost."""

    def wasted(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question, if there was any."""


class Asker:
    """Asks one model about one document, through the ledger.

    ``generations`` lists, in order, every Generation that the answers rest on; ``paid`` only those
    that this object sent a request for, and ``wasted`` what was sent in vain. ``parallel`` is how
    many questions may be asked at once. ``prompts`` are versions by name, where not the newest is
    wanted. ``topic`` is kept with what was sent in vain.
    """

    def __init__(
        self,
        model: Callable[[], Model],
        model_name: str,
        profile: Profile,
        ledger: Ledger,
        document_id: str,
        *,
        parallel: int = 4,
        budget: Budget | None = None,
        prompts: Mapping[str, int] | None = None,
        topic: str | None = None,
    ) -> None:
        self.parallel = parallel
        # Called only when a question is new: a rerun must not start the embedded model.
        self._model = model
        self.model_name = model_name
        self.profile = profile
        self._ledger = ledger
        self._document_id = document_id
        self._budget = budget or Budget()
        self._prompts = prompts or {}
        self._topic = topic
        self.generations: list[Generation] = []
        self.paid: list[Generation] = []
        self.wasted: list[Waste] = []

    def prompt(self, name: str) -> Prompt:
        """Return the version of a prompt that is to be used: the newest, unless one was named."""
        return load_prompt(name, self._prompts.get(name))

    def _asked_for(self, prompt: Prompt, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return what ``prompt`` is told: of a version that was named, only what it knows of."""
        if prompt.name not in self._prompts:
            return values
        return {name: value for name, value in values.items() if name in prompt.variables}

    async def ask(
        self,
        stage: str,
        prompt: Prompt,
        values: Mapping[str, object],
        answer_type: type[A],
        **parameters: object,
    ) -> A:
        """Return the answer to ``prompt`` with ``values``, from the ledger or from the model.

        Raises:
            ModelError: what the client raises.
        """
        messages = prompt.render(self._asked_for(prompt, values))
        schema = schema_hash(answer_type)
        spoken = json.dumps([m.model_dump() for m in messages], ensure_ascii=False)
        asked = hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest()
        identity = (self._document_id, prompt.hash, schema, self.model_name, parameters, asked)
        generation_id = content_id("gen", *identity)
        known = await asyncio.to_thread(self._ledger.find, generation_id)
        if known is None:
            question = _Question(generation_id, stage, prompt, messages, parameters)
            await self._refuse_to_repeat(question)
            meter = self._meter(question, answer_type)
            known = await in_any_case(self._ask(question, answer_type, meter), meter)
        self.generations.append(known)
        return answer_type.model_validate_json(known.answer)

    async def _refuse_to_repeat(self, question: "_Question") -> None:
        """Raise what the same question came to: an answer that was cut is cut again, and paid."""
        before = await asyncio.to_thread(self._ledger.wasted, question.question_id)
        if before is not None and before.kind == AnswerTruncated.kind():
            raise AnswerTruncated(
                f"the answer of {self.model_name} hit its output limit before and would again; "
                "raise CASEBOOK_LLM_OUTPUT_TOKENS"
            )

    def _meter(self, question: "_Question", answer_type: type[BaseModel]) -> Meter:
        limit = question.parameters.get("max_tokens")
        output_tokens = limit if isinstance(limit, int) else self.profile.output_tokens
        prompt_tokens = tokens_asked(question.messages, answer_type)
        return Meter(self._budget, self.profile.price, prompt_tokens, output_tokens)

    async def _ask(self, question: "_Question", answer_type: type[A], meter: Meter) -> Generation:
        """Ask the model, and store what comes of it before anything is done with it."""
        model, started = self._model(), time.monotonic()
        try:
            answer = await model.ask(question.messages, answer_type, question.parameters, meter)
            meter.answered()
            made = self._generation(question, answer, answer_type, model.endpoint)
            await stored(self._ledger.keep, made)
        except ModelError as error:
            await self._write_off(question, model.endpoint, error, time.monotonic() - started)
            raise
        finally:
            meter.close()
        self.paid.append(made)
        return made

    def _generation(
        self, question: "_Question", answer: Answer[A], answer_type: type[A], endpoint: str
    ) -> Generation:
        return Generation(
            generation_id=question.question_id,
            document_id=self._document_id,
            stage=question.stage,
            prompt=question.prompt.name,
            prompt_version=question.prompt.version,
            prompt_hash=question.prompt.hash,
            schema_hash=schema_hash(answer_type),
            model=self.model_name,
            endpoint=endpoint,
            parameters=question.parameters,
            answer=answer.value.model_dump_json(),
            usage=with_cost(answer.usage, self.profile.price),
            seconds=round(answer.seconds, 3),
            attempts=answer.attempts,
            created_at=datetime.now(UTC),
        )

    async def _write_off(
        self, question: "_Question", endpoint: str, error: ModelError, seconds: float
    ) -> None:
        """Store what was sent in vain; a call that our own cap stopped cost nothing."""
        if not error.attempts:
            return
        now = datetime.now(UTC)
        usage = Usage(
            prompt_tokens=error.prompt_tokens,
            completion_tokens=error.completion_tokens,
            cached_tokens=error.cached_tokens,
            # Nothing was counted, so nothing is charged whatever the price is.
            cost_usd=None if error.prompt_tokens or error.completion_tokens else 0.0,
        )
        waste = Waste(
            waste_id=content_id("waste", question.question_id, error.kind(), now.isoformat()),
            question_id=question.question_id,
            document_id=self._document_id,
            stage=question.stage,
            prompt=question.prompt.name,
            prompt_version=question.prompt.version,
            model=self.model_name,
            endpoint=endpoint,
            kind=error.kind(),
            usage=with_cost(usage, self.profile.price),
            seconds=round(seconds, 3),
            attempts=error.attempts,
            at=now,
            taken=isinstance(error, ProviderUnavailable) and (error.taken or error.overdue),
            topic=self._topic,
        )
        await stored(self._ledger.write_off, waste)
        self.wasted.append(waste)


@dataclass(frozen=True)
class _Question:
    """One question, with the id that its answer is kept under."""

    question_id: str
    stage: str
    prompt: Prompt
    messages: Sequence[Message]
    parameters: Parameters


@cache
def schema_tokens(answer_type: type[BaseModel]) -> int:
    """Return the estimate for the schema, which an endpoint may count as part of the prompt."""
    return estimate_tokens(json.dumps(answer_type.model_json_schema()))


def tokens_asked(messages: Sequence[Message], answer_type: type[BaseModel]) -> int:
    """Return the estimate for a request: what it says, and the schema of its answer."""
    return sum(estimate_tokens(m.content) for m in messages) + schema_tokens(answer_type)


@cache
def schema_hash(answer_type: type[BaseModel]) -> str:
    """Return the SHA-256 of the JSON schema that answers must fit."""
    schema = json.dumps(answer_type.model_json_schema(), sort_keys=True)
    return hashlib.sha256(schema.encode()).hexdigest()


def total_usage(usages: Sequence[Usage]) -> Usage:
    """Return the summed tokens; the cost is None as soon as one call's price is not known."""
    costs = [usage.cost_usd for usage in usages]
    known = [cost for cost in costs if cost is not None]
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in usages),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in usages),
        cost_usd=round(sum(known), 8) if len(known) == len(costs) else None,
    )
