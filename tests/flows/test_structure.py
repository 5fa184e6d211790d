"""Statements are drafted from the texts of an imported database, and say what they rest on."""

import json
import os
import signal
import subprocess
import sys
import time
from asyncio import sleep
from pathlib import Path
from threading import Event

import pytest
from claims_article import article
from datasets import shared
from html_pages import parsed, texts
from local_site import Site
from scripted_endpoint import ScriptedEndpoint, api_error, completion, schema_name
from scripted_model import answer_of, judge_of
from text_model import text_answer

from config.resources import Resources
from config.settings import Settings
from flows.rerun import imported, redraft, rejudge, results, stale, to_judge
from flows.structure import draft_text, unstructured
from publishing.conversion import published_case
from review.adoption import adopt, edited_fields
from review.changes import AddStatement, SetStatement
from review.decisions import approve, edit
from schemas.cases import Section, SupportLevel
from schemas.errors import ConfigurationError, InvalidDecision
from schemas.reviews import CaseStatus, CaseView
from services.imports import import_cases
from services.publication import export_dataset, publish_site
from services.report import make_report, publish_report
from services.report_selection import ReportOrder
from warehouse import Dataset

NOTE = "from the text published by Their database, not from the source"
BODY = article().partition("---\n\n")[2]


@pytest.fixture
async def texts_of_others(resources: Resources, site: Site, tmp_path: Path) -> list[str]:
    """Two imported cases; the first one's source is on the site."""
    path = tmp_path / "theirs.jsonl"
    row = {"title": "Claims at Kellamoor", "company": "Kellamoor", "created_at": "2025-01-02"}
    row |= {"full_summary": BODY, "tags": ["postgresql", "fastapi"], "year": 2025}
    address = site.put("/claims.md", article())
    rows = [row | {"slug": "a", "source_url": address}]
    rows += [row | {"slug": "b", "source_url": "https://b.example/", "title": "Claims, told again"}]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    mapping = {"record_url": "=https://db.example/{slug}"}
    await import_cases(path, resources, name="Their database", mapping=mapping)
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    return [view.case.case_id for view in sorted(views, key=lambda one: one.document.title or "")]


@pytest.fixture
async def case_id(texts_of_others: list[str]) -> str:
    """The case whose source is on the site."""
    return texts_of_others[0]


@pytest.fixture
async def drafted(case_id: str, resources: Resources) -> CaseView:
    """That case with a draft of its text beside the text."""
    result = await draft_text(case_id, resources)
    assert result.failure is None
    return resources.warehouse.case(case_id)


def approved(resources: Resources, case_id: str) -> CaseView:
    """Adopt the waiting draft whole, and approve it without its doubtful parts."""
    adopt(resources.warehouse, case_id, None, "ada")
    approve(resources.warehouse, case_id, "ada", leave_out=True)
    return resources.warehouse.case(case_id)


async def test_a_draft_of_the_text_waits_beside_it(drafted: CaseView, resources: Resources) -> None:
    """The imported text stays approved; the draft has statements with quotes in that text."""
    assert (drafted.status, drafted.is_prose) == (CaseStatus.APPROVED, True)
    assert drafted.revision.basis == "imported"
    prose = published_case(drafted)
    older = prose.model_copy(update={"basis": None})
    assert prose.content_hash == older.content_hash, "earlier imports have not changed"
    draft = drafted.newer
    assert draft is not None
    assert (draft.basis, draft.made_by, draft.author) == ("imported", "model", "scripted")
    assert draft.document_id == drafted.document.document_id
    assert draft.study.fact("industry").value == "insurance"
    year, tags = draft.study.fact("year"), {one.slug: one for one in draft.study.tags}
    assert (year.value, year.support.level) == ("2025", SupportLevel.IMPORTED), "of the record"
    assert {"vllm", "postgresql", "fastapi"} <= tags.keys()
    assert (tags["postgresql"].is_set_aside, tags["fastapi"].is_set_aside) == (False, True)
    assert edited_fields(drafted) == []
    sections = {one.section for one in draft.study.statements}
    assert {Section.RESULTS, Section.CHALLENGES, Section.SOLUTIONS, Section.FAILURES} <= sections
    found = [e for one in draft.study.statements for e in one.evidence if e.start is not None]
    assert found
    assert all(drafted.document.text[e.start : e.end] == e.quote for e in found)
    (same,) = [one for one in draft.study.statements if one.text.startswith("Each claim is emb")]
    assert same.text in drafted.document.text
    levels = {one.support.level for one in (*draft.study.statements, *draft.study.facts)}
    assert same.support.level is SupportLevel.VERIFIED, "a sentence of the text is not the source's"
    assert SupportLevel.VERBATIM not in levels
    published = await publish_site(resources)
    page = next(published.path.glob("cases/claims-at-kellamoor*/index.html")).read_text()
    assert "Each claim is embedded" in page
    assert 'class="statement"' not in page


async def test_readers_see_what_statements_rest_on(drafted: CaseView, resources: Resources) -> None:
    """Page, Markdown, JSON, dataset, citation and report name the text; levels say imported."""
    case_id = drafted.case.case_id
    assert not approved(resources, case_id).is_prose
    published = await publish_site(resources)
    record = next(
        one
        for one in map(json.loads, (published.path / "data/cases.jsonl").read_text().splitlines())
        if one["case_id"] == case_id
    )
    folder = published.path / "cases" / record["slug"]
    page = parsed(folder / "index.html")
    (note,) = page.xpath("//header/p[@role='note'][strong]")
    assert note.text_content().startswith(f"The statements are {NOTE}.")
    assert note.xpath("a/@href") == ["https://db.example/a"]
    assert not page.xpath("//*[contains(., 'Checked: every sentence is based')]")
    places = texts(page, "//p[@class='where']/a[contains(@class, 'source-link')]")
    assert all("n the text of Their database" in place for place in places)
    links = page.xpath("//p[@class='where']/a/@href")
    assert all(link.startswith("https://db.example/a#:~:text=") for link in links)
    for name in ("case.md", "case.bib", "case.ris"):
        assert NOTE in (folder / name).read_text()
    assert (record["basis"], record["prose"], record["imported"]["record"]) == ("imported", [], "a")
    assert NOTE in record["citation"]
    levels = {one["support"] for one in (*record["statements"], *record["facts"], *record["tags"])}
    assert levels == {"imported"}
    with Dataset(published.path / "data/cases.jsonl") as tables:
        sql = "SELECT DISTINCT basis FROM published_statements"
        assert tables.rows(sql) == [{"basis": "imported"}]
    (row,) = resources.warehouse.sql(
        f"SELECT basis, status FROM current_revisions WHERE case_id = '{case_id}'"  # noqa: S608
    )[1]
    assert row == ("imported", "published")
    async with Resources(Settings(home=resources.settings.home)) as plain:
        report = await make_report(ReportOrder(title="Claims and drafts"), plain)
        assert {one.quote for s in report.sentences for one in s.citations} == {""}
        await publish_report(report, plain)
    shown = parsed(published.path / "reports" / report.name / "index.html")
    cited = texts(shown, "//li[@class='statement']/p[@class='where']")
    assert cited
    assert all(one.endswith("· imported") for one in cited)


async def test_prose_gets_no_role_by_its_words(resources: Resources, tmp_path: Path) -> None:
    """A report lists sentences of a text under its own heading, whatever words they have."""
    path = tmp_path / "one.jsonl"
    text = "The new gateway at Acme recovers from failures of a model within two seconds."
    row = {"title": "A gateway", "company": "Acme", "text": f"## Overview\n\n{text}"}
    path.write_text(json.dumps(row | {"url": "https://acme.example/"}))
    await import_cases(path, resources, name="Their database")
    await publish_site(resources)
    async with Resources(Settings(home=resources.settings.home)) as plain:
        report = await make_report(ReportOrder(title="A gateway that recovers"), plain)
    assert {one.role.value for one in report.sentences if one.citations} == {"imported"}


async def test_a_second_run_pays_nothing(
    case_id: str, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A judge that fails leaves the text as it is; later runs ask only what is missing."""

    def script(request):
        failing = schema_name(request) == "JudgeAnswer"
        return api_error(400) if failing else answer_of(request)

    model_endpoint.script = script
    failed = await draft_text(case_id, resources)
    assert failed.failure is not None
    assert (failed.case_id, failed.failure.stage) == (case_id, "store")
    assert resources.warehouse.open_failures() == []
    assert resources.warehouse.case(case_id).newer is None
    assert case_id in await unstructured(resources)
    model_endpoint.script = answer_of
    model_endpoint.requests.clear()
    again = await draft_text(case_id, resources)
    assert again.failure is None
    assert "CaseStudyAnswer" not in map(schema_name, model_endpoint.requests)
    model_endpoint.requests.clear()
    third = await draft_text(case_id, resources)
    assert (third.revision_id, third.llm_calls) == (again.revision_id, 0)
    assert model_endpoint.requests == []
    assert case_id not in await unstructured(resources)


async def test_a_missing_verdict_costs_one_part(
    case_id: str, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The draft is kept without it, and no retry would draft the source instead."""

    def script(request):
        is_judge = schema_name(request) == "JudgeAnswer"
        return (
            completion({"verdicts": judge_of(request)["verdicts"][:3]})
            if is_judge
            else answer_of(request)
        )

    model_endpoint.script = script
    result = await draft_text(case_id, resources)
    assert "no usable verdict" in (result.unjudged or "")
    assert resources.warehouse.open_failures() == []
    draft = resources.warehouse.case(case_id).newer
    assert draft is not None
    assert any(one.support.is_unjudged for one in draft.study.statements)


async def test_a_budget_ends_the_run(
    texts_of_others: list[str],
    resources: Resources,
    settings: Settings,
    model_endpoint: ScriptedEndpoint,
) -> None:
    """Below the price of one case nothing is paid, and the reason is given once."""
    model_endpoint.requests.clear()
    one = resources.forecast(len(BODY)).cost_usd or 0
    for budget, kinds in ((one / 2, ["budget_reached"]), (3 * one, [None, None])):
        async with Resources(settings.model_copy(update={"budget_run": budget})) as limited:
            chosen = await unstructured(limited)
            assert {*chosen} == {*texts_of_others}
            found = [result async for result in results(chosen, limited, draft_text)]
        assert [result.failure and result.failure.kind for result in found] == kinds
        assert sum(result.cost_usd or 0 for result in found) <= budget
        assert bool(model_endpoint.requests) == (kinds != ["budget_reached"])


async def test_without_a_capable_model_prose_stays_prose(
    case_id: str, settings: Settings, resources: Resources
) -> None:
    """The packaged model and small ones are refused with the settings to change."""
    for changes in (
        {"llm_base_url": None, "llm_model": None},
        {"llm_model": "qwen3:4b"},
        {"llm_strategy": "guided"},
    ):
        async with Resources(settings.model_copy(update=changes)) as weak:
            with pytest.raises(ConfigurationError, match="CASEBOOK_LLM_BASE_URL"):
                await unstructured(weak, [case_id])
    assert resources.warehouse.case(case_id).newer is None


async def test_the_draft_is_judged_edited_and_mixed_like_any(
    drafted: CaseView, resources: Resources, settings: Settings
) -> None:
    """Fields are adopted one by one, statements edited and added, and the judge asked again."""
    warehouse, case_id = resources.warehouse, drafted.case.case_id
    quote = "a clerk checks each draft"
    changes = [AddStatement(section=Section.CONTEXT, text="A clerk checks drafts.", quote=quote)]
    with pytest.raises(InvalidDecision, match="comes from another database"):
        edit(warehouse, case_id, changes, "ada")
    adopt(warehouse, case_id, ["results", "challenges"], "ada")
    view = warehouse.case(case_id)
    kept = {one.section for one in view.revision.study.statements}
    assert kept == {Section.RESULTS, Section.CHALLENGES, Section.SOLUTIONS}
    assert view.revision.study.fact("title").value == "Claims at Kellamoor"
    edit(warehouse, case_id, changes, "ada")
    number = view.revision.study.statements[0].n
    edit(warehouse, case_id, [SetStatement(n=number, text="A third were photographs.")], "ada")
    view = warehouse.case(case_id)
    assert view.revision.basis == "imported"
    added = view.revision.study.section(Section.CONTEXT)
    assert all(quote in one.evidence[0].quote for one in added)
    assert SupportLevel.VERBATIM not in {s.support.level for s in view.revision.study.statements}
    models = {"newer": {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}}
    changes = {"llm_model": "newer", "models": models}
    async with Resources(settings.model_copy(update=changes)) as other:
        assert case_id in await to_judge(other)
        assert (await rejudge(case_id, other)).failure is None
    assert warehouse.case(case_id).revision.basis == "imported"
    approve(warehouse, case_id, "ada", leave_out=True)
    assert warehouse.case(case_id).status is CaseStatus.APPROVED


async def test_a_draft_of_the_source_takes_its_place(
    texts_of_others: list[str], resources: Resources, tmp_path: Path, settings: Settings
) -> None:
    """The text's draft does not hide the case; the source's names the import, in exports too."""
    warehouse, (case_id, other) = resources.warehouse, texts_of_others
    for one in texts_of_others:
        await draft_text(one, resources)
    approved(resources, other)
    assert case_id in await imported(resources), "a draft of the text waits"
    approved(resources, case_id)
    assert case_id in await imported(resources), "the text's draft is the case"
    assert await stale(resources) == {}
    result = await redraft(case_id, resources)
    newer = warehouse.case(case_id).newer
    assert newer is not None
    assert (newer.revision_id, newer.basis) == (result.revision_id, None)
    assert case_id not in await imported(resources)
    refused = await draft_text(case_id, resources)
    assert "not based on an imported text alone" in str(refused.failure)
    view = approved(resources, case_id)
    assert (view.revision.basis, view.document.is_imported) == (None, False)
    published = await publish_site(resources)
    found = [
        one
        for one in published.path.glob("cases/*/index.html")
        if "First imported" in one.read_text()
    ]
    (page,) = map(parsed, found)
    (told,) = texts(page, "//dt[.='First imported']/following-sibling::dd")
    assert told.startswith("From Their database, record a,")
    assert NOTE not in found[0].read_text()
    with Dataset(published.path / "data/cases.jsonl") as tables:
        sql = "SELECT basis, imported_from, first_imported_from AS was FROM published_cases"
        rows = {(one["basis"], one["imported_from"], one["was"]) for one in tables.rows(sql)}
    assert rows == {("imported", "Their database", None), (None, None, "Their database")}
    export_dataset(resources, tmp_path / "out")
    async with Resources(settings.model_copy(update={"home": tmp_path / "other"})) as second:
        assert (await import_cases(tmp_path / "out", second, name="Ours")).broken == ()
        there = second.warehouse.case(other)
        assert (there.revision.basis, there.is_quotable) == ("imported", False)
        assert other in await imported(second)
        with Dataset((await publish_site(second)).path / "data/cases.jsonl") as tables:
            again = {(one["basis"], one["was"]) for one in tables.rows(sql)}
    assert again == {("imported", None), (None, "Their database")}


def _started(home: Path, endpoint: ScriptedEndpoint, *options: str) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    prices = {"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}}
    environment = os.environ | {
        "CASEBOOK_HOME": str(home),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "CASEBOOK_MODELS": json.dumps(prices),
    }
    command = [sys.executable, "-m", "cli", "structure", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


async def test_a_kill_loses_nothing(
    texts_of_others: list[str], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The command that is killed while it waits for the judge pays only that call again."""
    resources.warehouse.close()
    home, gate = resources.settings.home, Event()

    def script(request):
        reply = answer_of(request)
        is_held = schema_name(request) == "JudgeAnswer"
        return reply.__class__(**vars(reply) | {"hold": gate}) if is_held else reply

    model_endpoint.script = script
    planned, _ = _started(home, model_endpoint, "--dry-run").communicate(timeout=60)
    assert {line.split()[0] for line in planned.splitlines()} == {*texts_of_others}
    assert model_endpoint.requests == []
    killed = _started(home, model_endpoint)
    until = time.monotonic() + 60
    while [*map(schema_name, model_endpoint.requests)].count("JudgeAnswer") < 2:
        assert time.monotonic() < until
        await sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    gate.set()
    model_endpoint.requests.clear()
    again = _started(home, model_endpoint)
    shown, _ = again.communicate(timeout=60)
    assert again.returncode == 0, shown
    assert "CaseStudyAnswer" not in map(schema_name, model_endpoint.requests)
    for one in texts_of_others:
        assert resources.warehouse.case(one).newer is not None


async def test_texts_of_the_field_are_structured(
    resources: Resources, model_endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    """Most quotes of a model that misquotes one in nine are found in real texts."""
    from warehouse import read_rows

    rows = read_rows(shared("cases/llmops_cases.parquet"))[::400]
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))
    await import_cases(path, resources, name="LLMOps Database")
    model_endpoint.script = text_answer
    found = [one async for one in results(await unstructured(resources), resources, draft_text)]
    assert len(found) == len(rows)
    assert [one.failure for one in found] == [None] * len(rows)
    for one in found:
        draft = resources.warehouse.case(one.case_id or "").newer
        assert draft is not None
        quoted = [s for s in draft.study.statements if s.evidence]
        located = [s for s in quoted if any(e.start is not None for e in s.evidence)]
        assert len(quoted) > len(located) > len(quoted) / 2
