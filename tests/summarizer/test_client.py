"""The client against a real local endpoint that misbehaves."""

import socket

import pytest
from pydantic import BaseModel
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, completion

from casebook.prompts.loader import Message
from casebook.schemas import errors
from casebook.summarizer.client import OpenAICompatible, RetryPolicy

QUICK = RetryPolicy(backoff_initial=0.01, backoff_max=0.02, retry_after_cap=1.0)
HELLO = [Message(role="user", content="Which? {{ not_a_template }}")]


class Choice(BaseModel):
    """A small answer type."""

    word: str
    number: int


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


FAULTS = [
    (api_error(401), errors.KeyRejected, 1),
    (api_error(403), errors.KeyRejected, 1),
    (api_error(429, "insufficient_quota"), errors.KeyRejected, 1),
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
]


@pytest.mark.parametrize(("reply", "error", "requests"), FAULTS)
async def test_each_fault_has_its_own_error_and_number_of_requests(
    endpoint, reply, error, requests
):
    """Permanent faults are asked once, misfits twice, transient ones until attempts run out."""
    endpoint.fallback = lambda _: reply
    with pytest.raises(errors.ModelError) as raised:
        await model_at(endpoint).ask(HELLO, Choice, {})
    assert type(raised.value) is error
    assert len(endpoint.requests) == requests
    assert "key-1" not in str(raised.value)


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
    with pytest.raises(errors.ProviderUnavailable, match="did not answer in time"):
        await model.ask(HELLO, Choice, {})
