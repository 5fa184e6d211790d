"""Asks each question once: a ledger is looked up before a call and written right after it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from casebook.prompts.loader import Message, Prompt
from casebook.schemas.errors import ModelError
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Generation, Spent, Usage
from casebook.schemas.ids import content_id
from casebook.summarizer.profiles import Profile, with_cost

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
        self, messages: Sequence[Message], answer_type: type[A], parameters: Parameters
    ) -> Answer[A]:
        """Return the answer to ``messages``.

        Raises:
            ModelError: the cause, after the retries that its kind allows.
        """


class Ledger(Protocol):
    """Where answers are kept, so that no question is paid for twice."""

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer, if the question was asked before."""

    def keep(self, generation: Generation) -> None:
        """Store an answer before anything is done with it."""


class Asker:
    """Asks one model about one document, through the ledger.

    ``generations`` lists, in order, every Generation that the answers rest on; ``paid`` only those
    that this object sent a request for.
    """

    def __init__(
        self,
        model: Callable[[], Model],
        model_name: str,
        profile: Profile,
        ledger: Ledger,
        document_id: str,
    ) -> None:
        # Called only when a question is new: a rerun must not start the embedded model.
        self._model = model
        self.model_name = model_name
        self.profile = profile
        self._ledger = ledger
        self._document_id = document_id
        self.generations: list[Generation] = []
        self.paid: list[Generation] = []
        self.wasted: list[Spent] = []

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
        messages = prompt.render(values)
        schema = schema_hash(answer_type)
        spoken = json.dumps([m.model_dump() for m in messages], ensure_ascii=False)
        asked = hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest()
        identity = (self._document_id, prompt.hash, schema, self.model_name, parameters, asked)
        generation_id = content_id("gen", *identity)
        known = self._ledger.find(generation_id)
        if known is None:
            model = self._model()
            try:
                answer = await model.ask(messages, answer_type, parameters)
            except ModelError as error:
                self.wasted.append(self._spent(error))
                raise
            known = Generation(
                generation_id=generation_id,
                document_id=self._document_id,
                stage=stage,
                prompt=prompt.name,
                prompt_version=prompt.version,
                prompt_hash=prompt.hash,
                schema_hash=schema,
                model=self.model_name,
                endpoint=model.endpoint,
                parameters=parameters,
                answer=answer.value.model_dump_json(),
                usage=with_cost(answer.usage, self.profile.price),
                seconds=round(answer.seconds, 3),
                attempts=answer.attempts,
                created_at=datetime.now(UTC),
            )
            self._ledger.keep(known)
            self.paid.append(known)
        self.generations.append(known)
        return answer_type.model_validate_json(known.answer)

    def _spent(self, error: ModelError) -> Spent:
        usage = Usage(prompt_tokens=error.prompt_tokens, completion_tokens=error.completion_tokens)
        return Spent(attempts=error.attempts, usage=with_cost(usage, self.profile.price))


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
        cost_usd=round(sum(known), 8) if len(known) == len(costs) else None,
    )
