"""The desk on a real port."""

import asyncio
import socket
import urllib.request
from pathlib import Path

import pytest
from lxml import html

from config.resources import Resources
from config.settings import Settings
from desk.accounts import Accounts
from desk.server import listen, serve
from schemas.errors import ConfigurationError
from schemas.reviews import Role


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
        return answer.read().decode()


def opened_file(address: str) -> tuple[int, str]:
    """The permissions and the text of a file that a browser was pointed to."""
    path = Path(address.removeprefix("file://"))
    return path.stat().st_mode & 0o777, path.read_text()


async def test_a_desk_runs_beside_other_work_until_its_task_is_cancelled(resources, warehouse):
    """It reports its address with the key, shares the event loop, and leaves resources open."""
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(resources, 0, on_ready=ready.set_result))
    address = await asyncio.wait_for(ready, 10)
    base, _, key = address.partition("/?key=")
    assert len(key) > 20
    assert "ok" in await asyncio.to_thread(get, f"{base}/healthz?key={key}")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(get, f"{base}/healthz")
    assert warehouse.cases() == []


async def test_the_browser_gets_the_key_through_a_file_of_our_own(resources, monkeypatch):
    """The browser's command line, visible to all accounts, names a private file."""
    loop = asyncio.get_running_loop()
    ready, opened = loop.create_future(), loop.create_future()

    def open_browser(address: str) -> None:
        loop.call_soon_threadsafe(opened.set_result, address)

    monkeypatch.setattr("desk.server.webbrowser.open", open_browser)
    task = asyncio.create_task(
        serve(resources, 0, "k&y", open_browser=True, on_ready=ready.set_result)
    )
    address, page = await asyncio.wait_for(ready, 10), await asyncio.wait_for(opened, 10)
    assert page.startswith("file:///")
    mode, text = opened_file(page)
    assert mode == 0o600
    (target,) = html.fromstring(text).xpath("//meta[@http-equiv='refresh']/@content")
    assert target == f"0; url={address}"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(FileNotFoundError):
        opened_file(page)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "localhost"])
def test_every_listening_socket_names_its_protocol(host):
    """Asyncio sets TCP_NODELAY only on sockets with an explicit protocol."""
    try:
        listening = listen(0, host)
    except ConfigurationError as error:
        pytest.skip(f"this machine has no such address: {error}")
    with listening:
        assert listening.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"desk_listen": "0.0.0.0:0"}, "set CASEBOOK_DESK_ADDRESS"),
        ({"desk_proxies": {"10.0.0.2": "X-Forwarded-User"}}, "set CASEBOOK_DESK_ADDRESS"),
        ({"desk_address": "https://desk.example"}, "casebook review --add-admin NAME"),
        (
            {"desk_address": "https://desk.example", "desk_proxies": {"127.0.0.1": ""}},
            "casebook review --add-admin NAME",
        ),
        ({"desk_listen": "[::]:0", "desk_address": "https://desk.example"}, "--add-admin NAME"),
    ],
)
async def test_a_desk_without_a_log_in_stays_on_this_machine(settings, given, advice):
    """If others could reach it, it does not start, and says what to do first."""
    async with Resources(Settings(home=settings.home, curator="mira", **given)) as resources:
        with pytest.raises(ConfigurationError, match=advice):
            await serve(resources)


@pytest.mark.parametrize("proxies", [{}, {"127.0.0.1": "X-Forwarded-User"}])
async def test_a_public_desk_starts_once_people_can_log_in(settings, warehouse, proxies):
    """Requires an account or a trusted proxy; the printed address is public and has no key."""
    if not proxies:
        Accounts(warehouse).add("mira", Role.ADMIN, "mira", "correct horse battery")
    own = Settings(home=settings.home, desk_address="https://desk.example", desk_proxies=proxies)
    ready = asyncio.get_running_loop().create_future()
    async with Resources(own) as resources:
        task = asyncio.create_task(serve(resources, 0, on_ready=ready.set_result))
        assert await asyncio.wait_for(ready, 10) == "https://desk.example"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_taken_port_is_named(resources):
    """The error says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} .*--port"):
            await serve(resources, port)
