"""What keeps strangers and other sites' pages out of the desk, and hostile text from running in it.

Every request passes these checks, the cheapest first, before its body is read: a loopback name of
this machine (against DNS rebinding), the desk's key, the origin of a change, the size of the body.
The token of a form comes last.
"""

import hashlib
import hmac
import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, HTTPException, Request
from markupsafe import escape
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    Response,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
UPLOAD_BODY = 64_000_000
PLAIN_BODY = 2_000_000
"""Bytes that the body of a request may have, with and without files."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BY_HEADER = "casebook.by_header"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SCRIPT = "A script sends the header Authorization: Bearer KEY."
_NO_KEY = (
    "The desk needs its key. Open the address that casebook printed when the desk started: it ends "
    f"in ?key=… After a restart the address is a new one. {_SCRIPT}"
)
_FOREIGN = f"The desk takes changes from its own pages only. {_SCRIPT}"
_OLD_PAGE = (
    "Nothing was changed: this page is older than the desk, which was restarted. Try again, and "
    "reload the page if that does not help."
)
_WELCOME = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>casebook desk</title>'
    '<link rel="icon" href="/static/icon.svg">'
    '<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">Open the desk</a>'
)


class Guard:
    """Middleware that refuses what does not belong here, and sets the security headers.

    ``key`` is what the desk's address carries; a cookie keeps it afterwards.
    """

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app, self._key = app, key
        self._cookie = f"casebook-{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
        except HTTPException as refusal:
            await _refused(headers, refusal)(scope, receive, send_guarded)
        else:
            arrives = scope["method"] == "GET" and self._is_key(_query(scope).get("key"))
            app = self._welcome if arrives else self._app
            await app(scope, _limited(receive, _most_bytes(scope)), send_guarded)

    def _check(self, scope: Scope, headers: Headers) -> None:
        changes = scope["method"] not in _SAFE_METHODS
        if _host_name(headers) not in LOOPBACK_NAMES:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The desk does not have this host name.")
        if scope["path"] == "/healthz" and not changes:
            return
        scope[_BY_HEADER] = self._is_key(headers.get("authorization", "").removeprefix("Bearer "))
        if not scope[_BY_HEADER]:
            in_address = None if changes else _query(scope).get("key")
            if not self._is_key(in_address) and not self._is_key(self._in_cookie(headers)):
                raise HTTPException(HTTPStatus.FORBIDDEN, _NO_KEY)
            if changes and not is_same_origin(headers):
                raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)
        stated = headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > _most_bytes(scope):
            raise _too_large(_most_bytes(scope))

    def _is_key(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self._key.encode())

    def _in_cookie(self, headers: Headers) -> str | None:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return None
        return found.value if found else None

    async def _welcome(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the key in a cookie and go on without it in the address."""
        rest = {name: value for name, value in _query(scope).items() if name != "key"}
        # A path of two slashes would be another host.
        address = f"/{scope['path'].lstrip('/')}" + (f"?{urlencode(rest)}" if rest else "")
        # Not a redirect: after a click on another site's page it would go without the new cookie.
        answer = HTMLResponse(_WELCOME.format(address=escape(address)))
        answer.set_cookie(self._cookie, self._key, httponly=True, samesite="strict")
        await answer(scope, receive, send)


def token_of(key: str) -> str:
    """Return what the forms of the desk with this key carry."""
    return hmac.new(key.encode(), b"forms", hashlib.sha256).hexdigest()


def is_same_origin(headers: Headers) -> bool:
    """Return whether the browser says that our own page, or the person, sent the request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    stated = headers.get("origin") or headers.get("referer") or ""
    own = f"http://{headers.get('host')}"
    return stated == own or stated.startswith(f"{own}/")


async def require_token(request: Request) -> None:
    """Refuse a change without the desk's token, in the header or in the form.

    A request that names the key in a header is a script's: no other site's page can send that.
    """
    if request.scope.get(_BY_HEADER):
        return
    given = request.headers.get("X-Casebook-Token")
    if given is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("token")
        given = field if isinstance(field, str) else None
    expected = request.app.state.desk.token
    if given is None or not secrets.compare_digest(given.encode(), expected.encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN, _OLD_PAGE)


Changes = [Depends(require_token)]
"""What every request that changes something has to pass."""


def _most_bytes(scope: Scope) -> int:
    return UPLOAD_BODY if scope["path"] in {"/submit", "/batches/quote"} else PLAIN_BODY


def _too_large(most: int) -> HTTPException:
    return HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is larger than {most // 1_000_000} MB: send less at once, or a smaller "
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


def _refused(headers: Headers, refusal: HTTPException) -> Response:
    """Return a refusal as a notice for htmx, else as a line of text."""
    status, message = refusal.status_code, refusal.detail
    if headers.get("hx-request") == "true":
        # Shown beside what the person was doing, which stays as it is.
        into = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
        return HTMLResponse(f'<p class="notice bad">{escape(message)}</p>', status, into)
    return PlainTextResponse(message, status)
