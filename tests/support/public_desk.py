"""A desk with a public address, for readers' reports, and publishing on its page."""

import socket

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from read_twice import APPROVER

from config.settings import Settings
from desk import server
from desk.accounts import Accounts
from schemas.reviews import Role


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A desk with a public address: this machine's name and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://localhost:{free.getsockname()[1]}"
    return Settings(
        home=tmp_path, curator=APPROVER, desk_address=address, site_address=f"{address}/site"
    )


@pytest.fixture
def resources(resources, monkeypatch):
    """The desk listens at its address, and does not start in public without an account."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", quick)
    Accounts(resources.warehouse).add("grace", Role.ADMIN, APPROVER, "a long password")
    serve, port = server.serve, int(resources.settings.desk_address.rpartition(":")[2])
    monkeypatch.setattr(server, "serve", lambda r, _, key, **more: serve(r, port, key, **more))
    return resources


def publish(page, address):
    """Publish on the desk's page and wait for its message."""
    page.goto(f"{address}/publish")
    page.locator("#publish form button[type=submit]").click()
    expect(page.get_by_role("heading", name="Publishing", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="The site is written")).to_be_visible(timeout=60_000)
