"""The desk's web server, for this machine only unless people log in."""

import asyncio
import contextlib
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from tempfile import NamedTemporaryFile

import uvicorn
from starlette.types import ASGIApp

from config.resources import Resources
from desk.accounts import Accounts
from desk.app import create_app
from desk.sessions import is_public
from schemas.errors import ConfigurationError

_SHUTDOWN_SECONDS = 3
_SWITCH_SECONDS = 0.0005
_THREADS = 64


class _Server(uvicorn.Server):
    """A server that does not handle signals, and calls ``ready`` when it accepts requests."""

    ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    resources: Resources,
    port: int | None = None,
    key: str | None = None,
    *,
    open_browser: bool = False,
    on_ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve the desk until the task is cancelled; pending responses are finished first.

    ``port`` defaults to the settings (0: any free port), ``key`` to a new random one. ``on_ready``
    is called with the address, including the key, once the desk responds. ConfigurationError is
    raised if the port is taken, the application does not start, or other machines could reach the
    desk without logging in.
    """
    # Pages must not queue behind a batch's threads, which wait for storage, nor wait Python's usual
    # 5 ms for each thread switch.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings, key = resources.settings, key or secrets.token_urlsafe(24)
    await asyncio.to_thread(check_exposure, resources)
    host, _, usual = settings.desk_listen.rpartition(":")
    listening = listen(int(usual) if port is None else port, host.strip("[]"))
    address = f"http://{host}:{listening.getsockname()[1]}/?key={key}"
    address = settings.desk_address or address

    def ready() -> None:
        on_ready(address)
        if open_browser:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, page)

    with _redirect(address) if open_browser else contextlib.nullcontext("") as page:
        await serve_app(create_app(resources, key), listening, ready)


async def serve_app(app: ASGIApp, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve an application until the task is cancelled; pending responses are finished first.

    Raises:
        ConfigurationError: if the application does not start.
    """
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # headers must not change the peer
            lifespan="on",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )
    server.ready = ready
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        await running
    if not server.started:
        raise ConfigurationError("The server did not start; see the log in the home.")


@contextlib.contextmanager
def _redirect(address: str) -> Iterator[str]:
    """Yield the address of a private file that redirects to ``address``.

    Every account of this machine can read a browser's command line, which must not contain the key.
    """
    with NamedTemporaryFile("w", prefix="casebook-", suffix=".html", encoding="utf-8") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(address)}">')
        file.flush()
        yield Path(file.name).as_uri()


def check_exposure(resources: Resources) -> None:
    """Raise ConfigurationError if other machines could reach the desk without logging in."""
    settings = resources.settings
    if not is_public(settings):
        return
    if settings.desk_address is None:
        raise ConfigurationError(
            f"Other machines could reach the desk at {settings.desk_listen}: set "
            "CASEBOOK_DESK_ADDRESS to its public address, such as https://desk.example.org."
        )
    if not any(settings.desk_proxies.values()) and not Accounts(resources.warehouse).in_force:
        raise ConfigurationError(
            f"Others could reach the desk at {settings.desk_address}, but there is no account to "
            "log in with: run `casebook review --add-admin NAME`, then restart the desk."
        )


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a socket that listens on a port (0: any free port), or raise ConfigurationError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets with an explicit protocol; without it, each request
    # of a kept-alive connection waits 40 ms for a delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:  # otherwise IPv4 clients have unusual addresses
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listening.bind((host, port))
        listening.listen(100)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ConfigurationError(
            f"Port {port} of {host} cannot be used for the desk ({error}): close the other "
            "program, or choose another port with --port (0 takes any free one)."
        ) from error
    return listening
