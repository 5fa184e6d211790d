"""A read-only server of the published cases, over HTTP: an API for scripts, MCP for assistants.

It shows no draft, asks no model and changes nothing, so it can be open to everyone beside the site.
"""

import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Query
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from config.resources import Resources
from desk.accounts import Accounts
from desk.api import TaggedRoute
from desk.assistant import CaseTools, create_server
from desk.error_responses import answer_errors
from desk.server import listen, serve_app
from desk.sessions import LOOPBACK_NAMES, Sessions
from schemas.cases import Section

PER_MINUTE, WITH_TOKEN = 60, 600
"""Requests of one address in a minute, and of one token."""

_MINUTE, _MOST_COUNTED = 60.0, 10_000
_Limit = Annotated[int, Query(ge=1, le=50)]


class RateLimit:
    """Middleware that limits the requests of each address, or of each token, in a minute."""

    def __init__(self, app: ASGIApp, sessions: Sessions, accounts: Accounts) -> None:
        self._app, self._sessions, self._accounts = app, sessions, accounts
        self._began, self._counts = 0.0, dict[str, int]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it until the minute is over."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, now = Headers(scope=scope), time.monotonic()
        left = self._began + _MINUTE - now
        if left <= 0 or len(self._counts) > _MOST_COUNTED:
            self._began, left = now, _MINUTE
            self._counts.clear()
        token = headers.get("authorization", "").removeprefix("Bearer ")
        account = self._accounts.script(token) if token else None
        known = account is not None and account.active
        who = token if known else self._sessions.address(scope, headers)
        self._counts[who] = self._counts.get(who, 0) + 1
        most = WITH_TOKEN if known else PER_MINUTE
        if self._counts[who] <= most:
            await self._app(scope, receive, send)
            return
        message = f"More than {most} requests in a minute: wait {left:.0f} seconds."
        error = {"error": {"kind": "rate_limit", "message": message}}
        wait = {"Retry-After": f"{left:.0f}"}
        await JSONResponse(error, HTTPStatus.TOO_MANY_REQUESTS, wait)(scope, receive, send)


def create_public_app(resources: Resources, host: str = "127.0.0.1") -> FastAPI:
    """Return the application: ``/api/`` and ``/mcp``; it answers to the name of its ``host``.

    It also answers to the names of this machine, of the desk and of the site.
    """
    server, settings = create_server(resources, public=True), resources.settings
    # Starlette checks the host names of all requests.
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    assistants = server.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=unchecked
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with assistants.router.lifespan_context(assistants):
            yield

    app = FastAPI(
        title="casebook: published cases",
        lifespan=lifespan,
        docs_url=None,  # their pages load foreign scripts
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    accounts = Accounts(resources.warehouse)
    sessions = Sessions(settings, accounts, "")
    app.add_middleware(RateLimit, sessions=sessions, accounts=accounts)
    site = urlsplit(settings.site_address or "").hostname
    names = filter(None, (*sessions.hosts, *LOOPBACK_NAMES, host, site))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*names], www_redirect=False)
    answer_errors(app)
    app.include_router(_routes(CaseTools(resources, drafts=False)))
    app.mount("/", assistants)
    return app


def _routes(tools: CaseTools) -> APIRouter:
    """Return the routes of the API, which answer as the tools of assistants do."""
    router = APIRouter(prefix="/api", route_class=TaggedRoute)

    @router.get("/cases")
    def cases(
        q: str = "",
        *,
        industry: str = "",
        tag: str = "",
        company: str = "",
        year: str = "",
        limit: _Limit = 10,
    ) -> dict[str, Any]:
        """Find cases with these words, by industry, tag, company and year."""
        return tools.search_cases(
            q, industry=industry, tag=tag, company=company, year=year, limit=limit
        )

    @router.get("/search")
    def search(
        q: str, section: Section | None = None, tag: str = "", limit: _Limit = 10
    ) -> dict[str, Any]:
        """Find statements with these words, each with its support and its quotes."""
        return tools.search_statements(q, section, tag, limit)

    @router.get("/cases/{case_id}")
    def case(case_id: str) -> dict[str, Any]:
        """Return a case: facts, statements with support and quotes, source, and citation."""
        return tools.get_case(case_id)

    @router.get("/attribution")
    def attribution(sentence: str, company: str = "") -> dict[str, Any]:
        """Find a sentence in sources and cases, verbatim or in similar words."""
        return tools.check_attribution(sentence, company)

    return router


async def serve_public(resources: Resources, address: str, on_ready: Callable[[str], None]) -> None:
    """Serve the published cases at ``HOST:PORT`` until the task is cancelled.

    Raises:
        ConfigurationError: if the port is taken.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    listening: socket.socket = listen(int(port), host)
    base = f"http://{address.rpartition(':')[0]}:{listening.getsockname()[1]}"
    await serve_app(create_public_app(resources, host), listening, lambda: on_ready(base))
