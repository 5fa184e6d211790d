"""Findings are made once per revision that readers see, judged, and published as data."""

import json
import os
import signal
import subprocess
import sys
import time
from asyncio import sleep, to_thread
from collections.abc import Callable
from pathlib import Path
from threading import Event

import duckdb
import pytest
from claims_article import article
from findings_model import asked_findings, finding, findings_answer, found_in, judged_in
from scripted_endpoint import ScriptedEndpoint, api_error, completion, schema_name

from config.resources import Resources
from config.settings import Settings
from flows.findings import find
from flows.ingest import process
from flows.rerun import results
from review.changes import SetStatement
from review.decisions import approve, edit
from schemas.cases import Section
from schemas.errors import InvalidDecision
from schemas.reviews import CaseView
from schemas.sources import SourceRef
from services.findings import citable, without_findings
from services.imports import import_cases
from services.publication import export_dataset, publish_site
from services.run import Run

STORED = "SELECT n, effect, value, unit, theme, label, reason FROM current_findings ORDER BY n"


@pytest.fixture
def seen(case: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint) -> CaseView:
    """The case, approved without its doubtful parts; the model answers about findings too."""
    approve(resources.warehouse, case.case.case_id, "ada", leave_out=True)
    model_endpoint.script = findings_answer
    model_endpoint.requests.clear()
    return resources.warehouse.case(case.case.case_id)


@pytest.fixture
async def several(seen: CaseView, resources: Resources, tmp_path: Path) -> list[str]:
    """Three approved cases, newest first; no two ask the model for the same."""
    (statement, *_) = citable(seen.revision.study).statements
    for name in ("b", "c"):
        path = tmp_path / f"{name}.md"
        path.write_text(article().replace("Kellamoor insures", f"Kellamoor{name} insures"))
        case_id = (await process(Run(SourceRef(source=str(path)), resources))).case_id or ""
        change = SetStatement(n=statement.n, text=f"Clerk {name} checks.")
        edit(resources.warehouse, case_id, [change], "ada")
        approve(resources.warehouse, case_id, "ada", leave_out=True)
    return [*reversed(resources.warehouse.case_ids())]


def asked(endpoint: ScriptedEndpoint) -> list[str]:
    """Return the kinds of the questions that the endpoint was asked."""
    return [*map(schema_name, endpoint.requests)]


def answering(**replies: Callable) -> Callable:
    """Return a script that answers some kinds of questions with the content from a function."""

    def script(request):
        make = replies.get(schema_name(request))
        return completion(make(request)) if make else findings_answer(request)

    return script


async def chosen(resources: Resources) -> list[str]:
    """Return the cases without findings."""
    return [*(await without_findings(resources)).chosen]


async def test_findings_are_stored_once(
    seen: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Two calls for a case, whose cost is its own; a second run has nothing to do."""
    case_id = seen.case.case_id
    assert await chosen(resources) == [case_id]
    made = await find(case_id, resources)
    assert made.failure is None
    assert asked(model_endpoint) == ["FindingsAnswer", "FindingsJudgeAnswer"]
    system = {request["messages"][0]["content"] for request in model_endpoint.requests}
    assert len(system) == 1, "a provider can reuse the cached case"
    assert (made.llm_calls, made.model, made.dropped) == (2, "scripted", 0)
    assert made.findings == made.entailed > 2
    _, rows = resources.warehouse.sql(STORED)
    assert [row[0] for row in rows] == [*range(1, made.findings + 1)]
    assert {row[4:] for row in rows} == {("human review", "entailed", "")}
    assert rows[0][1:4] == ("better", "2", "hours")
    assert await chosen(resources) == []
    (stage,) = [one for one in resources.warehouse.costs("stage") if one.key == "findings"]
    assert (stage.calls, stage.cost_usd) == (2, pytest.approx(made.cost_usd))
    before = sum(one.cost_usd or 0 for one in resources.warehouse.costs("case"))
    assert before > (made.cost_usd or 0)
    model_endpoint.requests.clear()
    assert (await find(case_id, resources)).llm_calls == 0
    assert model_endpoint.requests == []


async def test_findings_rest_on_statements_without_a_doubt(
    seen: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The model sees no summary, gap, example or doubtful part; the latter are refused too."""
    await find(seen.case.case_id, resources)
    shown = model_endpoint.requests[0]["messages"][-1]["content"]
    study = citable(seen.revision.study)
    assert [one.n for one in study.statements] == [
        one.n
        for one in seen.revision.study.statements
        if f"\n[{one.n}] {one.section}" in shown and one.support.is_publishable
    ]
    assert not {Section.ABSTRACT, Section.GAPS} & {one.section for one in study.statements}
    hidden = {one.n for one in seen.revision.study.statements} - {s.n for s in study.statements}
    assert hidden


async def test_a_finding_that_is_not_entailed_is_kept_and_not_published(
    seen: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Readers get the entailed ones as JSON, Parquet and CSV; the warehouse has all."""
    refuse = {"FindingsJudgeAnswer": lambda request: judged_in(request, n1="partly", n2="contrary")}

    def found(request):
        more = [finding("It rests on nothing.", 99), finding("It saved 71 % of costs.", 1)]
        return {"findings": [*found_in(request)["findings"], *more], "verdicts": []}

    model_endpoint.script = answering(FindingsAnswer=found, **refuse)
    made = await find(seen.case.case_id, resources)
    assert (made.entailed, made.dropped) == (made.findings - 2, 2)
    _, rows = resources.warehouse.sql(STORED)
    assert [row[5:] for row in rows][:3] == [
        ("partly", "The words decide."), ("contrary", "The words decide."), ("entailed", "")
    ]  # fmt: skip
    _, ((dropped,),) = resources.warehouse.sql("SELECT dropped FROM finding_sets")
    assert ["statement 99" in dropped[0], "71 %" in dropped[1]] == [True, True]
    site = (await publish_site(resources)).path
    (page,) = site.glob("cases/*/case.json")
    shown = json.loads(page.read_text())
    assert [one["n"] for one in shown["findings"]] == [*range(3, made.findings + 1)]
    cited = {n for one in shown["findings"] for n in one["statements"]}
    assert cited <= {one["n"] for one in shown["statements"]}
    table = duckdb.read_parquet(str(site / "data/findings.parquet"))
    (first, *_) = table.project("company, done, effect, made_by, label, page").fetchall()
    assert first[:5] == ("Kellamoor", "what the statement says", "better", "model", "entailed")
    anchors = {one["anchor"] for one in shown["statements"]}
    assert first[5].partition("#")[2] in anchors
    assert len(table) == made.entailed
    assert "what the statement says" in (site / "data/findings.csv").read_text("utf-8")


async def test_new_findings_change_the_data_and_no_page(
    seen: CaseView, resources: Resources, tmp_path: Path
) -> None:
    """The site's list of changes stays as it is; a release of the data names the case."""
    await publish_site(resources)
    assert export_dataset(resources, tmp_path / "out").added == (
        seen.revision.study.fact("title").value,
    )
    await find(seen.case.case_id, resources)
    again = await publish_site(resources)
    assert (again.changed, again.unchanged) == ((), (seen.case.case_id,))
    (page,) = again.path.glob("cases/*/case.json")
    assert len(json.loads(page.read_text())["findings"]) > 2
    assert len(export_dataset(resources, tmp_path / "out").changed) == 1


async def test_a_failure_of_the_judge_is_no_verdict(
    seen: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Nothing is stored, and the next run pays only for the judge."""

    def script(request):
        is_judge = schema_name(request) == "FindingsJudgeAnswer"
        return api_error(400) if is_judge else findings_answer(request)

    model_endpoint.script = script
    failed = await find(seen.case.case_id, resources)
    assert failed.failure is not None
    assert (failed.failure.stage, failed.findings) == ("findings", 0)
    assert resources.warehouse.counts()["finding_sets"] == 0
    assert resources.warehouse.open_failures() == []
    model_endpoint.script = findings_answer
    model_endpoint.requests.clear()
    assert (await find(seen.case.case_id, resources)).failure is None
    assert asked(model_endpoint) == ["FindingsJudgeAnswer"]


@pytest.mark.parametrize("given", [0, 2])
async def test_the_judge_is_asked_once_more_about_skipped_findings(
    given: int, seen: CaseView, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """One without a verdict after that is not judged, which is not the same as entailed."""

    def judge(request):
        verdicts = judged_in(request)["verdicts"]
        return {"verdicts": verdicts[:given] if len(verdicts) > 2 else []}

    model_endpoint.script = answering(FindingsJudgeAnswer=judge)
    made = await find(seen.case.case_id, resources)
    assert asked(model_endpoint) == ["FindingsAnswer", *["FindingsJudgeAnswer"] * 2]
    numbers = [n for n, _ in asked_findings(model_endpoint.requests[-1])]
    assert numbers == [*range(given + 1, made.findings + 1)]
    assert made.entailed == given < made.findings
    _, rows = resources.warehouse.sql(STORED)
    assert rows[-1][5:] == ("not judged", "The judge gave no usable verdict.")


async def test_without_a_model_statements_are_taken_as_they_are(
    seen: CaseView, settings: Settings, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """They are free and marked; a model replaces them later, and they replace no model's."""
    case_id = seen.case.case_id
    for changes in ({"llm_base_url": None, "llm_model": None}, {"llm_model": "qwen3:4b"}):
        async with Resources(settings.model_copy(update=changes)) as weak:
            assert "by code and free" in (await without_findings(weak)).price(weak)
            made = await find(case_id, weak)
            assert (made.model, made.llm_calls, made.failure) == (None, 0, None)
            assert await chosen(weak) == []
    assert model_endpoint.requests == []
    _, rows = resources.warehouse.sql("SELECT made_by, text, effect FROM current_findings")
    texts = {one.text for one in citable(seen.revision.study).statements}
    assert {row[0] for row in rows} == {"code"}
    assert {row[1] for row in rows} <= texts
    assert {row[2] for row in rows} == {"better", "unknown"}
    assert await chosen(resources) == [case_id]
    await find(case_id, resources)
    _, kinds = resources.warehouse.sql("SELECT DISTINCT made_by FROM current_findings")
    assert kinds == [("model",)]
    async with Resources(
        settings.model_copy(update={"llm_base_url": None, "llm_model": None})
    ) as weak:
        assert await chosen(weak) == []


async def test_another_judge_model_or_revision_is_a_reason_to_find_again(
    seen: CaseView, settings: Settings, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A new judge costs one call; a new revision only if its statements have changed."""
    case_id = seen.case.case_id
    await find(case_id, resources)
    models = {**settings.models, "strict": settings.models["scripted"]}
    model_endpoint.requests.clear()
    judged = settings.model_copy(update={"judge": "strict", "models": models})
    async with Resources(judged) as other:
        assert await chosen(other) == [case_id]
        await find(case_id, other)
        assert await chosen(other) == []
    assert asked(model_endpoint) == ["FindingsJudgeAnswer"]
    assert await chosen(resources) == [case_id], "the newest findings are by the other judge"
    await publish_site(resources)
    (statement, *_) = citable(seen.revision.study).statements
    edit(resources.warehouse, case_id, [SetStatement(n=statement.n, text="A clerk checks.")], "ada")
    assert await chosen(resources) == [case_id]
    model_endpoint.requests.clear()
    assert (await find(case_id, resources)).llm_calls == 0, "readers do not see the edit yet"
    approve(resources.warehouse, case_id, "ada", leave_out=True)
    assert (await find(case_id, resources)).llm_calls == 2


async def test_a_budget_and_a_limit_end_the_run(
    several: list[str], settings: Settings, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Below the price of a case nothing is paid; the price is said before."""
    model_endpoint.requests.clear()
    plan = await without_findings(resources, limit=2)
    assert [*plan.chosen] == several[:2]
    assert plan.price(resources).startswith("2 cases with scripted, about $0.0")
    usd = float(plan.price(resources).split("$")[1][:4]) / 2
    for budget, done in ((usd / 100, [False]), (2.5 * usd, [True, True])):
        async with Resources(settings.model_copy(update={"budget_run": budget})) as limited:
            found = [one async for one in results(plan.chosen, limited, find)]
        assert [one.failure is None for one in found] == done
        assert sum(one.cost_usd or 0 for one in found) <= budget
    assert len({*map(json.dumps, model_endpoint.requests)}) == len(model_endpoint.requests) == 4
    assert await chosen(resources) == several[2:]


async def test_imported_texts_need_statements_first(
    seen: CaseView, resources: Resources, tmp_path: Path
) -> None:
    """They are counted in the plan, and one that is asked for is refused with the command."""
    path = tmp_path / "theirs.jsonl"
    row = {"title": "Theirs", "company": "Oar", "source_url": "https://b.example/", "slug": "b"}
    path.write_text(json.dumps(row | {"full_summary": "A text that is long enough. " * 40}))
    await import_cases(path, resources, name="Their database")
    plan = await without_findings(resources)
    assert ([*plan.chosen], plan.texts) == ([seen.case.case_id], 1)
    assert "1 imported texts have no statements; run `casebook structure`" in plan.price(resources)
    (other,) = {*resources.warehouse.case_ids()} - {seen.case.case_id}
    with pytest.raises(InvalidDecision, match="casebook structure"):
        await without_findings(resources, [other])


def _started(home: Path, endpoint: ScriptedEndpoint, *options: str) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    prices = {"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}}
    environment = os.environ | {
        "CASEBOOK_HOME": str(home),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "CASEBOOK_MODELS": json.dumps(prices),
    }
    command = [sys.executable, "-m", "cli", "findings", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, **pipes)


async def test_a_kill_loses_at_most_the_call_under_way(
    several: list[str], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The command that is killed while it waits for the judge pays only that call again."""
    resources.warehouse.close()
    home, gate = resources.settings.home, Event()

    def script(request):
        reply = findings_answer(request)
        is_held = schema_name(request) == "FindingsJudgeAnswer"
        return reply.__class__(**vars(reply) | {"hold": gate}) if is_held else reply

    model_endpoint.script = script
    model_endpoint.requests.clear()
    planned, price = await to_thread(_started(home, model_endpoint, "--dry-run").communicate)
    assert [line.split()[0] for line in planned.splitlines()] == several
    assert "3 cases with scripted, about $0.0" in price
    assert model_endpoint.requests == []
    killed = _started(home, model_endpoint)
    until = time.monotonic() + 60
    while asked(model_endpoint).count("FindingsJudgeAnswer") < 3:
        assert time.monotonic() < until
        await sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    gate.set()
    model_endpoint.requests.clear()
    shown, _ = await to_thread(_started(home, model_endpoint, "--json").communicate)
    done = [json.loads(line) for line in shown.splitlines()]
    assert sorted(one["case_id"] for one in done) == sorted(several)
    assert {one["failure"] for one in done} == {None}
    assert asked(model_endpoint) == ["FindingsJudgeAnswer"] * 3
    model_endpoint.requests.clear()
    shown, price = await to_thread(_started(home, model_endpoint).communicate)
    assert (shown, price.strip()) == (
        "", "0 cases with scripted, about $0.00. 3 have findings already.")  # fmt: skip
    assert model_endpoint.requests == []
