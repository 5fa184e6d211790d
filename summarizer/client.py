"""A client for models at OpenAI-compatible endpoints, which answer with JSON of a given schema."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar, cast

import httpx2
import instructor
import openai
import openai.resources  # or the first client loads it, a third of a second on the event loop
from instructor.core import InstructorError
from instructor.v2.core.hooks import Hooks
from pydantic import BaseModel
from tenacity import AsyncRetrying, retry_if_result, wait_exponential_jitter

from prompts.loader import Message
from schemas.errors import AnswerInvalid, AnswerTruncated, BudgetReached, ModelError
from schemas.generations import Usage
from summarizer.budget import Budget, Charge, SourceBudget
from summarizer.faults import TIMED_OUT, Faults, misfit
from summarizer.orders import Orders, OrderTransport
from summarizer.profiles import Profile
from summarizer.rendering import COSTING, estimate_tokens, message_tokens

A = TypeVar("A", bound=BaseModel)

_prepared = cache(instructor.openai_schema)  # instructor would repeat it for each request
_LONGEST_WAIT = 60.0  # seconds of a Retry-After delay; a longer one ends the call
_TIMED_TOKENS = 8_000  # answers that can be longer than this get more than ``timeout``
_SHAPE = "\n\nAnswer with one JSON object and nothing else. It must fit this JSON schema:\n{}"
_AGAIN = "\n\nYour last answer was refused: {}. Answer again, with one JSON object that fits."


@dataclass(eq=False)
class Limiter:
    """Limits concurrent requests, and pauses all of them after a Retry-After response."""

    concurrent: int = 4  # the maximum number of requests at once
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _not_before: float = field(default=0.0, init=False)
    _failing_since: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Create the semaphore."""
        self._free = asyncio.Semaphore(self.concurrent)

    @property
    def failing_seconds(self) -> float:
        """The seconds since the first failure after the last answer."""
        return 0.0 if self._failing_since is None else self.clock() - self._failing_since

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn."""
        async with self._free:
            while (left := self._not_before - self.clock()) > 0:
                await self.sleep(left)
            yield

    def note(self, error: ModelError | None) -> None:
        """Record the outcome of a request: an error, or None for an answer."""
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
    """One question; each of its requests resulted in the ``answer`` or in one of ``errors``.

    ``usage`` is the sum of all requests; ``text`` and ``finish_reason`` are from the last one.
    """

    messages: Sequence[Message]
    answer_type: type[A]
    charge: Charge
    answer: A | None = None
    errors: list[ModelError] = field(default_factory=list)
    attempts: int = 0
    limit: int = 0  # the output limit of the last request, in tokens
    unaffordable: bool = False  # the budget does not allow another request
    text: str = ""
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    order_lines: list[str] = field(default_factory=list)  # of answers from orders

    def result(self) -> A:
        """Return the answer, or raise the last error."""
        if self.answer is None:
            error = self.errors[-1]
            if isinstance(error, AnswerTruncated):
                error.partial = self.text
            raise error
        return self.answer

    def add(self, asked: int, answered: int, cached: int = 0) -> None:
        """Add the tokens of one request."""
        self.usage = Usage(
            prompt_tokens=self.usage.prompt_tokens + asked,
            completion_tokens=self.usage.completion_tokens + answered,
            cached_tokens=self.usage.cached_tokens + cached,
        )


@dataclass(eq=False)
class ModelClient:
    """A client for one model; ``close`` it at the end."""

    endpoint: str  # the base URL, such as https://api.openai.com/v1
    api_key: str = field(repr=False)
    profile: Profile
    limiter: Limiter = field(default_factory=Limiter)  # shared by all clients of one endpoint
    attempts: int = 4  # the maximum number of requests for one question if the endpoint fails
    timeout: float = 600.0  # seconds for a whole request; more for very long answers
    patience: float = 0.0  # seconds to keep retrying during an outage, beyond ``attempts``
    orders: "Callable[[openai.AsyncOpenAI], Orders] | None" = None  # sends requests as orders

    def __post_init__(self) -> None:
        """Create the client, which connects at the first request."""
        # A redirect would send the key and the source to a host that was not configured.
        waits = openai.Timeout(None, connect=15.0)  # each whole request has its own timeout
        web = openai.DefaultAsyncHttpxClient(timeout=waits, follow_redirects=False)
        # openai's own retries would sleep for any Retry-After, without a limit.
        self._raw = openai.AsyncOpenAI(
            base_url=self.endpoint, api_key=self.api_key, max_retries=0, http_client=web
        )
        self._orders = self.orders(self._raw) if self.orders else None
        asked = self._raw
        if self._orders:
            ordering = httpx2.AsyncClient(transport=OrderTransport(self._orders.answer))
            asked = self._raw.with_options(http_client=ordering)
        mode = instructor.Mode["TOOLS" if self.profile.mode == "tools" else "JSON_SCHEMA"]
        self._client = instructor.from_openai(asked, mode=mode)
        self._hooks = Hooks()
        self._hooks.on("completion:kwargs", self._set_format)
        self._hooks.on("completion:response", _unwrap)

    async def close(self) -> None:
        """Close the connections."""
        if self._orders:
            await self._orders.close()
        await self._raw.close()

    async def ask(
        self, messages: Sequence[Message], answer_type: type[A], charge: Charge | None = None
    ) -> Call[A]:
        """Return the call with its answer or its errors, or raise BudgetReached."""
        asked = Usage(prompt_tokens=message_tokens(messages))
        charge = charge or Charge(SourceBudget(Budget()), asked)
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
        """Return whether to send another request.

        Truncated, invalid and late answers may cost money, so they are repeated once. Other
        transient errors are repeated up to ``attempts``, and further until the endpoint has been
        failing for longer than ``patience``.
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
        """Send one request when it is its turn and the budget allows it; record the outcome."""
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
        seconds = self.timeout * max(1.0, call.limit / _TIMED_TOKENS)
        try:
            async with asyncio.timeout(None if self._orders else seconds):
                # With context=, instructor would render messages, and page text, as templates.
                answer, completion = await create(
                    model=self.profile.model,
                    messages=self._messages(call),
                    response_model=_prepared(call.answer_type),
                    max_retries=0,
                    strict=False,  # pydantic's strictness: "2024" is acceptable for a number
                    hooks=self._hooks,
                    **self.profile.parameters,
                    **limit,
                )
        except (TimeoutError, InstructorError, openai.OpenAIError) as error:
            completion = getattr(error, "last_completion", None)
            if completion is not None:
                raise faults.of_answer(completion, call.limit) from error
            # instructor wraps the errors of the endpoint's client.
            cause = error.__cause__ if isinstance(error, InstructorError) else error
            fault = faults.of_request(cause)
            if fault.cause == TIMED_OUT:
                call.add(call.charge.likely.prompt_tokens, call.limit)
            raise fault from error
        finally:
            _note(call, completion)
            call.charge.usd = self.profile.priced(call.usage).cost_usd or 0.0
        read, asked = _prompt_tokens(completion), message_tokens(call.messages, COSTING)
        if cut := faults.of_count(read, asked):
            raise cut
        return cast("A", answer)

    def _messages(self, call: Call[A]) -> list[dict[str, str]]:
        """Return the messages, with the schema and the previous validation errors if needed."""
        sent = [message.model_dump() for message in call.messages]
        if self.profile.schema_in_prompt:
            schema = json.dumps(call.answer_type.model_json_schema(), separators=(",", ":"))
            sent[0]["content"] += _SHAPE.format(schema)
        if invalid := [error for error in call.errors if isinstance(error, AnswerInvalid)]:
            sent[-1]["content"] += _AGAIN.format(misfit(invalid[-1]))
        return sent

    def _set_format(self, **request: Any) -> None:
        """Set strict mode or plain JSON mode, and the schema's name, which instructor does not."""
        wanted = request.get("response_format", {})
        if self.profile.mode == "json":
            wanted.clear()
            wanted["type"] = "json_object"
        elif schema := wanted.get("json_schema"):
            schema["name"] = schema["schema"]["title"]
            schema |= {"strict": True} if self.profile.strict else {}


def _unwrap(completion: Any) -> None:
    """Strip Markdown fences and introductions around the JSON object."""
    for choice in getattr(completion, "choices", None) or ():
        text = getattr(getattr(choice, "message", None), "content", None)
        if isinstance(text, str):
            # From the first to the last brace: a part would be valid too, as fields are optional.
            choice.message.content = text[text.find("{") : text.rfind("}") + 1] or text


def _note(call: Call[A], completion: Any) -> None:
    """Add the text and the tokens of a completion to ``call``; uncounted tokens are estimated."""
    choices = getattr(completion, "choices", None)
    if not choices:
        return
    message, counted = getattr(choices[0], "message", None), getattr(completion, "usage", None)
    tools = getattr(message, "tool_calls", None) or ()
    arguments = "\n".join(str(getattr(tool.function, "arguments", "")) for tool in tools)
    call.text = getattr(message, "content", None) or arguments
    call.finish_reason = choices[0].finish_reason
    if line := getattr(completion, "order_line", None):
        call.order_lines.append(line)
    call.add(
        _count(counted, "prompt_tokens") or call.charge.likely.prompt_tokens,
        _count(counted, "completion_tokens") or estimate_tokens(call.text),
        _count(getattr(counted, "prompt_tokens_details", None), "cached_tokens"),
    )


def _prompt_tokens(completion: Any) -> int:
    """Return the counted tokens of the prompt; some endpoints count cached ones apart."""
    usage = getattr(completion, "usage", None)
    cached = _count(getattr(usage, "prompt_tokens_details", None), "cached_tokens")
    return _count(usage, "prompt_tokens") + cached


def _count(usage: Any, name: str) -> int:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) else 0
