"""The client against a real local endpoint that misbehaves."""

import asyncio
import json
import logging
import socket
import threading
from dataclasses import replace

import pytest
from pydantic import BaseModel
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, completion

from casebook.prompts.loader import Message
from casebook.runtime.logs import configure_logging
from casebook.schemas import errors
from casebook.summarizer.models.asking import tokens_asked
from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy
from casebook.summarizer.models.limiting import Breaker, RequestLimiter
from casebook.summarizer.models.profiles import JsonMode
from casebook.summarizer.models.rendering import estimate_tokens

QUICK = RetryPolicy(backoff_initial=0.01, backoff_max=0.02, retry_after_cap=1.0)
HELLO = [Message(role="user", content="Which? {{ not_a_template }}")]


class Choice(BaseModel):
    """A small answer type."""

    word: str
    number: int


class Clock:
    """Time that only sleeping moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds since the beginning."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self.now += seconds


def model_at(endpoint: ScriptedEndpoint, **options) -> OpenAICompatible:
    return OpenAICompatible("scripted", endpoint.base_url, "key-1", policy=QUICK, **options)


async def test_an_answer_comes_back_validated_with_its_tokens(endpoint):
    """One valid answer costs one request, and its usage is the server's."""
    endpoint.enqueue(completion('{"word": "yes", "number": "2024"}'))
    answer = await model_at(endpoint).ask(HELLO, Choice, {"temperature": 0.0})
    assert answer.value == Choice(word="yes", number=2024)
    assert (answer.attempts, answer.usage.prompt_tokens, answer.usage.completion_tokens) == (
        1,
        100,
        20,
    )
    assert len(endpoint.requests) == 1


async def test_page_text_is_never_rendered_as_a_template(endpoint):
    """A message with braces reaches the endpoint as it is."""
    endpoint.enqueue(completion('{"word": "yes", "number": 1}'))
    await model_at(endpoint).ask(HELLO, Choice, {})
    sent = endpoint.requests[0]
    assert sent["messages"][-1]["content"] == "Which? {{ not_a_template }}"
    assert sent["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_source_to_another_host(status, endpoint):
    """The operator named one address; whatever answers there cannot send us into the network."""
    elsewhere = ScriptedEndpoint()
    moved = {"Location": f"{elsewhere.base_url}/chat/completions"}
    endpoint.fallback = lambda _: Reply(status=status, headers=moved)
    elsewhere.fallback = lambda _: completion('{"word": "yes", "number": 1}')
    with pytest.raises(errors.ResponseForeign, match="redirects"):
        await model_at(endpoint).ask(HELLO, Choice, {})
    assert elsewhere.requests == []
    elsewhere.close()


FAULTS = [
    (api_error(401), errors.KeyRejected, 1),
    (api_error(403), errors.KeyRejected, 1),
    (api_error(429, "insufficient_quota"), errors.QuotaExhausted, 1),
    (api_error(402), errors.QuotaExhausted, 1),
    (api_error(404), errors.ModelUnknown, 1),
    (api_error(404, "model_not_found"), errors.ModelUnknown, 1),
    (api_error(400, "context_length_exceeded"), errors.ContextExceeded, 1),
    (api_error(400, "exceed_context_size_error"), errors.ContextExceeded, 1),
    (api_error(400, "content_filter"), errors.AnswerFiltered, 1),
    (api_error(400, "invalid_request_error"), errors.ModelError, 1),
    (api_error(429, retry_after="3600"), errors.RateLimited, 1),
    (api_error(429, retry_after="0.01"), errors.RateLimited, 4),
    (api_error(429), errors.RateLimited, 4),
    (api_error(500), errors.ProviderUnavailable, 4),
    (api_error(503), errors.ProviderUnavailable, 4),
    (Reply(cut=True, body={"id": "x" * 200}), errors.ProviderUnavailable, 4),
    (completion(None, refusal="I cannot help"), errors.AnswerRefused, 1),
    (completion("", finish="content_filter"), errors.AnswerFiltered, 1),
    (completion('{"word": "ye', finish="length"), errors.AnswerTruncated, 1),
    (completion("not json"), errors.AnswerInvalid, 2),
    (completion('{"word": "yes"}'), errors.AnswerInvalid, 2),
    (completion(""), errors.AnswerInvalid, 2),
    (completion(None), errors.AnswerInvalid, 2),
    (completion("", finish="error"), errors.ProviderUnavailable, 4),
    (api_error(502), errors.ProviderUnavailable, 4),
    (Reply(text="<html>Welcome</html>", media_type="text/html"), errors.ResponseForeign, 2),
    (Reply(text="no JSON"), errors.ResponseForeign, 2),
    (Reply(text='{"id": "x", "choices": [{"mess'), errors.ProviderUnavailable, 4),
    (Reply(text="[]"), errors.ResponseForeign, 2),
    (Reply(), errors.ResponseForeign, 2),
    (Reply(body={"error": {"code": 429, "message": "slow down"}}), errors.RateLimited, 4),
    (Reply(body={"error": {"code": "insufficient_quota"}}), errors.QuotaExhausted, 1),
    (Reply(body={"error": {"code": 502, "message": "upstream"}}), errors.ProviderUnavailable, 4),
]


@pytest.mark.parametrize(("reply", "error", "requests"), FAULTS)
async def test_each_fault_has_its_own_error_and_number_of_requests(
    endpoint, reply, error, requests
):
    """Permanent faults are asked once, misfits twice, transient ones until attempts run out."""
    endpoint.fallback, clock = lambda _: reply, Clock()
    limiter = RequestLimiter(clock=clock, sleep=clock.sleep)
    with pytest.raises(errors.ModelError) as raised:
        await model_at(endpoint, limiter=limiter).ask(HELLO, Choice, {})
    assert type(raised.value) is error
    assert len(endpoint.requests) == requests
    assert "key-1" not in str(raised.value)


async def test_an_answer_under_another_content_type_is_taken(endpoint):
    """Some servers call their JSON plain text; the answer was paid for and is good."""
    good = completion('{"word": "yes", "number": 3}')
    endpoint.enqueue(Reply(text=json.dumps(good.body), media_type="text/plain"))
    answer = await model_at(endpoint).ask(HELLO, Choice, {})
    assert (answer.value.number, answer.attempts) == (3, 1)


async def test_an_answer_that_drips_is_cut_at_the_timeout(endpoint):
    """Each byte comes in time, the whole does not: one request cannot hold its place for ever."""
    body = completion('{"word": "yes", "number": 3}').body
    endpoint.fallback = lambda _: Reply(body=body, drip=0.02)
    policy = RetryPolicy(attempts=1)
    model = OpenAICompatible("m", endpoint.base_url, "k", policy=policy, timeout=0.3)
    with pytest.raises(errors.ProviderUnavailable, match="did not answer"):
        await model.ask(HELLO, Choice, {})


async def test_at_most_so_many_requests_are_under_way_at_once(endpoint):
    """Every request passes the limiter that the askers of one endpoint share."""
    under_way, most = 0, 0
    lock = threading.Lock()

    def answer(_):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        endpoint.wait(0.03)
        with lock:
            under_way -= 1
        return completion('{"word": "yes", "number": 3}')

    endpoint.fallback = answer
    limiter = RequestLimiter(2)
    models = [model_at(endpoint, limiter=limiter) for _ in range(3)]
    await asyncio.gather(*(m.ask(HELLO, Choice, {}) for m in models for _ in range(2)))
    assert (most, len(endpoint.requests)) == (2, 6)


@pytest.mark.parametrize(
    ("told", "counted"),
    [(10.5, 10), ("7", 7), (-5, 0), (None, 0), (float("nan"), 0), (10**30, 0)],
)
async def test_an_odd_count_of_tokens_costs_no_answer(endpoint, told, counted):
    """The answer is paid for: where no number of tokens is told, they are estimated."""
    good = completion('{"word": "yes", "number": 1}')
    usage = {"prompt_tokens": told, "completion_tokens": 20, "total_tokens": told}
    endpoint.enqueue(replace(good, body={**good.body, "usage": usage}))
    answer = await model_at(endpoint).ask(HELLO, Choice, {})
    assert answer.usage.completion_tokens == 20
    assert answer.usage.prompt_tokens == (counted or tokens_asked(HELLO, Choice))


@pytest.mark.parametrize("mode", [JsonMode.JSON_SCHEMA, JsonMode.TOOLS])
async def test_an_answer_whose_tokens_are_not_told_is_not_free(endpoint, mode):
    """They are estimated from what was asked and said, of an answer that does not fit as well."""
    fits, misfit = '{"word": "yes", "number": 1}', '{"word": "no"}'
    for content in (misfit, fits):
        told = completion(content if mode is JsonMode.JSON_SCHEMA else None)
        choice = {**told.body["choices"][0]}
        if mode is JsonMode.TOOLS:
            function = {"name": "Choice", "arguments": content}
            call = {"id": "1", "type": "function", "function": function}
            choice["message"] = {**choice["message"], "tool_calls": [call]}
        endpoint.enqueue(Reply(body={**told.body, "usage": None, "choices": [choice]}))
    answer = await model_at(endpoint, mode=mode).ask(HELLO, Choice, {})
    assert answer.attempts == 2
    assert answer.usage.prompt_tokens == 2 * tokens_asked(HELLO, Choice)
    assert answer.usage.completion_tokens == estimate_tokens(misfit) + estimate_tokens(fits)


async def test_what_an_answer_says_of_its_limit_is_heeded(endpoint):
    """With nothing left until a reset, the next request waits for it, and none is refused."""
    clock = Clock()
    begun, limiter = clock(), RequestLimiter(clock=clock, sleep=clock.sleep)
    good = completion('{"word": "yes", "number": 1}')
    left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "50s"}
    endpoint.enqueue(replace(good, headers=left), good)
    model = model_at(endpoint, limiter=limiter)
    await model.ask(HELLO, Choice, {})
    await model.ask(HELLO, Choice, {})
    assert 30 < clock() - begun <= 50


async def test_a_reasoning_model_is_asked_in_its_own_terms(endpoint):
    """It refuses max_tokens and any temperature, so neither is sent."""
    endpoint.enqueue(completion('{"word": "yes", "number": 3}'))
    model = model_at(endpoint, reasoning=True)
    await model.ask(HELLO, Choice, {"max_tokens": 50, "temperature": 0.0, "seed": 7})
    [sent] = endpoint.requests
    assert (sent["max_completion_tokens"], sent["seed"]) == (50, 7)
    assert not {"max_tokens", "temperature"} & set(sent)


async def test_nothing_of_a_failed_call_is_logged(endpoint, caplog, tmp_path):
    """Neither prompt nor key nor answer, though a misfit and a rejected key are both reported."""
    configure_logging(tmp_path, verbose=True)
    endpoint.enqueue(
        completion("the model's secret words"),
        completion("the model's secret words"),
        Reply(status=401, body={"error": {"message": "Incorrect API key: key-1"}}),
    )
    for _ in range(2):
        with pytest.raises(errors.ModelError):
            await model_at(endpoint).ask(HELLO, Choice, {})
    for handler in logging.getLogger().handlers:
        handler.flush()
    logged = (tmp_path / "logs" / "casebook.log").read_text() + caplog.text
    assert not any(told in logged for told in ("key-1", "secret words", "not_a_template"))


async def test_a_passing_fault_is_retried_to_success(endpoint):
    """After a 429 with Retry-After and a 500, the third request's answer counts."""
    endpoint.enqueue(
        api_error(429, retry_after="0.01"),
        api_error(500),
        completion('{"word": "yes", "number": 3}'),
    )
    answer = await model_at(endpoint).ask(HELLO, Choice, {})
    assert (answer.attempts, len(endpoint.requests)) == (3, 3)


async def test_tokens_of_a_wasted_answer_are_counted(endpoint):
    """A misfit answer was paid for, so its tokens are in the sum."""
    endpoint.enqueue(completion("not json"), completion('{"word": "yes", "number": 3}'))
    answer = await model_at(endpoint).ask(HELLO, Choice, {})
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (200, 40)


async def test_an_endpoint_that_is_down_is_unavailable():
    """A refused connection is the provider's outage, never an answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    model = OpenAICompatible("m", f"http://127.0.0.1:{port}/v1", "k", policy=QUICK)
    with pytest.raises(errors.ProviderUnavailable, match="no connection"):
        await model.ask(HELLO, Choice, {})


async def test_a_slow_endpoint_is_unavailable(endpoint):
    """An answer that takes longer than the timeout counts as an outage."""
    endpoint.fallback = lambda _: Reply(delay=0.5)
    policy = RetryPolicy(attempts=1)
    model = OpenAICompatible("m", endpoint.base_url, "k", policy=policy, timeout=0.1)
    with pytest.raises(errors.ProviderUnavailable, match="did not answer"):
        await model.ask(HELLO, Choice, {})


async def test_asking_whether_an_outage_is_over_takes_no_attempts(endpoint):
    """A call that is patient with an outage is answered after it, however often it asked."""
    clock, faults = Clock(), Breaker.FAULTS + 5
    endpoint.enqueue(*(api_error(503) for _ in range(faults)))
    endpoint.enqueue(completion('{"word": "yes", "number": 4}'))
    model = OpenAICompatible(
        "scripted",
        endpoint.base_url,
        "key-1",
        policy=RetryPolicy(attempts=Breaker.FAULTS + 1, backoff_initial=0.01, backoff_max=0.02),
        limiter=RequestLimiter(4, patience=900.0, clock=clock, sleep=clock.sleep),
    )
    answer = await model.ask(HELLO, Choice, {})
    assert (answer.value.number, answer.attempts) == (4, faults + 1)


async def test_what_the_endpoint_takes_too_long_for_is_not_sent_all_night(endpoint):
    """Such requests look like an outage, and the endpoint may charge for each: they are counted."""
    endpoint.fallback = lambda _: Reply(delay=0.3)
    clock = Clock()
    model = OpenAICompatible(
        "scripted",
        endpoint.base_url,
        "key-1",
        timeout=0.02,
        policy=RetryPolicy(attempts=Breaker.FAULTS + 2, backoff_initial=0.01, backoff_max=0.02),
        limiter=RequestLimiter(4, patience=6 * 3600.0, clock=clock, sleep=clock.sleep),
    )
    with pytest.raises(errors.ProviderUnavailable, match="did not answer") as failed:
        await model.ask(HELLO, Choice, {})
    assert failed.value.attempts == Breaker.FAULTS + 2


async def test_a_request_that_an_endpoint_always_fails_at_ends_before_the_night(endpoint):
    """Alone it looks like an outage; after so many probes it is a failure to try later."""
    endpoint.enqueue(completion('{"word": "yes", "number": 4}'))
    endpoint.fallback = lambda _: api_error(500)
    clock = Clock()
    policy = RetryPolicy(
        attempts=Breaker.FAULTS + 1, backoff_initial=0.01, backoff_max=0.02, probes=7
    )
    gate = RequestLimiter(4, patience=6 * 3600.0, clock=clock, sleep=clock.sleep)
    model = OpenAICompatible("m", endpoint.base_url, "k", policy=policy, limiter=gate)
    await model.ask(HELLO, Choice, {})
    with pytest.raises(errors.ProviderUnavailable) as failed:
        await model.ask(HELLO, Choice, {})
    assert failed.value.attempts == Breaker.FAULTS + 7 + 1
