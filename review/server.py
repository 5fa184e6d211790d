"""The desk on a port of this machine."""

import asyncio
import contextlib
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable, Iterator

import uvicorn

from config.services import Services
from review.app import create_app
from schemas.errors import ConfigurationError

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 3


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone, and calls ``ready`` when it accepts."""

    ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    services: Services,
    port: int | None = None,
    key: str | None = None,
    *,
    open_browser: bool = False,
    on_ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve the desk until the task is cancelled; open answers are finished first.

    ``port`` is by default that of the settings, 0 any free one; ``key`` is by default a new random
    one. ``on_ready`` is called with the address, its key included, once the desk answers.
    ConfigurationError is raised if the port is taken or the application does not start.
    """
    key = key or secrets.token_urlsafe(24)
    listening = listen(services.settings.desk_port if port is None else port)
    address = f"http://{HOST}:{listening.getsockname()[1]}/?key={key}"
    server = _Server(
        uvicorn.Config(
            create_app(services, key),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )

    def ready() -> None:
        on_ready(address)
        if open_browser:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)

    server.ready = ready
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        await running
    if not server.started:
        raise ConfigurationError("The desk did not start; the log in the home says why.")


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port (0: any free one), or raise ConfigurationError."""
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it each request
    # of a kept-alive connection waits 40 ms for a delayed acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(100)
    except OSError as error:
        listening.close()
        reason = os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"Port {port} of {HOST} cannot be used for the desk ({reason}): close the other "
            "program, or choose another port with --port (0 takes any free one)."
        ) from error
    return listening
