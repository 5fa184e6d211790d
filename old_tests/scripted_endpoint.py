"""A local OpenAI-compatible endpoint that answers as scripted, and counts what it was asked."""

import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[Mapping[str, Any]], "Reply"]


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; ``cut`` announces more bytes than it sends.

    ``text`` is sent in place of the JSON ``body``; ``drip`` is the pause in seconds after each byte.
    """

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    delay: float = 0.0
    text: str | None = None
    media_type: str = "application/json"
    drip: float = 0.0


def completion(
    content: str | None,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    prompt_tokens: int = 100,
    completion_tokens: int = 20,
) -> Reply:
    """Answer with a chat completion."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return Reply(
        body={
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [choice],
            "usage": usage,
        }
    )


def api_error(status: int, code: str | None = None, **headers: str) -> Reply:
    """Answer with an error as OpenAI words them."""
    error = {"message": "scripted", "type": code or "error", "code": code, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body={"error": error}, headers=named)


class ScriptedEndpoint:
    """Plays queued replies in order; when none is left, asks ``fallback``.

    ``requests`` holds the JSON bodies received, in order.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.queue: deque[Reply] = deque()
        self.fallback: Script = lambda _: api_error(500)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def enqueue(self, *replies: Reply) -> None:
        """Add replies to play next."""
        self.queue.extend(replies)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                request = json.loads(self.rfile.read(length))
                endpoint.requests.append(request)
                reply = endpoint.queue.popleft() if endpoint.queue else endpoint.fallback(request)
                endpoint.wait(reply.delay)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it gave up
                    self._send(reply)

            def do_GET(self) -> None:
                self._send(Reply(body={"object": "list", "data": [{"id": "scripted"}]}))

            def _send(self, reply: Reply) -> None:
                data = (json.dumps(reply.body) if reply.text is None else reply.text).encode()
                self.send_response(reply.status)
                self.send_header("content-type", reply.media_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data) + (1000 if reply.cut else 0)))
                self.end_headers()
                if reply.drip:
                    self._drip(data, reply.drip)
                    return
                self.wfile.write(data[: len(data) // 2] if reply.cut else data)
                if reply.cut:
                    self.close_connection = True

            def _drip(self, data: bytes, pause: float) -> None:
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    endpoint.wait(pause)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        return Handler

    @staticmethod
    def wait(seconds: float) -> None:
        """Hold the answer back."""
        if seconds:
            threading.Event().wait(seconds)
