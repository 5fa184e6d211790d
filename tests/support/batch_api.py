"""A local endpoint with OpenAI's batch API: files of requests, batches, files of answers."""

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer
from scripted_endpoint import Script
from werkzeug import Request, Response

Line = dict[str, Any]


class BatchApi:
    """Answers the requests of batches by ``script`` when they are polled for the second time.

    ``outcome`` changes the lines of answers of each batch and names its status, ``at`` is called at
    each moment: file, placed (known here, not yet to the client), polled, answered.
    """

    def __init__(self, server: HTTPServer, script: Script) -> None:
        self.script = script
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.polls: Counter[str] = Counter()
        self.ordered: Counter[str] = Counter()  # the lines of all batches
        self.direct = 0  # requests outside batches
        self.is_locked_out = False  # whether the key is refused when a batch is polled
        self.limit: int | None = None  # of requests under way; a batch beyond it fails
        self.outcome: Callable[[int, list[Line]], tuple[list[Line], list[Line], str]]
        self.outcome = lambda _number, lines: (lines, [], "completed")
        self.at: Callable[[str], object] = lambda _moment: None
        self.base_url = server.url_for("/v1")
        server.expect_request(re.compile("/v1/.*")).respond_with_handler(self._answer)

    def kill_at(self, moment: str, process_id: Callable[[], int]) -> None:
        """Kill a process when the moment comes, once."""
        done: list[str] = []

        def at(one: str) -> None:
            if one == moment and not done:
                done.append(one)
                os.kill(process_id(), signal.SIGKILL)

        self.at = at

    def _answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each address
        place = request.path.removeprefix("/v1/").split("/")
        match request.method, place:
            case "POST", ["files"]:
                return _json(self._upload(request.files["file"].read()))
            case "GET", ["files", name, "content"]:
                self.at("answered")
                return Response(self.files[name], content_type="application/jsonl")
            case "POST", ["batches"]:
                return self._place(request.get_json())
            case "GET", ["batches"]:
                newest_first = list(reversed(self.batches.values()))
                return _json({"object": "list", "data": newest_first, "has_more": False})
            case "GET", ["batches", name]:
                self.at("polled")
                if self.is_locked_out:
                    return _json({"error": {"message": "Incorrect API key provided"}}, 401)
                return self._poll(name)
            case "POST", ["chat", "completions"]:
                self.direct += 1
                reply = self.script(request.get_json())
                return _json(reply.body, reply.status)
        return _json({"error": {"message": "no such address"}}, 404)

    def _upload(self, data: bytes) -> dict[str, object]:
        name = f"file-{len(self.files)}"
        self.files[name] = data
        self.at("file")
        return {
            "id": name,
            "object": "file",
            "bytes": len(data),
            "created_at": int(time.time()),
            "filename": "lines.jsonl",
            "purpose": "batch",
            "status": "processed",
        }

    def _place(self, given: dict[str, Any]) -> Response:
        lines = [json.loads(line) for line in self.files[given["input_file_id"]].splitlines()]
        name = f"batch_{len(self.batches)}"
        batch = {
            "id": name,
            "object": "batch",
            "endpoint": given["endpoint"],
            "input_file_id": given["input_file_id"],
            "completion_window": given["completion_window"],
            "metadata": given["metadata"],
            "status": "validating",
            "created_at": int(time.time()),
        }
        self.batches[name] = batch
        under_way = [one for one in self.batches.values() if one["status"] == "in_progress"]
        if self.limit is not None and (len(lines) > self.limit or under_way):
            said = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}
            batch |= {"status": "failed", "errors": {"object": "list", "data": [said]}}
        else:
            batch["status"] = "in_progress"
            self.ordered.update(line["custom_id"] for line in lines)
        self.at("placed")
        return _json(batch)

    def _poll(self, name: str) -> Response:
        batch = self.batches[name]
        self.polls[name] += 1
        if batch["status"] == "in_progress" and self.polls[name] > 1:
            self._finish(batch)
        return _json(batch)

    def _finish(self, batch: dict[str, Any]) -> None:
        """Answer all requests of a batch."""
        answers = []
        for line in map(json.loads, self.files[batch["input_file_id"]].splitlines()):
            reply = self.script(line["body"])
            response = {"status_code": reply.status, "request_id": "r", "body": reply.body}
            answers.append({"id": "x", "custom_id": line["custom_id"], "response": response})
        answers.reverse()  # providers keep no order
        number = int(batch["id"].removeprefix("batch_"))
        good, bad, batch["status"] = self.outcome(number, answers)
        for kind, lines in (("output", good), ("error", bad)):
            if lines:
                name = f"file-{len(self.files)}"
                self.files[name] = "\n".join(map(json.dumps, lines)).encode()
                batch[f"{kind}_file_id"] = name


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
