"""The endpoint's errors as ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import httpx2
import openai
import pytest

from casebook.schemas import errors
from casebook.summarizer.models.faults import answer_fault, api_fault, retry_after_seconds

ENDPOINT = "http://127.0.0.1:9/v1"
REQUEST = httpx2.Request("POST", ENDPOINT)


def status_error(status, body=None, message="scripted", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, request=REQUEST, headers=named)
    return openai.APIStatusError(message, response=response, body=body)


def fault(error):
    return api_fault(error, "model-x", ENDPOINT)


STATUSES = [
    (307, None, errors.ResponseForeign, "redirects (307)"),
    (400, {"code": "context_length_exceeded"}, errors.ContextExceeded, "larger"),
    (400, {"error": {"type": "exceed_context_size_error"}}, errors.ContextExceeded, "larger"),
    (400, {"code": "content_filter"}, errors.AnswerFiltered, "content filter"),
    (400, {"code": 400, "type": "BadRequestError"}, errors.ModelError, "400 BadRequestError"),
    (400, "no json", errors.ModelError, "refuses the request"),
    (401, None, errors.KeyRejected, "OPENAI_API_KEY"),
    (402, None, errors.QuotaExhausted, "no credit"),
    (403, None, errors.KeyRejected, "OPENAI_API_KEY"),
    (404, {"code": "model_not_found"}, errors.ModelUnknown, "CASEBOOK_LLM_MODEL"),
    (404, None, errors.ModelUnknown, "CASEBOOK_LLM_BASE_URL"),
    (408, None, errors.ProviderUnavailable, "tried again"),
    (429, {"code": "insufficient_quota"}, errors.QuotaExhausted, "no credit"),
    (429, None, errors.RateLimited, "gives no time"),
    (500, None, errors.ProviderUnavailable, "failing (500)"),
    (503, {"code": "model_not_found"}, errors.ModelUnknown, "CASEBOOK_LLM_MODEL"),
    (529, None, errors.ProviderUnavailable, "failing (529)"),
]


@pytest.mark.parametrize(("status", "body", "cause", "says"), STATUSES)
def test_a_status_has_its_cause_and_says_what_to_do(status, body, cause, says):
    """What the endpoint names itself outweighs the status; one line with endpoint or model."""
    ours = fault(status_error(status, body))
    assert type(ours) is cause
    assert says in str(ours)
    assert "\n" not in str(ours)
    assert ENDPOINT in str(ours) or "model-x" in str(ours)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 9000",
        "the request exceeds the available context size, try increasing it",
    ],
)
def test_a_context_that_is_too_short_is_told_from_words_too(message):
    """Servers without an error code for it say it in their message."""
    ours = fault(status_error(400, {"type": "BadRequestError"}, message))
    assert type(ours) is errors.ContextExceeded


TOLD = [
    (400, "API key not valid. Please pass a valid API key.", errors.KeyRejected),
    (400, "Your credit balance is too low to access the API.", errors.QuotaExhausted),
    (400, "The model `x-9` does not exist or you do not have access to it.", errors.ModelUnknown),
    (400, "prompt is too long: 209152 tokens > 200000 maximum", errors.ContextExceeded),
    (
        400,
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        errors.ContextExceeded,
    ),
    (
        422,
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
        errors.ContextExceeded,
    ),
    (403, "Input was flagged for violence", errors.AnswerFiltered),
    (
        429,
        "You exceeded your current quota, please check your plan and billing details",
        errors.RateLimited,
    ),
    (400, "Unsupported parameter: 'response_format' with this model", errors.ModelError),
]


@pytest.mark.parametrize(("status", "message", "cause"), TOLD)
def test_what_the_endpoint_says_in_words_tells_the_cause(status, message, cause):
    """A key, an account or a model that is told with 400 stops a batch as with its own status.

    One text that a provider's guard refuses with 403 stops none, and a rate per minute that is
    called a quota is no lack of money.
    """
    ours = fault(status_error(status, {"error": {"message": message, "type": "x"}}))
    assert type(ours) is cause


def test_words_that_a_refusal_repeats_from_the_request_tell_no_cause():
    """Some servers repeat all of it: a story of an invalid API key would stop its batch for ever."""
    story = (
        "Answer in JSON. " * 60 + "One night our API key was invalid, and a model was not found."
    )
    said = f"[{{'loc': ('body', 'seed'), 'msg': 'Extra inputs', 'input': {story!r}}}]"
    for body in ({"error": {"message": said}}, {"message": said}, {"detail": said}):
        ours = fault(status_error(400, body, message=f"Error code: 400 - {body}"))
        assert type(ours) is errors.ModelError


@pytest.mark.parametrize("said", ["model `x` not found on this node", "credentials expired"])
def test_a_gateway_whose_provider_fails_is_asked_again_whatever_it_says(said):
    """Its words are of what is behind it; the same status by itself is tried again, too."""
    told = SimpleNamespace(choices=None, error={"code": 503, "message": said})
    assert type(answer_fault(told, "model-x", ENDPOINT)) is errors.ProviderUnavailable
    assert type(fault(status_error(503, {"message": said}))) is errors.ProviderUnavailable


def test_an_account_without_money_is_told_from_too_many_requests():
    """Several providers send 429 for it, which would be asked all night."""
    for code in ("billing_hard_limit_reached", "exceeded_current_quota_error"):
        ours = fault(status_error(429, {"error": {"code": None, "type": code}}))
        assert type(ours) is errors.QuotaExhausted


@pytest.mark.parametrize("status", [413, 429])
def test_a_request_larger_than_a_minute_allows_is_cut_and_not_sent_again(status):
    """It would be refused for ever: the limit is told, and windows are cut by it."""
    said = "Request too large for m on tokens per min (TPM): Limit 30000, Requested 41250."
    body = {"error": {"message": said, "type": "tokens", "code": "rate_limit_exceeded"}}
    ours = fault(status_error(status, body))
    assert (type(ours), ours.limit) == (errors.ContextExceeded, 30_000)


def test_a_refusal_that_nobody_knows_is_told_in_the_endpoints_words():
    """Its first words, in one line: "400" alone says nothing of what is to be done."""
    body = {"error": {"message": "Unsupported parameter:\n'temperature' " + "x" * 500}}
    told = str(fault(status_error(400, body)))
    assert "Unsupported parameter: 'temperature' xxx" in told
    assert len(told) < 300
    spoken = {"error": {"message": "Bad header 'Bearer abc-123', key sk-proj-4711."}}
    assert "Bad header '…', key …" in str(fault(status_error(400, spoken)))


LIMITS = [
    (None, "prompt is too long: 209,152 tokens > 200,000 maximum", 200_000),
    (None, "Prompt has 40000 tokens, too large for model with 32768 maximum context length", 32768),
    ({"error": {"type": "exceed_context_size_error", "n_ctx": 4096}}, "x", 4096),
    (None, "This model's maximum context length is 8,192 tokens. However", 8192),
    (None, "the request exceeds the available context size, try increasing it", None),
    ({"code": "context_length_exceeded"}, "too long", None),
]


@pytest.mark.parametrize(("body", "message", "limit"), LIMITS)
def test_the_context_that_the_endpoint_tells_is_kept(body, message, limit):
    """In llama.cpp's field or in the words of others: smaller windows are cut by it."""
    assert fault(status_error(400, body, message)).limit == limit


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (openai.APITimeoutError(request=REQUEST), "did not answer in time"),
        (openai.APIConnectionError(request=REQUEST), "CASEBOOK_LLM_BASE_URL"),
        (openai.OpenAIError("odd"), "OpenAIError"),
    ],
)
def test_without_an_answer_the_provider_is_unavailable(error, says):
    """Time-out, refused connection and the unknown pass by themselves, perhaps."""
    ours = fault(error)
    assert type(ours) is errors.ProviderUnavailable
    assert says in str(ours)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ({"location": "https://api.example/v1/chat/completions"}, "to https://api.example/v1,"),
        ({"location": f"{ENDPOINT}/chat/completions"}, f"to {ENDPOINT},"),
        ({}, "to nowhere,"),
    ],
)
def test_an_endpoint_that_moved_is_told_by_where_it_leads(location, told):
    """Nothing of it passes by itself, least of all a circle; its page may say what it likes."""
    error = status_error(308, "<html>The model does not exist</html>")
    error.response.headers.update(location)
    ours = fault(error)
    assert (type(ours), ours.transient) == (errors.ResponseForeign, False)
    assert told in str(ours)
    assert "set CASEBOOK_LLM_BASE_URL" in str(ours)


def test_a_rate_limit_carries_the_wish():
    """Retry-After is in the error and, rounded, in its message."""
    ours = fault(status_error(429, retry_after="17"))
    assert isinstance(ours, errors.RateLimited)
    assert (ours.retry_after, "wait 17 s" in str(ours)) == (17.0, True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-4", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("nan", 0.0),
        ("inf", None),
    ],
)
def test_retry_after_in_seconds(value, seconds):
    """A number counts, never below zero; what cannot be read is no wish."""
    headers = {} if value is None else {"retry-after": value}
    assert retry_after_seconds(headers) == seconds


@pytest.mark.parametrize("ahead", [120, -120])
@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_retry_after_as_a_date(ahead, zone):
    """A date is the time from now, zero where it has passed, in either spelling of UTC."""
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    value = format_datetime(moment, usegmt=True).replace("GMT", zone)
    seconds = retry_after_seconds({"retry-after": value})
    assert seconds == pytest.approx(max(0, ahead), abs=5)
