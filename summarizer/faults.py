"""Translates what endpoints answer in place of a good answer; ``faults.toml`` lists it."""

import re
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from itertools import chain
from json import JSONDecodeError
from typing import Any

import openai
from pydantic import ValidationError

from schemas import errors
from schemas.errors import ModelError
from schemas.frozen import Frozen

TIMED_OUT = "answer_timed_out"
"""The cause of an answer that did not come in time; it may have been paid for."""

_SECRET = re.compile(r"(?:\bsk-|\bBearer )[^\s'\"]+")
_LONGEST = 160  # characters of the endpoint's own words in our message
_LONGEST_CAUSE = 600  # some servers repeat the request behind the cause, with the source's words


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
    table = tomllib.loads(files(__package__).joinpath("faults.toml").read_text("utf-8"))
    return {name: _Fault.model_validate(entry) for name, entry in table.items()}


@dataclass(frozen=True)
class Faults:
    """Names what goes wrong with one model at one endpoint."""

    model: str
    endpoint: str

    def of_request(self, error: BaseException | None) -> ModelError:
        """Return our error for what a request without a completion raised."""
        if isinstance(error, openai.APIStatusError):
            headers = error.response.headers
            return self._reported(error.status_code, error.body, error.message, headers)
        if isinstance(error, TimeoutError):
            return self._named(TIMED_OUT)
        if isinstance(error, openai.APIConnectionError):  # or no connection in time
            return self._named("unreachable")
        is_half = isinstance(error, JSONDecodeError) and error.doc.lstrip().startswith("{")
        return self._named("answer_broken_off" if is_half else "not_an_endpoint")

    def of_answer(self, completion: Any, limit: int) -> ModelError:
        """Return why a completion of at most ``limit`` tokens has no usable answer."""
        choices = getattr(completion, "choices", None)
        if not choices:  # a 200 with an error in it, or no endpoint at all
            error = getattr(completion, "error", None)
            status = error.get("code") if isinstance(error, Mapping) else None
            return self._reported(status if isinstance(status, int) else 200, error)
        refusal = getattr(choices[0].message, "refusal", None)
        finish = "refusal" if refusal else choices[0].finish_reason
        names = (name for name, fault in _faults().items() if fault.finish == finish)
        return self._named(next(names, "answer_invalid"), limit=f"{limit:,}")

    def _reported(
        self, status: int, body: object, text: str = "", headers: Mapping[str, str] | None = None
    ) -> ModelError:
        """Return the error that an endpoint reports by its status and in its own words."""
        headers, fields = headers or {}, body if isinstance(body, Mapping) else {"message": body}
        said = headers.get("location") or fields.get("message")
        said = said if isinstance(said, str) else text
        codes = (fields.get(key) for key in ("code", "type"))
        code = next((value for value in codes if isinstance(value, str)), "")
        name = _name(status, code.lower(), said[:_LONGEST_CAUSE])
        return self._named(name, _retry_after(headers), status=status, said=_short(said))

    def _named(self, name: str, wait: float | None = None, **details: object) -> ModelError:
        fault = _faults()[name]
        waiting = "gives no time" if wait is None else f"asks to wait {wait:.0f} s"
        message = fault.message.format(**vars(self), **details, wait=waiting)
        error: ModelError = getattr(errors, fault.error)(message, fault.cause or name, wait)
        return error


def _name(status: int, code: str, said: str) -> str:
    """Return the name of the first fault by code, else by words, else by status."""
    faults = _faults().items()
    by_code = (name for name, fault in faults if code in fault.codes)
    by_words = (
        name
        for name, fault in faults
        if any(re.search(words, said, re.IGNORECASE) for words in fault.words)
    )
    by_status = (name for name, fault in faults if re.fullmatch(fault.status, str(status)))
    is_failing = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return next(chain(by_code, () if is_failing else by_words, by_status))


def misfit(error: ModelError) -> str:
    """Return what did not fit in an answer, by field and without the answer's own words."""
    cause = error.__cause__.__cause__ if error.__cause__ else None
    found = cause.errors()[:5] if isinstance(cause, ValidationError) else []
    named = (_short(f"{'.'.join(map(str, one['loc']))} {one['msg']}") for one in found)
    return "; ".join(named) or "it has no JSON object"


def _short(said: str) -> str:
    line = _SECRET.sub("…", " ".join(said.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After (RFC 9110 §10.2.3: seconds or a date) in seconds, or None."""
    value = headers.get("retry-after", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
