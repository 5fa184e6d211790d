"""Translates the endpoint's errors into ours; the only place that knows theirs."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import openai

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

TIMED_OUT = "answer_timed_out"
"""The cause of an answer that did not come in time; it may have been paid for."""

# What providers call an account without money, whatever status they send with it.
_NO_CREDIT = (
    "insufficient_quota billing_hard_limit_reached billing_not_active arrearage "
    "exceeded_current_quota_error"
).split()
# Each fault by its cause: our class, and the message.
_FAULTS: Mapping[str, tuple[type[ModelError], str]] = {
    "context_exceeded": (
        ContextExceeded,
        "the source is longer than the context of {model}; use a model with a larger one",
    ),
    "minute_exceeded": (
        ContextExceeded,
        "one request has more tokens than {endpoint} takes in a minute; raise that limit",
    ),
    "quota_exhausted": (
        ModelRejected,
        "the account at {endpoint} has no credit left; top it up, then retry",
    ),
    "model_unknown": (
        ModelRejected,
        "{endpoint} has no model {model}; correct CASEBOOK_LLM_MODEL or CASEBOOK_LLM_BASE_URL",
    ),
    "not_an_endpoint": (
        ModelRejected,
        "{endpoint} does not answer with chat completions; check CASEBOOK_LLM_BASE_URL",
    ),
    "key_rejected": (ModelRejected, "{endpoint} refuses the key ({status}); set OPENAI_API_KEY"),
    "answer_filtered": (
        AnswerRefused,
        "the content filter at {endpoint} refused the source; try another endpoint",
    ),
    "provider_unavailable": (
        ProviderUnavailable,
        "{endpoint} is failing ({status}); it is tried again later",
    ),
    "request_refused": (ModelError, "{endpoint} refuses the request: {said}"),
}
_BY_CODE = {
    **dict.fromkeys(_NO_CREDIT, "quota_exhausted"),
    "context_length_exceeded": "context_exceeded",
    "exceed_context_size_error": "context_exceeded",
    "content_filter": "answer_filtered",
    "model_not_found": "model_unknown",
}
# Many servers say in words what it is; the first that fits counts.
_IN_WORDS = [
    (re.compile(pattern, re.IGNORECASE), cause)
    for pattern, cause in (
        (r"(?:maximum|exceeds?\b.*) context (?:length|size|window)", "context_exceeded"),
        (r"prompt is too long|max_new_tokens`? must be <=", "context_exceeded"),
        (r"(?:input|prompt) tokens?\b.{0,40} exceeds? the maximum", "context_exceeded"),
        (r"request too large for .*token", "minute_exceeded"),
        (r"(?:api[ _-]?key|credentials?)\b.{0,30}\b(?:not valid|invalid|expired)", "key_rejected"),
        (r"(?:invalid|incorrect|expired) api[ _-]?key", "key_rejected"),
        (r"credit balance|insufficient (?:balance|credits?|funds)|in arrears", "quota_exhausted"),
        (r"model\b.{0,80}\b(?:does not exist|not found|is not a valid)", "model_unknown"),
        (r"(?:input|prompt|content|request|messages?)\b.{0,30}\bflagged", "answer_filtered"),
        (r"\bmoderation\b|content (?:management )?policy", "answer_filtered"),
    )
]
_SECRET = re.compile(r"(?:\bsk-|\bBearer )[^\s'\"]+")
_LONGEST = 160  # characters of the endpoint's own words in our message
# Some servers repeat the request behind the cause; its words are the source's.
_LONGEST_CAUSE = 600


def api_fault(error: openai.OpenAIError, model: str, endpoint: str) -> ModelError:
    """Return our error for ``error``; its message says what to do next."""
    if isinstance(error, openai.APITimeoutError):
        return timed_out(endpoint)
    if isinstance(error, openai.APIConnectionError):
        return ProviderUnavailable(
            f"no connection to {endpoint}; check that it runs, and CASEBOOK_LLM_BASE_URL"
        )
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error, model, endpoint)
    return ProviderUnavailable(f"{endpoint} failed ({type(error).__name__}); try again later")


def timed_out(endpoint: str) -> ModelError:
    """Return the error for an answer that did not come in time."""
    return ProviderUnavailable(
        f"{endpoint} did not answer in time; it is tried again later", cause=TIMED_OUT
    )


def answer_fault(completion: Any, model: str, endpoint: str) -> ModelError:
    """Return why a completion, or what came in its place, holds no usable answer."""
    choices = getattr(completion, "choices", None) or []
    if not choices or choices[0].finish_reason == "error":
        return _no_completion(completion, model, endpoint)
    finish, message = choices[0].finish_reason, choices[0].message
    if getattr(message, "refusal", None):
        return AnswerRefused(
            f"{model} refused to answer; try another model", cause="answer_refused"
        )
    if finish == "content_filter":
        return AnswerRefused(
            f"the content filter at {endpoint} cut the answer of {model}; try another endpoint",
            cause="answer_filtered",
        )
    if finish == "length":
        return AnswerTruncated(
            f"the answer of {model} hit its output limit; raise its output_tokens in [models], or "
            "lower its reasoning_effort"
        )
    if not (getattr(message, "content", None) or getattr(message, "tool_calls", None)):
        return AnswerInvalid(f"{model} gave an empty answer; try a stronger model")
    return AnswerInvalid(
        f"{model} gave an answer that does not fit the schema; try a stronger model"
    )


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After (RFC 9110 §10.2.3: seconds or a date) in seconds, or None."""
    value = headers.get("retry-after") or ""
    if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": a time in UTC, by RFC 5322 §3.3
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _status_fault(error: openai.APIStatusError, model: str, endpoint: str) -> ModelError:
    status = error.status_code
    code, said = _code(error.body), _words(error.body) or error.message
    is_busy = status == HTTPStatus.TOO_MANY_REQUESTS and code.lower() not in _NO_CREDIT
    if is_busy and not re.search("request too large for ", said, re.IGNORECASE):
        return _rate_limited(endpoint, retry_after_seconds(error.response.headers))
    if status < HTTPStatus.BAD_REQUEST:  # a redirect to a host that was not configured
        target = error.response.headers.get("location", "nowhere")
        return ModelRejected(
            f"{endpoint} redirects to {_short(target)}, which is not followed; set "
            "CASEBOOK_LLM_BASE_URL to the final address",
            cause="not_an_endpoint",
        )
    cause = _BY_CODE.get(code.lower()) or _by_words(said, status) or _by_status(status)
    return _made(cause, model, endpoint, status, said)


def _no_completion(completion: Any, model: str, endpoint: str) -> ModelError:
    """Return the fault of a 200 without a choice: half an answer, or an error in its place."""
    is_half = isinstance(completion, str) and completion.lstrip().startswith("{")
    if is_half or getattr(completion, "choices", None):
        return ProviderUnavailable(
            f"{endpoint} broke off in the middle of an answer; it is tried again later",
            cause=TIMED_OUT,
        )
    error = getattr(completion, "error", None)
    fields: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    status = fields["code"] if isinstance(fields.get("code"), int) else 0
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(endpoint, None)
    said = str(fields.get("message", ""))
    cause = _BY_CODE.get(_code(fields).lower()) or _by_words(said, status)
    is_error = status >= HTTPStatus.BAD_REQUEST
    cause = cause or (_by_status(status) if is_error else "not_an_endpoint")
    return _made(cause, model, endpoint, status, said)


def _rate_limited(endpoint: str, wait: float | None) -> ModelError:
    when = f"asks to wait {wait:.0f} s" if wait is not None else "gives no time"
    return RateLimited(f"{endpoint} limits the rate and {when}; retry later", retry_after=wait)


def _made(cause: str, model: str, endpoint: str, status: int, said: str) -> ModelError:
    error, message = _FAULTS[cause]
    text = message.format(model=model, endpoint=endpoint, status=status, said=_short(said))
    return error(text, cause=cause)


def _by_words(said: str, status: int) -> str | None:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    start = said[:_LONGEST_CAUSE]
    return next((cause for pattern, cause in _IN_WORDS if pattern.search(start)), None)


def _by_status(status: int) -> str:
    known = {401: "key_rejected", 403: "key_rejected", 402: "quota_exhausted", 404: "model_unknown"}
    is_failing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return known.get(status) or ("provider_unavailable" if is_failing else "request_refused")


def _fields(body: object) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    inner = fields.get("error")
    return inner if isinstance(inner, Mapping) else fields


def _code(body: object) -> str:
    named = (_fields(body).get(key) for key in ("code", "type"))
    return next((value for value in named if isinstance(value, str)), "")


def _words(body: object) -> str | None:
    fields = _fields(body)
    said = fields.get("message", fields.get("error"))
    return said if isinstance(said, str) else None


def _short(said: str) -> str:
    line = _SECRET.sub("…", " ".join(said.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
