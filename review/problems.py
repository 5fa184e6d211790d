"""Errors as answers: the fitting status, and the error's own sentence on a page or as JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from review.rendering import is_fragment, rendered
from review.security import set_headers
from schemas.errors import (
    CasebookError,
    ExtractionError,
    FetchError,
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
        InvalidDecision: HTTPStatus.CONFLICT,
        InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
        TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        # A list that cannot be fetched or read is not a fault of the desk.
        FetchError: HTTPStatus.UNPROCESSABLE_ENTITY,
        ExtractionError: HTTPStatus.UNPROCESSABLE_ENTITY,
        WarehouseError: HTTPStatus.SERVICE_UNAVAILABLE,
        CasebookError: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)
_RETRY_AFTER_SECONDS = "5"


def status_of(error: CasebookError) -> HTTPStatus:
    """Return the HTTP status of the closest class of ``error``."""
    return next(_STATUS[cause] for cause in type(error).__mro__ if cause in _STATUS)


def answer_errors(app: FastAPI) -> None:
    """Make ``app`` answer every error with a sentence that says what happened."""

    @app.exception_handler(CasebookError)
    async def ours(request: Request, error: CasebookError) -> Response:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("failed", path=request.url.path, cause=error.kind, message=str(error))
        retry = {"Retry-After": _RETRY_AFTER_SECONDS} if error.transient else {}
        return await _answer(request, status, error.kind, str(error), retry)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        message = error.detail
        if message == status.phrase:
            message = f"There is nothing at this address: {status.phrase.lower()}."
        return await _answer(request, status, "http", message, error.headers or {})

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
        text = f"Something unexpected went wrong ({type(error).__name__}); the log has the details."
        answer = await _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", text)
        set_headers(answer.headers)  # Starlette answers this one outside of the guard
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
