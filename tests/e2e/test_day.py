"""A day at the desk: two curators and a reader, from drafts to a mended mistake."""

import pytest
from browsers import PHONE, begin_round, violations
from messy_desk import two_hundred, untitled
from playwright.sync_api import expect
from public_desk import publish, resources, settings  # noqa: F401 - fixtures
from read_twice import APPROVER, READER, all_read_twice
from ten_drafts import a_draft

from schemas.reviews import CaseStatus

pytestmark = pytest.mark.browser

TITLE = "Letters answered in hours"
WRONG = "It never answered claims at night."


def test_a_day_of_two_curators_and_a_reader(
    build,
    resources,  # noqa: F811
    open_as,
    address,
    browser,
):
    """Asked, rearranged, decided in a round, published, reported, mended and read again."""
    warehouse = resources.warehouse
    all_read_twice(warehouse)
    messy, long, plain = map(build.draft, (untitled(), two_hundred(25), a_draft("Plain")))
    mira, ada = open_as(APPROVER), open_as(READER)

    asks_for_a_review(mira, address, messy)
    answers_by_rearranging(ada, address, mira)
    assert warehouse.case(messy).status is CaseStatus.APPROVED
    works_through_a_round(mira, address)
    assert {warehouse.case(one).status for one in (long, plain)} == {CaseStatus.APPROVED}
    publish(mira, address)

    context = browser.new_context(viewport=PHONE, has_touch=True, java_script_enabled=False)
    reader = context.new_page()
    reader.set_default_timeout(15_000)
    page = reports_a_mistake(reader, resources.settings.site_path)
    mends_it(ada, address)
    publish(ada, address)
    reader.goto(page.as_uri())
    noted = reader.locator("section", has=reader.locator("#corrections"))
    expect(noted).to_contain_text("Night work was not counted.")
    expect(reader.get_by_text("A second reader samples answers every week.")).to_be_visible()
    context.close()

    reads_another_persons_case(mira, address)
    publish(mira, address)
    mira.goto(f"{address}/site/how-right.html")
    rows = mira.locator(".sums tr").all()
    numbers = {r.locator("th").text_content(): r.locator("td").text_content() for r in rows}
    assert numbers["Statements read twice"] == "17"
    assert violations(mira) == []


def asks_for_a_review(mira, address, case_id):
    """A comment on a draft without a title reaches ada."""
    mira.goto(f"{address}/cases/{case_id}")
    mira.keyboard.press("c")
    mira.get_by_label("Comment", exact=True).fill(f"@{READER} review this: is the order right?")
    mira.keyboard.press("Control+Enter")
    expect(mira.locator(".remark")).to_contain_text("is the order right?")


def answers_by_rearranging(ada, address, mira):
    """From the inbox to the draft: a title, another order, three doubts, and approval."""
    ada.goto(address)
    expect(ada.locator("#unread")).to_have_text("1")
    ada.get_by_role("link", name="Inbox").click()
    ada.locator(".message .open").click()
    ada.locator("#f-title a.edit").click()
    ada.locator("#f-title-value").fill(TITLE)
    ada.locator("#f-title-value").press("Enter")
    expect(ada.locator("#f-title")).to_contain_text(TITLE)
    said = ada.locator(".architecture .said")
    first, second = said.all_text_contents()
    ada.locator(".architecture .choose").first.click()
    ada.keyboard.press("J")
    expect(said).to_have_text([second, first])
    expect(mira.locator(".architecture .said")).to_have_text([second, first])  # without a reload
    for _ in range(ada.locator(".results .doubtful:not(.confirmed)").count()):
        ada.keyboard.press("d")
        ada.keyboard.press("y")
        expect(ada.locator(".htmx-request")).to_have_count(0)
    ada.get_by_role("button", name="Resolve").click()
    for page in (ada, mira):
        expect(page.locator(".remark")).to_have_count(0)
    ada.keyboard.press("a")
    ada.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(mira.locator(".toolbar .status")).to_have_text("approved")


def works_through_a_round(mira, address):
    """Of both other drafts each doubt is confirmed, and each is approved, by one key a card."""
    begin_round(mira, address)
    position = mira.locator(".round-card:visible .position strong")
    doubts = [f"doubt {n} of 9" for n in range(1, 10)]
    for card in (*doubts[:8], "one look", doubts[8], "one look"):
        expect(position).to_have_text(card)
        mira.keyboard.press("a" if card == "one look" else "y")
    expect(mira.get_by_role("heading", name="Round done")).to_be_visible(timeout=60_000)


def reports_a_mistake(reader, site):
    """From the front page to a case, then the form; return the page of the case."""
    reader.goto((site / "index.html").as_uri())
    reader.get_by_role("link", name=TITLE).first.tap()
    expect(reader.locator("h1")).to_have_text(TITLE)
    page = next(one for one in site.glob("cases/*/index.html") if one.as_uri() in reader.url)
    reader.get_by_role("link", name="Report a mistake in this case").tap()
    reader.get_by_label("Which statement?").select_option(
        label="A second reader samples fifty answers a week."
    )
    reader.get_by_label("What is wrong?").fill(WRONG)
    reader.get_by_role("button", name="Send").tap()
    expect(reader.locator("h1")).to_have_text("Thank you")
    return page


def mends_it(ada, address):
    """The report is accepted, the statement reworded in its place, and the edit approved."""
    ada.goto(address)
    ada.get_by_role("link", name="Mistakes 1 reported").click()
    expect(ada.locator(".report")).to_contain_text(WRONG)
    ada.locator("summary", has_text="Accept").click()
    ada.get_by_label("What was wrong?").fill("Night work was not counted.")
    ada.get_by_role("button", name="Publish a correction").click()
    expect(ada.get_by_role("link", name="Mistakes", exact=True)).to_be_visible()
    ada.locator(".report a[href*='/cases/']").first.click()
    ada.wait_for_url("**/cases/*")
    ada.locator(".said", has_text="A second reader samples fifty").locator("a.choose").click()
    ada.keyboard.press("e")
    expect(ada.locator(".in-place")).to_be_focused()
    ada.keyboard.press("Control+a")
    ada.keyboard.type("A second reader samples answers every week.")
    ada.keyboard.press("Enter")
    expect(ada.locator(".chosen .said")).to_have_text("A second reader samples answers every week.")
    ada.keyboard.press("y")
    ada.keyboard.press("a")
    ada.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(ada.locator(".toolbar .status")).to_have_text("approved")


def reads_another_persons_case(mira, address):
    """The second reading of the case that ada approved: every statement is right."""
    mira.goto(f"{address}/readings")
    mira.locator("a.open").first.click()
    expect(mira.locator("#reading .chosen")).to_be_visible()
    total = mira.locator("#reading .item").count()
    for _ in range(total):
        mira.keyboard.press("r")
    expect(mira.locator("#progress strong")).to_have_text(str(total))
    mira.locator("#end").get_by_role("link", name="Done").click()
    expect(mira.locator(".empty")).to_contain_text("1 case read so far")
