"""Chromium without a network: every way out leads to a dead address, and it always ends.

What a page may ask for is answered from outside (see ``rendering``). Whatever slips past that
(websockets, WebRTC, preconnects, shared workers) meets the belt: a proxy on a port that we hold and
that nobody serves, for loopback addresses too, and a resolver to which no name and no address
exists.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from casebook.schemas.errors import BrowserFailed

if TYPE_CHECKING:
    from playwright.async_api import Browser

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Switches: chromium/src content/public/common/content_switches.cc and components/*_switches.cc.
_BELT = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",
)
_CLOSING_SECONDS = 3.0
# V8's own limit above knows neither buffers, nor WebAssembly, nor blobs, which the page may fill.
_DATA_BYTES = 1_500 * 2**20
_DRIVER = "run-driver"


def is_installed() -> bool:
    """Tell whether the extra ``[browser]`` is there; whether it finds a browser shows when used."""
    return bool(find_spec("playwright") and find_spec("psutil"))


def program() -> str | None:
    """Return the path of an installed Chromium; without one, Playwright starts its own."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


@contextlib.asynccontextmanager
async def open_browser() -> AsyncIterator["Browser"]:
    """Start a Chromium and end it, with its whole family, whatever state it is in.

    It sees none of this process's environment (there may be keys in it) and, unless we are root,
    runs in its own sandbox.

    Raises:
        BrowserFailed: if none can be started.
    """
    from playwright.async_api import Error, async_playwright

    mark = f"--casebook-visit={secrets.token_hex(8)}"
    driver = async_playwright()
    with tempfile.TemporaryDirectory(prefix="casebook-browser-") as home, _dead_port() as port:
        try:
            playwright = await driver.start()
            await asyncio.to_thread(_limit_memory)
            browser = await playwright.chromium.launch(
                executable_path=program(),
                args=[*_BELT, mark],
                ignore_default_args=["--disable-popup-blocking"],
                chromium_sandbox=os.geteuid() != 0,
                proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
                env={"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            )
            yield browser
        except Error as error:
            raise BrowserFailed(_first_line(error)) from error
        finally:
            await asyncio.shield(_end(driver, mark))


@contextlib.contextmanager
def _dead_port() -> Iterator[int]:
    """Hold a port of the loopback on which nothing listens: connections are refused."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def _end(driver: Any, mark: str) -> None:
    """Ask the driver to close its browser; kill what is left of both after that."""
    closed = False
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_CLOSING_SECONDS):
            await driver.__aexit__()
            closed = True
    await asyncio.to_thread(_kill_marked, mark, with_driver=not closed)


def _limit_memory() -> None:
    """Bound what each process of the browser may fill: it inherits this from the driver.

    Where the system cannot (it is Linux's), the browser's deadline alone bounds it.
    """
    import psutil

    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error, AttributeError):
            if _DRIVER in child.cmdline():
                child.rlimit(psutil.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))


def _kill_marked(mark: str, *, with_driver: bool) -> None:
    """Kill the browser that was started with ``mark``, what it started, and perhaps its parent."""
    import psutil

    us = psutil.Process()
    for process in us.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if mark not in process.cmdline():
                continue
            parent = process.parent()
            family = [process, *process.children(recursive=True)]
            family += [parent] if with_driver and parent and parent != us else []
            for one in family:
                with contextlib.suppress(psutil.Error):
                    one.kill()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
