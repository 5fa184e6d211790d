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
    """A server that signals when it accepts, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

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

    Args:
        services: shared with the rest of the process, which closes them.
        port: by default that of the settings; 0 takes any free one.
        key: what the address carries; by default a new random one.
        open_browser: open the address in the browser.
        on_ready: called with the address, its key included, once the desk answers.

    Raises:
        ConfigurationError: if the port is taken or the application does not start.
    """
    key = key or secrets.token_urlsafe(24)
    listening = listen(services.settings.desk_port if port is None else port)
    config = uvicorn.Config(
        create_app(services, key),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await _started(server, running)
        address = f"http://{HOST}:{listening.getsockname()[1]}/?key={key}"
        on_ready(address)
        if open_browser:
            await asyncio.to_thread(webbrowser.open, address)
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        await running


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine, 0 for any free one.

    Raises:
        ConfigurationError: if the port is not free.
    """
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


async def _started(server: _Server, running: asyncio.Task[None]) -> None:
    accepting = asyncio.create_task(server.accepting.wait())
    await asyncio.wait({running, accepting}, return_when=asyncio.FIRST_COMPLETED)
    accepting.cancel()
    if not server.started:
        raise ConfigurationError("The desk did not start; the log in the home says why.")
