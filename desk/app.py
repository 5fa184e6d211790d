"""The application: its pages, its actions, its API, and the published site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.staticfiles import StaticFiles

from config.resources import Resources
from desk import (
    account_pages,
    actions,
    api,
    api_curation,
    batches,
    bulk,
    inbox,
    insight,
    listening,
    mistakes,
    monitoring,
    pages,
    palette,
    pdf_pages,
    readings,
    rounds,
    systems,
    watches,
)
from desk.accounts import digest
from desk.error_responses import answer_errors
from desk.security import Guard
from desk.sessions import Sessions
from desk.state import DeskState
from desk.submit import UPLOADS
from publishing.site.build import STATIC as SITE_FILES

ROUTED = (
    pages, palette, pdf_pages, listening, insight, inbox, actions, rounds, bulk, batches, watches,
    systems, readings, mistakes, account_pages, monitoring, api, api_curation,
)  # fmt: skip
"""The modules with routes."""

_STATIC = Path(__file__).parent / "static"


class _Site(StaticFiles):
    """The published site, if there is one."""

    async def check_config(self) -> None:
        """Answer 404 until the folder exists."""
        if not await asyncio.to_thread(Path(str(self.directory)).is_dir):
            raise HTTPException(404, "Nothing is published yet: approve a case, then publish.")
        await super().check_config()


def create_app(resources: Resources, key: str) -> FastAPI:
    """Return the desk as an application for one event loop; the caller closes ``resources``.

    A browser must send the ``key`` once in the address: ``/?key=…``.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state: DeskState = app.state.desk
        following = asyncio.create_task(state.live.run())
        mailing = asyncio.create_task(inbox.InboxMail(state).run())
        resuming = asyncio.create_task(state.judging.resume())
        try:
            yield
        finally:
            state.live.stop()
            mailing.cancel()
            await asyncio.gather(following, resuming)
            await state.judging.close()
            await state.jobs.close()
            await state.batches.close()
            await state.publishing.close()

    app = FastAPI(
        title="casebook desk",
        lifespan=lifespan,
        docs_url=None,  # their pages load foreign scripts
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.desk = DeskState(resources, key)
    sessions: Sessions = app.state.desk.sessions
    # Safe for secrets (BREACH): the token of forms is masked anew in each page, and cookies are
    # headers. Server-sent events and partial content stay as they are.
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(Guard, sessions=sessions, uploads=resources.settings.home / UPLOADS)
    # Lax: links and bookmarklets on other sites open the desk; the guard checks changes.
    app.add_middleware(
        SessionMiddleware,
        secret_key=sessions.secret,
        session_cookie=f"casebook-{digest(sessions.secret)[:8]}",  # ports share cookies
        https_only=sessions.origin.startswith("https:"),
    )
    answer_errors(app)
    for part in ROUTED:
        app.include_router(part.router)
    app.mount("/preview", StaticFiles(directory=SITE_FILES), name="preview")
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    site = resources.settings.site_path
    app.mount("/site", _Site(directory=site, html=True, check_dir=False), name="site")
    return app
