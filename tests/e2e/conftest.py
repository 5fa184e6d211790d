"""A desk on a free port of its own event loop, and a page in a real Chromium."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Iterator

import pytest
from desk import Builder
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.services import Services
from config.settings import Settings
from review.server import serve

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")  # its event loop would be in the way of other files' tests
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    expect.set_options(timeout=20_000)  # the machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def services(tmp_path) -> Iterator[Services]:
    made = Services(Settings(home=tmp_path, curator="mira"))
    yield made
    made.warehouse.close()


@pytest.fixture
def build(services) -> Builder:
    return Builder(services.warehouse)


@pytest.fixture
def desk_address(services) -> Iterator[str]:
    """The address that the desk prints, its key included."""
    addresses: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    task = loop.create_task(
        serve(services, 0, on_ready=lambda address: (addresses.append(address), ready.set()))
    )

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(60)
    yield addresses[0]
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()


@pytest.fixture
def address(desk_address) -> str:
    """The desk's address without the key, for a browser that has it."""
    return desk_address.partition("/?")[0]


@pytest.fixture
def page(chromium, desk_address, address) -> Iterator[Page]:
    """A page that opened the desk; ``page.errors`` has what the console and scripts complained."""
    made = chromium.new_page(viewport={"width": 1280, "height": 900})
    made.errors = []
    made.on("pageerror", lambda error: made.errors.append(str(error)))
    made.on(
        "console",
        lambda line: made.errors.append(line.text) if line.type in {"error", "warning"} else None,
    )
    made.set_default_timeout(20_000)
    made.goto(desk_address)
    made.wait_for_url(f"{address}/")
    yield made
    made.close()
