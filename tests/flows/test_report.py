"""Reports and answers over published cases, from the order to the site."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from case_views import rows
from kept_homes import copied
from report_cases import BAKERIES, a_bakery, bakeries
from report_model import ReportModel
from scripted_endpoint import Reply, ScriptedEndpoint, completion, schema_name

from config.resources import Resources
from config.settings import Settings
from review.changes import Drop
from review.decisions import approve, edit, withdraw
from schemas.errors import InputError, ProviderUnavailable, UnknownId
from schemas.reports import Outcome, Report, SentenceRole
from services.answers import answer
from services.publication import publish_site, recording_path
from services.report import (
    check_report,
    forecast_report,
    make_report,
    publish_report,
    view,
    withdraw_report,
)
from services.report_selection import ReportOrder

ORDER = ReportOrder(title="Dough plans by retrieval", template="technique")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site with an address, so that feeds are written."""
    return settings.model_copy(update={"site_address": "https://cases.example"})


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the bakeries on its site, made by the first test that needs it."""
    return tmp_path_factory.mktemp("published") / "home"


@pytest.fixture
async def published(
    settings: Settings, model_endpoint: ScriptedEndpoint, published_home: Path
) -> AsyncIterator[Resources]:
    """Resources with the bakeries on the site, and the model that writes reports."""
    model_endpoint.script = ReportModel()
    if not copied(published_home, settings.home):
        async with Resources(settings) as resources:
            for one in bakeries():
                resources.warehouse.append(*rows(one))
            await publish_site(resources)
        copied(settings.home, published_home)
    async with Resources(settings) as resources:
        yield resources


@pytest.fixture
def embedded(published: Resources) -> Resources:
    """The same with the embedded model, which writes no reports."""
    plain = published.settings.model_copy(update={"llm_base_url": None, "llm_model": None})
    return Resources(plain)


def case_of(resources: Resources, company: str) -> str:
    """The id of a bakery's case."""
    found = resources.warehouse.sql(
        f"SELECT case_id FROM published_cases WHERE company = '{company}'"  # noqa: S608
    )
    return str(found[1][0][0])


def texts(report: Report, *roles: SentenceRole) -> list[str]:
    """The sentences of these roles, or all."""
    return [report.shown(one) for one in report.sentences if not roles or one.role in roles]


async def test_without_a_capable_model_a_report_quotes_the_cases(embedded: Resources) -> None:
    """Each sentence is a verbatim statement or a count, so everything can be checked."""
    report = await make_report(ORDER, embedded)
    assert report.model is None
    cited = [one for one in report.sentences if one.citations]
    assert len(cited) >= 8
    stated = {text for found in BAKERIES.values() for _, text in found}
    assert {one.text for one in cited} <= stated
    assert all(one.text == one.citations[0].text for one in cited)
    assert "This report is about all 4 published cases, from 4 companies." in texts(report)
    checked = await check_report(report, embedded)
    assert checked.problems == ()
    assert checked.citations == len(cited)
    assert embedded.warehouse.report(report.name) == report


async def test_a_model_writes_and_what_its_citations_do_not_carry_is_dropped(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """False numbers, names, companies and claims are dropped, with the reason."""
    model = model_endpoint.script
    report = await make_report(ORDER, published)
    assert isinstance(model, ReportModel)
    assert model.mistakes
    assert len(report.dropped) >= len(model.mistakes)
    shown = " ".join(texts(report))
    assert not any(word in shown for word in ("97 %", "Zorblatt", "Netflix", "regulators"))
    written = [one for one in report.sentences if one.support == "verified"]
    assert written
    assert all(one.citations for one in written)
    assert (report.model, report.judge) == ("scripted", "scripted")
    assert (await check_report(report, published)).problems == ()


async def test_a_measured_value_is_a_query_and_not_the_models_digit(published: Resources) -> None:
    """The sentence has a placeholder, filled by a query with the value and its unit."""
    report = await make_report(ORDER, published)
    numbers = {one.name: one for one in report.numbers if one.name.startswith("s:")}
    ottokar = case_of(published, "Ottokar")
    (measured,) = [one for name, one in numbers.items() if name.startswith(f"s:{ottokar}.results.")]
    assert measured.value == "18 %"
    used = [one for one in report.sentences if "{s:" in one.text]
    assert any("The value was 18 %." in report.shown(one) for one in used)


async def test_the_same_report_again_asks_nothing(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """After a crash or on a rerun no call is repeated, and the report is stored once."""
    first = await make_report(ORDER, published)
    paid = len(model_endpoint.requests)
    again = await make_report(ORDER, published)
    assert len(model_endpoint.requests) == paid
    assert again.report_id == first.report_id
    assert len(published.warehouse.report_lines()) == 1


async def test_a_model_that_is_down_leaves_no_report(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """An outage does not become a report with fewer sentences."""
    model_endpoint.close()
    with pytest.raises(ProviderUnavailable):
        await make_report(ORDER, published)
    assert published.warehouse.report_lines() == []


async def test_what_a_report_takes_is_known_before(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The estimate of calls and cost needs no call, and is not below the actual cost."""
    expected = await forecast_report(ORDER, published)
    assert model_endpoint.requests == []
    report = await make_report(ORDER, published)
    paid = sum(
        one.usage.cost_usd or 0 for one in published.warehouse.generations(report.generation_ids)
    )
    assert expected.calls >= len(report.generation_ids)
    assert expected.cost_usd is not None
    assert 0 < paid <= expected.cost_usd


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tags": ("no such tag",)}, "no tag"),
        ({"industry": "no such industry"}, "no industry"),
        ({"since": "last week"}, "neither a year nor a day"),
        ({"template": "none"}, "unknown template"),
        ({"template": "company"}, "needs --company"),
        ({"outline": "no heading at all"}, "no headings"),
        ({"since": "2099"}, "nothing published fits"),
        ({"industry": "e-commerce"}, "nothing published fits"),  # no application is tagged
    ],
)
async def test_an_order_that_cannot_be_met_says_why(
    embedded: Resources, change: dict[str, object], problem: str
) -> None:
    """Unknown names, missing options and an empty scope are errors with a next step."""
    order = ORDER.model_copy(update={"template": None} | change)
    with pytest.raises(InputError, match=problem):
        await make_report(order, embedded)


@pytest.mark.parametrize(
    ("more", "template", "heading"),
    [
        ({"tags": ("rag",)}, "technique", None),
        ({"company": "Ottokar"}, "company", "How Ottokar plans dough (2023)"),
        ({"since": "2020-01-01"}, "what-changed", "Evaluation"),
        ({"template": "grand-summary"}, "grand-summary", "Fine-tuning"),
        ({"outline": "# Testing\nevaluation judge\n# Waste"}, "annotated-guide", "Testing"),
    ],
)
async def test_each_template_makes_a_report(
    embedded: Resources, more: dict[str, object], template: str, heading: str | None
) -> None:
    """The options choose the template, and each report passes its checks."""
    order = ORDER.model_copy(update={"template": None} | more)
    report = await make_report(order, embedded)
    assert report.template == template
    assert heading is None or heading in [one.heading for one in report.sections]
    assert (await check_report(report, embedded)).problems == ()


async def test_a_published_report_is_on_the_site_and_on_the_pages_of_its_cases(
    embedded: Resources,
) -> None:
    """It is in pages, Markdown, JSON, feeds and lists; cited cases link to it until withdrawn."""
    report = await make_report(ORDER, embedded)
    site = embedded.settings.site_path
    await publish_report(report, embedded)
    folder = site / "reports" / report.name
    data = json.loads((folder / "index.json").read_text("utf-8"))
    assert data["report_id"] == report.report_id
    assert {one["state"] for one in data["citations"]} == {"current"}
    assert "created_by" not in data
    page = (folder / "index.html").read_text("utf-8")
    assert "Bakers trusted the dough plan" in page
    assert "[^1]" in (folder / "index.md").read_text("utf-8")
    assert report.report_id in (site / "reports/feed.xml").read_text("utf-8")
    assert report.report_id in (site / "reports/technique.xml").read_text("utf-8")
    assert report.title in (site / "index.html").read_text("utf-8")
    assert f"reports/{report.name}/" in (site / "sitemap.xml").read_text("utf-8")
    (case_page,) = site.glob("cases/how-ottokar*/index.html")
    assert report.title in case_page.read_text("utf-8")

    await withdraw_report(report, embedded)
    assert not folder.exists()
    assert report.title not in case_page.read_text("utf-8")


async def test_changed_and_withdrawn_cases_mark_a_report(embedded: Resources) -> None:
    """Withdrawn cases disappear from the page, changed ones are marked, and the check fails."""
    report = await make_report(ORDER, embedded)
    await publish_report(report, embedded)
    ottokar, brotmann = (case_of(embedded, name) for name in ("Ottokar", "Brotmann"))
    gone = next(c.text for s in report.sentences for c in s.citations if c.case_id == brotmann)
    withdraw(embedded.warehouse, brotmann, "an error", "tester")
    edit(embedded.warehouse, ottokar, [Drop(part="s-4")], "tester")
    approve(embedded.warehouse, ottokar, "tester")
    recording = recording_path(embedded.settings.home, report)
    recording.mkdir(parents=True)
    (recording / "recording.json").write_text("{}", "utf-8")
    await publish_site(embedded)

    folder = embedded.settings.site_path / "reports" / report.name
    for name in ("index.html", "index.md", "index.json"):
        text = (folder / name).read_text("utf-8")
        assert gone not in text, name
    page = (folder / "index.html").read_text("utf-8")
    assert "no longer published" in page
    assert "its case has changed" in page
    assert not (folder / "transcript.html").exists()
    checked = await check_report(report, embedded)
    kinds = {(one.kind, one.about) for one in checked.problems}
    assert {("withdrawn", brotmann), ("changed", ottokar), ("number", "q:cases")} <= kinds
    assert {state.state for state in (await view(report, embedded)).cited} == {"current", "changed"}


async def test_a_number_that_drifted_fails_the_check(embedded: Resources) -> None:
    """A further published case changes the counts, and the check lists each of them."""
    report = await make_report(ORDER, embedded)
    more = a_bakery("Laib", "2025", (("lessons", "Rye needs a dough plan of its own."),))
    embedded.warehouse.append(*rows(more))
    await publish_site(embedded)
    (cases,) = [
        one for one in (await check_report(report, embedded)).problems if one.about == "q:cases"
    ]
    assert "4 in the report, 5 now" in cases.message
    assert cases.sentences


async def test_a_question_is_answered_by_checked_sentences(published: Resources) -> None:
    """Each sentence cites statements of published cases, with their addresses."""
    found = await answer("Bakers trusted the dough plan only once they could do what?", published)
    assert found.outcome is Outcome.ANSWERED
    assert len(found.sentences) <= 8
    assert all(one.support == "verified" and one.citations for one in found.sentences)
    site: Path = published.settings.site_path
    assert all((site / near.address.partition("#")[0]).is_file() for near in found.statements)


async def test_a_question_that_no_case_answers_gets_silence(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """An empty answer means "the cases do not say", with the closest sentences."""
    model_endpoint.script = ReportModel(silent=True)
    found = await answer("What does flour cost in Norway?", published)
    assert (found.outcome, found.sentences) == (Outcome.SILENT, ())


async def test_an_answer_that_failed_its_checks_is_no_silence(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """If the checks refuse an answer, the nearest sentences are shown."""

    def script(request: Mapping[str, Any]) -> Reply:
        made: dict[str, object] = {"sentences": []}
        if schema_name(request) == "CitingAnswer":
            made = {"sentences": [{"text": "The planner was built by Zorblatt.", "cites": [1]}]}
        return completion(made)

    model_endpoint.script = script
    found = await answer("Which similar days does the planner retrieve?", published)
    assert (found.outcome, found.sentences) == (Outcome.STATEMENTS, ())
    assert found.statements


async def test_a_case_that_was_rejected_meanwhile_blocks_a_report(embedded: Resources) -> None:
    """The check uses the cases that will be published next; new cases are no obstacle."""
    report = await make_report(ORDER, embedded)
    more = a_bakery("Laib", "2025", (("lessons", "Rye needs a dough plan of its own."),))
    embedded.warehouse.append(*rows(more))
    checked = await publish_report(report, embedded)
    assert {one.kind for one in checked.problems} == {"number"}
    assert embedded.warehouse.published_reports() == [report]
    await withdraw_report(report, embedded)
    brotmann = case_of(embedded, "Brotmann")
    withdraw(embedded.warehouse, brotmann, "an error", "tester")
    assert [one.about for one in (await publish_report(report, embedded)).lost] == [brotmann]
    assert embedded.warehouse.published_reports() == []


async def test_nothing_published_and_unknown_names_are_errors(resources: Resources) -> None:
    """Both errors say what to do next."""
    with pytest.raises(InputError, match="casebook publish"):
        await make_report(ORDER, resources)
    with pytest.raises(InputError, match="ask a question"):
        await answer(" ", resources)
    with pytest.raises(UnknownId, match="report list"):
        resources.warehouse.report("none")
