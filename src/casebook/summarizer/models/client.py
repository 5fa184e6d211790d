"""The one way to ask a model: instructor over an OpenAI-compatible endpoint, one retry policy."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import instructor
import openai
import openai.resources  # the first client would: a third of a second on the event loop
from instructor import from_openai
from instructor.core import InstructorRetryException
from pydantic import BaseModel
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    wait_exponential_jitter,
)

from casebook.prompts.loader import Message
from casebook.schemas.errors import (
    AnswerInvalid,
    CasebookError,
    EndpointDown,
    ModelError,
    ProviderUnavailable,
    RateLimited,
    ResponseForeign,
)
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Usage
from casebook.summarizer.models.asking import A, Answer, Parameters, tokens_asked
from casebook.summarizer.models.budget import Budget, Meter
from casebook.summarizer.models.counting import usage_of
from casebook.summarizer.models.faults import answer_fault, api_fault
from casebook.summarizer.models.limiting import RequestLimiter
from casebook.summarizer.models.profiles import JsonMode

E = TypeVar("E", bound=BaseException)


class RetryPolicy(Frozen):
    """How often and how patiently a call is repeated.

    Transient faults are repeated with exponential backoff and jitter; an endpoint's Retry-After is
    honoured up to ``retry_after_cap`` seconds, and a longer one ends the call: the source is tried
    again later. An answer that does not fit its schema, or is none, is asked for once more.
    Within ``rate_patience`` seconds of a call's beginning a 429 is not counted: in a batch many
    requests press against the limit, and each has its turn some time. Nor is a request that asked
    whether a known outage is over: the limiter ends an outage, or a row of refusals, that lasts too
    long. But one that the endpoint took and left without a whole answer is counted: a source that
    takes too long would else be sent, and perhaps paid, all night. So is what goes beyond
    ``probes``: a request that an endpoint fails at, alone at the end of a batch, looks like an
    outage.
    """

    attempts: int = 4
    invalid_attempts: int = 2
    backoff_initial: float = 1.0
    backoff_max: float = 20.0
    retry_after_cap: float = 60.0
    rate_patience: float = 0.0
    probes: int = 30

    def counts(self, error: BaseException, seconds: float) -> bool:
        """Tell whether a fault counts as an attempt, ``seconds`` after the call began."""
        if isinstance(error, ProviderUnavailable):
            return error.taken or not error.probed
        return not (isinstance(error, RateLimited) and seconds < self.rate_patience)

    def allows(self, error: BaseException, attempt: int) -> bool:
        """Tell whether a call that failed with ``error`` at ``attempt`` (from 1) is repeated."""
        if isinstance(error, AnswerInvalid | ResponseForeign):
            return attempt < min(self.invalid_attempts, self.attempts)
        if isinstance(error, EndpointDown) or attempt >= self.attempts:
            return False
        if isinstance(error, RateLimited) and (
            error.endless or (error.retry_after or 0) > self.retry_after_cap
        ):
            return False
        return isinstance(error, CasebookError) and error.transient

    def wait(self, state: RetryCallState) -> float:
        """Return the seconds to wait before the next attempt."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after
        jitter = wait_exponential_jitter(
            initial=self.backoff_initial, max=self.backoff_max, jitter=self.backoff_initial
        )
        return jitter(state)


_SENT = "casebook_sent"


async def _note_time(request: Any) -> None:
    request.extensions[_SENT] = time.monotonic()


_MODES = {
    JsonMode.JSON_SCHEMA: instructor.Mode.JSON_SCHEMA,
    JsonMode.JSON: instructor.Mode.JSON,
    JsonMode.TOOLS: instructor.Mode.TOOLS,
}


class OpenAICompatible:
    """A model behind an OpenAI-compatible endpoint, asked for JSON that fits a schema.

    ``timeout`` bounds one request as a whole, however slowly its answer drips. ``reasoning`` is for
    models that take neither ``max_tokens`` nor a temperature (OpenAI's o and gpt-5 series).
    """

    def __init__(
        self,
        name: str,
        endpoint: str,
        api_key: str,
        *,
        stated_endpoint: str | None = None,
        timeout: float = 300.0,
        policy: RetryPolicy | None = None,
        mode: JsonMode = JsonMode.JSON_SCHEMA,
        limiter: RequestLimiter | None = None,
        reasoning: bool = False,
    ) -> None:
        self._name = name
        # The embedded server's port changes at every start and says nothing to a reader.
        self._endpoint = stated_endpoint or endpoint
        self._policy = policy or RetryPolicy()
        self._limiter = limiter or RequestLimiter()
        self._timeout = timeout
        self._reasoning = reasoning
        # One policy, ours: the client's own retries would sleep on Retry-After unseen.
        web = openai.DefaultAsyncHttpxClient(
            base_url=endpoint,
            timeout=timeout,
            follow_redirects=False,  # to a host that nobody named
            event_hooks={"request": [_note_time], "response": [self._hear]},
        )
        raw = openai.AsyncOpenAI(
            base_url=endpoint, api_key=api_key, max_retries=0, timeout=timeout, http_client=web
        )
        self._raw = raw
        self._client = from_openai(raw, mode=_MODES[mode])

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return self._endpoint

    async def _hear(self, response: Any) -> None:
        sent = response.request.extensions.get(_SENT, time.monotonic())
        self._limiter.heard(response.headers, time.monotonic() - sent)

    async def close(self) -> None:
        """Close the connections."""
        await self._raw.close()

    async def ask(
        self,
        messages: Sequence[Message],
        answer_type: type[A],
        parameters: Parameters,
        meter: Meter | None = None,
    ) -> Answer[A]:
        """Ask once, and again as the retry policy allows.

        Raises:
            ModelError: the translated cause of the last attempt.
        """
        spent: list[Usage] = []
        started = time.monotonic()
        meter = meter or Meter(Budget(), None, 0, 0)

        async def once() -> A:
            known = len(spent)
            await meter.reserve()
            try:
                async with self._limiter.turn():
                    meter.send()
                    value, usage = await self._once(messages, answer_type, parameters, spent.append)
                spent.append(usage)
            finally:
                await meter.settle(_total(spent[known:]))
            return value

        retrying = AsyncRetrying(
            wait=self._policy.wait, retry=_retry_if(self._policy, started, meter), reraise=True
        )
        try:
            value: A = await retrying(once)
        except ModelError as error:
            total = _total(spent)
            error.attempts = meter.requests
            error.prompt_tokens = total.prompt_tokens
            error.completion_tokens = total.completion_tokens
            error.cached_tokens = total.cached_tokens
            raise
        return Answer(
            value=value,
            usage=_total(spent),
            seconds=time.monotonic() - started,
            attempts=meter.requests,
        )

    async def _once(
        self,
        messages: Sequence[Message],
        answer_type: type[A],
        parameters: Parameters,
        wasted: Callable[[Usage], None],
    ) -> tuple[A, Usage]:
        """Send one request; report the tokens of an answer that cannot be used to ``wasted``."""
        asked = tokens_asked(messages, answer_type)
        create = cast(
            "Callable[..., Coroutine[Any, Any, tuple[BaseModel, Any]]]",
            self._client.chat.completions.create_with_completion,
        )
        try:
            # No context=: instructor would render every message as a template, page text too.
            async with asyncio.timeout(self._timeout):
                reply: tuple[BaseModel, Any] = await create(
                    model=self._name,
                    messages=[m.model_dump() for m in messages],
                    response_model=_prepared(answer_type),
                    max_retries=0,
                    strict=False,
                    **_spoken(parameters, reasoning=self._reasoning),
                )
        except TimeoutError as error:
            raise ProviderUnavailable(
                f"{self._endpoint} did not answer within {self._timeout:g} s; "
                "it is tried again later",
                taken=True,
            ) from error
        except InstructorRetryException as error:
            if error.last_completion is not None:
                wasted(usage_of(error.last_completion, asked))
            raise self._cause(error) from error
        except instructor.core.IncompleteOutputException as error:
            wasted(usage_of(error.last_completion, asked))
            raise answer_fault(error.last_completion, self._name, self._endpoint) from error
        except openai.OpenAIError as error:
            raise api_fault(error, self._name, self._endpoint) from error
        value, completion = reply
        # instructor answers with a subclass of its own; what leaves here is the type asked for.
        return answer_type.model_validate(value.model_dump()), usage_of(completion, asked)

    def _cause(self, error: InstructorRetryException) -> CasebookError:
        """Tell an API error from an answer that cannot be used, and why."""
        if api_error := _in_chain(error, openai.OpenAIError):
            return api_fault(api_error, self._name, self._endpoint)
        came: Any = error.last_completion
        if came is None and (undecoded := _in_chain(error, json.JSONDecodeError)):
            came = undecoded.doc
        return answer_fault(came, self._name, self._endpoint)


@cache
def _prepared(answer_type: type[BaseModel]) -> type[BaseModel]:
    """Return what instructor makes of a type; it would make it anew for each call, in 60 ms."""
    prepared: type[BaseModel] = instructor.openai_schema(answer_type)
    return prepared


def _spoken(parameters: Parameters, *, reasoning: bool) -> Mapping[str, object]:
    """Return the parameters by the names that the model takes."""
    if not reasoning:
        return parameters
    kept = {name: value for name, value in parameters.items() if name != "temperature"}
    if "max_tokens" in kept:
        kept["max_completion_tokens"] = kept.pop("max_tokens")
    return kept


def _retry_if(
    policy: RetryPolicy, started: float, meter: Meter
) -> Callable[[RetryCallState], bool]:
    """Return whether to repeat, for one call; it counts the attempts that count."""
    counted = probes = 0

    def decide(state: RetryCallState) -> bool:
        nonlocal counted, probes
        error = state.outcome.exception() if state.outcome else None
        if error is None:
            return False
        counts = policy.counts(error, time.monotonic() - started)
        probes += not counts and isinstance(error, ProviderUnavailable)
        counted += counts or probes > policy.probes
        return policy.allows(error, counted) and not meter.stopped

    return decide


def _in_chain(error: BaseException, kind: type[E]) -> E | None:
    """Return the first error of a kind in the chain of causes, where instructor wrapped one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _total(spent: Sequence[Usage]) -> Usage:
    return Usage(
        prompt_tokens=sum(u.prompt_tokens for u in spent),
        completion_tokens=sum(u.completion_tokens for u in spent),
        cached_tokens=sum(u.cached_tokens for u in spent),
    )
