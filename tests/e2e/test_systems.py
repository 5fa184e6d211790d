"""Systems at the desk: proposals accepted and refused, cases joined, separated, and undone."""

import pytest
from case_views import a_document, a_quote, a_statement
from playwright.sync_api import expect

from schemas.cases import CaseStudy, Fact

pytestmark = pytest.mark.browser

PADDLE = (
    "Paddle answers letters about shipping tariffs and drafts replies for the harbour clerks. "
    "It retrieves tariff tables from the quay register and cites each berth rule."
)
YEARS = ("2023", "2024", "2025")


@pytest.fixture
def ids(build) -> dict[str, str]:
    """Three similar drafts of one company and a different one, without a title for the last."""
    made = {}
    for name, text in {
        **{year: f"{PADDLE} In {year} it was used by more clerks." for year in YEARS},
        "other": "A crane scheduler plans the lifts of the container terminal by night.",
    }.items():
        document = a_document(text)
        facts = [Fact(name="company", value="Harbourline <b>GmbH</b>")]
        facts += [Fact(name="title", value=f"Paddle in {name}")] if name in YEARS else []
        facts += [Fact(name="year", value=name)] if name in YEARS else []
        statement = a_statement(1, text, a_quote(document, text))
        made[name] = build.draft(CaseStudy(facts=tuple(facts), statements=(statement,)), document)
    return made


@pytest.mark.parametrize("width", [1280, 390])
def test_a_curator_decides_on_proposals(ids, open_as, address, resources, width):
    """Accept, refuse, join by hand, rename, separate and undo, by mouse or touch at both widths."""
    page = open_as(viewport={"width": width, "height": 900}, has_touch=width == 390)
    warehouse = resources.warehouse
    link = page.get_by_role("link", name="the same system?")
    for _ in range(20):  # the desk counts the cases of companies every few seconds
        page.goto(f"{address}/cases/{ids['2023']}")
        if link.count():
            break
        page.wait_for_timeout(500)
    link.click()
    pairs = page.locator(".row.pair")
    expect(pairs).to_have_count(3)
    expect(page.locator("h1")).to_have_text("Systems of Harbourline <b>GmbH</b>")
    first = pairs.filter(has_text="Paddle in 2023").filter(has_text="Paddle in 2024")
    first.get_by_label("Name of the system").fill("Paddle")
    first.get_by_role("button", name="Same system").click()
    expect(page.locator("#notice")).to_contain_text("Both are now accounts of Paddle.")
    expect(pairs).to_have_count(1)  # the two remaining pairs are of the same two systems
    pairs.get_by_role("button", name="Different systems").click()
    expect(page.locator("#notice")).to_contain_text("not be proposed again")
    expect(pairs).to_have_count(0)
    page.locator("summary", has_text="Join other cases").click()
    page.get_by_label("This case").select_option(ids["2023"])
    page.get_by_label("describes the same system as").select_option(ids["other"])
    page.get_by_role("button", name="Join", exact=True).click()
    row = page.locator(".row.system")
    expect(row.locator(".accounts li")).to_have_count(3)
    row.get_by_label("Name").fill("Paddle for clerks")
    row.get_by_role("button", name="Rename").click()
    expect(row.locator("h3")).to_have_text("Paddle for clerks")
    row.get_by_role("button", name="Separate").last.click()
    expect(row.locator(".accounts li")).to_have_count(2)
    page.get_by_role("link", name="All companies").click()
    page.locator(".rulings li").first.get_by_role("button", name="Undo").click()
    expect(page.locator(".row.system .accounts li")).to_have_count(3)
    (system,) = warehouse.systems()
    assert (system.name, len(system.accounts)) == ("Paddle for clerks", 3)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    page.goto(f"{address}/log")
    log = page.locator("ol.log li")
    expect(log.filter(has_text="undid")).to_have_count(1)
    expect(log.filter(has_text="joined")).to_have_count(2)


def test_a_reader_sees_no_buttons(ids, open_as, address):
    """Readers see the proposals without forms."""
    page = open_as("rea", "reader")
    page.goto(f"{address}/systems")
    expect(page.locator(".row.pair")).to_have_count(3)
    assert page.locator("main form").count() == 0
