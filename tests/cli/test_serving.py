"""Closing what ``up`` runs."""

import asyncio
import signal

import pytest

from casebook.cli import serving
from casebook.flows import local
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
