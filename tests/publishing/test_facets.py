"""The facets of the search and statement pages, as a reader uses them."""

from collections import Counter

import pytest
from browsers import PHONE, violations
from built_sites import a_plan, serving
from case_views import VERIFIED, a_short_view, a_statement, with_study
from playwright.sync_api import Page, Route, expect

from publishing.conversion import published_case
from publishing.entries import entry_of
from publishing.site.build import build
from publishing.site.facets import facets
from schemas.cases import Section, Tag
from schemas.systems import CaseSystem

pytestmark = pytest.mark.browser

ROUTER = CaseSystem(system_id="sys1_router", first_name="Letter router", name="Mail router")
MODELS = {"gpt-4o": "GPT-4o", "llama-3": "Llama 3"}


def a_case(title: str, company: str, year: str, *models: str, system: CaseSystem | None = None):
    """A case with a lesson and models."""
    view = a_short_view(title, company=company, year=year)
    study = view.revision.study
    quote = study.statements[0].evidence
    lesson = a_statement(90, f"{company} measures first.", *quote, section=Section.LESSONS)
    tags = [
        Tag(slug=one, label=MODELS[one], group="model", evidence=quote, support=VERIFIED)
        for one in models
    ]
    changes = {"statements": (*study.statements, lesson), "tags": tuple(tags)}
    return with_study(view, study.model_copy(update=changes)).model_copy(update={"system": system})


def the_views():
    return [
        a_case("Wind and grid", "Ångström Power", "2025", "gpt-4o", system=ROUTER),
        a_case("Grid repairs", "Ångström Power", "2024", "gpt-4o", "llama-3", system=ROUTER),
        a_case("Tides", "Open Harbour", "2024", "llama-3"),
        *(a_case(f"Invoices {n}", f"Bureau {n}", "2023") for n in range(70)),
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("facets")
    build(a_plan(the_views(), made / "cases.jsonl"), made / "site")
    with serving(made / "site") as address:
        yield address


def field(page: Page, label: str):
    return page.get_by_role("combobox", name=label)


def options(page: Page):
    return page.get_by_role("listbox").get_by_role("option")


def test_facets_have_the_most_frequent_values_first():
    """Years descend, models are not tags, and empty facets and values are left out."""
    entries = [entry_of(published_case(one)) for one in the_views()[:3]]
    found = {one.name: one for one in facets(entries, Counter(one.case_id for one in entries))}
    assert list(found) == ["company", "system", "model", "year", "kind", "evidence"]
    assert [(v.label, v.number) for v in found["company"].values] == [
        ("Ångström Power", 2),
        ("Open Harbour", 1),
    ]
    assert found["system"].values == [(ROUTER.system_id, "Mail router", 2)]
    assert [one.value for one in found["year"].values] == ["2025", "2024"]
    counts = {entries[2].case_id: 4}
    assert [one.values for one in facets(entries, counts) if one.name == "model"] == [
        [("llama-3", "Llama 3", 4)]
    ]


def test_lists_are_full_before_anything_is_loaded(site, page):
    """The first opening shows the values even if the search index never arrives."""
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(f"{site}search.html")
    expect(page.get_by_label("Year").locator("option")).to_have_text(
        ["Any", "2025 (1)", "2024 (2)", "2023 (70)"]
    )
    field(page, "Company").focus()
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_text("Ångström Power (2)")
    expect(options(page).last).to_have_text("Type to find 12 more")
    page.keyboard.type("harb")
    expect(options(page)).to_have_text(["Open Harbour (1)"])
    page.goto(f"{site}lessons.html")
    field(page, "Model").click()
    expect(options(page)).to_have_text(["GPT-4o (2)", "Llama 3 (2)"])


def test_a_facet_is_typed_by_keyboard_and_kept_in_the_address(site, page):
    """Accents and hyphens may be left out; Back, Forward and a shared link bring all back."""
    page.goto(f"{site}search.html")
    field(page, "Company").focus()
    page.keyboard.type("angstrom")
    page.keyboard.press("Enter")
    titles = page.locator("#cases h3")
    expect(titles).to_have_count(2)
    expect(field(page, "Company")).to_have_value("Ångström Power")
    field(page, "Model").focus()
    page.keyboard.type("gpt4")
    expect(options(page)).to_have_text(["GPT-4o (2)"])
    page.keyboard.press("Enter")
    expect(field(page, "Model")).to_have_attribute("placeholder", "Add another")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_text(["Llama 3 (1)"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(titles).to_have_text(["Grid repairs"])
    chips = page.locator("#chosen")
    expect(chips).to_contain_text("Llama 3")
    shared = page.url
    assert shared.endswith("&model=gpt-4o&model=llama-3")
    page.go_back()
    expect(titles).to_have_count(2)
    page.go_forward()
    expect(titles).to_have_count(1)
    page.goto(f"{site}index.html")
    page.goto(shared)
    expect(titles).to_have_text(["Grid repairs"])
    expect(field(page, "Company")).to_have_value("Ångström Power")
    expect(chips.get_by_role("button")).to_have_count(3)
    field(page, "Company").fill("")
    field(page, "Company").press("Enter")
    expect(chips.get_by_role("button")).to_have_count(2)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#chosen li")).to_have_count(0)
    page.go_back()
    expect(titles).to_have_text(["Grid repairs"])
    assert page.messages == []


@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_a_facet_is_chosen_by_touch(site, browser, width):
    """The open list is accessible and fits the screen; the field gives up the keyboard."""
    size = {"width": width, "height": 844}
    context = browser.new_context(viewport=size, has_touch=True, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site}search.html")
    page.eval_on_selector("#filters", "one => { one.open = true; }")
    field(page, "System").tap()
    expect(options(page)).to_have_text(["Mail router (2)"])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    options(page).first.tap()
    expect(page.locator("#cases h3")).to_have_count(2)
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page, "System")).not_to_be_focused()
    assert page.url.endswith("?system=sys1_router")
    context.close()


def test_lessons_are_counted_and_filtered_by_system(site, page):
    """Numbers of other facets follow the choice."""
    page.goto(f"{site}lessons.html")
    field(page, "System").click()
    options(page).first.click()
    expect(page.locator("#statements li.statement")).to_have_count(2)
    field(page, "Model").click()
    expect(options(page)).to_have_text(["GPT-4o (2)", "Llama 3 (1)"])


def test_a_slow_older_search_never_wins(site, page):
    """Its texts arrive after those of a newer search, and are not shown."""
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.goto(f"{site}search.html")
    page.route("**/fragment/*", hold_the_first)
    search = page.get_by_label("Search", exact=True)
    search.fill("tides")
    expect(page.locator("#shown")).to_have_text("1 of 73 cases")
    while not held:
        page.wait_for_timeout(20)
    search.fill("repairs")
    titles = page.locator("#cases h3")
    expect(titles).to_have_text(["Grid repairs"])
    with page.expect_response(held[0].request.url):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(titles).to_have_text(["Grid repairs"])
    expect(page.get_by_label("Year").locator("option")).to_have_text(["Any", "2024 (1)"])


SENT = """
window.searches = [];
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...more) {
  if (message.method === "search") window.searches.push(message.args[0]);
  return post.call(this, message, ...more);
};
"""


TYPE = """(field, texts) => {
  for (const text of texts) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def test_nothing_is_searched_twice(site, page):
    """Letters typed quickly are one search; Enter and Clear repeat none."""
    page.add_init_script(SENT)
    page.goto(f"{site}search.html")
    page.get_by_role("button", name="Clear").click()
    search = page.get_by_label("Search", exact=True)
    search.evaluate(TYPE, ["r", "re", "repairs "])
    search.press("Enter")
    expect(page.get_by_label("Year").locator("option")).to_have_text(["Any", "2024 (1)"])
    before = page.evaluate("searches")
    assert {one and one.strip() for one in before} == {"repairs"}
    search.press("Enter")
    search.evaluate(TYPE, ["repairs x", "repairs"])
    page.wait_for_timeout(300)
    assert page.evaluate("searches") == before
