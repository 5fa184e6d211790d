"""What all tests share."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import postgres_server
import pytest
from scripted_endpoint import ScriptedEndpoint

from casebook.warehouse import Warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
# A busy machine is no fault of what is tested: no example is held to a time.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Have Ctrl-C reach the commands that tests start, also where a shell runs them behind.

    Its jobs in the background are begun with it ignored, and what they begin goes on ignoring it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    """A scripted OpenAI-compatible endpoint on loopback."""
    served = ScriptedEndpoint()
    yield served
    served.close()


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of shared data sets; tests that read it are skipped where it is absent."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}; set CASEBOOK_DATASETS to run this test")
    return folder


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with the newest schema and no rows, to copy: migrating takes longer."""
    path = tmp_path_factory.mktemp("migrated") / "casebook.duckdb"
    Warehouse(path).migrate()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.PostgresServer]:
    """A real PostgreSQL; tests that want one are skipped where it is not installed."""
    if postgres_server.binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql (`make test` does)")
    server = postgres_server.PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium of the system, else Playwright's own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # the machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", *_QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page that keeps what the console and failing scripts say in ``page.said``."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()
