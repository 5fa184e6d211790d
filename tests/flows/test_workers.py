"""Two machines with a shared casebook, one of which dies: the commands of docs/scale.md."""

import json
import os
import signal
import subprocess
import sys
from asyncio import sleep
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from postgres_cluster import PostgresCluster, binaries
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from scripted_endpoint import Reply, ScriptedEndpoint
from scripted_model import PARAGRAPHS, answer_of

from flows.registry import SERVED
from warehouse import Lake, Warehouse

pytestmark = pytest.mark.prefect
ROOT = Path(__file__).parents[2]
SOURCES, ANSWERED, HELD = 4, 3, 3  # answers before the failure (one source), questions in it
SECONDS = 240
DRAFTS = """
SELECT submitted, count(*) AS drafts
FROM sources
JOIN cases USING (source_id)
JOIN revisions USING (case_id)
GROUP BY submitted
ORDER BY submitted
"""
PAID = "SELECT count(*), count(DISTINCT question_id) FROM generations"


@pytest.fixture
def server() -> Iterator[str]:
    """A Prefect server of this test alone; return the address of its API."""
    with prefect_test_harness(server_startup_timeout=120):
        yield PREFECT_API_URL.value() or ""


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """A shared warehouse in PostgreSQL."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    cluster = PostgresCluster()
    yield Lake(cluster.create("casebook"), str(tmp_path / "shared" / "lake"))
    cluster.close()


class Model:
    """Answers a few questions, and holds all others until the gate opens."""

    def __init__(self) -> None:
        self.asked, self.held, self.gate = Counter[str](), Counter[str](), Event()
        self._lock = Lock()

    def __call__(self, request: Mapping[str, Any]) -> Reply:
        """Answer as the scripted model does."""
        question = json.dumps(request["messages"])
        with self._lock:
            self.asked[question] += 1
            if self.gate.is_set() or self.asked.total() <= ANSWERED:
                return answer_of(request)
            self.held[question] += 1
        return replace(answer_of(request), hold=self.gate)


async def until(is_so: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until something is the case."""
    end = monotonic() + SECONDS
    while not await is_so():
        assert monotonic() < end, f"not after {SECONDS} s: {what}"
        await sleep(0.5)


async def run(**parameters: str) -> UUID:
    """Start a run of the deployed backfill."""
    async with get_client() as client:
        deployed = await client.read_deployment_by_name("backfill/backfill")
        made = await client.create_flow_run_from_deployment(deployed.id, parameters=parameters)
    return made.id


async def states(runs: Sequence[UUID]) -> list[str]:
    """Return the states of flow runs, sorted."""
    async with get_client() as client:
        found = [(await client.read_flow_run(one)).state for one in runs]
    return sorted(state.type.value if state else "" for state in found)


def power_failure(worker: "subprocess.Popen[bytes]") -> None:
    """End a worker and its flow runs at once."""
    with suppress(ProcessLookupError):  # ended already
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


class Machine:
    """A checkout with its own home, which shares the warehouse and the Prefect server."""

    def __init__(self, home: Path, shared: Mapping[str, str]) -> None:
        own = {"CASEBOOK_HOME": str(home), "PREFECT_HOME": str(home / "prefect")}
        self._environment = os.environ | shared | own
        self._log = home.with_suffix(".log")

    def log(self) -> str:
        """Return what the worker and its flow runs have said."""
        return self._log.read_text("utf-8")

    def start(self) -> "subprocess.Popen[bytes]":
        """Start a worker for one run at a time."""
        words = ("worker", "start", "--pool", "casebook", "--limit", "1")
        command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@pytest.fixture
def machines(
    tmp_path: Path, server: str, lake: Lake, model_endpoint: ScriptedEndpoint
) -> Sequence[Machine]:
    """Two machines, set up as docs/scale.md says."""
    shared = {
        "PREFECT_API_URL": server,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "CASEBOOK_CHECKOUT": str(ROOT),
        "CASEBOOK_WAREHOUSE": f"ducklake:postgres:{lake.dsn}",
        "CASEBOOK_DATA": str(tmp_path / "shared"),
        "CASEBOOK_LLM_BASE_URL": model_endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "CASEBOOK_MODELS": json.dumps(
            {"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}}
        ),
    }
    return [Machine(tmp_path / name, shared) for name in ("north", "south")]


async def deploy() -> None:
    """Create the work pool, and the deployment as ``prefect.yaml`` has it."""
    async with get_client() as client:
        await client.create_work_pool(WorkPoolCreate(name="casebook", type="process"))
    found = await Flow.from_source(str(ROOT), SERVED["backfill"])
    await found.deploy("backfill", "casebook", build=False, print_next_steps=False)


@pytest.mark.timeout(600)  # six processes, beside other tests
async def test_a_worker_that_dies_loses_and_doubles_nothing(
    tmp_path: Path, machines: Sequence[Machine], lake: Lake, model_endpoint: ScriptedEndpoint
) -> None:
    """The other worker finishes the list: one draft for each source, no answer paid for twice.

    Only what the dead machine had asked without an answer is asked again.
    """
    model_endpoint.script = model = Model()
    files = [tmp_path / f"{n}.md" for n in range(SOURCES)]
    for n, file in enumerate(files):
        text = "\n\n".join([f"# Claims at Kellamoor {n}", *PARAGRAPHS, f"Site {n} went first."])
        file.write_text(text, "utf-8")
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(map(str, files)), "utf-8")
    await deploy()
    north, south = [one.start() for one in machines]

    async def is_waiting() -> bool:
        return len(model.held) >= HELD

    async def is_finished() -> bool:
        now = await states(runs)
        assert {*now} - {"CRASHED", "FAILED"}, f"both runs ended: {now}"
        return "COMPLETED" in now

    try:
        runs = [await run(source=str(listed)) for _ in machines]
        await until(is_waiting, "both machines wait for the model")
        power_failure(north)
        in_vain = Counter(model.held)
        model.gate.set()
        await until(is_finished, "the other machine has finished the list")
        with Warehouse(lake) as warehouse:
            (batch,) = warehouse.batches()  # both runs work on the same list
            _, drafts = warehouse.sql(DRAFTS)
            _, paid = warehouse.sql(PAID)
        assert drafts == [(str(file), 1) for file in files]
        assert paid == [(len(model.asked), len(model.asked))]
        assert all(times <= 1 + in_vain[one] for one, times in model.asked.items())
        assert (batch.step, batch.done, batch.left) == ("finished", SOURCES, 0)
    finally:
        model.gate.set()
        for one in (north, south):
            power_failure(one)
        print(*(one.log() for one in machines), sep="\n")  # shown if the test fails
