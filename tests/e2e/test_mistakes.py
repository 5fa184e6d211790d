"""A reader's report, from the link on the site to the correction that readers see."""

import pytest
from browsers import PHONE, violations
from playwright.sync_api import expect
from public_desk import publish, resources, settings  # noqa: F401 - fixtures
from read_twice import APPROVER

from review import decisions
from review.changes import Drop

pytestmark = pytest.mark.browser

WRONG = "It takes <b>three</b> hours, not 26."


def test_a_reader_reports_a_mistake_and_sees_the_correction(
    build,
    resources,  # noqa: F811
    open_as,
    address,
    browser,
):
    """By touch without an account; a curator accepts, mends and publishes with the mouse."""
    warehouse = resources.warehouse
    case_id = build.draft()
    decisions.approve(warehouse, case_id, APPROVER, leave_out=True)
    text = warehouse.case(case_id).revision.study.statements[2].text
    desk = open_as(APPROVER)
    publish(desk, address)

    context = browser.new_context(viewport=PHONE, has_touch=True, java_script_enabled=False)
    reader = context.new_page()
    reader.set_default_timeout(15_000)
    (page,) = (resources.settings.site_path / "cases").glob("*/index.html")
    reader.goto(page.as_uri())
    link = reader.get_by_role("link", name="Report a mistake in this case").get_attribute("href")
    assert link == f"{address}/mistake?case={case_id}"
    reader.goto(link)
    reader.get_by_label("Which statement?").select_option(label=text)
    reader.get_by_label("What is wrong?").fill(WRONG)
    reader.get_by_label("Your name").fill("Ida Lind")
    reader.get_by_label("Your mail address").fill("ida@mail.example")
    overflow = "document.documentElement.scrollWidth - innerWidth"
    reader.get_by_role("button", name="Send").tap()
    expect(reader.locator("h1")).to_have_text("Thank you")
    context.close()

    desk.goto(link)
    assert violations(desk) == []
    desk.goto(address)
    desk.get_by_role("link", name="Mistakes 1 reported").click()
    expect(desk.locator(".report .said")).to_have_text(WRONG)
    expect(desk.get_by_role("link", name="ida@mail.example")).to_be_visible()
    assert violations(desk) == []
    desk.locator("summary", has_text="Accept").click()
    desk.get_by_label("What was wrong?").fill("It takes three hours.")
    desk.get_by_role("button", name="Publish a correction").click()
    expect(desk.locator("strong", has_text="Not mended yet")).to_be_visible()
    assert desk.evaluate(overflow) <= 0
    publish(desk, address)
    assert "is being corrected" in page.read_text()

    decisions.edit(warehouse, case_id, [Drop(part="s-3")], APPROVER)
    decisions.approve(warehouse, case_id, APPROVER, leave_out=True)
    publish(desk, address)
    desk.goto(f"{address}/site/corrections.html")
    entry = desk.locator(".corrections li")
    expect(entry).to_contain_text("It takes three hours.")
    expect(entry).to_contain_text("by Ida Lind")
    assert violations(desk) == []
    entry.get_by_role("link").first.click()
    expect(desk.get_by_role("heading", name="Corrections")).to_be_visible()
    desk.goto(f"{address}/mistakes")
    expect(desk.locator(".report")).to_contain_text("Mended")
    expect(desk.get_by_role("link", name="ida@mail.example")).to_have_count(0)
