"""Translates the endpoint's errors into ours; the only place that knows theirs."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import openai

from casebook.schemas.errors import (
    AnswerFiltered,
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    ContextExceeded,
    KeyRejected,
    ModelError,
    ModelUnknown,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    ResponseForeign,
)

# What providers call an account that has no money left, whatever status they send with it.
_NO_CREDIT = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "exceeded_current_quota_error",
    "arrearage",
}
# 524 is a content network's own word for 504.
_GAVE_UP_WAITING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT, 524}
# Whatever is told of a longer context window, no model has one of fewer tokens than this.
_LEAST_CONTEXT = 256
# The value of each fault: our class, and the message whose fields the caller fills in.
_Fault = tuple[type[ModelError], str]
_CONTEXT: _Fault = (
    ContextExceeded,
    "the source is longer than the context of {model}; use a model with a larger one",
)
_MINUTE: _Fault = (
    ContextExceeded,
    "one request has more tokens than {endpoint} takes a minute; raise that, or change {model}",
)
_CREDIT: _Fault = (
    QuotaExhausted,
    "the account at {endpoint} has no credit left; top it up, then `casebook retry`",
)
_MODEL_UNKNOWN: _Fault = (
    ModelUnknown,
    "{endpoint} does not know {model}; set CASEBOOK_LLM_MODEL, or name another with --model",
)
_FOREIGN: _Fault = (
    ResponseForeign,
    "{endpoint} answers with what is no chat completion; check CASEBOOK_LLM_BASE_URL and proxies",
)
_MOVED: _Fault = (
    ResponseForeign,
    "{endpoint} redirects ({status}) to {said}, not followed; set CASEBOOK_LLM_BASE_URL to its end",
)
_KEY: _Fault = (KeyRejected, "{endpoint} refuses the key ({status}); set OPENAI_API_KEY")
_FILTERED: _Fault = (AnswerFiltered, "the content filter at {endpoint} refused the source")
# Many servers have no error code of their own, or one for all, and say in words what it is; the
# first that fits counts. A request larger than a minute's tokens is never taken, however often.
_IN_WORDS: Sequence[tuple[re.Pattern[str], _Fault]] = [
    (re.compile(words, re.IGNORECASE), fault)
    for words, fault in (
        (r"(?:maximum|exceeds?\b.*) context (?:length|size|window)", _CONTEXT),
        (r"prompt is too long|max_new_tokens`? must be <=", _CONTEXT),
        (r"(?:input|prompt) tokens?\b.{0,40} exceeds? the maximum", _CONTEXT),
        (r"request too large for .*token", _MINUTE),
        (r"(?:api[ _-]?key|credentials?)\b.{0,30}\b(?:not valid|invalid|expired|not found)", _KEY),
        (r"(?:invalid|incorrect|expired) api[ _-]?key", _KEY),
        (r"credit balance|insufficient (?:balance|credits?|funds)|account is in arrears", _CREDIT),
        (r"model\b.{0,80}\b(?:does not exist|not found|is not a valid)", _MODEL_UNKNOWN),
        (r"is not a valid model", _MODEL_UNKNOWN),
        (r"(?:input|prompt|content|request|messages?)\b.{0,30}\bflagged", _FILTERED),
        (r"\bmoderation\b|content (?:management )?policy", _FILTERED),
    )
]
_TOLD_LIMIT = re.compile(
    r"context (?:length|size|window)\D{0,20}?(\d[\d,]+)|\blimit:? (\d[\d,]+)"
    r"|> (\d[\d,]+) maximum|maximum number of tokens allowed \((\d[\d,]+)\)|<= (\d[\d,]+)"
    r"|(\d[\d,]+) maximum context",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(r"request too large for ", re.IGNORECASE)
_SECRET = re.compile(r"(?:\bsk-|\bBearer )[^\s'\"]+")
_LONGEST_SAID = 160  # characters of what the endpoint says that a message repeats
# … and in which the cause is looked for: some servers repeat the request behind it, whose words are
# the source's.
_LONGEST_CAUSE = 600


def api_fault(error: openai.OpenAIError, model: str, endpoint: str) -> ModelError:
    """Return our error for ``error``, with what to do next in its message."""
    if isinstance(error, openai.APITimeoutError):
        return ProviderUnavailable(
            f"{endpoint} did not answer in time; it is tried again later", taken=True
        )
    if isinstance(error, openai.APIConnectionError):
        return ProviderUnavailable(
            f"no connection to {endpoint}; check that it runs and CASEBOOK_LLM_BASE_URL"
        )
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error, model, endpoint)
    return ProviderUnavailable(f"{endpoint} failed: {type(error).__name__}")


def _status_fault(error: openai.APIStatusError, model: str, endpoint: str) -> ModelError:
    status, code = error.status_code, _code(error.body)
    said = _said(error)
    busy = status == HTTPStatus.TOO_MANY_REQUESTS and code.lower() not in _NO_CREDIT
    if busy and not _TOO_LARGE.search(said):
        wish = retry_after_seconds(error.response.headers)
        when = f"asks to wait {wish:.0f} s" if wish is not None else "gives no time"
        return RateLimited(f"{endpoint} limits the rate and {when}; retry later", wish)
    if status < HTTPStatus.BAD_REQUEST:  # a redirect, which is not followed
        cause, message = _MOVED
        led = error.response.headers.get("location", "nowhere")
        said = led.removesuffix("/chat/completions")
    else:
        cause, message = _by_code(code) or _by_text(said, status) or _by_status(status)
    ours = cause(
        message.format(
            endpoint=endpoint, model=model, status=status, code=code, said=_shortened(said)
        )
    )
    if isinstance(ours, ContextExceeded):
        ours.limit = _told_limit(error)
    if isinstance(ours, ProviderUnavailable):
        ours.overdue = status in _GAVE_UP_WAITING
    return ours


def answer_fault(completion: Any, model: str, endpoint: str) -> ModelError:
    """Return why a completion (or what came in its place) holds no usable answer."""
    choices = getattr(completion, "choices", None) or []
    if not choices or choices[0].finish_reason == "error":
        return _foreign(completion, model, endpoint)
    finish, message = choices[0].finish_reason, choices[0].message
    if getattr(message, "refusal", None):
        return AnswerRefused(f"{model} refused to answer; try another model")
    if finish == "content_filter":
        return AnswerFiltered(
            f"the content filter at {endpoint} cut the answer of {model}; try another endpoint"
        )
    if finish == "length":
        return AnswerTruncated(
            f"the answer of {model} hit its output limit; raise CASEBOOK_LLM_OUTPUT_TOKENS"
        )
    if not (getattr(message, "content", None) or getattr(message, "tool_calls", None)):
        return AnswerInvalid(f"{model} gave an empty answer; try a stronger model")
    return AnswerInvalid(
        f"{model} gave an answer that does not fit the schema; try a stronger model"
    )


def _foreign(completion: Any, model: str, endpoint: str) -> ModelError:
    """Return the fault of a 200 without any choice; some gateways put an error object there.

    What is no JSON comes as text: half an answer passes with the next try, a proxy's page does not.
    So does a choice that a gateway ends with "error", for the provider behind it failed.
    """
    is_half = isinstance(completion, str) and completion.lstrip().startswith("{")
    if is_half or getattr(completion, "choices", None):
        return ProviderUnavailable(
            f"{endpoint} broke off in the middle of an answer; it is tried again later",
            taken=True,
        )
    told = getattr(completion, "error", None)
    fields: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    status = fields.get("code")
    if isinstance(status, int) and status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(f"{endpoint} limits the rate and gives no time; retry later")
    said = str(fields.get("message", ""))
    found = _by_code(_code(fields)) or _by_text(said, status)
    if found is None and isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST:
        found = _by_status(status)
    cause, message = found or _FOREIGN
    return cause(
        message.format(
            endpoint=endpoint,
            model=model,
            status=status,
            code=_code(fields),
            said=_shortened(said),
        )
    )


def _told_limit(error: openai.APIStatusError) -> int | None:
    """Return the context in tokens, as llama.cpp tells it in a field and others in words."""
    body: Mapping[str, Any] = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("error")
    told = (inner if isinstance(inner, Mapping) else body).get("n_ctx")
    if not isinstance(told, int):
        found = _TOLD_LIMIT.search(_said(error))
        told = int(next(filter(None, found.groups())).replace(",", "")) if found else 0
    return told if told >= _LEAST_CONTEXT else None


def _by_code(code: str) -> _Fault | None:
    """Return the fault that the endpoint names itself."""
    faults: dict[str, _Fault] = {
        **dict.fromkeys(_NO_CREDIT, _CREDIT),
        "context_length_exceeded": _CONTEXT,
        "exceed_context_size_error": _CONTEXT,
        "content_filter": _FILTERED,
        "model_not_found": _MODEL_UNKNOWN,
    }
    return faults.get(code.lower())


def _by_text(said: str, status: object) -> _Fault | None:
    """Return the fault that the endpoint tells in words; one that is failing tells of others'."""
    if isinstance(status, int) and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    begins = said[:_LONGEST_CAUSE]
    return next((fault for words, fault in _IN_WORDS if words.search(begins)), None)


def _said(error: openai.APIStatusError) -> str:
    """Return the endpoint's own words, without the body around them."""
    body: Mapping[str, Any] = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("error")
    told = inner.get("message") if isinstance(inner, Mapping) else body.get("message", inner)
    return told if isinstance(told, str) else error.message


def _shortened(said: str) -> str:
    line = _SECRET.sub("…", " ".join(said.split()))
    return line if len(line) <= _LONGEST_SAID else f"{line[:_LONGEST_SAID]}…"


def _by_status(status: int) -> _Fault:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _KEY
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return _CREDIT
    if status == HTTPStatus.NOT_FOUND:
        # A base URL without its /v1 answers likewise.
        return ModelUnknown, (
            "{endpoint} knows no {model}, or is not the right address ({status}); "
            "check CASEBOOK_LLM_MODEL and CASEBOOK_LLM_BASE_URL"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return ProviderUnavailable, "{endpoint} is failing ({status}); it is tried again later"
    return ModelError, "{endpoint} refuses the request for {model} ({status} {code}): {said}"


def _code(body: object) -> str:
    """Return the error's code or type from the body that the client parsed."""
    fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    inner = fields.get("error")
    if isinstance(inner, Mapping):
        fields = inner
    for key in ("code", "type"):
        if isinstance(value := fields.get(key), str):
            return value
    return ""


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After (RFC 9110 §10.2.3: seconds or a date) in seconds, or None."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return max(0.0, seconds) if seconds != float("inf") else None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": a time in UTC, by RFC 5322 §3.3
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
