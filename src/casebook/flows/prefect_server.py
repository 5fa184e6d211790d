"""Prefect's server, closed to the pages of other sites: an application for uvicorn.

Whoever reaches its API runs programs here: a deployment may name any command to be run before its
flow. It has no log-in, lets pages of every origin read and write, and answers to every host name.
So a page in the curator's browser could give it a command, where it listens on loopback alone.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from prefect.server.api.server import create_app

from casebook.runtime.ports import LOOPBACK_NAMES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAMED_HERE = re.compile(rf"(?:{'|'.join(map(re.escape, LOOPBACK_NAMES))})(?::\d+)?", re.IGNORECASE)
_FRAMES = {"frame", "iframe", "embed", "object"}
_REFUSAL = b"This server answers programs of this machine and its own pages only."


def guarded() -> Application:
    """Return Prefect's server behind the guard; uvicorn calls this."""
    return OwnPagesOnly(create_app(final=True))


class OwnPagesOnly:
    """Middleware: refuses what is asked under a foreign name, or by a page of another origin.

    Browsers say whose page asks wherever something may be changed, and wherever the page could
    read the answer; programs say nothing.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open one WebSocket."""
        if scope["type"] == "lifespan" or is_ours(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSAL})


def is_ours(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell by a request's headers that it names this machine, and no other page asks or frames."""
    said = {name.lower(): value.decode("latin-1") for name, value in headers}
    host, origin = said.get(b"host", ""), said.get(b"origin")
    return (
        _NAMED_HERE.fullmatch(host) is not None
        and origin in {None, f"http://{host}"}
        and said.get(b"sec-fetch-dest") not in _FRAMES
    )
