"""Access, focus and errors in a real Chromium."""

import pytest
from playwright.sync_api import expect

from desk import server
from desk.accounts import Accounts
from schemas.reviews import CaseStatus, Role

pytestmark = pytest.mark.browser


def test_keys_are_turned_off_and_decide_nothing_when_held_down(address, build, page):
    """Letters approve nothing once keys are off, and a held key decides nothing."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.evaluate("""document.body.dispatchEvent(new KeyboardEvent(
        "keydown", { key: "r", repeat: true, bubbles: true }))""")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Enable keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("r", "j", "a"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".chosen")).to_have_count(0)


def test_the_focus_stays_where_one_works(address, build, page, resources):
    """After each action the focus is on the changed element or the nearest one."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#comment summary").press("Enter")
    page.get_by_label("Comment", exact=True).last.fill("Looks right.")
    page.locator("#comment button.primary").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Comment added")
    expect(page.locator(":focus")).to_have_text("Add a comment")
    page.locator("#s-9").get_by_role("button", name="Confirm", exact=True).press("Enter")
    expect(page.locator("#s-9")).to_contain_text("confirmed by mira")
    expect(page.locator("#s-9 a.choose")).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".status").first).to_have_text("approved")
    expect(page.locator("#s-9 a.choose")).to_be_focused()
    page.keyboard.press("Enter")  # pressed once more: nothing took the button's place
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert len(resources.warehouse.case(case_id).reviews) == 3


def test_a_desk_that_is_gone_says_so_until_it_is_back(address, build, page):
    """A decision that was not delivered is not shown as made."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.route("**/*", lambda route: route.abort())
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The desk does not respond")
    page.unroute("**/*")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")


def test_a_failed_submission_ends_on_the_page(address, page):
    """Progress is polled without a reload; a bad line is reported, the other one is processed."""
    page.goto(f"{address}/submit")
    page.get_by_label("Web addresses").fill("http://10.0.0.1/private\nnot an address")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#jobs")).to_contain_text("Line 2: “not an address” is not a web")
    expect(page.locator("#jobs .caution li")).to_have_count(1)
    job = page.locator(".job")
    expect(job).to_contain_text("Fetch failed")
    expect(job.get_by_role("button", name="Retry")).to_be_visible()
    expect(page.get_by_label("Web addresses")).to_have_value("")


def test_a_file_leads_the_browser_in(address, desk_address, browser):
    """The session starts although the browser comes from a local file."""
    context = browser.new_context()
    mine = context.new_page()
    with server._redirect(desk_address) as page:
        mine.goto(page)
        mine.wait_for_url(f"{address}/")
    expect(mine.get_by_role("link", name="mira")).to_be_visible()
    mine.goto(f"{address}/account")
    mine.get_by_role("button", name="Log out everywhere").click()
    expect(mine.locator("body")).to_contain_text("The desk needs its key")
    context.close()


def test_a_person_logs_in_and_arrives_from_another_site(address, resources, browser, httpserver):
    """Login leads to the requested page; a link on another site finds them logged in."""
    accounts = Accounts(resources.warehouse)
    for name, role in (("mira", Role.ADMIN), ("ada", Role.READER)):
        accounts.add(name, role, "mira", "correct horse battery")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/tags")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/tags")
    link = f'<a href="{address}/submit">Submit</a>'
    httpserver.expect_request("/other").respond_with_data(link, content_type="text/html")
    page.goto(f"http://localhost:{httpserver.port}/other")
    page.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Submit a source")).to_be_visible()
    expect(page.locator("#addresses")).to_be_hidden()
    page.get_by_role("link", name="ada").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url(f"{address}/login")
    context.close()


def test_another_sites_page_reads_and_decides_nothing(address, build, page, resources, httpserver):
    """Even with a known token, the cookie is not sent, and the form reveals its origin."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    token = page.locator("[name=token]").first.input_value()
    httpserver.expect_request("/other").respond_with_data("<body>", content_type="text/html")
    page.goto(f"http://127.0.0.1:{httpserver.port}/other")
    read = "(ask) => fetch(ask.url, { mode: ask.mode }).then((it) => it.text(), () => 'refused')"
    for mode in ("cors", "no-cors"):
        answer = page.evaluate(read, {"url": f"{address}/api/cases", "mode": mode})
        assert answer in {"refused", ""}
    form = """([url, token]) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: url });
      const fields = { token, decision: "reject", reason: "forged" };
      for (const [name, value] of Object.entries(fields))
        form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    }"""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.evaluate(form, [f"{address}/cases/{case_id}/decisions", token])
    assert answer.value.status == 403
    page.errors.clear()  # of the other site's page
    assert resources.warehouse.case(case_id).status is CaseStatus.DRAFT
