"""A local OpenAI-compatible endpoint that answers as scripted, and records what it was asked."""

import contextlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[Mapping[str, Any]], "Reply"]


@dataclass(frozen=True)
class Reply:
    """One HTTP answer.

    ``cut`` announces more bytes than it sends, ``hold`` waits for an event first, ``text`` is sent
    in place of the JSON ``body``.
    """

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    cut: bool = False
    hold: threading.Event | None = None


def completion(
    content: object,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    prompt_tokens: int = 100,
    completion_tokens: int = 20,
) -> Reply:
    """Answer with a chat completion; anything but text is sent as JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    message = {"role": "assistant", "content": text, "refusal": refusal}
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return Reply(body={**body, "choices": [choice], "usage": usage})


def api_error(status: int, code: str | None = None, message: str = "x", **headers: str) -> Reply:
    """Answer with an error as OpenAI words them."""
    error = {"message": message, "type": code or "error", "code": code, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body={"error": error}, headers=named)


def runaway(request: Mapping[str, Any]) -> Reply:
    """Answer as a model that thinks until the request's limit, and answers nothing."""
    limit = request.get("max_tokens") or request["max_completion_tokens"]
    return completion("", finish="length", completion_tokens=limit)


def schema_name(request: Mapping[str, Any]) -> str:
    """Return the name of the answer type that a request asks for.

    Tasks about a source, or about a case, have one schema in common; they are named by the field
    that they fill in.
    """
    name = str(request.get("response_format", {}).get("json_schema", {}).get("name", ""))
    text = request["messages"][-1]["content"]
    if name not in {"SourceAnswer", "FindingsTask"}:
        return name
    task = re.findall(r"^Task: fill in (\w+)", text, re.MULTILINE)[-1]
    if name == "FindingsTask":
        return {"findings": "FindingsAnswer", "verdicts": "FindingsJudgeAnswer"}[task]
    if task == "case_study":
        return "PartAnswer" if " are passages " in text.rpartition("\n\n")[2] else "CaseStudyAnswer"
    return {"verdicts": "JudgeAnswer", "corrections": "RepairAnswer"}[task]


class ScriptedEndpoint:
    """Plays queued replies in order; when the queue is empty, asks ``script``.

    ``requests`` holds the JSON bodies received, in order.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.queue: deque[Reply] = deque()
        self.script: Script = lambda _: api_error(500)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def enqueue(self, *replies: Reply) -> None:
        """Add replies to play next."""
        self.queue.extend(replies)

    def answer(self, request: dict[str, Any]) -> Reply:
        """Record a request and return its reply."""
        self.requests.append(request)
        return self.queue.popleft() if self.queue else self.script(request)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _handler(endpoint: ScriptedEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer takes 40 ms more

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            is_json = "json" in self.headers.get("content-type", "")
            reply = endpoint.answer(json.loads(body) if is_json else {"body": body})
            if reply.hold:
                reply.hold.wait(60)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client gave up
                self._send(reply)

        def do_GET(self) -> None:
            self._send(Reply(body={"object": "list", "data": [{"id": "scripted"}]}))

        def _send(self, reply: Reply) -> None:
            data = (json.dumps(reply.body) if reply.text is None else reply.text).encode()
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data) + (1000 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if reply.cut else data)
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
