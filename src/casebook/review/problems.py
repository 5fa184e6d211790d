"""Errors as answers: the status that fits, and the error's own sentence on a page or as JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from casebook.review.guarding import set_headers
from casebook.review.rendering import is_fragment, rendered
from casebook.schemas.errors import (
    AmbiguousId,
    CasebookError,
    ExtractionError,
    FetchError,
    GateClosed,
    InputError,
    InvalidDecision,
    TooLarge,
    UnknownId,
    WarehouseError,
)

log = structlog.get_logger()

_STATUS: Mapping[type[CasebookError], HTTPStatus] = MappingProxyType(
    {
        UnknownId: HTTPStatus.NOT_FOUND,
        AmbiguousId: HTTPStatus.NOT_FOUND,
        InvalidDecision: HTTPStatus.CONFLICT,
        GateClosed: HTTPStatus.CONFLICT,
        InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
        # A list that was named and cannot be had or read: nothing of the desk failed.
        FetchError: HTTPStatus.UNPROCESSABLE_ENTITY,
        ExtractionError: HTTPStatus.UNPROCESSABLE_ENTITY,
        TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        # In use, out of reach, or of a newer casebook by now: nothing of the desk failed.
        WarehouseError: HTTPStatus.SERVICE_UNAVAILABLE,
        CasebookError: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)
_RETRY_AFTER_SECONDS = "5"


def status_of(error: CasebookError) -> HTTPStatus:
    """Return the HTTP status that the closest class of ``error`` has."""
    return next(_STATUS[cause] for cause in type(error).__mro__ if cause in _STATUS)


def answer_errors(app: FastAPI) -> None:
    """Make ``app`` answer every error with a sentence that says what happened."""

    @app.exception_handler(CasebookError)
    async def ours(request: Request, error: CasebookError) -> Response:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("failed", path=request.url.path, cause=error.kind(), said=str(error))
        retry = {"Retry-After": _RETRY_AFTER_SECONDS} if error.transient else {}
        return await _answer(request, status, error.kind(), str(error), retry)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        said = (
            error.detail
            if error.detail != status.phrase
            else f"There is nothing at this address: {status.phrase.lower()}."
        )
        return await _answer(request, status, "http", said, error.headers or {})

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _answer(
            request, status, "invalid_request", f"The request does not fit: {wrong}"
        )

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected", path=request.url.path, exc_info=error)
        said = f"Something unforeseen went wrong ({type(error).__name__}); the log has the details."
        answer = await _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", said)
        set_headers(answer.headers, request.url.path)  # made outside the middleware that does it
        return answer


async def _answer(
    request: Request,
    status: HTTPStatus,
    kind: str,
    message: str,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    if request.url.path.startswith("/api/"):
        body = {"error": {"kind": kind, "message": message}}
        return JSONResponse(body, status_code=status, headers=dict(headers))
    if is_fragment(request):
        # Shown beside what the person was doing, which stays as it is.
        headers = {**headers, "HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
        return await rendered(
            request, "notice.html", status=status, headers=headers, message=message, tone="bad"
        )
    return await rendered(
        request,
        "problem.html",
        status=status,
        headers=headers,
        message=message,
        phrase=status.phrase,
    )
