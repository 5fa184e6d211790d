"""Two workers over one list on a shared warehouse, one of them killed in the middle.

    .venv/bin/python benchmarks/scale.py [SOURCES] [--prefect] [--bucket]

A real PostgreSQL (Debian's package), a local site, and a scripted endpoint that counts what it is
asked. Both workers get the same list in the same order. By default a worker is `casebook submit -`.
With ``--prefect`` it is a `prefect worker` with a work queue of its own, on a process work pool of
a real Prefect server: each queue gets one `backfill` run over the whole list, in which each source
is a task. When a quarter of the drafts are stored, the first worker is killed (SIGKILL, with all
its children), started again, and asked for the same list once more. With ``--bucket`` what the
machines share lies in a bucket that speaks S3, on this machine.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bucket_server import bucket  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from two_workers import LATENCY, Setting  # noqa: E402

from casebook.flows.local import LocalOrchestrator  # noqa: E402

STARTED = time.monotonic()


def say(text: str) -> None:
    """Print a line of the log."""
    print(f"{time.monotonic() - STARTED:7.1f} s  {text}", flush=True)


def report(setting: Setting) -> None:
    """Print what the table holds and what was paid."""
    counts = setting.warehouse.counts()
    say(", ".join(f"{name} {count}" for name, count in counts.items() if count))
    say(f"beyond one draft a case, or one row an answer: {setting.stored_twice()}")
    calls = setting.calls
    again = {n: c for n, c in sorted(Counter(calls.values()).items()) if n > 1}
    say(f"calls received {calls.total()}, questions {len(calls)}, asked again {again}")


def by_command(setting: Setting) -> None:
    """Run `casebook submit -` twice over the same list."""
    workers = {name: setting.submit(name) for name in ("a", "b")}
    setting.until(len(setting.urls) // 4, 1200)
    setting.kill(workers["a"], "a")
    workers["a"] = setting.submit("a")
    for name, worker in workers.items():
        say(f"worker {name} ended with {worker.wait(3000)}")


def by_prefect(setting: Setting) -> None:
    """Run the list as a backfill on both queues of a process work pool."""
    with LocalServer(setting.folder / "server") as server:
        say(f"Prefect answers at {server.api_url}")
        setting.environment |= {"PREFECT_API_URL": server.api_url, "CASEBOOK_CHECKOUT": str(ROOT)}
        prefect = [sys.executable, "-m", "prefect"]
        for arguments in (
            ["gcl", "create", "llm", "--limit", "3"],
            ["work-pool", "create", "casebook", "--type", "process"],
            ["work-queue", "create", "a", "--pool", "casebook"],
            ["work-queue", "create", "b", "--pool", "casebook"],
            ["--no-prompt", "deploy", "--name", "backfill"],
        ):
            subprocess.run(
                [*prefect, *arguments], env=setting.environment, cwd=ROOT, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        start = [*prefect, "worker", "start", "--pool", "casebook", "--limit", "2"]
        workers = {n: setting.worker(n, [*start, "--work-queue", n]) for n in ("a", "b")}
        ask_for_backfill(setting, server.api_url, "a")
        ask_for_backfill(setting, server.api_url, "b")
        setting.until(len(setting.urls) // 4, 1800)
        setting.kill(workers["a"], "a")
        workers["a"] = setting.worker("a", [*start, "--work-queue", "a"])
        ask_for_backfill(setting, server.api_url, "a")
        setting.until(len(setting.urls), 3000)
        say(f"flow runs: {wait_for_runs(server.api_url)}")


class LocalServer(LocalOrchestrator):
    """The Prefect server alone, without a process that serves flows."""

    def _spawn(self, arguments: list[str]) -> None:
        if "casebook.flows.serving" not in arguments:
            super()._spawn(arguments)


def ask_for_backfill(setting: Setting, api_url: str, queue: str) -> None:
    """Ask for the whole list on one queue."""
    os.environ["PREFECT_API_URL"] = api_url
    from prefect.client.orchestration import get_client

    urls = setting.folder / "urls.txt"
    urls.write_text("".join(f"{url}\n" for url in setting.urls))
    with get_client(sync_client=True) as client:
        client.create_flow_run_from_deployment(
            client.read_deployment_by_name("backfill/backfill").id,
            parameters={"source": str(urls)},
            work_queue_name=queue,
        )
    say(f"a backfill of {len(setting.urls)} sources asked for on queue {queue}")


def wait_for_runs(api_url: str) -> dict[str, int]:
    """Return the states of the runs once all have ended but the one whose worker was killed."""
    os.environ["PREFECT_API_URL"] = api_url
    from prefect.client.orchestration import get_client

    waiting = {"SCHEDULED", "PENDING"}
    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + 1200
        while True:
            runs = client.read_flow_runs(limit=200)
            states = Counter(run.state_type.value for run in runs)
            under_way = waiting & set(states) or states["RUNNING"] > 1
            if not under_way or time.monotonic() > deadline:
                for run in runs:
                    if run.state and run.state.is_failed():
                        say(f"failed: {run.state.message}")
                return dict(states)
            time.sleep(2)


def main(arguments: list[str]) -> None:
    """Run it and print the log."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = stack.enter_context(bucket("casebook")) if "--bucket" in arguments else None
        postgres = PostgresServer()
        sources = numbers[0] if numbers else 200
        setting = Setting(Path(folder), sources, postgres.create("casebook"), say, data)
        try:
            say(f"{len(setting.urls)} sources, an endpoint that takes {LATENCY} s")
            (by_prefect if "--prefect" in arguments else by_command)(setting)
            report(setting)
        except BaseException:
            for log in sorted(Path(folder).glob("*.log")):
                print(log.name, log.read_text()[-3000:])
            raise
        finally:
            setting.close()
            postgres.close()


if __name__ == "__main__":
    main(sys.argv[1:])
