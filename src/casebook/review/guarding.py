"""What keeps other sites' pages out of the desk, and hostile text from running in it.

The desk has no log-in: whoever reaches its port acts as the curator. So it listens on loopback,
answers to loopback names only (against DNS rebinding, see `create_app`), and takes a change only
from its own pages.
"""

import secrets
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casebook.review.state import Desk

TOKEN_FIELD = "token"  # noqa: S105 - the name of a form field
TOKEN_HEADER = "X-Casebook-Token"  # noqa: S105 - the name of a header

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DESK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# What the site's own pages say, and that nobody may frame them.
_SITE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Guard:
    """Middleware: refuses changes that another site asks for, and sets the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        if scope["method"] in _SAFE_METHODS or is_same_origin(Headers(scope=scope)):
            await self._app(scope, receive, send_guarded)
        else:
            await _foreign(scope, receive, send_guarded)


_foreign = PlainTextResponse(
    "The desk takes changes from its own pages only; a script must send an Origin header with the "
    "desk's address, and the token that GET /api/token gives.",
    status_code=403,
)


def is_same_origin(headers: Headers) -> bool:
    """Tell whether the browser says that our own page, or the person, sent the request.

    A request that says nothing of where it comes from is not ours.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    stated = urlsplit(headers.get("origin") or headers.get("referer") or "")
    return stated.scheme == "http" and stated.netloc == headers.get("host")


def set_headers(headers: MutableHeaders, path: str) -> None:
    """Set the security headers of an answer to a request for ``path``."""
    is_site = path == "/site" or path.startswith("/site/")
    headers["Content-Security-Policy"] = _SITE_POLICY if is_site else _DESK_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-cache")


async def require_token(request: Request, state: Desk) -> None:
    """Refuse a change without this process's token, in the header or in the form.

    Raises:
        HTTPException: 403, when it is missing or of another process.
    """
    given = request.headers.get(TOKEN_HEADER)
    if given is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get(TOKEN_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), state.token.encode()):
        raise HTTPException(
            403,
            "Nothing was done: this page is older than the desk, which was restarted. Try again, "
            "and reload the page if that does not help.",
        )


Changes = [Depends(require_token)]
"""What every request that changes something has to pass."""
