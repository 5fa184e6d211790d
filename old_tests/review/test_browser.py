"""A curator's way through the desk, in a real Chromium."""

import re

import pytest
from desk_drafts import Builder, rewritten
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
QUOTE = "A citation makes people less careful, so the thing it points to has to be right."


def test_from_the_queue_to_the_published_page(address, build: Builder, page):
    """Choose, check, edit, approve by key, publish, read; no script is blocked or fails."""
    following = build.draft()
    build.draft()
    page.goto(address)
    page.get_by_role("link", name="Sorting 11,000").first.click()

    page.locator("#s-lessons-0 a.choose").click()
    marks = page.locator("mark.on")
    assert "".join(marks.all_text_contents()) == QUOTE
    expect(marks.first).to_be_in_viewport()

    page.keyboard.press("e")
    field = page.locator("#s-lessons-0-text")
    expect(field).to_be_focused()
    field.fill("Citations make people less careful.")
    page.locator("#s-lessons-0 details").get_by_role("button", name="Save").click()
    expect(page.locator("#s-lessons-0 .said")).to_have_text("Citations make people less careful.")
    expect(page.get_by_role("status")).to_contain_text("Saved as a new revision")
    expect(page.locator("mark.on").first).to_be_in_viewport()

    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Elasticsearch")
    dialog.get_by_role("button", name="Approve without it").click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")

    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish 1 approved case").click()
    expect(page.locator("#publish")).to_contain_text("Added:")
    page.get_by_role("link", name="Read the site").click()
    page.get_by_role("link", name="Sorting 11,000").click()
    expect(page).to_have_url(re.compile(r"/site/cases/"))
    expect(page.locator("main")).to_contain_text("Citations make people less careful.")
    expect(page.locator("main")).not_to_contain_text("Elasticsearch")

    page.goto(f"{address}/cases/{following}")
    assert page.said == []


def test_keys_move_and_stay_out_of_the_way_of_typing(address, build: Builder, page):
    """J and arrows go through the statements; letters typed into a field decide nothing."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".chosen")).to_have_id("s-architecture-3")
    page.keyboard.press("k")
    expect(page.locator(".chosen")).to_have_id("s-summary-0")
    expect(page.locator("mark.on")).to_have_count(2)
    page.keyboard.press("e")
    page.keyboard.type("area")
    page.keyboard.press("Escape")
    expect(page.locator("#s-summary-0 details")).not_to_have_attribute("open", "")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Reject this case")
    page.get_by_role("button", name="Not a real deployment.").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Not a real deployment.")
    assert build.warehouse.case(case_id).reviews[0].reason == "Not a real deployment."


def test_a_stale_page_keeps_what_was_typed(address, build: Builder, page, desk):
    """The second curator is told in a notice, and the text in the form is not lost."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#s-lessons-0 details.edit > summary").click()
    page.locator("#s-lessons-0-text").fill("My careful wording.")
    desk.decide(case_id, "edit", action="set_fact", field="company", value="Changed")
    page.locator("#s-lessons-0 details").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("changed this case meanwhile")
    expect(page.locator("#s-lessons-0-text")).to_have_value("My careful wording.")


def test_selecting_in_the_source_fills_the_quote(address, build: Builder, page):
    """With a form open, what is selected in the source becomes its quote."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.locator("#s-lessons-0 details.edit > summary").click()
    page.locator("#p2 p").dblclick(position={"x": 60, "y": 12})
    selected = page.evaluate("getSelection().toString().trim()")
    assert selected
    expect(page.locator("#s-lessons-0-quote")).to_have_value(selected)


def test_a_failed_submission_ends_by_itself(address, page):
    """Progress is polled without a reload, until the sentence and the retry are there."""
    page.goto(f"{address}/submit")
    expect(page.get_by_label("Web addresses")).to_be_focused()
    page.get_by_label("Web addresses").fill("http://10.0.0.1/private")
    page.get_by_role("button", name="Submit").click()
    job = page.locator(".job")
    expect(job).to_contain_text("Fetch failed")
    expect(job.get_by_role("button", name="Retry")).to_be_visible()
    expect(page.get_by_label("Web addresses")).to_have_value("")
    assert page.said == []


def test_a_desk_that_is_gone_is_told_until_it_is_back(address, build: Builder, page):
    """A decision that did not reach it is not taken for made; what is kept up to date says so."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.route("**/*", lambda route: route.abort())
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_role("button", name="Approve without it").click()
    expect(page.get_by_role("status")).to_contain_text("The desk does not answer")
    page.unroute("**/*")
    page.get_by_role("button", name="Approve without it").click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")
    expect(page.get_by_role("status")).not_to_contain_text("does not answer")


def test_a_backfill_begins_and_ends_in_the_desk(address, page):
    """Paste, see what it would do, start, and the page tells the end without a reload."""
    page.goto(f"{address}/batches")
    page.get_by_label("Or addresses").fill("http://10.0.0.1/a\nhttp://10.0.0.2/b")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.locator("#quote")).to_contain_text("new: would be worked")
    page.get_by_role("button", name="Work 2 sources").click()
    expect(page.locator("#batch")).to_have_attribute("data-state", "finished")
    page.get_by_role("link", name="Address forbidden").click()
    expect(page.locator("h1")).to_have_text("Address forbidden")
    expect(page.locator(".row")).to_have_count(2)
    assert page.said == []


def test_nothing_is_wider_than_a_phone(address, build: Builder, page):
    """At 390 pixels the source comes below the draft, and no page scrolls sideways."""
    case_id = build.draft()
    build.failed(transient=True, message="x" * 300, url=f"https://a.example/{'y' * 300}")
    page.set_viewport_size(PHONE)
    for path in (
        "/",
        "/?status=failed",
        f"/cases/{case_id}",
        "/submit",
        "/publish",
        "/batches",
        "/watches",
    ):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    page.goto(f"{address}/cases/{case_id}")
    boxes = [page.locator(selector).bounding_box() for selector in (".story", "#source")]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]


def test_statements_lead_to_their_quotes_without_script(address, build: Builder, page):
    """With scripts off a statement is a link to its quote, and a form's answer is a page."""
    case_id = build.draft()
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/cases/{case_id}")
    plain.locator("#s-lessons-0 a.choose").click()
    expect(plain.locator("mark", has_text=QUOTE)).to_be_in_viewport()
    plain.locator("#comment summary").click()
    plain.locator("#comment textarea").fill("Looks right.")
    plain.get_by_role("button", name="Comment").click()
    expect(plain).to_have_url(f"{address}/cases/{case_id}")
    expect(plain.locator(".history")).to_contain_text("Looks right.")
    context.close()


def test_a_newer_draft_is_compared_and_taken_over(address, build: Builder, page, desk):
    """From the queue to the comparison; an unticked field stays, and the case shows the rest."""
    case_id = build.draft()
    desk.decide(case_id, "edit", action="set_fact", field="industry", value="travel-logistics")
    build.newer(case_id, **rewritten())
    page.goto(address)
    page.get_by_role("link", name="new draft").click()
    expect(page.locator(".versus").first).to_be_visible()
    page.get_by_role("checkbox", name="Company").uncheck()
    page.get_by_role("button", name="Take over what is ticked").click()
    expect(page).to_have_url(f"{address}/cases/{case_id}")
    expect(page.locator("#f-year")).to_contain_text("2025")
    expect(page.locator("#f-company")).not_to_contain_text("BV")
    expect(page.locator(".caution.news")).to_have_count(0)
    assert page.said == []
