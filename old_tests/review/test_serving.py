"""The desk on a real port."""

import asyncio
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from casebook.review import Desk
from casebook.runtime.services import Services
from casebook.schemas.errors import ConfigurationError

SERVE = """
import sys
from casebook.review import serve
from casebook.runtime.settings import Settings
serve(Settings(home=sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))
"""


def asked(url: str) -> str:
    with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 - our own
        return answer.read().decode()


async def test_a_desk_runs_beside_other_work_and_leaves_shared_services_open(settings):
    """It answers on the same event loop, stops when asked, and closes only what is its own."""
    closed = []
    async with Services(settings) as services:
        services._closers.append(lambda: closed.append(True))
        desk = Desk(settings, port=0, services=services)
        url = await desk.start()
        assert await asyncio.to_thread(asked, url) == '{"status":"ok"}'
        await desk.stop()
        assert closed == []
        with pytest.raises(OSError, match="refused"):
            await asyncio.to_thread(asked, url)


async def test_a_taken_port_is_named(settings):
    """The error says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} .*--port"):
            await Desk(settings, port=port).start()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_when_it_is_ready_and_ends_quietly(tmp_path, ending):
    """Ctrl-C and a polite kill end it with exit code 0 and without a traceback."""
    running = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = running.stdout.readline().strip()
    assert asked(url) == '{"status":"ok"}'
    running.send_signal(ending)
    _, said = running.communicate(timeout=10)
    assert (running.returncode, said) == (0, "")
