"""The desk on a port of this machine, for this machine alone unless people log in."""

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

from config.resources import Resources
from desk.accounts import Accounts
from desk.app import create_app
from desk.sessions import is_public
from schemas.errors import ConfigurationError

_SHUTDOWN_SECONDS = 3
_SWITCH_SECONDS = 0.0005
_THREADS = 64


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
    resources: Resources,
    port: int | None = None,
    key: str | None = None,
    *,
    open_browser: bool = False,
    on_ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve the desk until the task is cancelled; open answers are finished first.

    ``port`` is by default that of the settings, 0 any free one; ``key`` is by default a new random
    one. ``on_ready`` is called with the address, its key included, once the desk answers.
    ConfigurationError is raised if the port is taken, the application does not start, or other
    machines could reach a desk that no one has to log in to.
    """
    # A page must not queue behind the threads of a batch, which wait for rows to be stored, nor
    # wait Python's usual 5 ms for each of them at each of its steps.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings, key = resources.settings, key or secrets.token_urlsafe(24)
    await asyncio.to_thread(check_exposure, resources)
    host, _, usual = settings.desk_listen.rpartition(":")
    listening = listen(int(usual) if port is None else port, host.strip("[]"))
    address = f"http://{host}:{listening.getsockname()[1]}/?key={key}"
    address = settings.desk_address or address
    server = _Server(
        uvicorn.Config(
            create_app(resources, key),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # a header must not change who the peer is
            lifespan="on",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )

    def ready() -> None:
        on_ready(address)
        if open_browser:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, page)

    server.ready = ready
    with _redirect(address) if open_browser else contextlib.nullcontext("") as page:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(running)
        finally:
            server.should_exit = True
            await running
    if not server.started:
        raise ConfigurationError("The desk did not start; the log in the home says why.")


@contextlib.contextmanager
def _redirect(address: str) -> Iterator[str]:
    """Yield the address of a page that leads to ``address``, a file for this account alone.

    The command line of a browser can be read by every account of this machine; the key must not.
    """
    with NamedTemporaryFile("w", prefix="casebook-", suffix=".html", encoding="utf-8") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(address)}">')
        file.flush()
        yield Path(file.name).as_uri()


def check_exposure(resources: Resources) -> None:
    """Raise ConfigurationError if other machines could reach a desk without a log-in."""
    settings = resources.settings
    if not is_public(settings):
        return
    if settings.desk_address is None:
        raise ConfigurationError(
            f"Other machines would reach the desk at {settings.desk_listen}: set "
            "CASEBOOK_DESK_ADDRESS to the address that people open, as https://desk.example.org."
        )
    if not any(settings.desk_proxies.values()) and not Accounts(resources.warehouse).in_force:
        raise ConfigurationError(
            f"Others would reach the desk at {settings.desk_address}, and there is no account to "
            "log in with: run `casebook review --add-admin NAME`, then start it again."
        )


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a socket that listens on a port (0: any free one), or raise ConfigurationError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it each request
    # of a kept-alive connection waits 40 ms for a delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:  # else clients of the other version come by unusual addresses
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
