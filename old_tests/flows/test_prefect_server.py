"""Prefect's server, as `casebook up` runs it, does nothing for the pages of other sites."""

import pytest

from casebook.flows.local import LocalOrchestrator

OURS = [
    {"host": "127.0.0.1:4200"},
    {"host": "localhost:4200", "origin": "http://localhost:4200"},
    {"host": "[::1]:4200", "sec-fetch-dest": "document", "sec-fetch-site": "cross-site"},
]
FOREIGN = [
    {},
    {"host": "evil.example:4200"},
    {"host": "127.0.0.1.evil.example:4200"},
    {"host": "evil.example@127.0.0.1"},
    {"host": "evil.example:4200", "origin": "http://evil.example:4200"},
    {"host": "127.0.0.1:4200", "origin": "https://evil.example"},
    {"host": "127.0.0.1:4200", "origin": "http://127.0.0.1:8000"},
    {"host": "127.0.0.1:4200", "origin": "http://localhost:4200"},
    {"host": "127.0.0.1:4200", "origin": "null"},
    {"host": "127.0.0.1:4200", "sec-fetch-dest": "iframe"},
]


async def asked(kind: str, headers: dict[str, str]) -> tuple[bool, list[dict]]:
    """Ask a guarded application; tell whether it was reached, and what was sent."""
    # Prefect's server takes seconds to import, which each process would that collects tests.
    from casebook.flows.prefect_server import OwnPagesOnly

    reached, sent = [], []

    async def app(*_):
        reached.append(True)

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await OwnPagesOnly(app)({"type": kind, "headers": raw}, receive, send)
    return bool(reached), sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("headers", OURS, ids=str)
async def test_programs_and_its_own_pages_are_answered(kind, headers):
    """Clients of this machine send no origin, its UI its own; a link from elsewhere opens it."""
    assert await asked(kind, headers) == (True, [])


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_pages_of_other_origins_and_foreign_names_are_refused(headers):
    """Neither a request nor a WebSocket comes through, and nobody frames the UI."""
    reached, sent = await asked("http", headers)
    assert (reached, sent[0]["status"]) == (False, 403)
    assert await asked("websocket", headers) == (
        False,
        [{"type": "websocket.close", "code": 1008}],
    )


async def test_the_server_begins_and_ends_as_ever():
    """What uvicorn says of its start and end has no headers, and reaches Prefect."""
    assert await asked("lifespan", {}) == (True, [])


def test_the_server_that_is_started_is_the_guarded_one(tmp_path, monkeypatch):
    """No other way of starting it would have the guard."""
    spawned = []
    monkeypatch.setattr(LocalOrchestrator, "_spawn", lambda _, command: spawned.append(command))
    monkeypatch.setattr("casebook.flows.local.healthy", lambda _: True)
    LocalOrchestrator(tmp_path).start()
    assert "casebook.flows.prefect_server:guarded" in spawned[0]
