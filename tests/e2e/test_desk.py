"""A curator's way through the desk, in a real Chromium."""

import re

import pytest
from case_views import TEXT, a_study
from hostile import a_hostile_document, attack_strings, plant
from playwright.sync_api import expect

from review import decisions
from review.accounts import Accounts
from review.changes import SetFact
from schemas.cases import CaseStudy, Fact
from schemas.reviews import CaseStatus, Role

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
QUOTE = TEXT.split("\n\n")[8]


def test_from_the_queue_to_the_published_page(address, build, page):
    """Choose, check, edit, approve by key, publish, read; no script is blocked or fails."""
    build.draft()
    page.goto(address)
    page.get_by_role("link", name="A claims assistant").click()

    page.locator("#s-14 a.choose").click()
    marks = page.locator("mark.on")
    assert "".join(marks.all_text_contents()) == QUOTE
    expect(marks.first).to_be_in_viewport()

    page.keyboard.press("e")
    field = page.locator("#s-14-text")
    expect(field).to_be_focused()
    field.fill("A second reader samples answers each week.")
    page.locator("#s-14 details").get_by_role("button", name="Save").click()
    expect(page.locator("#s-14 .said")).to_have_text("A second reader samples answers each week.")
    expect(page.get_by_role("status")).to_contain_text("Saved as a new revision")

    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("REFUTED-STATEMENT")
    dialog.get_by_label("I compared it with the source: publish it").check()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")

    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish 1 approved case").click()
    expect(page.locator("#publish")).to_contain_text("Added:")
    page.get_by_role("link", name="Read the site").click()
    page.get_by_role("link", name="A claims assistant").first.click()
    expect(page).to_have_url(re.compile(r"/site/cases/"))
    expect(page.locator("main")).to_contain_text("A second reader samples answers each week.")
    expect(page.locator("main")).to_contain_text("DOUBTFUL-STATEMENT")
    expect(page.locator("main")).not_to_contain_text("REFUTED")
    assert page.errors == []


def test_keys_move_and_stay_out_of_the_way_of_typing(address, build, page, services):
    """J and arrows go through the statements; letters typed into a field decide nothing."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".chosen")).to_have_id("s-2")
    page.keyboard.press("k")
    expect(page.locator(".chosen")).to_have_id("s-1")
    page.keyboard.press("e")
    page.keyboard.type("area")
    page.keyboard.press("Escape")
    expect(page.locator("#s-1 details")).not_to_have_attribute("open", "")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Reject this case")
    page.get_by_role("button", name="Not a real deployment.").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Not a real deployment.")
    assert services.warehouse.case(case_id).reviews[0].reason == "Not a real deployment."


def test_keys_are_turned_off_and_decide_nothing_when_held_down(address, build, page):
    """Dictation approves nothing by a letter, and a key that is leaned on decides nothing."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.evaluate("""document.body.dispatchEvent(new KeyboardEvent(
        "keydown", { key: "r", repeat: true, bubbles: true }))""")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Letters and arrows are keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("r", "j", "a"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".chosen")).to_have_count(0)


def test_the_focus_stays_where_one_works(address, build, page, services):
    """After each action it is on what was changed or the nearest to it, never lost."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#comment summary").press("Enter")
    page.get_by_label("Comment", exact=True).fill("Looks right.")
    page.get_by_role("button", name="Comment").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Comment kept")
    expect(page.locator(":focus")).to_have_text("Leave a comment")
    page.locator("#s-9").get_by_role("button", name="It holds: confirm").press("Enter")
    expect(page.locator("#s-9")).to_contain_text("confirmed by mira")
    expect(page.locator("#s-9 a.choose")).to_be_focused()
    page.keyboard.press("a")
    page.get_by_role("button", name="Approve without them").press("Enter")
    expect(page.locator(".status").first).to_have_text("approved")
    expect(page.locator("#s-9 a.choose")).to_be_focused()
    page.keyboard.press("Enter")  # pressed once more: nothing took the button's place
    assert page.errors == []
    assert len(services.warehouse.case(case_id).reviews) == 3


def test_a_stale_page_keeps_what_was_typed(address, build, page, services):
    """The second curator sees a notice, and the text in the form is not lost."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#s-14 details.edit > summary").click()
    page.locator("#s-14-text").fill("My careful wording.")
    decisions.edit(services.warehouse, case_id, [SetFact(name="year", value="2025")], "ada")
    page.locator("#s-14 details").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("ada changed this case in the meantime")
    expect(page.locator("#s-14-text")).to_have_value("My careful wording.")


def test_a_desk_that_is_gone_says_so_until_it_is_back(address, build, page):
    """A decision that did not reach it is not taken for made."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.route("**/*", lambda route: route.abort())
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("The desk does not answer")
    page.unroute("**/*")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")


def test_selecting_in_the_source_fills_the_quote(address, build, page):
    """With a form open, the selection in the source becomes its quote."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.locator("#s-14 details.edit > summary").click()
    page.locator("#p2 p").dblclick(position={"x": 60, "y": 12})
    selected = page.evaluate("getSelection().toString().trim()")
    assert selected
    expect(page.locator("#s-14-quote")).to_have_value(selected)


def test_a_failed_submission_ends_on_the_page(address, page):
    """Progress is polled without a reload; a bad line is named, the other one is processed."""
    page.goto(f"{address}/submit")
    page.get_by_label("Web addresses").fill("http://10.0.0.1/private\nnot an address")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#jobs")).to_contain_text("Line 2: not is not a web address")
    job = page.locator(".job")
    expect(job).to_contain_text("Fetch failed")
    expect(job.get_by_role("button", name="Retry")).to_be_visible()
    expect(page.get_by_label("Web addresses")).to_have_value("")
    assert page.errors == []


def test_a_newer_draft_is_compared_and_taken_over(address, build, page, services):
    """From the queue to the comparison; an unticked field stays, and the case shows the rest."""
    case_id = build.draft()
    decisions.edit(services.warehouse, case_id, [SetFact(name="title", value="Ours")], "ada")
    facts = [Fact(name="company", value="Fjordline"), Fact(name="year", value="2025")]
    build.newer(case_id, CaseStudy(facts=facts, statements=a_study().statements))
    page.goto(address)
    page.get_by_role("link", name="new draft").click()
    page.get_by_role("checkbox", name="Company").uncheck()
    page.get_by_role("button", name="Take over what is ticked").click()
    expect(page).to_have_url(f"{address}/cases/{case_id}")
    expect(page.locator("h1")).to_have_text("Ours")
    expect(page.locator("#f-year")).to_contain_text("2025")
    expect(page.locator("#f-company")).to_contain_text("Harbourline")
    assert page.errors == []


def test_nothing_is_wider_than_a_phone(address, build, page):
    """At 390 pixels the source comes below the draft, and no page scrolls sideways."""
    case_id = build.draft()
    build.proposed("y" * 200, "made up rates", case_id)
    build.failed("x" * 300, transient=True, url=f"https://a.example/{'y' * 300}")
    page.set_viewport_size(PHONE)
    paths = ("/", "/?status=failed", f"/cases/{case_id}", "/submit", "/publish", "/batches",
             "/insight", f"/cases/{case_id}/preview",
             "/watches", "/tags")  # fmt: skip
    for path in paths:
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    page.goto(f"{address}/cases/{case_id}")
    boxes = [page.locator(selector).bounding_box() for selector in (".story", "#source")]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]


def test_without_script_a_case_is_read_and_approved(address, desk_address, build, chromium):
    """A statement is a link to its quote, dialogs stand below the case, answers are pages."""
    case_id = build.draft()
    context = chromium.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(desk_address)
    plain.goto(f"{address}/cases/{case_id}")
    plain.locator("#s-14 a.choose").click()
    expect(plain.locator("mark", has_text=QUOTE)).to_be_in_viewport()
    plain.locator("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(plain.locator(".status").first).to_have_text("approved")
    context.close()


def test_a_browser_without_the_key_sees_nothing(address, build, chromium):
    """Another person's browser on this machine gets a line on how to get in."""
    context = chromium.new_context()
    stranger = context.new_page()
    assert stranger.goto(f"{address}/cases/{build.draft()}").status == 403
    expect(stranger.locator("body")).to_contain_text("The desk needs its key")
    context.close()


def test_a_person_logs_in_and_arrives_from_another_site(address, services, chromium, httpserver):
    """The log-in leads to the page that was wanted; later a link elsewhere finds them logged in."""
    Accounts(services.warehouse).add("ada", Role.READER, "mira", "correct horse battery")
    context = chromium.new_context()
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
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{address}/login")
    context.close()


def test_another_sites_page_reads_and_decides_nothing(address, build, page, services, httpserver):
    """Not even one that knows the token: the cookie stays home, and a form says its origin."""
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
    assert services.warehouse.case(case_id).status is CaseStatus.DRAFT


@pytest.mark.datasets
def test_attack_strings_run_nothing(address, build, page):
    """Planted in titles, statements, quotes, tags, sources and lists: no script, no dialog."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    paths = ["/", "/?status=failed", "/tags", "/watches", "/batches"]
    for n, text in enumerate(attack_strings()[::600]):
        paths = [*plant(build, text, n), *paths]
    document = a_hostile_document(attack_strings()[::15])
    for path in [f"/cases/{build.draft(document=document)}", *paths]:
        page.goto(f"{address}{path}")
        page.keyboard.press("j")
        page.wait_for_load_state("networkidle")
    assert dialogs == []
    assert page.errors == []
