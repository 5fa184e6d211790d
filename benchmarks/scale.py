"""Two workers over one list on a shared warehouse, one of them killed in the middle.

    .venv/bin/python benchmarks/scale.py [SOURCES] [--prefect]

A real PostgreSQL (Debian's package), a local site, and a scripted endpoint that counts what it is
asked. Both workers get the same list in the same order. By default a worker is `casebook submit -`.
With ``--prefect`` it is a `prefect worker` with a work queue of its own, on a process work pool of
a real Prefect server, and each source is a flow run, asked for on both queues. When a quarter of
the drafts are stored, the first worker is killed (SIGKILL, with all its children) and started
again.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import pages  # noqa: E402
import scripted_curator  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from scripted_endpoint import Reply, ScriptedEndpoint  # noqa: E402

from casebook.flows.local import LocalOrchestrator  # noqa: E402
from casebook.warehouse import Warehouse  # noqa: E402
from casebook.warehouse.lake import DuckLake  # noqa: E402
from casebook.warehouse.postgres import Postgres  # noqa: E402

LATENCY = 0.3
STARTED = time.monotonic()


def say(text: str) -> None:
    """Print a line of the log."""
    print(f"{time.monotonic() - STARTED:7.1f} s  {text}", flush=True)


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
    """The shared warehouse, the site and the endpoint, and the environment that names them."""

    def __init__(self, folder: Path, sources: int) -> None:
        self.folder = folder
        self.postgres = PostgresServer()
        conninfo = self.postgres.create("casebook")
        self.site = site()
        self.endpoint = ScriptedEndpoint()
        self.workers: list[subprocess.Popen] = []
        self.calls: Counter[str] = Counter()
        self.endpoint.fallback = self._answer
        host = f"127.0.0.1:{self.site.server_port}"
        self.urls = [f"http://{host}/case/{n}" for n in range(sources)]
        self.environment = os.environ | {
            "CASEBOOK_WAREHOUSE": f"ducklake:postgres:{conninfo}",
            "CASEBOOK_DATA": str(folder / "shared"),
            "CASEBOOK_LLM_BASE_URL": self.endpoint.base_url,
            "CASEBOOK_LLM_MODEL": "scripted",
            "CASEBOOK_ALLOWED_HOSTS": host,
            "CASEBOOK_WORKERS": "1",
        }
        self.lake = DuckLake(Postgres(conninfo), f"{folder}/shared/lake", 60.0)
        self.warehouse = Warehouse(self.lake)
        self.warehouse.migrate()

    def _answer(self, request: Mapping[str, Any]) -> Reply:
        asked = json.dumps(request["messages"]).encode()
        self.calls[hashlib.sha256(asked).hexdigest()] += 1
        time.sleep(LATENCY)
        return scripted_curator.answer(request)

    def worker(self, name: str, command: list[str], told: str | None = None) -> subprocess.Popen:
        """Start a process with a home of its own, as on another machine."""
        log = (self.folder / f"{name}.log").open("ab")
        environment = self.environment | {"CASEBOOK_HOME": str(self.folder / name)}
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
        say(f"worker {name} started (process {process.pid})")
        return process

    def drafts(self) -> int:
        """Return how many drafts are stored."""
        return self.warehouse.counts()["revisions"]

    def until(self, wanted: int, seconds: float) -> None:
        """Wait until so many drafts are stored."""
        deadline = time.monotonic() + seconds
        while (made := self.drafts()) < wanted:
            if time.monotonic() > deadline:
                raise SystemExit(f"only {made} of {wanted} drafts after {seconds:.0f} s")
            time.sleep(0.5)
        say(f"{made} drafts stored")

    def report(self) -> None:
        """Print what the table holds and what was paid."""
        counts = self.warehouse.counts()
        say(", ".join(f"{name} {count}" for name, count in counts.items() if count))
        with self.lake.transaction(read_only=True) as connection:
            for table, column in (("revisions", "revision_id"), ("generations", "generation_id")):
                query = f"SELECT count(*) - count(DISTINCT {column}) FROM {table}"  # noqa: S608
                (twice,) = connection.execute(query).fetchall()[0]
                say(f"{table} stored twice: {twice}")
            query = (
                "SELECT count(*), max(n) FROM (SELECT count(*) n FROM revisions GROUP BY case_id)"
            )
            cases, most = connection.execute(query).fetchall()[0]
            say(f"cases with a draft: {cases}; most drafts of one case: {most}")
        again = {n: c for n, c in sorted(Counter(self.calls.values()).items()) if n > 1}
        say(
            f"calls received {self.calls.total()}, questions {len(self.calls)}, asked again {again}"
        )

    def close(self) -> None:
        """Stop everything, and whatever a worker started."""
        for worker in self.workers:
            if worker.poll() is None:
                kill(worker, str(worker.pid))
        self.warehouse.close()
        self.endpoint.close()
        self.site.shutdown()
        self.postgres.close()


def kill(process: subprocess.Popen, name: str) -> None:
    """End a worker and its children without a warning."""
    for child in children(process.pid):
        os.kill(child, signal.SIGKILL)
    process.wait()
    say(f"worker {name} killed (SIGKILL)")


def children(pid: int) -> list[int]:
    """Return ``pid`` and what it started, last first."""
    import psutil

    started = psutil.Process(pid).children(recursive=True)
    return [child.pid for child in reversed(started)] + [pid]


def by_command(setting: Setting) -> None:
    """Run `casebook submit -` twice over the same list."""
    told = "".join(json.dumps({"source": url}) + "\n" for url in setting.urls)
    command = [sys.executable, "-m", "casebook.cli.main", "submit", "-", "--json"]
    workers = {name: setting.worker(name, command, told) for name in ("a", "b")}
    setting.until(len(setting.urls) // 4, 1200)
    kill(workers["a"], "a")
    workers["a"] = setting.worker("a", command, told)
    for name, worker in workers.items():
        say(f"worker {name} ended with {worker.wait(3000)}")


def by_prefect(setting: Setting) -> None:
    """Run each source as a flow run on both queues of a process work pool."""
    with LocalServer(setting.folder / "server") as server:
        say(f"Prefect answers at {server.api_url}")
        setting.environment |= {"PREFECT_API_URL": server.api_url, "CASEBOOK_CHECKOUT": str(ROOT)}
        prefect = [sys.executable, "-m", "prefect"]
        for arguments in (
            ["gcl", "create", "llm", "--limit", "3"],
            ["work-pool", "create", "casebook", "--type", "process"],
            ["work-queue", "create", "a", "--pool", "casebook"],
            ["work-queue", "create", "b", "--pool", "casebook"],
            ["--no-prompt", "deploy", "--name", "ingest"],
        ):
            subprocess.run(
                [*prefect, *arguments], env=setting.environment, cwd=ROOT, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        start = [*prefect, "worker", "start", "--pool", "casebook", "--limit", "2"]
        workers = {n: setting.worker(n, [*start, "--work-queue", n]) for n in ("a", "b")}
        submit_runs(setting, server.api_url)
        setting.until(len(setting.urls) // 4, 1800)
        kill(workers["a"], "a")
        workers["a"] = setting.worker("a", [*start, "--work-queue", "a"])
        setting.until(len(setting.urls), 3000)
        say(f"flow runs: {wait_for_runs(server.api_url)}")


class LocalServer(LocalOrchestrator):
    """The Prefect server alone, without a process that serves flows."""

    def _spawn(self, arguments: list[str]) -> None:
        if "casebook.flows.serving" not in arguments:
            super()._spawn(arguments)


def submit_runs(setting: Setting, api_url: str) -> None:
    """Ask for every source on both queues."""
    os.environ["PREFECT_API_URL"] = api_url
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("ingest/ingest")
        for url in setting.urls:
            for queue in ("a", "b"):
                client.create_flow_run_from_deployment(
                    deployment.id, parameters={"source": url}, work_queue_name=queue
                )
    say(f"{2 * len(setting.urls)} flow runs asked for, {len(setting.urls)} on each queue")


def wait_for_runs(api_url: str) -> dict[str, int]:
    """Return the states of the runs once none is waiting; one whose worker died stays running."""
    os.environ["PREFECT_API_URL"] = api_url
    from prefect.client.orchestration import get_client

    waiting = {"SCHEDULED", "PENDING"}
    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + 1200
        while True:
            runs = client.read_flow_runs(limit=200)
            states = Counter(run.state_type.value for run in runs)
            if not waiting & set(states) or time.monotonic() > deadline:
                return dict(states)
            time.sleep(2)


def main(arguments: list[str]) -> None:
    """Run it and print the log."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(folder), numbers[0] if numbers else 200)
        try:
            say(f"{len(setting.urls)} sources, an endpoint that takes {LATENCY} s")
            (by_prefect if "--prefect" in arguments else by_command)(setting)
            setting.report()
        except BaseException:
            for log in sorted(Path(folder).glob("*.log")):
                print(log.name, log.read_text()[-3000:])
            raise
        finally:
            setting.close()


if __name__ == "__main__":
    main(sys.argv[1:])
