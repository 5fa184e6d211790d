"""The results explorer: families, comparable baselines, and its filters as a reader uses them."""

import pytest
from browsers import PHONE, violations
from built_sites import a_plan, serving
from case_views import a_quote, a_short_view, a_statement, with_study
from playwright.sync_api import Page, expect

from publishing.site.build import build
from publishing.site.measured import baseline_of, family_of
from schemas.cases import Measure, Section

RESULTS = (
    ("Ångström Power", "2025", "cost per repair", 3.0, "euros", "9 euros", "all repairs"),
    ("Ångström Power", "2025", "correct repairs", 81.0, "percent", "about 60 %", None),
    ("Open Harbour", "2024", "cost per ship", 12.0, "euros", "4,100.5", None),
    ("Open Harbour", "2024", "median latency", 2.0, "seconds", "two weeks", None),
    ("Bureau", "2023", "active clerks", 40.0, None, None, None),
)


def a_case(n: int):
    company, year, metric, number, unit, baseline, sample = RESULTS[n]
    view = a_short_view(f"{company} {n}", company=company, year=year)
    study = view.revision.study
    measure = Measure(metric=metric, value=f"{number:g}", number=number, unit=unit,
                      baseline=baseline, sample=sample)  # fmt: skip
    quote = a_quote(view.document, "is described here")
    text = f"At {company}, the {metric} is {number:g} now."
    result = a_statement(50, text, quote, section=Section.RESULTS, measure=measure)
    return with_study(view, study.model_copy(update={"statements": (*study.statements, result)}))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("measured")
    build(a_plan([a_case(n) for n in range(len(RESULTS))], made / "cases.jsonl"), made / "site")
    with serving(made / "site") as address:
        yield address


@pytest.mark.parametrize(
    ("metric", "unit", "text", "family"),
    [
        ("cost per repair", "minutes", "", "cost"),
        ("repairs a day", "$", "", "cost"),
        ("time to first token", "seconds", "", "speed"),
        ("time saved per report", "hours", "", "time"),
        ("planning", "weeks", "", "time"),
        ("accuracy on 500 letters", "%", "", "quality"),
        ("weekly active users", "thousand", "", "adoption"),
        ("outcome", "%", "Revenue grew by 4 %.", "business"),
        ("repairs", "%", "The accuracy is 9 %.", "other"),
        (None, None, "Nine of ten liked it.", "ratings"),
    ],
)  # fmt: skip
def test_a_result_belongs_to_the_family_of_its_metric(metric, unit, text, family):
    """Else to that of its unit; the statement counts only if there is no metric."""
    assert family_of(metric, unit, text) == family


def test_a_change_has_no_comparable_baseline():
    """A number that says by how much something changed is no number of now, nor is none at all."""
    row = {"baseline": "9 %", "unit": "%", "number": 7.0, "value": "7", "text": "It fell by 7 %."}
    assert baseline_of(row | {"metric": "waste"}) is None
    row["text"] = "The reduction is 7 %."
    assert baseline_of(row | {"metric": "reduction of waste"}) is None
    assert baseline_of(row | {"metric": "waste"}) == 9.0
    for gone in ({"baseline": None}, {"number": None}, {"baseline": "9 hours"}):
        assert baseline_of(row | {"metric": "waste"} | gone) is None


def metrics(page: Page):
    return page.locator("#statements td[data-label=Metric]")


@pytest.mark.browser
def test_results_are_filtered_by_their_own_facets(site, page):
    """Family, unit and grade are in the address; the charts follow them."""
    page.goto(f"{site}results.html")
    pairs = page.locator("#pairs li[data-row]")
    expect(pairs).to_have_count(3)
    expect(page.locator("#pairs h4")).to_have_text(
        ["Cost, in euros 2 logarithmic scale", "Quality, in % 1"]
    )
    page.get_by_label("Metric family").select_option(label="Cost (2)")
    expect(metrics(page)).to_have_text(["cost per ship", "cost per repair"])
    expect(page.locator("#pairs li[data-row]:visible")).to_have_count(2)
    page.get_by_label("Grade", exact=True).select_option(label="2 of 4 or more (1)")
    expect(metrics(page)).to_have_text(["cost per repair"])
    expect(page.locator("#pairs li:visible .numbers-of")).to_have_text(["from 9 → to 3"])
    expect(page.locator("#statements td[data-label=Grade]")).to_have_text("2 of 4 baseline, sample")
    assert page.url.endswith("?family=cost&grade=2")
    page.goto(f"{site}results.html?family=speed")
    expect(metrics(page)).to_have_text(["median latency"])
    expect(page.locator("#pairs")).to_be_hidden()
    page.go_back()
    page.get_by_role("button", name="Clear").click()
    expect(metrics(page)).to_have_count(5)
    page.get_by_role("combobox", name="Unit").fill("%")
    page.get_by_role("listbox").get_by_role("option").first.click()
    expect(metrics(page)).to_have_text(["correct repairs"])
    expect(page.locator("#pairs li[data-row]:visible")).to_have_count(1)
    assert page.messages == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_a_point_leads_to_its_quote(site, browser, width):
    """The page fits the screen; a tap on the number of now opens the quote in the case."""
    size = {"width": width, "height": 844}
    context = browser.new_context(viewport=size, has_touch=True, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site}results.html?family=quality")
    expect(metrics(page)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []
    page.locator("#pairs li:visible circle.dot").tap()
    expect(page.locator("tr:target .quotes blockquote")).to_have_text("is described here")
    context.close()
