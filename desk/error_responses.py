"""Error responses: the status and the error's message, on a page or as JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from desk.rendering import is_fragment, render
from desk.security import HEADERS
from schemas import errors
from schemas.errors import CasebookError

log = structlog.get_logger()

_STATUS: Mapping[type[Exception], int] = {
    errors.UnknownId: HTTPStatus.NOT_FOUND,
    errors.InvalidDecision: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    # A list that cannot be fetched or read is not a fault of the desk.
    errors.FetchError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ExtractionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.WarehouseError: HTTPStatus.SERVICE_UNAVAILABLE,
    CasebookError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: CasebookError) -> HTTPStatus:
    """Return the HTTP status of the closest class of ``error``."""
    return HTTPStatus(next(_STATUS[cause] for cause in type(error).__mro__ if cause in _STATUS))


def answer_errors(app: FastAPI) -> None:
    """Make ``app`` answer every error with a clear message."""

    @app.exception_handler(CasebookError)
    async def ours(request: Request, error: CasebookError) -> Response:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("failed", path=request.url.path, cause=error.kind, message=str(error))
        retry = {"Retry-After": "5"} if error.transient else {}
        return await _answer(request, status, error.kind, str(error), retry)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        status, message = HTTPStatus(error.status_code), error.detail
        if message == status.phrase:
            message = f"There is nothing at this address: {status.phrase.lower()}."
        return await _answer(request, status, "http", message, error.headers or {})

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        message = f"Invalid request: {wrong}"
        return await _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", message)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected", path=request.url.path, exc_info=error)
        text = f"Something unexpected went wrong ({type(error).__name__}); the log has the details."
        answer = await _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", text)
        answer.headers.update(HEADERS)  # Starlette answers this outside the guard
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
        return JSONResponse(body, status, dict(headers))
    template = "problem.html"
    if is_fragment(request):
        # A notice leaves the person's work on the page.
        template = "notice.html"
        headers = {**headers, "HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
    context = {"message": message, "phrase": status.phrase}
    return await render(request, template, context, status=status, headers=headers)
