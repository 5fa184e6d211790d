"""Translates the endpoint's errors into ours; the only place that knows theirs."""

import re
from collections.abc import Mapping, Sequence
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
# Each fault: our class, its cause, and the message.
_Fault = tuple[type[ModelError], str | None, str]
_LONG = "the source is longer than the context of {model}; use a model with a larger one"
_CONTEXT: _Fault = (ContextExceeded, None, _LONG)
_MINUTE: _Fault = (
    ContextExceeded,
    None,
    "one request has more tokens than {endpoint} takes in a minute",
)
_NO_MONEY = "the account at {endpoint} has no credit left; top it up, then retry"
_CREDIT: _Fault = (ModelRejected, "quota_exhausted", _NO_MONEY)
_NO_MODEL = "{endpoint} has no model {model}; correct CASEBOOK_LLM_MODEL or CASEBOOK_LLM_BASE_URL"
_UNKNOWN: _Fault = (ModelRejected, "model_unknown", _NO_MODEL)
_NO_CHAT = "{endpoint} does not answer with chat completions; check CASEBOOK_LLM_BASE_URL"
_FOREIGN: _Fault = (ModelRejected, "not_an_endpoint", _NO_CHAT)
_NO_KEY = "{endpoint} refuses the key ({status}); set OPENAI_API_KEY"
_KEY: _Fault = (ModelRejected, "key_rejected", _NO_KEY)
_FILTER = "the content filter at {endpoint} refused the source; try another endpoint"
_FILTERED: _Fault = (AnswerRefused, "answer_filtered", _FILTER)
_DOWN = "{endpoint} is failing ({status}); it is tried again later"
_FAILING: _Fault = (ProviderUnavailable, None, _DOWN)
_REFUSED: _Fault = (ModelError, "request_refused", "{endpoint} refuses the request: {said}")
_BY_CODE: Mapping[str, _Fault] = {
    **dict.fromkeys(_NO_CREDIT, _CREDIT),
    "context_length_exceeded": _CONTEXT,
    "exceed_context_size_error": _CONTEXT,
    "content_filter": _FILTERED,
    "model_not_found": _UNKNOWN,
}
# Many servers say in words what it is; the first that fits counts.
_IN_WORDS: Sequence[tuple[re.Pattern[str], _Fault]] = [
    (re.compile(pattern, re.IGNORECASE), fault)
    for pattern, fault in (
        (r"(?:maximum|exceeds?\b.*) context (?:length|size|window)", _CONTEXT),
        (r"prompt is too long|max_new_tokens`? must be <=", _CONTEXT),
        (r"(?:input|prompt) tokens?\b.{0,40} exceeds? the maximum", _CONTEXT),
        (r"request too large for .*token", _MINUTE),
        (r"(?:api[ _-]?key|credentials?)\b.{0,30}\b(?:not valid|invalid|expired|not found)", _KEY),
        (r"(?:invalid|incorrect|expired) api[ _-]?key", _KEY),
        (r"credit balance|insufficient (?:balance|credits?|funds)|account is in arrears", _CREDIT),
        (r"model\b.{0,80}\b(?:does not exist|not found|is not a valid)", _UNKNOWN),
        (r"(?:input|prompt|content|request|messages?)\b.{0,30}\bflagged", _FILTERED),
        (r"\bmoderation\b|content (?:management )?policy", _FILTERED),
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
    fault = _BY_CODE.get(code.lower()) or _by_words(said, status) or _by_status(status)
    return _made(fault, model, endpoint, status, said)


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
    fault = _BY_CODE.get(_code(fields).lower()) or _by_words(said, status)
    if fault is None:
        fault = _by_status(status) if status >= HTTPStatus.BAD_REQUEST else _FOREIGN
    return _made(fault, model, endpoint, status, said)


def _rate_limited(endpoint: str, wait: float | None) -> ModelError:
    when = f"asks to wait {wait:.0f} s" if wait is not None else "gives no time"
    return RateLimited(f"{endpoint} limits the rate and {when}; retry later", retry_after=wait)


def _made(fault: _Fault, model: str, endpoint: str, status: int, said: str) -> ModelError:
    error, cause, message = fault
    text = message.format(model=model, endpoint=endpoint, status=status, said=_short(said))
    return error(text, cause=cause)


def _by_words(said: str, status: int) -> _Fault | None:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    start = said[:_LONGEST_CAUSE]
    return next((fault for pattern, fault in _IN_WORDS if pattern.search(start)), None)


def _by_status(status: int) -> _Fault:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _KEY
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return _CREDIT
    if status == HTTPStatus.NOT_FOUND:
        return _UNKNOWN
    is_failing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return _FAILING if is_failing else _REFUSED


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
