"""The flows under a real Prefect server."""

import json
import os
import subprocess
import sys
from asyncio import gather, sleep
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from time import sleep as pause
from typing import Any
from uuid import UUID

import pytest
import yaml
from claims_article import article
from findings_model import findings_answer
from panel import PANEL, asked_about, panel_answer
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from scripted_endpoint import Reply, ScriptedEndpoint, schema_name
from scripted_model import PARAGRAPHS, answer_of

from config.settings import Settings
from flows import schedules
from flows.backfill import backfill
from flows.engine import MODEL_LIMIT
from flows.export import export
from flows.findings import findings
from flows.imports import import_database
from flows.ingest import ingest
from flows.publish import publish
from flows.registry import SERVED
from flows.report import report
from flows.serving import deployments, served_flows
from flows.structure import structure
from review.decisions import approve
from schemas.errors import InputError, UnknownId
from warehouse import Warehouse

pytestmark = pytest.mark.prefect
ROOT = Path(__file__).parents[2]
STAGES = {"fetch", "extract", "speakers", "triage", "summarize", "verify", "store"}


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    """A Prefect server with a separate database."""
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(autouse=True)
def _model(model_endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a served flow come from the environment."""
    model_endpoint.script = answer_of
    monkeypatch.setenv("CASEBOOK_LLM_BASE_URL", model_endpoint.base_url)
    monkeypatch.setenv("CASEBOOK_LLM_MODEL", "scripted")
    prices = {"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}}
    monkeypatch.setenv("CASEBOOK_MODELS", json.dumps(prices))


async def task_names(flow_run_id: UUID | None) -> set[str]:
    """Return the names of the task runs of a flow run, without their numbers."""
    assert flow_run_id is not None
    async with get_client() as client:
        only = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))
        runs = await client.read_task_runs(flow_run_filter=only)
    return {run.name.rpartition("-")[0] for run in runs}


async def test_each_stage_is_a_task_of_the_flow_run(source: Path) -> None:
    """Prefect shows the stages of a source; the draft is the same as without a server."""
    state = await ingest(str(source), return_state=True)
    assert state.is_completed()
    assert await task_names(state.state_details.flow_run_id) == STAGES
    with Warehouse(Settings.load().home / "warehouse.duckdb") as warehouse:
        assert len(warehouse.case_ids()) == 1


async def test_a_database_comes_in_and_goes_out_by_flows(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Import, publication, export and a report run one after the other as flows."""
    drafted = await ingest(str(source))
    with Warehouse(Settings.load().home / "warehouse.duckdb") as warehouse:
        approve(warehouse, drafted.case_id or "", "mira", confirm=True, leave_out=True)
    listed = tmp_path / "others.jsonl"
    story = "We replaced our keyword rules with a language model that sorts tickets."
    row = {"title": "Sorting tickets", "company": "Parcelwise", "text": story}
    listed.write_text(json.dumps(row | {"url": "https://a.example/tickets"}), "utf-8")
    assert await import_database(listed) == "1 imported, 0 known, 0 could not be read"
    assert len((await publish()).added) == 2
    assert await export(tmp_path / "dataset")
    assert "Parcelwise" in (tmp_path / "dataset" / "cases.jsonl").read_text("utf-8")
    monkeypatch.delenv("CASEBOOK_LLM_BASE_URL")  # the embedded model's reports quote statements
    monkeypatch.delenv("CASEBOOK_LLM_MODEL")
    name = await report("Findings", company=drafted.company, publish=True)
    assert (Settings.load().site_path / "reports" / name / "index.html").is_file()


async def test_the_stages_of_a_structured_text_are_tasks(tmp_path: Path) -> None:
    """Its draft has a flow run without the stages that fetch and extract a source."""
    listed = tmp_path / "others.jsonl"
    row = {"title": "Claims", "company": "Kellamoor", "text": "\n\n".join(PARAGRAPHS)}
    listed.write_text(json.dumps(row | {"url": "https://a.example/claims"}), "utf-8")
    await import_database(listed)
    state = await structure(limit=1, budget_usd=1.0, return_state=True)
    (found,) = await state.result()
    assert (found.failure, found.model) == (None, "scripted")
    tasks = await task_names(state.state_details.flow_run_id)
    assert tasks == STAGES - {"fetch", "extract"}


async def test_the_findings_of_each_case_are_a_task(
    source: Path, model_endpoint: ScriptedEndpoint
) -> None:
    """The flow covers approved cases; a second run has nothing to do."""
    drafted = await ingest(str(source))
    with Warehouse(Settings.load().home / "warehouse.duckdb") as warehouse:
        approve(warehouse, drafted.case_id or "", "tester", leave_out=True)
    model_endpoint.script = findings_answer
    state = await findings(budget_usd=1.0, return_state=True)
    (found,) = await state.result()
    assert (found.failure, found.model, found.entailed) == (None, "scripted", found.findings)
    assert await task_names(state.state_details.flow_run_id) == {"find_in_case"}
    assert await findings() == []


async def test_a_source_that_fails_is_a_failed_flow_run() -> None:
    """The flow run has the failure's message, and the failure is stored for a retry."""
    state = await ingest("/nowhere/talk.vtt", return_state=True)
    assert state.is_failed()
    assert "/nowhere/talk.vtt" in (state.message or "")
    with Warehouse(Settings.load().home / "warehouse.duckdb") as warehouse:
        assert [one.failure.kind for one in warehouse.open_failures()] == ["file_missing"]


async def test_the_sources_of_a_batch_fail_alone(source: Path, tmp_path: Path) -> None:
    """A batch is a flow run with a subflow run per source; it continues after a failure."""
    listed = tmp_path / "list.txt"
    listed.write_text(f"{source}\n/nowhere/talk.vtt\nnothing of use\n")
    state = await backfill(str(listed), return_state=True)
    missed = "line 3: no address: “nothing of use”"
    assert await state.result() == f"2 sources: 1 drafted, 1 failed; not read: {missed}"
    async with get_client() as client:
        runs = await client.read_flow_runs()
    states = {run.name: run.state_name for run in runs if "ingest" in run.name}
    assert states[f"ingest {source}"] == "Completed"
    assert states["ingest /nowhere/talk.vtt"] == "Failed"


async def test_a_batch_leaves_a_table_and_events(source: Path, tmp_path: Path) -> None:
    """Automations learn of each draft and of the batch's end; the run has a table of sources."""
    listed = tmp_path / "list.txt"
    listed.write_text(f"{source}\n/nowhere/talk.vtt\n")
    await backfill(str(listed), return_state=True)
    names = {"event": {"prefix": ["casebook."]}}
    found: dict[str, Any] = {}
    async with get_client() as client:
        (artifact,) = [
            one for one in await client.read_artifacts() if str(listed) in (one.description or "")
        ]
        for _ in range(100):  # events arrive a little later
            answer = await client._client.post("/events/filter", json={"filter": names})
            found = {
                one["event"]: one
                for one in answer.json()["events"]
                if one["resource"]["prefect.resource.name"] == str(listed)
                or one["payload"].get("source") == str(source)
            }
            if len(found) == 2:
                break
            await sleep(0.1)
    rows = {row["source"]: row for row in json.loads(str(artifact.data))}
    assert rows["/nowhere/talk.vtt"]["result"] == "file_missing"
    assert rows[str(source)]["draft"].startswith("/cases/case1_")
    draft, batch = found["casebook.draft.ready"], found["casebook.batch.done"]
    assert draft["payload"]["page"] == rows[str(source)]["draft"]
    assert batch["payload"]["drafted"] == 1


async def test_a_batch_keeps_to_its_own_budget(source: Path, tmp_path: Path) -> None:
    """A budget passed to the flow pauses its batch before the first call."""
    listed = tmp_path / "list.txt"
    listed.write_text(f"{source}\n")
    state = await backfill(str(listed), budget_usd=0.000001, return_state=True)
    assert state.is_failed()
    assert "budget" in (state.message or "")


async def test_the_server_caps_model_calls_over_all_batches(
    tmp_path: Path, model_endpoint: ScriptedEndpoint
) -> None:
    """Two batches of two sources never exceed the global limit on model calls."""
    in_flight, most, lock = 0, 0, Lock()

    def answer_slowly(request: Mapping[str, Any]) -> Reply:
        nonlocal in_flight, most
        with lock:
            in_flight += 1
            most = max(most, in_flight)
        pause(0.2)
        with lock:
            in_flight -= 1
        return answer_of(request)

    model_endpoint.script = answer_slowly
    async with get_client() as client:
        limit = GlobalConcurrencyLimitCreate(name=MODEL_LIMIT, limit=1)
        await client.create_global_concurrency_limit(limit)
    lists = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for listed in lists:
        sources = [tmp_path / f"{listed.stem}-{number}.md" for number in range(2)]
        for path in sources:
            path.write_text(article(f"Report {path.stem}"), "utf-8")
        listed.write_text("\n".join(map(str, sources)), "utf-8")
    try:
        done = await gather(*(backfill(str(listed)) for listed in lists))
    finally:
        async with get_client() as client:
            await client.delete_global_concurrency_limit_by_name(MODEL_LIMIT)
    assert done == ["2 sources: 2 drafted"] * 2
    assert most == 1


async def test_deployments_and_their_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schedules that a person added or paused survive a restart of the flows."""

    async def serve() -> None:
        async with get_client() as client:
            for made in await deployments(client):
                await made.apply()

    await serve()
    (watching,) = await schedules.lines()
    assert (watching.flow, watching.active) == ("watch", True)
    added = await schedules.add("publish", cron="0 6 * * 1", parameters={})
    await schedules.change(watching.schedule_id[:8], active=False)

    await serve()
    kept = {line.flow: line for line in await schedules.lines()}
    assert (kept["publish"].when, kept["watch"].active) == ("cron 0 6 * * 1 (UTC)", False)

    await schedules.change(added.schedule_id, active=None)
    assert [line.flow for line in await schedules.lines()] == ["watch"]
    with pytest.raises(UnknownId, match="no schedule"):
        await schedules.change(added.schedule_id, active=True)


@pytest.mark.parametrize(
    ("flow", "options", "message"),
    [
        ("publish", {"cron": "every monday"}, "not a cron expression"),
        ("publish", {"every_seconds": 5}, "at least a minute"),
        ("publish", {"cron": "0 6 * * 1", "timezone": "Mars/Base"}, "not a valid schedule"),
        ("publish", {"every_seconds": 60, "parameters": {"to": 1}}, "publish: parameter.*'to'"),
        ("recheck", {"every_seconds": 60, "parameters": {"most": "x"}}, "recheck: parameter most"),
    ],
)
async def test_a_schedule_that_could_never_run_is_refused(
    flow: str, options: dict[str, object], message: str
) -> None:
    """The message names the wrong part, before anything is stored."""
    async with get_client() as client:
        for made in await deployments(client):
            await made.apply()
    with pytest.raises(InputError, match=message):
        await schedules.add(flow, **{"parameters": {}, **options})


async def test_the_flows_of_prefect_yaml_load() -> None:
    """The deployments of prefect.yaml are the served flows, with the same names."""
    listed = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    for one in listed:
        path, _, name = one["entrypoint"].partition(":")
        loaded = load_flow_from_entrypoint(f"{ROOT / path}:{name}")
        assert isinstance(loaded, Flow)
        assert loaded.name == one["name"]
    assert {one["name"]: one["entrypoint"] for one in listed} == SERVED
    assert [flow.name for flow in served_flows()] == [*SERVED]


def _started(path: Path) -> subprocess.Popen[bytes]:
    """Start the flow run of a source in a process of its own."""
    script = f"import asyncio; from flows.ingest import ingest; asyncio.run(ingest({str(path)!r}))"
    place = {"PYTHONPATH": str(ROOT), "PREFECT_API_URL": PREFECT_API_URL.value() or ""}
    return subprocess.Popen([sys.executable, "-c", script], env=os.environ | place)


async def test_a_kill_between_subjects_pays_nothing_twice(
    tmp_path: Path, model_endpoint: ScriptedEndpoint
) -> None:
    """The flow run of the same source drafts only the subjects that the killed one did not."""
    path, gate = tmp_path / "panel.md", Event()
    path.write_text(PANEL, "utf-8")

    def holds_the_second(request: Mapping[str, Any]) -> Reply:
        is_second = asked_about(request) == "Brightkettle"
        return replace(panel_answer(request), hold=gate if is_second else None)

    model_endpoint.script = holds_the_second
    killed = _started(path)
    until = monotonic() + 120
    while "Brightkettle" not in map(asked_about, model_endpoint.requests):
        assert monotonic() < until
        await sleep(0.1)
    killed.kill()
    killed.wait()
    gate.set()
    model_endpoint.script = panel_answer
    model_endpoint.requests.clear()
    result = await ingest(str(path))
    assert len(result.subjects) == 3
    asked = [one for one in model_endpoint.requests if schema_name(one) == "CaseStudyAnswer"]
    assert [asked_about(one) for one in asked] == ["Brightkettle", "Ostrava Lines"]
    with Warehouse(Settings.load().home / "warehouse.duckdb") as warehouse:
        paid = warehouse.sql("SELECT count(*), count(DISTINCT question_id) FROM generations")[1]
        assert paid[0][0] == paid[0][1]
        assert len(warehouse.case_ids()) == 3
