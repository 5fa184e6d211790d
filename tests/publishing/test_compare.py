"""Cases side by side, chosen as a reader chooses them."""

import pytest
from browsers import PHONE, violations
from built_sites import a_plan, serving
from case_views import TITLE, a_short_view, a_view, an_article, with_study
from playwright.sync_api import Page, expect
from whole_site import an_imported_view

from publishing.site.build import build
from schemas.reviews import CaseView

pytestmark = pytest.mark.browser


def titled(view: CaseView, title: str) -> CaseView:
    study = view.revision.study
    facts = [f.model_copy(update={"value": title}) if f.name == "title" else f for f in study.facts]
    changed = with_study(view, study.model_copy(update={"facts": tuple(facts)}))
    case = changed.case.model_copy(update={"case_id": "case_article"})
    return changed.model_copy(update={"case": case})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("compare")
    views = [
        a_view(),
        titled(an_article(), "An article"),
        an_imported_view(),
        *(a_short_view(f"Bare {n}") for n in range(4)),
    ]
    build(a_plan(views, made / "cases.jsonl"), made / "site")
    with serving(made / "site") as address:
        yield address


def cell(page: Page, row: str, column: int):
    return page.locator(f"tr:has(> th:text-is('{row}')) > td").nth(column)


def choose(page: Page, title: str):
    return page.get_by_role("button", name=f"Compare: {title}")


def test_cases_of_the_search_are_compared(site, page):
    """The choice is in the address, also after a search; the page has the words of the records."""
    page.goto(f"{site}search.html")
    choose(page, TITLE).click()
    expect(page.locator("#choice")).to_have_text("1 case chosen: choose up to 3 more")
    page.get_by_label("Search", exact=True).fill("article")
    expect(page.locator("#cases h3")).to_have_text(["An article"])
    choose(page, "An article").click()
    page.reload()
    expect(choose(page, "An article")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Compare 2 cases").click()
    assert page.url.partition("?")[2].count(",") == 1
    heads = page.locator("thead th > a")
    expect(heads).to_have_text([TITLE, "An article"])
    expect(cell(page, "Year", 0)).to_have_text("2026 doubtful, confirmed")
    expect(cell(page, "Scale", 0)).to_have_text("not stated")
    expect(cell(page, "Results", 0).locator("li").first).to_contain_text(
        "median time to first answer, grade 2 of 4, before: 26 hours"
    )
    expect(cell(page, "Lessons", 0)).to_have_text("not stated")
    expect(cell(page, "Lessons", 1)).to_have_text("Measure first.A curator's lesson.")
    expect(cell(page, "Problem", 1).locator(".answers").first).to_have_text(
        "Rates are sentences now."
    )
    expect(cell(page, "Techniques, models and tools", 0).locator("li")).to_have_text(
        ["Retrieval-augmented generation", "vLLM", "pgvector"]
    )
    cell(page, "Failures and limits", 1).get_by_role("link").click()
    expect(page.locator(":target .quotes blockquote").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Remove An article").click()
    expect(heads).to_have_text([TITLE])
    assert page.messages == []


def test_no_more_than_four_cases_are_chosen(site, page):
    """A pressed button gives up its case; names that are no folders of cases are not asked for."""
    page.goto(f"{site}search.html")
    for n in range(4):
        choose(page, f"Bare {n}").click()
    expect(choose(page, TITLE)).to_be_disabled()
    choose(page, "Bare 0").click()
    expect(choose(page, TITLE)).to_be_enabled()
    choose(page, "RAG at Acme").click()
    page.get_by_role("link", name="Compare 4 cases").click()
    expect(cell(page, "Results", 3)).to_have_text("only in the imported text")
    expect(cell(page, "Scale", 3)).to_have_text("not recorded")
    expect(page.get_by_role("link", name="Add a case")).to_be_hidden()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}compare.html?cases=..%2F..,gone-1,A%22b")
    expect(page.locator("thead th")).to_have_text("This case is not on this site.Remove")
    assert [url for url in asked if "case.json" in url] == [f"{site}cases/gone-1/case.json"]


@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_a_case_leads_to_its_comparison_by_touch(site, browser, width):
    """From the page of a case, with its similar ones; the table fits the screen."""
    context = browser.new_context(viewport={"width": width, "height": 844}, has_touch=True,
                                  bypass_csp=True)  # fmt: skip
    page = context.new_page()
    page.goto(f"{site}search.html")
    page.get_by_role("link", name=TITLE).tap()
    own = page.get_by_role("link", name="Compare", exact=True)
    assert own.get_attribute("href").split("=")[1] in page.url
    page.get_by_role("link", name="Compare with ").tap()
    expect(page.locator("thead th").nth(1)).to_be_visible()
    expect(page.locator("thead th > a").first).to_have_text(TITLE)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []
    context.close()
