"""A desk on a free port in a separate event loop, and people at it in a real Chromium."""

import asyncio
import contextlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from browsers import browser  # noqa: F401 - a fixture
from desk_client import KEY, Builder
from fastapi import FastAPI
from pdf_case import pdf_case, pdf_document  # noqa: F401 - fixtures
from playwright.sync_api import Page

from config.resources import Resources
from config.settings import Settings
from desk import live, server
from desk.accounts import Accounts
from desk.app import create_app
from schemas.reviews import Role

PASSWORD = "correct horse battery"
DESKTOP = {"width": 1280, "height": 900}
# The console repeats each answer that is an error; the page itself says what went wrong.
ANSWERS = re.compile(r"status of 4(03|04|09|22)|ERR_FAILED|Failed to fetch")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, curator="mira")


@pytest.fixture
def resources(settings, empty_database) -> Iterator[Resources]:
    shutil.copy(empty_database, settings.home / "warehouse.duckdb")
    made = Resources(settings)
    yield made
    made.warehouse.close()


@pytest.fixture
def build(resources) -> Builder:
    return Builder(resources.warehouse)


@pytest.fixture
def app(resources, monkeypatch) -> FastAPI:
    """The desk, which looks at the warehouse at each request and not once a second."""
    monkeypatch.setattr(live.Live, "always", True)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", quick)
    return create_app(resources, KEY)


@pytest.fixture
def desk_address(resources, app, monkeypatch) -> Iterator[str]:
    """The address that the desk prints, its key included."""
    monkeypatch.setattr(server, "create_app", lambda *_: app)
    addresses: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    serving = server.serve(
        resources,
        0,
        KEY,
        on_ready=lambda address: (addresses.append(address), ready.set()),
    )
    task = loop.create_task(serving)

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
def open_as(browser, address, app) -> Iterator[Callable[..., Page]]:  # noqa: F811
    """Opens an empty page for a person in a separate browser; scripts must not have errors.

    Each person logs in: mira as an admin, others as curators by default.
    """
    accounts = app.state.desk.accounts
    accounts.add("mira", Role.ADMIN, "mira", PASSWORD)
    opened: list[Page] = []

    def open_desk(name: str = "mira", role: Role = Role.CURATOR, **options) -> Page:
        options = {"viewport": DESKTOP} | options
        context = browser.new_context(**options)
        if accounts.person(name) is None:
            accounts.add(name, role, "mira", PASSWORD)
        fields, headers = {"name": name, "password": PASSWORD}, {"Origin": address}
        context.request.post(f"{address}/login", form=fields, headers=headers, max_redirects=0)
        made = context.new_page()
        made.errors = []
        made.on("pageerror", lambda error: made.errors.append(str(error)))
        made.on(
            "console",
            lambda line: (
                made.errors.append(line.text)
                if line.type in {"error", "warning"} and not ANSWERS.search(line.text)
                else None
            ),
        )
        made.set_default_timeout(15_000)
        opened.append(made)
        return made

    yield open_desk
    errors = [error for page in opened for error in page.errors]
    for page in opened:
        page.context.close()
    assert errors == []


@pytest.fixture
def page(open_as) -> Page:
    """An empty page of mira's."""
    return open_as()
