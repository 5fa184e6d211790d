"""A model behind an OpenAI-compatible endpoint, asked for JSON that fits a schema."""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import instructor
import openai
import openai.resources  # the first client would: a third of a second on the event loop
from instructor.core import IncompleteOutputException, InstructorRetryException
from instructor.v2.core.hooks import Hooks
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, wait_exponential_jitter

from prompts.loader import Message
from schemas.errors import AnswerInvalid, AnswerTruncated, ModelError, RateLimited
from schemas.generations import Usage
from summarizer.calls import Answer, Spent, parameters
from summarizer.faults import TIMED_OUT, answer_fault, api_fault, timed_out
from summarizer.limiter import Limiter
from summarizer.profiles import Profile
from summarizer.rendering import estimate_tokens

A = TypeVar("A", bound=BaseModel)
E = TypeVar("E", bound=BaseException)

_INVALID_ATTEMPTS = 2
_prepared = cache(instructor.openai_schema)  # instructor would do it again for each request
_MOST_TOKENS = 100_000_000  # no request has so many: a larger count is the endpoint's error


def raw_client(base_url: str, api_key: str, timeout: float) -> openai.AsyncOpenAI:
    """Return a client that neither repeats requests nor follows redirects to other hosts."""
    web = openai.DefaultAsyncHttpxClient(base_url=base_url, timeout=timeout, follow_redirects=False)
    return openai.AsyncOpenAI(
        base_url=base_url, api_key=api_key, max_retries=0, timeout=timeout, http_client=web
    )


class ModelClient:
    """Asks one model; ``close`` it at the end.

    Args:
        base_url: the endpoint, such as ``https://api.openai.com/v1``.
        api_key: the endpoint's key.
        model: the model's name at the endpoint.
        profile: its limits.
        limiter: shared by all clients of one endpoint.
        attempts: requests for one question where the endpoint fails; an answer that cannot be used
            is asked for twice at most.
        timeout: seconds for one request as a whole, however slowly its answer drips.
        patience: seconds that an outage or a rate limit is waited out beyond ``attempts``.
        endpoint: what generations and messages call the endpoint; ``base_url`` by default.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        profile: Profile,
        *,
        limiter: Limiter | None = None,
        attempts: int = 4,
        timeout: float = 600.0,
        patience: float = 0.0,
        endpoint: str | None = None,
    ) -> None:
        self.model, self.profile = model, profile
        self.endpoint = endpoint or base_url
        self._limiter = limiter or Limiter()
        self._attempts, self._timeout, self._patience = attempts, timeout, patience
        # One retry policy, ours: the client's own would sleep on Retry-After without a limit.
        self._raw = raw_client(base_url, api_key, timeout)
        self._client = instructor.from_openai(self._raw, mode=instructor.Mode[profile.mode.name])

    async def close(self) -> None:
        """Close the connections."""
        await self._raw.close()

    async def ask(
        self, messages: Sequence[Message], answer_type: type[A], spent: Spent | None = None
    ) -> Answer[A]:
        """Return the answer to ``messages``; ``spent`` is filled in whatever happens.

        Raises:
            ModelError: the translated cause of the last attempt.
        """
        spent = spent if spent is not None else Spent()
        started = self._limiter.clock()
        least, most = self.profile.answer_tokens, self.profile.most_output_tokens or 0
        limits = [least, most] if most > least else [least]
        retrying = AsyncRetrying(
            retry=_Retry(self._attempts, self._patience, self._limiter, limits),
            wait=self._wait,
            sleep=self._limiter.sleep,
            reraise=True,
        )
        try:
            parsed: A = await retrying(self._once, messages, answer_type, limits, spent)
        finally:
            spent.seconds = round(self._limiter.clock() - started, 3)
        return Answer(parsed=parsed, **vars(spent))

    def _wait(self, state: RetryCallState) -> float:
        """Return the backoff before the next attempt; after a 429 the limiter waits."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimited | AnswerInvalid | AnswerTruncated):
            return 0.0
        return float(wait_exponential_jitter(initial=1, max=20, jitter=1)(state))

    async def _once(
        self, messages: Sequence[Message], answer_type: type[A], limits: list[int], spent: Spent
    ) -> A:
        """Send one request when it has its turn; the first of ``limits`` bounds its answer."""
        async with self._limiter.turn():
            spent.attempts += 1
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._create(messages, answer_type, limits[0], spent)
            except TimeoutError as error:
                raise timed_out(self.endpoint) from error
            except InstructorRetryException as error:
                raise self._fault(error, messages, spent) from error
            except IncompleteOutputException as error:
                _note(spent, error.last_completion, messages)
                raise answer_fault(error.last_completion, self.model, self.endpoint) from error
            except openai.OpenAIError as error:
                raise api_fault(error, self.model, self.endpoint) from error

    async def _create(
        self, messages: Sequence[Message], answer_type: type[A], limit: int, spent: Spent
    ) -> A:
        create: Callable[..., Any] = self._client.chat.completions.create_with_completion
        # No context=: instructor would render every message as a template, page text too.
        value, completion = await create(
            model=self.model,
            messages=[message.model_dump() for message in messages],
            response_model=_prepared(answer_type),
            max_retries=0,
            strict=False,  # pydantic's: "2024" is a good answer for a number
            hooks=_strict_schema(answer_type) if self.profile.strict else None,
            **parameters(self.profile),
            **{_limit_name(self.profile): limit},
        )
        _note(spent, completion, messages)
        # instructor answers with a subclass of its own.
        return answer_type.model_validate(value.model_dump())

    def _fault(
        self, error: InstructorRetryException, messages: Sequence[Message], spent: Spent
    ) -> ModelError:
        """Return an API error, or why the answer cannot be used."""
        if api_error := _in_chain(error, openai.OpenAIError):
            return api_fault(api_error, self.model, self.endpoint)
        completion: Any = error.last_completion
        if completion is None and (undecoded := _in_chain(error, json.JSONDecodeError)):
            completion = undecoded.doc
        _note(spent, completion, messages)
        return answer_fault(completion, self.model, self.endpoint)


def _limit_name(profile: Profile) -> str:
    return "max_tokens" if profile.reasoning_effort is None else "max_completion_tokens"


class _Retry:
    """Whether one question is asked again.

    Transient faults are repeated up to ``attempts``, and beyond while the endpoint has not failed
    for longer than ``patience``. An answer that did not come in time may have been paid for, so it
    counts in any event. A cut answer is asked for once more with the next of ``limits``.
    """

    def __init__(self, attempts: int, patience: float, limiter: Limiter, limits: list[int]) -> None:
        self._attempts, self._patience = attempts, patience
        self._limiter, self._limits = limiter, limits
        self._invalid = self._late = 0

    def __call__(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, AnswerTruncated) and len(self._limits) > 1:
            del self._limits[0]
            return True
        if isinstance(error, AnswerInvalid):
            self._invalid += 1
            return self._invalid < min(_INVALID_ATTEMPTS, self._attempts)
        if not (isinstance(error, ModelError) and error.transient):
            return False
        self._late += error.cause == TIMED_OUT
        if (error.retry_after or 0.0) > self._limiter.longest_wait:
            return False
        has_patience = self._limiter.failing_seconds < self._patience
        return self._late < self._attempts and (
            state.attempt_number < self._attempts or has_patience
        )


@cache
def _strict_schema(answer_type: type[BaseModel]) -> Hooks:
    """Return a hook that has the endpoint enforce the schema; instructor does not ask for it."""
    hooks, schema = Hooks(), to_strict_json_schema(answer_type)

    def enforce(**request: Any) -> None:
        asked = request.get("response_format", {}).get("json_schema")
        if asked is not None:
            asked |= {"schema": schema, "strict": True}

    hooks.on("completion:kwargs", enforce)
    return hooks


def _note(spent: Spent, completion: Any, messages: Sequence[Message]) -> None:
    """Add what a completion holds and took to ``spent``."""
    choices = getattr(completion, "choices", None)
    if not choices:
        return
    message = getattr(choices[0], "message", None)
    text = getattr(message, "content", None) or _arguments(message)
    used = _usage(completion, messages, text)
    spent.text, spent.finish_reason = text, choices[0].finish_reason
    spent.usage = Usage(
        prompt_tokens=spent.usage.prompt_tokens + used.prompt_tokens,
        completion_tokens=spent.usage.completion_tokens + used.completion_tokens,
        cached_tokens=spent.usage.cached_tokens + used.cached_tokens,
    )


def _arguments(message: Any) -> str:
    calls = getattr(message, "tool_calls", None) or ()
    return "\n".join(str(getattr(call.function, "arguments", "")) for call in calls)


def _usage(completion: Any, messages: Sequence[Message], text: str) -> Usage:
    """Return the tokens as the endpoint counts them, estimated where it does not."""
    counted = getattr(completion, "usage", None)
    details = getattr(counted, "prompt_tokens_details", None)
    return Usage(
        prompt_tokens=_count(getattr(counted, "prompt_tokens", None))
        or sum(estimate_tokens(m.content) for m in messages),
        completion_tokens=_count(getattr(counted, "completion_tokens", None))
        or estimate_tokens(text),
        cached_tokens=_count(getattr(details, "cached_tokens", None)),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= _MOST_TOKENS else 0


def _in_chain(error: BaseException, kind: type[E]) -> E | None:
    """Return the first error of a kind in the chain of causes, where instructor wrapped one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
