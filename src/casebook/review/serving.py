"""The desk on a port of this machine: by itself, or beside other work on the same event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Self

import uvicorn

from casebook.review.app import create_app
from casebook.runtime.ports import HOST, taken
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.runtime.stopping import on_signals
from casebook.schemas.errors import ConfigurationError

_GRACE_SECONDS = 3


class _Server(uvicorn.Server):
    """A server that says when it accepts, and leaves signals to whoever runs the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Desk:
    """The desk as a part of a running program. Start it, or use it as an async context manager.

    Args:
        settings: Where everything lies and who decides.
        port: 0 takes any free one; None the one of the settings.
        services: Shared with the rest of the program, which closes them.
    """

    def __init__(
        self, settings: Settings, *, port: int | None = None, services: Services | None = None
    ) -> None:
        self._settings, self._services = settings, services
        self._port = settings.desk_port if port is None else port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Start to answer and return the address.

        Raises:
            ConfigurationError: if the port is taken or the application does not start.
        """
        bound = taken(self._port, "the desk", "--port or CASEBOOK_DESK_PORT")
        config = uvicorn.Config(
            create_app(self._settings, self._services),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[bound]))
        accepting = asyncio.create_task(self._server.accepting.wait())
        await asyncio.wait({self._task, accepting}, return_when=asyncio.FIRST_COMPLETED)
        accepting.cancel()
        if not self._server.started:
            await self._task
            raise ConfigurationError("The desk did not start; the log says why.")
        return f"http://{HOST}:{bound.getsockname()[1]}"

    def ask_to_stop(self) -> None:
        """Let the desk stop by itself; ``wait`` returns when it has."""
        if self._server is not None:
            self._server.should_exit = True

    async def wait(self) -> None:
        """Wait until the desk stops."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Answer what was asked, then stop."""
        self.ask_to_stop()
        if self._task is not None:
            await self._task

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def serve(
    settings: Settings,
    *,
    port: int | None = None,
    on_ready: Callable[[str], None] | None = None,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve the desk until Ctrl-C.

    What a model is answering then is waited for; a second Ctrl-C gives it up.

    Args:
        settings: Where everything lies and who decides.
        port: 0 takes any free one; None the one of the settings.
        on_ready: Called with the address once the desk answers.
        on_stop: Called when it is asked to stop.

    Raises:
        ConfigurationError: if the port is taken.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Desk(settings, port=port), on_ready, on_stop))


async def _serve(
    desk: Desk, on_ready: Callable[[str], None] | None, on_stop: Callable[[], None]
) -> None:
    url = await desk.start()

    def stop(_: object) -> None:
        on_stop()
        desk.ask_to_stop()

    on_signals(stop)
    try:
        if on_ready is not None:
            on_ready(url)
        await desk.wait()
    finally:
        await desk.stop()
