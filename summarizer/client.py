"""A model behind an OpenAI-compatible endpoint, asked for JSON that fits a schema."""

import asyncio
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
from schemas.errors import AnswerInvalid, AnswerTruncated, ModelError
from schemas.generations import Usage
from summarizer.faults import TIMED_OUT, Faults
from summarizer.profiles import Profile
from summarizer.rendering import estimate_tokens

A = TypeVar("A", bound=BaseModel)

_prepared = cache(instructor.openai_schema)  # instructor would do it again for each request
_LONGEST_WAIT = 60.0  # seconds of a Retry-After; a longer one ends the call that met it


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
    answer: A | None = None
    errors: list[ModelError] = field(default_factory=list)
    attempts: int = 0
    text: str = ""
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    def result(self) -> A:
        """Return the answer, or raise the last error."""
        if self.answer is None:
            raise self.errors[-1]
        return self.answer


@dataclass(eq=False)
class ModelClient:
    """Asks one model; ``close`` it at the end."""

    endpoint: str  # its base URL, such as https://api.openai.com/v1
    api_key: str = field(repr=False)
    profile: Profile
    limiter: Limiter = field(default_factory=Limiter)  # shared by all clients of one endpoint
    attempts: int = 4  # requests for one question where the endpoint fails
    timeout: float = 600.0  # seconds for one request as a whole, however slowly its answer drips
    patience: float = 0.0  # seconds that an outage is waited out beyond `attempts`

    def __post_init__(self) -> None:
        """Open the client, which connects at the first request."""
        # A redirect would take the key and the source to a host that was not configured.
        web = openai.DefaultAsyncHttpxClient(timeout=self.timeout, follow_redirects=False)
        # One retry policy, ours: openai's own would sleep on Retry-After without a limit.
        self._raw = openai.AsyncOpenAI(
            base_url=self.endpoint, api_key=self.api_key, max_retries=0, http_client=web
        )
        mode = instructor.Mode[self.profile.mode.upper()]
        self._client = instructor.from_openai(self._raw, mode=mode)

    async def close(self) -> None:
        """Close the connections."""
        await self._raw.close()

    async def ask(self, messages: Sequence[Message], answer_type: type[A]) -> Call[A]:
        """Return the answer to ``messages``, or the errors that came in its place."""
        call, started = Call(messages, answer_type), self.limiter.clock()
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

        Once where an answer was cut or does not fit. Transient faults are repeated up to
        ``attempts``, and beyond while the endpoint has not failed for longer than ``patience``;
        but an answer that did not come in time may have been paid for.
        """
        if call.answer is not None:
            return False
        last = call.errors[-1]
        alike = sum(error.kind == last.kind for error in call.errors)
        if isinstance(last, AnswerTruncated):
            return alike == 1 and self.profile.limit(was_cut=True) != self.profile.limit()
        if isinstance(last, AnswerInvalid):
            return alike == 1
        if not last.transient or (last.retry_after or 0.0) > _LONGEST_WAIT:
            return False
        if last.cause == TIMED_OUT and alike >= self.attempts:
            return False
        return call.attempts < self.attempts or self.limiter.failing_seconds < self.patience

    async def _request(self, call: Call[A]) -> Call[A]:
        """Send one request when it has its turn, and note what came of it."""
        async with self.limiter.turn():
            call.attempts += 1
            try:
                call.answer = await self._answer(call)
            except ModelError as error:
                call.errors.append(error)
            self.limiter.note(None if call.answer else call.errors[-1])
        return call

    async def _answer(self, call: Call[A]) -> A:
        create: Callable[..., Any] = self._client.chat.completions.create_with_completion
        faults = Faults(self.profile.model, self.endpoint)
        was_cut = any(isinstance(error, AnswerTruncated) for error in call.errors)
        completion: Any = None
        try:
            async with asyncio.timeout(self.timeout):
                # No context=: instructor would render every message as a template, page text too.
                answer, completion = await create(
                    model=self.profile.model,
                    messages=[message.model_dump() for message in call.messages],
                    response_model=_prepared(call.answer_type),
                    max_retries=0,
                    strict=False,  # pydantic's: "2024" is a good answer for a number
                    hooks=_ENFORCED if self.profile.strict else None,
                    **self.profile.parameters,
                    **self.profile.limit(was_cut=was_cut),
                )
        except (TimeoutError, InstructorError, openai.OpenAIError) as error:
            completion = getattr(error, "last_completion", None)
            if completion is not None:
                raise faults.of_answer(completion) from error
            # instructor wraps what the endpoint's client raised.
            cause = error.__cause__ if isinstance(error, InstructorError) else error
            raise faults.of_request(cause) from error
        finally:
            _note(call, completion)
        return cast("A", answer)


def _enforce_schema(**request: Any) -> None:
    if schema := request.get("response_format", {}).get("json_schema"):
        schema["strict"] = True


# Has the endpoint enforce the schema; instructor does not ask for it.
_ENFORCED = Hooks()
_ENFORCED.on("completion:kwargs", _enforce_schema)


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
    asked = sum(estimate_tokens(message.content) for message in call.messages)
    answered = estimate_tokens(call.text)
    cached = _count(getattr(counted, "prompt_tokens_details", None), "cached_tokens")
    call.usage = Usage(
        prompt_tokens=call.usage.prompt_tokens + (_count(counted, "prompt_tokens") or asked),
        completion_tokens=call.usage.completion_tokens
        + (_count(counted, "completion_tokens") or answered),
        cached_tokens=call.usage.cached_tokens + cached,
    )


def _count(usage: Any, name: str) -> int:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) else 0
