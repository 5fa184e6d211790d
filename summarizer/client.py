"""A model behind an OpenAI-compatible endpoint, asked for JSON that fits a schema."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar, cast

import instructor
import openai
import openai.resources  # the first client would: a third of a second on the event loop
from instructor.core import InstructorError
from instructor.v2.core.hooks import Hooks
from pydantic import BaseModel
from tenacity import AsyncRetrying, retry_if_result, wait_exponential_jitter

from prompts.loader import Message
from schemas.errors import AnswerInvalid, AnswerTruncated, BudgetReached, ModelError
from schemas.generations import Usage
from summarizer.budget import Budget, Charge, SourceBudget
from summarizer.faults import TIMED_OUT, Faults, misfit
from summarizer.profiles import Profile
from summarizer.rendering import estimate_tokens

A = TypeVar("A", bound=BaseModel)

_prepared = cache(instructor.openai_schema)  # instructor would do it again for each request
_LONGEST_WAIT = 60.0  # seconds of a Retry-After; a longer one ends the call that met it
_TIMED_TOKENS = 8_000  # an answer that may be longer than this gets more than ``timeout``
_SHAPE = "\n\nAnswer with one JSON object and nothing else. It must fit this JSON schema:\n{}"
_AGAIN = "\n\nYour last answer was refused: {}. Answer again, with one JSON object that fits."


@dataclass(eq=False)
class Limiter:
    """Bounds concurrency, and pauses all requests where the endpoint says when to come back."""

    concurrent: int = 4  # requests at once, at most
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _not_before: float = field(default=0.0, init=False)
    _failing_since: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Make room for the requests."""
        self._free = asyncio.Semaphore(self.concurrent)

    @property
    def failing_seconds(self) -> float:
        """Seconds since the endpoint began to refuse or fail without an answer in between."""
        return 0.0 if self._failing_since is None else self.clock() - self._failing_since

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn."""
        async with self._free:
            while (left := self._not_before - self.clock()) > 0:
                await self.sleep(left)
            yield

    def note(self, error: ModelError | None) -> None:
        """Learn from how a request ended; None is an answer."""
        if error is None or not error.transient:
            self._failing_since = None
            return
        if self._failing_since is None:
            self._failing_since = self.clock()
        pause = error.retry_after or 0.0
        if pause <= _LONGEST_WAIT:
            self._not_before = max(self._not_before, self.clock() + pause)


@dataclass
class Call(Generic[A]):
    """One question: each of its requests gave the ``answer`` or one of ``errors``.

    ``usage`` sums all requests; ``text`` and ``finish_reason`` are those of the last completion.
    """

    messages: Sequence[Message]
    answer_type: type[A]
    charge: Charge
    answer: A | None = None
    errors: list[ModelError] = field(default_factory=list)
    attempts: int = 0
    limit: int = 0  # tokens that the last answer could have
    unaffordable: bool = False  # the budget does not allow another request
    text: str = ""
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    def result(self) -> A:
        """Return the answer, or raise the last error."""
        if self.answer is None:
            raise self.errors[-1]
        return self.answer

    def add(self, asked: int, answered: int, cached: int = 0) -> None:
        """Count the tokens of one request."""
        self.usage = Usage(
            prompt_tokens=self.usage.prompt_tokens + asked,
            completion_tokens=self.usage.completion_tokens + answered,
            cached_tokens=self.usage.cached_tokens + cached,
        )


@dataclass(eq=False)
class ModelClient:
    """Asks one model; ``close`` it at the end."""

    endpoint: str  # its base URL, such as https://api.openai.com/v1
    api_key: str = field(repr=False)
    profile: Profile
    limiter: Limiter = field(default_factory=Limiter)  # shared by all clients of one endpoint
    attempts: int = 4  # requests for one question where the endpoint fails
    timeout: float = 600.0  # seconds for one request as a whole; more for very long answers
    patience: float = 0.0  # seconds that an outage is waited out beyond `attempts`

    def __post_init__(self) -> None:
        """Open the client, which connects at the first request."""
        # A redirect would take the key and the source to a host that was not configured.
        waits = openai.Timeout(None, connect=15.0)  # the whole is timed per request
        web = openai.DefaultAsyncHttpxClient(timeout=waits, follow_redirects=False)
        # One retry policy, ours: openai's own would sleep on Retry-After without a limit.
        self._raw = openai.AsyncOpenAI(
            base_url=self.endpoint, api_key=self.api_key, max_retries=0, http_client=web
        )
        mode = instructor.Mode["TOOLS" if self.profile.mode == "tools" else "JSON_SCHEMA"]
        self._client = instructor.from_openai(self._raw, mode=mode)
        self._hooks = Hooks()
        self._hooks.on("completion:kwargs", self._set_format)
        self._hooks.on("completion:response", _unwrap)

    async def close(self) -> None:
        """Close the connections."""
        await self._raw.close()

    async def ask(
        self, messages: Sequence[Message], answer_type: type[A], charge: Charge | None = None
    ) -> Call[A]:
        """Return the answer to ``messages`` or the errors in its place; or raise BudgetReached."""
        asked = sum(estimate_tokens(message.content) for message in messages)
        charge = charge or Charge(SourceBudget(Budget()), Usage(prompt_tokens=asked))
        call, started = Call(messages, answer_type, charge), self.limiter.clock()
        retrying = AsyncRetrying(
            retry=retry_if_result(self._asks_again),
            wait=wait_exponential_jitter(initial=1, max=_LONGEST_WAIT, jitter=1),
            sleep=self.limiter.sleep,
        )
        await retrying(self._request, call)
        call.seconds = round(self.limiter.clock() - started, 3)
        return call

    def _asks_again(self, call: Call[A]) -> bool:
        """Return whether a question is asked again.

        Once where an answer was cut, does not fit, or did not come in time: that may have been paid
        for. Other transient faults are repeated up to ``attempts``, and beyond while the endpoint
        has not failed for longer than ``patience``.
        """
        if call.answer is not None or call.unaffordable:
            return False
        last = call.errors[-1]
        alike = sum(error.kind == last.kind for error in call.errors)
        if isinstance(last, AnswerTruncated):
            return alike == 1 and (self.profile.most_output_tokens or 0) > call.limit
        if isinstance(last, AnswerInvalid) or last.cause == TIMED_OUT:
            return alike == 1
        if not last.transient or (last.retry_after or 0.0) > _LONGEST_WAIT:
            return False
        return call.attempts < self.attempts or self.limiter.failing_seconds < self.patience

    async def _request(self, call: Call[A]) -> Call[A]:
        """Send one request when it has its turn, if the budget allows it, and note its outcome."""
        likely, profile = call.charge.likely, self.profile
        was_cut = any(isinstance(error, AnswerTruncated) for error in call.errors)
        most = max(profile.answer_tokens, (profile.most_output_tokens or 0) if was_cut else 0)
        least = min(most, likely.completion_tokens + (call.limit if was_cut else 0))
        sizes = (likely.model_copy(update={"completion_tokens": size}) for size in (least, most))
        usd = [profile.priced(size).cost_usd for size in sizes]
        async with self.limiter.turn():
            try:
                async with call.charge.request(*usd) as left:
                    call.limit = profile.affordable(left, likely.prompt_tokens, most)
                    call.attempts += 1
                    call.answer = await self._answer(call)
            except BudgetReached:
                if not call.errors:
                    raise
                call.unaffordable = True  # the earlier error is the cause
            except ModelError as error:
                call.errors.append(error)
            self.limiter.note(None if call.answer else call.errors[-1])
        return call

    async def _answer(self, call: Call[A]) -> A:
        create: Callable[..., Any] = self._client.chat.completions.create_with_completion
        faults = Faults(self.profile.model, self.endpoint)
        thinks, completion = self.profile.reasoning_effort is not None, cast("Any", None)
        limit = {"max_completion_tokens" if thinks else "max_tokens": call.limit}
        try:
            async with asyncio.timeout(self.timeout * max(1.0, call.limit / _TIMED_TOKENS)):
                # No context=: instructor would render every message as a template, page text too.
                answer, completion = await create(
                    model=self.profile.model,
                    messages=self._messages(call),
                    response_model=_prepared(call.answer_type),
                    max_retries=0,
                    strict=False,  # pydantic's: "2024" is a good answer for a number
                    hooks=self._hooks,
                    **self.profile.parameters,
                    **limit,
                )
        except (TimeoutError, InstructorError, openai.OpenAIError) as error:
            completion = getattr(error, "last_completion", None)
            if completion is not None:
                raise faults.of_answer(completion, call.limit) from error
            # instructor wraps what the endpoint's client raised.
            cause = error.__cause__ if isinstance(error, InstructorError) else error
            fault = faults.of_request(cause)
            if fault.cause == TIMED_OUT:
                call.add(call.charge.likely.prompt_tokens, call.limit)
            raise fault from error
        finally:
            _note(call, completion)
            call.charge.usd = self.profile.priced(call.usage).cost_usd or 0.0
        return cast("A", answer)

    def _messages(self, call: Call[A]) -> list[dict[str, str]]:
        """Return the messages, with the schema and what did not fit before where it is needed."""
        sent = [message.model_dump() for message in call.messages]
        if self.profile.schema_in_prompt:
            schema = json.dumps(call.answer_type.model_json_schema(), separators=(",", ":"))
            sent[0]["content"] += _SHAPE.format(schema)
        if invalid := [error for error in call.errors if isinstance(error, AnswerInvalid)]:
            sent[-1]["content"] += _AGAIN.format(misfit(invalid[-1]))
        return sent

    def _set_format(self, **request: Any) -> None:
        """Have the endpoint enforce the schema, or ask for any JSON; instructor does neither."""
        wanted = request.get("response_format", {})
        if self.profile.mode == "json":
            wanted.clear()
            wanted["type"] = "json_object"
        elif self.profile.strict and "json_schema" in wanted:
            wanted["json_schema"]["strict"] = True


def _unwrap(completion: Any) -> None:
    """Take the JSON object out of a Markdown fence, or from behind an introduction."""
    for choice in getattr(completion, "choices", None) or ():
        text = getattr(getattr(choice, "message", None), "content", None)
        if isinstance(text, str):
            # All of it: a part would fit as well, as most fields may be left out.
            choice.message.content = text[text.find("{") : text.rfind("}") + 1] or text


def _note(call: Call[A], completion: Any) -> None:
    """Add what a completion holds and took to ``call``; tokens are estimated if not counted."""
    choices = getattr(completion, "choices", None)
    if not choices:
        return
    message, counted = getattr(choices[0], "message", None), getattr(completion, "usage", None)
    tools = getattr(message, "tool_calls", None) or ()
    arguments = "\n".join(str(getattr(tool.function, "arguments", "")) for tool in tools)
    call.text = getattr(message, "content", None) or arguments
    call.finish_reason = choices[0].finish_reason
    call.add(
        _count(counted, "prompt_tokens") or call.charge.likely.prompt_tokens,
        _count(counted, "completion_tokens") or estimate_tokens(call.text),
        _count(getattr(counted, "prompt_tokens_details", None), "cached_tokens"),
    )


def _count(usage: Any, name: str) -> int:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) else 0
