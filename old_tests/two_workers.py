"""Two workers over one list on a shared warehouse, one of them killed in the middle.

What tests/pipeline/test_two_workers.py proves with a few sources and benchmarks/scale.py measures.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pages
import psutil
import scripted_curator
from scripted_endpoint import Reply, ScriptedEndpoint

from casebook.warehouse import Warehouse
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.postgres import Postgres

LATENCY = 0.3
AT_ONCE = 4
"""Sources that a worker has in hand at once, and so the most questions that die with it."""


def site() -> ThreadingHTTPServer:
    """Serve one case study under any number, each with a company and a figure of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.rpartition("/")[2]
            page = pages.CASE.replace("Kettlebrook", f"Kettlebrook {number}")
            text = "User-agent: *\nAllow: /\n" if "robots" in self.path else page
            data = text.encode()
            self.send_response(200)
            self.send_header("content-type", "text/plain" if "robots" in self.path else "text/html")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Setting:
    """The shared warehouse, the site and the endpoint, and the environment that names them.

    ``data`` is the shared folder or bucket, by default a folder in ``folder``. ``calls`` counts how
    often each question came to the endpoint; ``say`` is told of each step.
    """

    def __init__(
        self,
        folder: Path,
        sources: int,
        conninfo: str,
        say: Callable[[str], object] = lambda _: None,
        data: str | None = None,
    ) -> None:
        data = data or str(folder / "shared")
        self.folder, self.say = folder, say
        self.site = site()
        self.endpoint = ScriptedEndpoint()
        self.workers: list[subprocess.Popen] = []
        self.calls: Counter[str] = Counter()
        self.endpoint.fallback = self._answer
        host = f"127.0.0.1:{self.site.server_port}"
        self.urls = [f"http://{host}/case/{n}" for n in range(sources)]
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))},
            "CASEBOOK_WAREHOUSE": f"ducklake:postgres:{conninfo}",
            "CASEBOOK_DATA": data,
            "CASEBOOK_LLM_BASE_URL": self.endpoint.base_url,
            "CASEBOOK_LLM_MODEL": "scripted",
            "CASEBOOK_ALLOWED_HOSTS": host,
            "CASEBOOK_CONCURRENCY": str(AT_ONCE),
            "CASEBOOK_WORKERS": "1",
            "OPENAI_API_KEY": "none",
        }
        self.lake = DuckLake(Postgres(conninfo), f"{data}/lake", 60.0)
        self.warehouse = Warehouse(self.lake)
        self.warehouse.migrate()

    def _answer(self, request: Mapping[str, Any]) -> Reply:
        asked = json.dumps(request["messages"]).encode()
        self.calls[hashlib.sha256(asked).hexdigest()] += 1
        time.sleep(LATENCY)
        return scripted_curator.answer(request)

    def worker(self, name: str, command: list[str], told: str | None = None) -> subprocess.Popen:
        """Start a process with a home of its own, as on another machine."""
        environment = self.environment | {"CASEBOOK_HOME": str(self.folder / name)}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE if told else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if told and process.stdin:
            process.stdin.write(told.encode())
            process.stdin.close()
        self.workers.append(process)
        self.say(f"worker {name} started (process {process.pid})")
        return process

    def submit(self, name: str) -> subprocess.Popen:
        """Start `casebook submit -` over the whole list."""
        command = [sys.executable, "-m", "casebook", "submit", "-", "--json"]
        told = "".join(json.dumps({"source": url}) + "\n" for url in self.urls)
        return self.worker(name, command, told)

    def drafts(self) -> int:
        """Return how many drafts are stored."""
        return self.warehouse.counts()["revisions"]

    def until(self, wanted: int, seconds: float, every: float = 0.5) -> None:
        """Wait until so many drafts are stored.

        Raises:
            TimeoutError: if they are not after so many ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while (made := self.drafts()) < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {made} of {wanted} drafts after {seconds:.0f} s")
            time.sleep(every)
        self.say(f"{made} drafts stored")

    def kill(self, process: subprocess.Popen, name: str) -> None:
        """End a worker and its children without a warning."""
        started = psutil.Process(process.pid).children(recursive=True)
        for pid in [*(child.pid for child in reversed(started)), process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait()
        self.say(f"worker {name} killed (SIGKILL)")

    def stored_twice(self) -> dict[str, int]:
        """Return how many rows of drafts and answers there are beyond one for each."""
        told = {}
        with self.lake.transaction(read_only=True) as connection:
            for table, column in (("revisions", "case_id"), ("generations", "generation_id")):
                query = f"SELECT count(*) - count(DISTINCT {column}) FROM {table}"  # noqa: S608
                told[table] = int(connection.execute(query).fetchall()[0][0])
        return told

    def close(self) -> None:
        """Stop everything, and whatever a worker started."""
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker, str(worker.pid))
        self.warehouse.close()
        self.endpoint.close()
        self.site.shutdown()
        self.site.server_close()
