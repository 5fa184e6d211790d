"""One question to an endpoint: repeated requests, and the name of each outcome."""

import asyncio
import json

import httpx
import openai
import pytest
from pydantic import Field
from scripted_endpoint import Reply, api_error, completion

from prompts.loader import Message
from schemas.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    ContextExceeded,
    ModelError,
    ModelRejected,
    ProviderUnavailable,
    RateLimited,
)
from summarizer.answers import Answer
from summarizer.faults import Faults
from summarizer.profiles import Profile

MESSAGES = [Message(role="user", content="How many? {{ not.a.template }}")]


class Count(Answer):
    """An answer."""

    count: int = Field(description="how many")


GOOD = completion({"count": 3})


async def test_an_answer_comes_with_what_it_took(endpoint, client_of):
    """A good answer is parsed, and its tokens, attempts and finish reason are reported."""
    endpoint.enqueue(GOOD)
    call = await client_of().ask(MESSAGES, Count)
    assert call.result().count == 3
    assert (call.usage.prompt_tokens, call.usage.completion_tokens) == (100, 20)
    assert (call.attempts, call.finish_reason) == (1, "stop")


@pytest.mark.parametrize(
    ("tokens", "cached", "is_cut"),
    [
        (4_096, 0, True),
        (1_000, 3_096, True),
        (6_500, 0, False),
        (1_000, 6_000, False),
        (17, 0, False),
    ],
)
async def test_a_prompt_that_the_server_cut_is_a_failure(
    endpoint, client_of, tokens, cached, is_cut
):
    """Far fewer tokens than the prompt has mean that its end or its middle was not read."""
    reply = completion({"count": 3}, prompt_tokens=tokens)
    reply.body["usage"]["prompt_tokens_details"] = {"cached_tokens": cached}
    endpoint.enqueue(reply)
    call = await client_of().ask([Message(role="user", content="twelve " * 4_500)], Count)
    if not is_cut:
        assert call.result().count == 3
        return
    with pytest.raises(ModelRejected, match="read only 4,096 of about 7,876 tokens") as caught:
        call.result()
    assert (caught.value.kind, call.attempts) == ("prompt_cut", 1)
    assert "OLLAMA_CONTEXT_LENGTH" in str(caught.value)


async def test_text_of_a_source_is_never_a_template(endpoint, client_of):
    """Page text with template syntax reaches the model unchanged."""
    endpoint.enqueue(GOOD)
    await client_of().ask(MESSAGES, Count)
    assert endpoint.requests[0]["messages"][0]["content"].startswith(MESSAGES[0].content)


@pytest.mark.parametrize(
    ("profile", "sent", "absent"),
    [
        (Profile(output_tokens=700), {"temperature": 0.0, "max_tokens": 700}, "reasoning_effort"),
        (
            Profile(output_tokens=700, reasoning_effort="low"),
            {"reasoning_effort": "low", "max_completion_tokens": 700},
            "temperature",
        ),
    ],
)
async def test_reasoning_models_get_effort_and_room(endpoint, client_of, profile, sent, absent):
    """A reasoning model gets its effort and its whole output limit, and no temperature."""
    endpoint.enqueue(GOOD)
    await client_of(profile).ask(MESSAGES, Count)
    assert sent.items() <= endpoint.requests[0].items()
    assert absent not in endpoint.requests[0]


async def test_tools_mode_reads_the_arguments(endpoint, client_of):
    """A profile in tools mode takes the answer from the tool call."""
    reply = completion(None)
    call = {
        "id": "1",
        "type": "function",
        "function": {"name": "Count", "arguments": '{"count": 5}'},
    }
    reply.body["choices"][0]["message"]["tool_calls"] = [call]
    endpoint.enqueue(reply)
    call = await client_of(Profile(mode="tools")).ask(MESSAGES, Count)
    assert call.result().count == 5


@pytest.mark.parametrize(
    "fault",
    [
        api_error(500),
        api_error(502),
        api_error(408),
        Reply(body={"object": "x"}, cut=True),
        Reply(text='{"choices": [{"mess'),
        api_error(429, retry_after="0"),
    ],
)
async def test_transient_faults_are_repeated(endpoint, client_of, fault):
    """A failed request is repeated, and the answer counts both attempts."""
    endpoint.enqueue(fault, GOOD)
    call = await client_of().ask(MESSAGES, Count)
    assert (call.result().count, call.attempts) == (3, 2)


async def test_attempts_end(endpoint, client_of):
    """After the last attempt its error is raised."""
    call = await client_of(attempts=3).ask(MESSAGES, Count)
    with pytest.raises(ProviderUnavailable, match="is failing"):
        call.result()
    assert (call.attempts, len(endpoint.requests)) == (3, 3)


async def test_patience_outlasts_attempts(endpoint, client_of, waits):
    """With patience, a call waits out an outage that takes longer than its attempts."""
    endpoint.enqueue(*[api_error(503)] * 9, GOOD)
    call = await client_of(attempts=2, patience=3_600).ask(MESSAGES, Count)
    assert call.attempts == 10
    assert waits.now > 30


async def test_patience_ends(endpoint, client_of, waits):
    """An outage longer than the patience ends the call."""
    with pytest.raises(ProviderUnavailable):
        (await client_of(attempts=2, patience=120).ask(MESSAGES, Count)).result()
    assert 120 <= waits.now < 300


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_waited_for(endpoint, client_of, waits, status):
    """A busy endpoint gets no request during its Retry-After delay."""
    endpoint.enqueue(api_error(status, retry_after="17"), GOOD)
    await client_of().ask(MESSAGES, Count)
    assert waits.now == pytest.approx(17)


async def test_a_very_long_retry_after_ends_the_call(endpoint, client_of, waits):
    """A 429 with a delay of an hour is raised immediately."""
    endpoint.enqueue(api_error(429, retry_after="3600"), GOOD)
    with pytest.raises(RateLimited) as raised:
        (await client_of().ask(MESSAGES, Count)).result()
    assert raised.value.retry_after == 3600
    assert waits.now == 0


async def test_an_answer_that_breaks_off_counts_like_a_slow_one(endpoint, client_of):
    """A partial answer may have been paid for, so its cost is added."""
    endpoint.enqueue(Reply(text='{"choices": [{"mess'), GOOD)
    call = await client_of(Profile(output_tokens=700)).ask(MESSAGES, Count)
    assert call.result().count == 3
    assert call.usage.completion_tokens == 700 + 20


def test_no_connection_in_time_costs_nothing():
    """A connection that times out counts as an outage, without cost."""
    request = httpx.Request("POST", "http://127.0.0.1")
    found = Faults("m", "http://127.0.0.1").of_request(openai.APITimeoutError(request))
    assert found.kind == "provider_unavailable"


async def test_a_longer_answer_may_take_longer(endpoint, client_of, monkeypatch):
    """The timeout grows with the maximum length of the answer, also when repeated."""
    allowed, timeout = [], asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda s: allowed.append(s) or timeout(s))
    endpoint.enqueue(GOOD, completion("", finish="length"), GOOD)
    small = Profile(output_tokens=700)
    large = Profile(context_tokens=96_000, output_tokens=32_000, most_output_tokens=128_000)
    for profile in (small, large):
        await client_of(profile, timeout=300).ask(MESSAGES, Count)
    assert allowed == [300, 4 * 300, 16 * 300]


@pytest.mark.parametrize("bad", ['{"count": "many"}', "not JSON", "", '{"other": 1}'])
async def test_unusable_answers_are_asked_for_twice(endpoint, client_of, bad):
    """A request with an invalid answer is repeated once before an error is raised."""
    endpoint.enqueue(completion(bad), completion(bad), GOOD)
    call = await client_of().ask(MESSAGES, Count)
    with pytest.raises(AnswerInvalid):
        call.result()
    assert call.attempts == 2
    assert call.usage.completion_tokens == 40
    assert call.text == bad


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"count": 3}\n```',
        '```\n{"count": 3}\n```\n',
        'Here is the JSON object that you asked for:\n\n{"count": 3}',
        'I counted:\n```json\n{\n  "count": 3\n}\n```\nOne of them [2] was hard to see.',
    ],
)
@pytest.mark.parametrize("mode", ["json_schema", "json"])
async def test_an_object_in_other_text_is_one_answer(endpoint, client_of, text, mode):
    """Code fences and text around the JSON object need no second request."""
    endpoint.enqueue(completion(text))
    call = await client_of(Profile(model="scripted", mode=mode)).ask(MESSAGES, Count)
    assert (call.result().count, call.attempts) == (3, 1)


async def test_a_part_of_a_broken_answer_is_not_taken_for_it(endpoint, client_of):
    """If the outer object is broken, an object inside it is not used."""
    endpoint.enqueue(completion('{"count": thr"ee, "before": {"count": 1}}'), GOOD)
    call = await client_of().ask(MESSAGES, Count)
    assert (call.result().count, call.attempts) == (3, 2)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ('{"count": "many"}', "count Input should be a valid integer"),
        ("{}", "count Field required"),
        ("many", "Invalid JSON"),
    ],
)
async def test_a_second_try_says_what_did_not_fit(endpoint, client_of, bad, named):
    """The prompt names the invalid field without repeating the answer."""
    endpoint.enqueue(completion(bad), GOOD)
    assert (await client_of().ask(MESSAGES, Count)).result().count == 3
    first, second = (request["messages"] for request in endpoint.requests)
    assert [message["role"] for message in second] == [message["role"] for message in first]
    added = second[-1]["content"].removeprefix(first[-1]["content"])
    assert named in added
    assert "many" not in added


@pytest.mark.parametrize(
    ("options", "is_shown", "form", "enforced"),
    [
        ({}, True, "json_schema", None),
        ({"strict": True}, False, "json_schema", True),
        ({"mode": "json"}, True, "json_object", None),
        ({"mode": "json", "strict": True}, True, "json_object", None),
        ({"mode": "tools"}, False, None, None),
    ],
)
async def test_the_prompt_has_the_schema_where_nothing_enforces_it(
    endpoint, client_of, options, is_shown, form, enforced
):
    """The compact schema is in the first message, unless the endpoint is asked to enforce it."""
    endpoint.enqueue(GOOD)
    asked = [Message(role="system", content="You count."), *MESSAGES]
    await client_of(Profile(model="scripted", **options)).ask(asked, Count)
    request = endpoint.requests[0]
    schema = json.dumps(Count.model_json_schema(), separators=(",", ":"))
    shown = [message["content"].count(schema) for message in request["messages"]]
    assert shown == [int(is_shown), 0]
    asked_form = request.get("response_format", {})
    assert asked_form.get("type") == form
    sent = asked_form.get("json_schema", {})
    assert sent.get("strict") is enforced
    assert not sent or sent["schema"]["additionalProperties"] is False


async def test_a_cut_answer_gets_more_room_once(endpoint, client_of):
    """An answer cut at its limit is requested once more with the model's largest limit."""
    profile = Profile(output_tokens=50, most_output_tokens=400)
    endpoint.enqueue(completion("", finish="length"), GOOD)
    call = await client_of(profile).ask(MESSAGES, Count)
    assert call.result().count == 3
    assert [r["max_tokens"] for r in endpoint.requests] == [50, 400]


@pytest.mark.parametrize(("most", "requests"), [(None, 1), (50, 1), (400, 2)])
async def test_a_cut_answer_without_more_room_is_truncated(endpoint, client_of, most, requests):
    """If a larger limit is impossible or still too small, the answer counts as truncated."""
    profile = Profile(output_tokens=50, most_output_tokens=most)
    endpoint.enqueue(*[completion('{"cou', finish="length")] * 3)
    with pytest.raises(AnswerTruncated):
        (await client_of(profile).ask(MESSAGES, Count)).result()
    assert len(endpoint.requests) == requests


@pytest.mark.parametrize(
    ("reply", "error", "kind"),
    [
        (api_error(401), ModelRejected, "key_rejected"),
        (api_error(403), ModelRejected, "key_rejected"),
        (api_error(400, message="API key not valid. Pass one."), ModelRejected, "key_rejected"),
        (api_error(402), ModelRejected, "quota_exhausted"),
        (api_error(429, "insufficient_quota"), ModelRejected, "quota_exhausted"),
        (api_error(404), ModelRejected, "model_unknown"),
        (api_error(400, message="The model `x` does not exist"), ModelRejected, "model_unknown"),
        (api_error(400, "context_length_exceeded"), ContextExceeded, "context_exceeded"),
        (api_error(400, "exceed_context_size_error"), ContextExceeded, "context_exceeded"),
        (api_error(400, message="prompt is too long: 9 > 8"), ContextExceeded, "context_exceeded"),
        (api_error(400, "content_filter"), AnswerRefused, "answer_filtered"),
        (api_error(422), ModelError, "request_refused"),
        (
            Reply(status=307, headers={"location": "https://a.example/"}),
            ModelRejected,
            "not_an_endpoint",
        ),
        (Reply(text="<html>sign in</html>"), ModelRejected, "not_an_endpoint"),
        (completion(None, refusal="I can't"), AnswerRefused, "answer_refused"),
        (completion(None, finish="content_filter"), AnswerRefused, "answer_filtered"),
        (
            Reply(body={"error": {"message": "Insufficient credits", "code": 402}}),
            ModelRejected,
            "quota_exhausted",
        ),
    ],
)
async def test_lasting_faults_are_named_and_not_repeated(endpoint, client_of, reply, error, kind):
    """Each permanent fault and each refusal gives one error with its cause after one request."""
    endpoint.enqueue(reply, GOOD)
    with pytest.raises(error) as raised:
        (await client_of().ask(MESSAGES, Count)).result()
    assert raised.value.kind == kind
    assert len(endpoint.requests) == 1


async def test_no_endpoint_at_all(client_of, endpoint):
    """A port without a listener is reported as no connection, with the address."""
    endpoint.close()
    with pytest.raises(ProviderUnavailable, match="no connection to http://127"):
        (await client_of(attempts=1).ask(MESSAGES, Count)).result()


async def test_messages_hold_neither_keys_nor_completions(endpoint, client_of):
    """An error has only a little of the endpoint's text, and no key."""
    said = "bad request sk-abcdef123 Bearer xyz " + "word " * 500
    endpoint.enqueue(api_error(422, message=said))
    with pytest.raises(ModelError) as raised:
        (await client_of().ask(MESSAGES, Count)).result()
    assert "sk-" not in str(raised.value)
    assert len(str(raised.value)) < 300


async def test_tokens_are_estimated_where_the_endpoint_counts_none(endpoint, client_of):
    """Tokens are estimated if the endpoint does not count them."""
    reply = completion({"count": 3})
    del reply.body["usage"]
    endpoint.enqueue(reply)
    call = await client_of().ask(MESSAGES, Count)
    assert call.usage.prompt_tokens > 0
    assert call.usage.completion_tokens > 0
