"""Closing what ``up`` runs."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from casebook.cli import serving
from casebook.flows import local
from casebook.runtime.orchestrator import (
    open_desk,
    record_desk,
    record_server,
)
from casebook.runtime.stopping import on_signals


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_second_sigterm_leaves_no_server_behind(casebook, monkeypatch, sign):
    """``timeout`` sends two at once; the desk's event loop drops the handlers at its end."""
    ended = []

    class Orchestrator(local.LocalOrchestrator):
        def start(self, *_):
            return self

        def stop(self):
            ended.append(signal.getsignal(signal.SIGTERM))
            return True

    async def desk():
        stopped = asyncio.Event()
        on_signals(lambda _: stopped.set())
        signal.raise_signal(sign)
        await stopped.wait()

    monkeypatch.setattr(local, "LocalOrchestrator", Orchestrator)
    monkeypatch.setattr(serving, "_watch", lambda _: None)
    monkeypatch.setattr(serving, "_serve", lambda *_, **__: asyncio.run(desk()))
    monkeypatch.setattr(Orchestrator, "alive", lambda _: True)
    ran = casebook("up", "--prefect-port", "0")
    assert (ran.code, ended) == (0, [signal.SIG_IGN])
    assert "all stopped" in ran.err


@pytest.fixture
def first(environment, httpserver):
    """A home of which ``casebook up`` is running: its server answers, its desk is open."""
    home = Path(environment["CASEBOOK_HOME"])
    httpserver.expect_request("/api/health").respond_with_data("true")
    record_server(home, httpserver.url_for("/api"))
    record_desk(home, "http://127.0.0.1:8765")
    return home


def test_a_second_up_leaves_the_first_one_alone(casebook, first, monkeypatch):
    """It is refused, and commands find the server and the desk of the first one as before."""
    monkeypatch.setattr(local.LocalOrchestrator, "_spawn", None)
    ran = casebook("up", "--prefect-port", "0", "--port", "0")
    assert ran.code == 4
    assert "runs for this home already" in ran.err
    assert "all stopped" not in ran.err
    assert (first / "run" / "orchestrator.json").exists()
    assert open_desk(first)


def test_a_port_that_another_program_has_is_told(casebook, monkeypatch):
    """Where that is another home's Prefect, it would answer for ours and be given our flows."""
    monkeypatch.setattr(local.LocalOrchestrator, "_spawn", None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = casebook("up", "--prefect-port", str(taken.getsockname()[1]))
    assert ran.code == 4
    assert "--prefect-port" in ran.err


def test_a_desk_that_does_not_open_leaves_the_open_one_findable(casebook, first):
    """Its port is taken by that one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = casebook("review", "--port", str(taken.getsockname()[1]))
    assert ran.code == 4
    assert open_desk(first)


def test_a_time_zone_is_that_of_a_cron_line(casebook):
    """An interval has none: it was left out without a word."""
    given = ("--every", "1d", "--timezone", "Europe/Berlin")
    refused = casebook("schedule", "add", "watch", *given)
    assert (refused.code, "--timezone is that of a --cron line" in refused.err) == (2, True)
