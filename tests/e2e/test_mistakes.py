"""A reader's report, from the link on the site to the correction that readers see."""

import socket

import pytest
from argon2 import PasswordHasher
from browsers import PHONE, violations
from playwright.sync_api import expect
from read_twice import APPROVER

from config.settings import Settings
from desk import server
from desk.accounts import Accounts
from review import decisions
from review.changes import Drop
from schemas.reviews import Role

pytestmark = pytest.mark.browser

WRONG = "It takes <b>three</b> hours, not 26."


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A desk with a public address: this machine's name and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://localhost:{free.getsockname()[1]}"
    return Settings(
        home=tmp_path, curator=APPROVER, desk_address=address, site_address=f"{address}/site"
    )


@pytest.fixture
def resources(resources, monkeypatch):
    """The desk listens at its address, and does not start in public without an account."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", quick)
    Accounts(resources.warehouse).add("grace", Role.ADMIN, APPROVER, "a long password")
    serve, port = server.serve, int(resources.settings.desk_address.rpartition(":")[2])
    monkeypatch.setattr(server, "serve", lambda r, _, key, **more: serve(r, port, key, **more))
    return resources


def test_a_reader_reports_a_mistake_and_sees_the_correction(
    build, resources, open_as, address, browser
):
    """By touch without an account; a curator accepts, mends and publishes with the mouse."""
    warehouse = resources.warehouse
    case_id = build.draft()
    decisions.approve(warehouse, case_id, APPROVER, leave_out=True)
    text = warehouse.case(case_id).revision.study.statements[2].text
    desk = open_as(APPROVER)
    publish(desk, address, warehouse)

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
    expect(desk.get_by_role("link", name="Mistakes", exact=True)).to_be_visible()
    assert desk.evaluate(overflow) <= 0
    publish(desk, address, warehouse)
    assert "is being corrected" in page.read_text()

    decisions.edit(warehouse, case_id, [Drop(part="s-3")], APPROVER)
    decisions.approve(warehouse, case_id, APPROVER, leave_out=True)
    publish(desk, address, warehouse)
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


def publish(page, address, warehouse):
    """Publish on the desk's page and wait until the publication is stored."""
    count = "SELECT count(*) FROM publications"
    before = warehouse.sql(count)[1]
    page.goto(f"{address}/publish")
    page.locator("#publish form button[type=submit]").click()
    for _ in range(300):
        if warehouse.sql(count)[1] != before:
            break
        page.wait_for_timeout(200)
    assert warehouse.sql(count)[1] != before
