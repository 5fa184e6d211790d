"""Translates the errors of endpoints into ours, by the patterns of ``faults.toml``."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from itertools import chain
from json import JSONDecodeError
from typing import Any

import openai
from pydantic import ValidationError

from schemas import errors
from schemas.errors import ModelError
from schemas.frozen import Frozen
from summarizer.data import table
from summarizer.profiles import RAISE_CONTEXT

TIMED_OUT = "answer_timed_out"
"""Failure cause: the answer came too late, and may have cost money."""

# Prose has up to 4.7 characters per token, estimates have 4. Smaller counts are wrong counts, as no
# server has a smaller context.
_CUT, _LEAST_CUT = 0.6, 1_000
_SECRET = re.compile(r"(?:\bsk-|\bBearer )[^\s'\"]+")
_LONGEST = 160  # characters of the endpoint's message in ours
_LONGEST_CAUSE = 600  # some servers repeat the request, and thus the source, after the cause


class _Fault(Frozen):
    error: str
    message: str
    cause: str = ""
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    status: str = ""
    finish: str = ""


@cache
def _faults() -> Mapping[str, _Fault]:
    return {name: _Fault.model_validate(entry) for name, entry in table("faults").items()}


@dataclass(frozen=True)
class Faults:
    """Translates the errors of one model at one endpoint."""

    model: str
    endpoint: str

    def of_request(self, error: BaseException | None) -> ModelError:
        """Return our error for the exception of a request without a completion."""
        if isinstance(error, openai.APIStatusError):
            headers = error.response.headers
            return self._reported(error.status_code, error.body, error.message, headers)
        if isinstance(error, TimeoutError):
            return self._named(TIMED_OUT)
        if isinstance(error, openai.APIConnectionError):  # or no connection in time
            return self._named("unreachable")
        is_partial = isinstance(error, JSONDecodeError) and error.doc.lstrip().startswith("{")
        return self._named("answer_broken_off" if is_partial else "not_an_endpoint")

    def of_answer(self, completion: Any, limit: int) -> ModelError:
        """Return the error for a completion of up to ``limit`` tokens without a usable answer."""
        choices = getattr(completion, "choices", None)
        if not choices:  # a 200 response with an error in it, or not an endpoint at all
            error = getattr(completion, "error", None)
            status = error.get("code") if isinstance(error, Mapping) else None
            return self._reported(status if isinstance(status, int) else 200, error)
        refusal = getattr(choices[0].message, "refusal", None)
        finish = "refusal" if refusal else choices[0].finish_reason
        names = (name for name, fault in _faults().items() if fault.finish == finish)
        return self._named(next(names, "answer_invalid"), limit=f"{limit:,}")

    def of_count(self, read: int, asked: int) -> ModelError | None:
        """Return an error if the endpoint counted far fewer tokens than the prompt's ``asked``."""
        if not _LEAST_CUT <= read < _CUT * asked:
            return None
        return self._named("prompt_cut", read=f"{read:,}", asked=f"{asked:,}", advice=RAISE_CONTEXT)

    def _reported(
        self, status: int, body: object, text: str = "", headers: Mapping[str, str] | None = None
    ) -> ModelError:
        """Return the error for an endpoint's status, error code and message."""
        headers, fields = headers or {}, body if isinstance(body, Mapping) else {"message": body}
        message = headers.get("location") or fields.get("message")
        message = message if isinstance(message, str) else text
        codes = (fields.get(key) for key in ("code", "type"))
        code = next((value for value in codes if isinstance(value, str)), "")
        name = _name(status, code.lower(), message[:_LONGEST_CAUSE])
        return self._named(name, _retry_after(headers), status=status, said=_short(message))

    def _named(self, name: str, wait: float | None = None, **details: object) -> ModelError:
        fault = _faults()[name]
        waiting = "" if wait is None else f" for {wait:.0f} s"
        message = fault.message.format(**vars(self), **details, wait=waiting)
        error: ModelError = getattr(errors, fault.error)(message, fault.cause or name, wait)
        return error


def _name(status: int, code: str, message: str) -> str:
    """Return the name of the first fault with this code, or else these words, or this status."""
    faults = _faults().items()
    by_code = (name for name, fault in faults if code in fault.codes)
    by_words = (
        name
        for name, fault in faults
        if any(re.search(words, message, re.IGNORECASE) for words in fault.words)
    )
    by_status = (name for name, fault in faults if re.fullmatch(fault.status, str(status)))
    is_failing = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return next(chain(by_code, () if is_failing else by_words, by_status))


def misfit(error: ModelError) -> str:
    """Return the validation errors of an answer by field, without its content."""
    cause = error.__cause__.__cause__ if error.__cause__ else None
    found = cause.errors()[:5] if isinstance(cause, ValidationError) else []
    named = (_short(f"{'.'.join(map(str, one['loc']))} {one['msg']}") for one in found)
    return "; ".join(named) or "it has no JSON object"


def _short(message: str) -> str:
    line = _SECRET.sub("…", " ".join(message.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the Retry-After delay (RFC 9110 §10.2.3: seconds or a date) in seconds, or None."""
    value = headers.get("retry-after", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
