"""The limit that all workers share, where the server that keeps it goes away."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)

from casebook.flows import limits
from casebook.schemas.errors import ProviderUnavailable

_LIMIT = {"id": "5f0d7b0e-0000-4000-8000-000000000002", "name": "granted", "limit": 8}
_GRANTED = {"lease_id": "5f0d7b0e-0000-4000-8000-000000000001", "limits": [_LIMIT]}


class _Granting(BaseHTTPRequestHandler):
    """Grants every slot, as Prefect's server does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.dumps(_GRANTED).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def granting(monkeypatch):
    """Yield a server that grants slots until it is called, and is gone from then on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Granting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def go() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    # Prefect keeps a client for each name of a limit, with the address that it had then.
    monkeypatch.setattr(limits, "LLM", "granted")
    told = {
        PREFECT_API_URL: f"http://127.0.0.1:{server.server_port}/api",
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
        PREFECT_CLIENT_MAX_RETRIES: 0,
    }
    with temporary_settings(told):
        yield go
    go()


async def test_an_answer_outlives_the_server_that_keeps_the_limit(granting):
    """It goes while an answer is under way: the slot cannot be given back, the answer is kept."""
    answers = []
    async with limits.llm_slot():
        granting()
        answers.append("paid")
    assert answers == ["paid"]


async def test_a_server_that_is_away_is_an_outage_and_no_wrong_setting(granting):
    """Its limit is not said to be missing: a batch waits, and goes on once the server answers."""
    granting()
    with pytest.raises(ProviderUnavailable, match=r"Prefect server .* does not answer"):
        async with limits.llm_slot():
            pytest.fail("nobody granted it")
