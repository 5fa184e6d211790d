"""The application: its pages, its actions, its API, and the published site to read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from casebook.review import actions, api, batches, pages, watches
from casebook.review.guarding import Guard
from casebook.review.problems import answer_errors
from casebook.review.state import State
from casebook.runtime.ports import LOOPBACK_NAMES
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings

_STATIC = Path(__file__).parent / "static"


class _Site(StaticFiles):
    """The published site, which may not be there yet."""

    async def check_config(self) -> None:
        """Look for the folder at each request until it is there.

        Raises:
            HTTPException: 404, while nothing is published.
        """
        if not await asyncio.to_thread(Path(str(self.directory)).is_dir):
            raise HTTPException(404, "Nothing is published yet: approve a case, then publish.")
        await super().check_config()


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Return the desk as an application for one event loop.

    Args:
        settings: Where everything lies and who decides.
        services: Shared with the rest of the process, which closes them; else the application
            opens its own and closes them at its end.
    """
    own = services is None
    used = services or Services(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state: State = app.state.desk
        try:
            yield
        finally:
            await asyncio.gather(state.batches.close(), state.jobs.close())
            if own:
                await used.close()

    app = FastAPI(
        title="casebook desk",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.desk = State(used)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES, www_redirect=False)
    app.add_middleware(Guard)
    answer_errors(app)
    for router in (pages.router, actions.router, batches.router, watches.router, api.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.mount("/site", _Site(directory=settings.site_path, html=True, check_dir=False), name="site")
    return app
