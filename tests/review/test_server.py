"""The desk on a real port."""

import asyncio
import socket
import time
import urllib.request

import pytest

from review.server import listen, serve
from schemas.errors import ConfigurationError


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
        return answer.read().decode()


async def test_a_desk_runs_beside_other_work_until_its_task_is_cancelled(services, warehouse):
    """It prints an address with the key, answers on the same loop, and leaves services open."""
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(services, 0, on_ready=ready.set_result))
    address = await asyncio.wait_for(ready, 10)
    base, _, key = address.partition("/?key=")
    assert len(key) > 20
    assert "Open the desk" in await asyncio.to_thread(get, address)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(get, f"{base}/healthz")
    assert warehouse.cases() == []


async def test_kept_alive_requests_do_not_wait_for_acknowledgements(services):
    """Accepted sockets have TCP_NODELAY; a socket without a protocol number never got it."""
    with listen(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(services, 0, "k", on_ready=ready.set_result))
    port = int((await ready).partition("127.0.0.1:")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    spent = []
    for _ in range(5):
        began = time.monotonic()
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await reader.readuntil(b'{"status":"ok"}')
        spent.append(time.monotonic() - began)
    writer.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert min(spent) < 0.03


async def test_a_taken_port_is_named(services):
    """The error says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} .*--port"):
            await serve(services, port)
