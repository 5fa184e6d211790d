"""Request guard: authentication, CSRF protection, limits and security headers.

Every request passes these checks before its body is read, the cheapest first: the stated size of
the body, the host name (against DNS rebinding), the sender, and the origin of a change. The token
of a form and the person's role are checked last.
"""

import asyncio
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from fastapi import Depends, HTTPException, Request
from markupsafe import escape
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.sessions import Sessions
from desk.state import PERSON, person_of, state_of
from extractors.fetch.fetch import FILE_ROOT
from publishing.wording import size
from schemas.errors import CasebookError
from schemas.mistakes import REPORT_PATH
from schemas.reviews import Role

log = structlog.get_logger()

UPLOAD_BODY = 64_000_000
PLAIN_BODY = 2_000_000
"""Maximum size of a request body in bytes, with and without files."""
REPORT_BODY = 20_000
"""That of a reader's report, which anybody can send."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WATCHED = frozenset({"/healthz", "/metrics"})  # for programs that send a token
_BY_HEADER = "casebook.by_header"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_WASM = {"Content-Security-Policy": _POLICY.replace("script-src", "script-src 'wasm-unsafe-eval'")}
_HEADERS_OF = {
    # It communicates with its opener, a page of another site.
    "/submit/page": {"Cross-Origin-Opener-Policy": "unsafe-none"},
    # The workers of the site's search and data page run WebAssembly.
    "/site/pagefind/pagefind-worker.js": _WASM,
    "/site/pagefind-recent/pagefind-worker.js": _WASM,
    "/site/data-worker.js": _WASM,
    "/site/meaning-worker.js": _WASM,
}
_SCRIPT = "A script sends the header Authorization: Bearer TOKEN."
_NO_KEY = (
    "The desk needs its key. Open the address that casebook printed when the desk started: it ends "
    f"in ?key=… {_SCRIPT}"
)
_LOGGED_OUT = "You are not logged in. Log in at /login in another tab, then try again here."
_FOREIGN = f"The desk accepts changes only from its own pages. {_SCRIPT}"
_OLD_PAGE = "Nothing was changed: reload this page, then try again."
_READER = "Nothing was changed: readers cannot make changes. An admin can make you a curator."
_NO_ADMIN = "Only admins can manage accounts."


class Guard:
    """Middleware that rejects unauthorized requests and sets the security headers."""

    def __init__(self, app: ASGIApp, sessions: Sessions, uploads: Path) -> None:
        self._app, self._sessions, self._uploads = app, sessions, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        FILE_ROOT.set(self._uploads)  # also for background work of the request

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note(scope, message["status"], time.monotonic() - began)
                given = MutableHeaders(scope=message)
                for name, value in (HEADERS | _HEADERS_OF.get(scope["path"], {})).items():
                    given.setdefault(name, value)
            await send(message)

        headers, answer, began = Headers(scope=scope), self._app, time.monotonic()
        try:
            self._check(scope, headers)
            key = _query(scope).get("key", "") if scope["method"] == "GET" else ""
            if key != "" and await asyncio.to_thread(self._sessions.is_key, key):
                answer = self._welcome(scope, headers)
            elif not _is_open(scope, is_public=bool(self._sessions.origin)):
                await self._admit(scope, headers)
        except HTTPException as refusal:
            answer = _refused(scope, headers, refusal)
        except CasebookError as error:  # the accounts cannot be read
            unavailable = HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
            answer = _refused(scope, headers, unavailable)
        await answer(scope, _limited(receive, _most_bytes(scope)), send_guarded)

    def _check(self, scope: Scope, headers: Headers) -> None:
        stated = headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > _most_bytes(scope):
            raise _too_large(_most_bytes(scope))
        if _host_name(headers) not in self._sessions.hosts:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "This is not the desk's host name.")

    def _welcome(self, scope: Scope, headers: Headers) -> Response:
        """Start a session for the key, and redirect to the address without it."""
        rest = {name: value for name, value in _query(scope).items() if name != "key"}
        address = f"{scope['path']}?{urlencode(rest)}".removesuffix("?")
        self._sessions.begin(scope, headers)
        return RedirectResponse(local_path(address), HTTPStatus.SEE_OTHER)

    async def _admit(self, scope: Scope, headers: Headers) -> None:
        """Store the sender of a request; reject unknown senders and cross-site changes."""
        found = await asyncio.to_thread(self._sessions.recognize, scope, headers)
        scope[PERSON], scope[_BY_HEADER] = found
        if found[0] is None and scope["path"] != "/login":
            raise await asyncio.to_thread(self._stranger, scope, headers)
        own = is_same_origin(headers, self._sessions.origin)
        if scope["method"] not in _SAFE_METHODS and not scope[_BY_HEADER] and not own:
            raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)

    def _stranger(self, scope: Scope, headers: Headers) -> HTTPException:
        """Return the response to an unknown sender."""
        has_log_in = self._sessions.has_log_in
        if scope["path"].startswith("/api/") or scope["path"] in _WATCHED:
            need = {"WWW-Authenticate": "Bearer"}
            return HTTPException(HTTPStatus.UNAUTHORIZED, _SCRIPT if has_log_in else _NO_KEY, need)
        if not has_log_in:
            return HTTPException(HTTPStatus.FORBIDDEN, _NO_KEY)
        if scope["method"] != "GET" or headers.get("hx-request") == "true":
            return HTTPException(HTTPStatus.FORBIDDEN, _LOGGED_OUT)
        wanted = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".removesuffix("?")
        there = {"Location": f"/login?{urlencode({'next': wanted})}"}
        return HTTPException(HTTPStatus.SEE_OTHER, _LOGGED_OUT, there)


def _note(scope: Scope, status: int, seconds: float) -> None:
    """Write a line of the request log, with the person; its address has no key and no words."""
    if not scope["path"].startswith(("/static/", "/healthz")):
        person = scope.get(PERSON)
        who, took = person.name if person else None, round(seconds, 3)
        about = {"method": scope["method"], "path": scope["path"], "status": status}
        log.info("request", **about, who=who, seconds=took)


def is_same_origin(headers: Headers, public: str = "") -> bool:
    """Return whether one of the desk's pages or the person sent the request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    stated = headers.get("origin") or headers.get("referer") or ""
    own = {f"http://{headers.get('host')}", public} - {""}
    return any(stated == one or stated.startswith(f"{one}/") for one in own)


def local_path(address: str) -> str:
    """Return an address as a path of the desk, because two slashes would start a host name."""
    return "/" + address.lstrip("/\\")


async def require_token(request: Request) -> None:
    """Reject a change without the desk's token in a header or in the form.

    Requests with the key in a header need none: other sites' pages cannot send that header.
    """
    if request.scope.get(_BY_HEADER):
        return
    given = request.headers.get("X-Casebook-Token")
    if given is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("token")
        given = field if isinstance(field, str) else None
    if given is None or not state_of(request).sessions.is_token(given):
        raise HTTPException(HTTPStatus.FORBIDDEN, _OLD_PAGE)


def require_curator(request: Request) -> None:
    """Reject readers."""
    if person_of(request).role is Role.READER:
        raise HTTPException(HTTPStatus.FORBIDDEN, _READER)


def require_admin(request: Request) -> None:
    """Reject everyone but admins."""
    if person_of(request).role is not Role.ADMIN:
        raise HTTPException(HTTPStatus.FORBIDDEN, _NO_ADMIN)


TokenRequired = [Depends(require_token)]
"""The checks of changes to one's own account, sessions and views."""

CuratorRequired = [*TokenRequired, Depends(require_curator)]
"""The checks of all other changes."""


def _is_open(scope: Scope, *, is_public: bool) -> bool:
    """Return whether a request needs no authentication, because it shows only published cases.

    A public desk lets readers report mistakes; that page checks a token of its own.
    """
    if is_public and scope["path"] == REPORT_PATH:
        return scope["method"] in {"GET", "HEAD", "POST"}
    is_alive = scope["path"] == "/healthz" and b"deep" not in scope["query_string"]
    is_open = is_alive or scope["path"].startswith("/static/")
    return is_open and scope["method"] in _SAFE_METHODS


def _most_bytes(scope: Scope) -> int:
    if scope["path"] == REPORT_PATH:
        return REPORT_BODY
    return UPLOAD_BODY if scope["path"] in {"/submit", "/batches/estimate"} else PLAIN_BODY


def _too_large(most: int) -> HTTPException:
    return HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is larger than {size(most)}: send less at once, or a smaller "
        "extract of the file.",
    )


def _limited(receive: Receive, most: int) -> Receive:
    """Return a ``receive`` that stops reading a body past ``most`` bytes."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _too_large(most)
        return message

    return limited


def _host_name(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def _query(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


def _refused(scope: Scope, headers: Headers, refusal: HTTPException) -> Response:
    """Return an error as JSON for scripts, a notice for htmx, otherwise plain text."""
    status, message, given = refusal.status_code, refusal.detail, dict(refusal.headers or {})
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"kind": "http", "message": message}}, status, given)
    if headers.get("hx-request") == "true":
        # A notice leaves the person's work on the page.
        into = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
        return HTMLResponse(f'<p class="notice bad">{escape(message)}</p>', status, into)
    return PlainTextResponse(message, status, given)
