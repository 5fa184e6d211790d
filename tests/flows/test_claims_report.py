"""Reports by claims: planned with evidence, edited, written, published and renewed."""

import pytest
from claim_cases import bakeries_with_findings
from claims_model import ClaimsModel
from html_pages import parsed, texts
from scripted_endpoint import ScriptedEndpoint

from config.resources import Resources
from publishing.plan import SiteSettings
from publishing.reports.checks import cited_parts, current_findings
from publishing.reports.plan_files import plan_text
from publishing.site.pages import environment
from publishing.site.report_pages import report_markdown
from publishing.site.report_views import view_of
from review.decisions import withdraw
from schemas.claims import companies
from schemas.errors import InputError
from schemas.reports import Report, SentenceRole
from services.publication import publish_site
from services.report import (
    check_report,
    forecast_report,
    make_report,
    open_dataset,
    plan_report,
    publish_report,
    read_plan,
    renew_report,
)
from services.report_selection import ReportOrder

ORDER = ReportOrder(title="What bakers learned", template="grand-summary")


@pytest.fixture
async def published(resources: Resources, model_endpoint: ScriptedEndpoint) -> Resources:
    """Eight published bakeries with three findings each, and a model that plans and writes."""
    model_endpoint.script = ClaimsModel(("by hand", "retrieval"))
    resources.warehouse.append(*bakeries_with_findings())
    await publish_site(resources)
    return resources


async def written(resources: Resources, *claims: int) -> Report:
    """A report of these claims of the plan, or of all."""
    plan = await plan_report(ORDER, resources)
    if claims:
        kept = tuple(one for one in plan.claims if one.n in claims)
        plan = plan.model_copy(update={"claims": kept})
    return await make_report(ORDER, resources, plan=plan)


async def test_a_plan_shows_each_claim_with_its_evidence(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Claims without enough companies for them are left out; nothing has been written."""
    model = model_endpoint.script
    assert isinstance(model, ClaimsModel)
    model.themes = ("by hand", "retrieval", "change the plan", "Ottokar")
    plan = await plan_report(ORDER, published)
    assert [one.text for one in plan.claims] == [
        "Work on retrieval pays",
        "Work on change the plan pays",
    ]
    assert plan.dropped == ("Work on by hand pays", "Work on Ottokar pays")
    assert [one.n for one in plan.claims] == [1, 2]
    assert [companies(one.supporting) for one in plan.claims] == [8, 8]
    assert "ClaimAnswer" not in model.asked
    assert published.warehouse.report_lines() == []


async def test_other_claims_are_proposed_once_if_few_are_carried(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The model sees how its claims were weighed; its new ones come after those it kept."""
    model = model_endpoint.script
    assert isinstance(model, ClaimsModel)
    model.themes, model.others = ("by hand", "retrieval"), ("retrieval", "change the plan")
    plan = await plan_report(ORDER, published)
    assert [one.text for one in plan.claims] == [
        "Work on retrieval pays",
        "Work on change the plan pays",
    ]
    assert plan.dropped == ("Work on by hand pays",)
    assert model.asked.count("ClaimsAnswer") == 2
    questions = (one["messages"][-1]["content"] for one in model_endpoint.requests)
    before = [one for one in questions if "Claims that were weighed before" in one]
    assert "before: none" in before[0]
    assert "“Work on by hand pays”: 0 companies for it, 8 against, not carried" in before[1]
    assert "“Work on retrieval pays”: 8 companies for it, 0 against;" not in before[0]


async def test_a_curator_edits_the_plan_in_a_file(published: Resources) -> None:
    """Reordered, reworded and added claims are written; a new claim finds its own evidence."""
    text = plan_text(await plan_report(ORDER, published))
    same = await read_plan(text, "plan.toml", published)
    assert plan_text(same) == text
    edited = text.replace('"Work on retrieval pays"', '"Retrieval helps bakers"')
    edited += '\n[[claims]]\nclaim = "Work on change the plan pays"\n'
    plan = await read_plan(edited, "plan.toml", published)
    report = await make_report(ReportOrder.of_plan(plan), published, plan=plan)
    headings = [one.heading for one in report.sections]
    assert headings[1:3] == ["Retrieval helps bakers", "Work on change the plan pays"]
    assert companies(report.claims[1].supporting) == 8
    for wrong, message in (
        ("title = 3\nclaims =", "plan.toml: not TOML"),
        ('title = "x"', "a title and at least one claim"),
        (text.replace("claim =", "clam ="), "unknown key clam"),
        (text.replace('"case', '"lost', 1), "which is not among the published ones"),
        (f'x = "1"\n{text}', "unknown key x"),
    ):
        with pytest.raises(InputError, match=message):
            await read_plan(wrong, "plan.toml", published)


async def test_a_section_has_both_sides_and_counts_by_code(published: Resources) -> None:
    """Sentences keep their order and roles; counts are queries that anyone can repeat."""
    report = await written(published)
    (claim,) = (one for one in report.sections if one.heading == "Work on retrieval pays")
    roles = [one.role for one in claim.sentences]
    assert roles == [SentenceRole.COUNTS, *[SentenceRole.EVIDENCE] * 4, SentenceRole.ADVICE]
    shown = [report.shown(one) for one in claim.sentences]
    assert shown[0] == ("8 companies report what speaks for it; no finding speaks against it.")
    gaps = next(one for one in report.sections if one.heading == "What these cases cannot show")
    told = " ".join(report.shown(one) for one in gaps.sentences)
    assert "rest on 24 findings in 8 of 8 cases" in told
    assert "16 state an effect for the better, 8 one for the worse" in told
    assert (await check_report(report, published)).problems == ()
    assert published.warehouse.report(report.name) == report
    assert {"report/claims/v2", "report/evidence/v2", "report/claim/v2"} <= set(report.prompts)


async def test_a_page_is_prose_with_marks_evidence_and_advice(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A claim is the heading of a section without others; its evidence leads to quotes."""
    model = model_endpoint.script
    assert isinstance(model, ClaimsModel)
    model.themes = ("change the plan", "bakers", "at")
    report = await written(published)
    await publish_report(report, published)
    folder = published.settings.site_path / "reports" / report.name
    page = parsed(folder / "index.html")
    assert texts(page, "//section[@class='part']/h3") == []
    assert set(texts(page, "//span[@class='role']")) == {"Against it", "What to do"}
    assert "Do this, not that" in texts(page, "//section[@class='part']/h2")
    evidence = page.xpath("//details[@class='evidence']")
    assert len(evidence) == len(report.claims)
    links = evidence[-1].xpath(".//li//a/@href")
    assert len(links) == 24
    for link in links:
        path, _, anchor = link.partition("#")
        assert parsed((folder / path).resolve()).xpath(f"//*[@id='{anchor}']")
    disagreeing = parsed(published.settings.site_path / "disagreements.html")
    assert texts(disagreeing, "//h2") == ["Work on at pays?"]
    for link in disagreeing.xpath("//main//li//a/@href"):
        path, _, anchor = link.partition("#")
        page = parsed(published.settings.site_path / path)
        assert page.xpath(f"//*[@id='{anchor}']")
    markdown = (folder / "index.md").read_text()
    assert "Against this claim:" in markdown
    withdraw(published.warehouse, report.claims[0].supporting[0].case_id, "an error", "tester")
    await publish_site(published)
    page = parsed(folder / "index.html")
    assert len(page.xpath("//details[@class='evidence']")[-1].xpath(".//li")) == 21


async def test_a_report_is_renewed_when_its_evidence_changes(published: Resources) -> None:
    """A new edition says what is new; the old one stays at an address of its own."""
    report = await written(published)
    await publish_report(report, published)
    assert await renew_report(report, published) is None
    published.warehouse.append(*bakeries_with_findings(["Rindenhof"]))
    await publish_site(published)
    renewed = await renew_report(report, published)
    assert renewed is not None
    assert (renewed.name, renewed.edition) == (report.name, 2)
    assert renewed.changes[0] == "Work on retrieval pays: 1 new finding for it (Rindenhof)"
    assert "changed: " in renewed.changes[-1]
    assert companies(renewed.claims[0].supporting) == 9
    await publish_report(renewed, published)
    folder = published.settings.site_path / "reports" / report.name
    newest, older = parsed(folder / "index.html"), parsed(folder / "edition-1" / "index.html")
    assert any("1 new finding" in one for one in texts(newest, "//ul/li"))
    assert newest.xpath("//a[@href='../../reports/what-bakers-learned/edition-1/index.html']")
    (note,) = texts(older, "//p[@role='note']")
    assert note.startswith("This is edition 1. Edition 2 is newer.")
    (link,) = older.xpath("//p[@role='note']/a/@href")
    assert (folder / "edition-1" / link).resolve() == (folder / "index.html").resolve()
    assert (folder / "edition-1" / "index.md").exists()
    listed = texts(parsed(folder.parent / "index.html"), "//h3")
    assert listed == ["What bakers learned"]


async def test_a_claim_that_lost_its_evidence_is_left_out(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The new edition names it; a report whose claims are all lost is an error."""
    report = await written(published)
    model = model_endpoint.script
    assert isinstance(model, ClaimsModel)
    for case_id in report.case_ids[:6]:
        withdraw(published.warehouse, case_id, "an error", "tester")
    published.warehouse.append(*bakeries_with_findings([f"Hof {n}" for n in range(9)]))
    await publish_site(published)
    changed = (one.model_copy(update={"text": "Bread is good"}) for one in report.claims[:1])
    mixed = report.model_copy(update={"claims": (*changed, *report.claims)})
    renewed = await renew_report(mixed, published)
    assert renewed is not None
    assert [one.text for one in renewed.claims] == ["Work on retrieval pays"]
    assert "Bread is good: left out, its findings no longer carry it" in renewed.changes
    lost = report.model_copy(update={"claims": mixed.claims[:1]})
    with pytest.raises(InputError, match="no longer carry a claim"):
        await renew_report(lost, published)


async def test_too_few_findings_are_explained(
    published: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The forecast counts findings; a plan without enough of them says what to run."""
    expected = await forecast_report(ORDER, published)
    assert (expected.makes_claims, expected.subjects) == (True, (("findings", 24),))
    assert expected.cost_usd
    narrow = ReportOrder(title="Robots on the moon", template="technique")
    with pytest.raises(InputError, match="casebook findings"):
        await plan_report(narrow, published)
    company = ReportOrder(title="Ottokar", template="company", company="Ottokar")
    with pytest.raises(InputError, match="makes no claims"):
        await plan_report(company, published)
    assert model_endpoint.requests == []


async def test_evidence_from_weak_statements_is_marked(published: Resources) -> None:
    """A finding is no stronger than the statement that it rests on, on the page and in Markdown."""
    report = await written(published)
    with open_dataset(published) as tables:
        rows, known = cited_parts([report], tables), current_findings([report], tables)
    parts = {one: [row | {"support": "imported"} for row in own] for one, own in rows.items()}
    for given, mark in ((rows, 0), (parts, 8)):
        shown = view_of(report, given, known)
        page = environment(SiteSettings(title="x")).get_template("report.html")
        html = page.render(view=shown, gone="", recording=False, groups=(), root="")
        assert html.count("; imported)") == mark
        assert report_markdown(shown, SiteSettings(title="x")).count("; imported)") == mark
