"""The judge's verdicts on edits, and a curator who overrules it, in a real Chromium."""

import re
import threading
from dataclasses import replace

import pytest
from browsers import PHONE, violations
from playwright.sync_api import expect
from scripted_endpoint import ScriptedEndpoint, api_error, completion
from scripted_model import judge_of

from config.settings import Settings
from schemas.overruling import is_overruled, kept_because

pytestmark = pytest.mark.browser

NEW = "A second reader samples answers each week."


@pytest.fixture
def judge(model_endpoint) -> ScriptedEndpoint:
    """A judge that finds everything entailed."""
    model_endpoint.script = lambda request: completion(judge_of(request))
    return model_endpoint


@pytest.fixture
def settings(tmp_path, judge) -> Settings:
    endpoint = {"llm_base_url": judge.base_url, "llm_model": "scripted"}
    return Settings(home=tmp_path, curator="mira", **endpoint)


def reword(page) -> None:
    """Reword a statement by keyboard."""
    page.locator("#s-14 a.choose").click()
    page.keyboard.press("e")
    expect(page.locator("#s-14-text")).to_be_focused()
    page.locator("#s-14-text").fill(NEW)
    page.keyboard.press("Control+Enter")


def test_from_an_edit_to_the_published_page(build, page, address):
    """A statement is reworded, judged, approved with its doubts, published, and visible."""
    page.goto(f"{address}/cases/{build.draft()}")
    reword(page)
    expect(page.locator("#s-14 .said")).to_have_text(NEW)
    expect(page.locator("#s-14 .judged")).to_contain_text("verified")
    expect(page.locator("#s-14 a.choose")).to_be_focused()
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("REFUTED-STATEMENT")
    page.keyboard.press("y")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")
    page.get_by_role("link", name="publish it").click()
    page.get_by_role("button", name="Publish 1 approved case").click()
    expect(page.locator("#publish")).to_contain_text("Added:")
    page.get_by_role("link", name="Open the site").click()
    page.get_by_role("link", name="A claims assistant").first.click()
    expect(page).to_have_url(re.compile(r"/site/cases/"))
    expect(page.locator("main")).to_contain_text(NEW)
    expect(page.locator("main")).to_contain_text("DOUBTFUL-STATEMENT")
    expect(page.locator("main")).not_to_contain_text("REFUTED")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE])
def test_a_verdict_reaches_the_page_without_reload(build, open_as, address, judge, viewport):
    """The edit is shown as being judged at once, counts as a doubt, and then has its verdict."""
    held = threading.Event()
    judge.script = lambda request: replace(completion(judge_of(request, "partly")), hold=held)
    page = open_as(viewport=viewport)
    page.goto(f"{address}/cases/{build.draft()}")
    page.evaluate("window.loaded = true")
    reword(page)
    judged = page.locator("#s-14 .judged")
    expect(judged).to_contain_text("being judged")
    expect(page.locator("#asking")).to_contain_text("The judge is being asked about 1 part")
    expect(page.locator(".caution.doubts li")).to_contain_text(["DOUBTFUL-STATEMENT", NEW])
    assert violations(page, "#case") == []
    held.set()
    expect(judged).to_contain_text("doubtful")
    expect(judged).to_contain_text("The words decide.")
    expect(page.locator("#asking")).to_have_count(0)
    assert page.evaluate("window.loaded")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.keyboard.press("u")
    expect(page.locator("#s-14 .said")).to_have_text(
        "A second reader samples fifty answers a week."
    )


def test_what_is_typed_meanwhile_stays(build, page, address, judge):
    """The verdict arrives while another statement is edited; saving it is no conflict."""
    held = threading.Event()
    judge.script = lambda request: replace(completion(judge_of(request)), hold=held)
    page.goto(f"{address}/cases/{build.draft()}")
    reword(page)
    expect(page.locator("#s-14 .judged")).to_contain_text("being judged")
    page.locator("#s-13 a.choose").click()
    page.keyboard.press("e")
    field = page.locator("#s-13-text")
    field.fill("vLLM serves the 70B model.")
    held.set()
    expect(page.locator("#s-14 .judged")).to_contain_text("verified")
    expect(field).to_be_focused()
    expect(field).to_have_value("vLLM serves the 70B model.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#s-13 .said")).to_have_text("vLLM serves the 70B model.")
    expect(page.locator("#s-13 .judged")).to_contain_text("verified")


def test_a_judge_that_is_down_is_asked_again(build, page, address, judge):
    """The page says why there is no verdict; the button gets it once the judge is back."""
    judge.script = lambda _: api_error(401)
    page.goto(f"{address}/cases/{build.draft()}")
    reword(page)
    expect(page.locator("#s-14 .judged")).to_contain_text("not judged")
    box = page.locator("#unjudged")
    expect(box).to_contain_text("1 part is not judged.")
    expect(box).to_contain_text("key")
    judge.script = lambda request: completion(judge_of(request))
    box.get_by_role("button", name="Ask the judge again").click()
    expect(page.locator("#s-14 .judged")).to_contain_text("verified")
    expect(box).to_have_count(0)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE])
def test_a_refutation_is_overruled_by_mouse(build, open_as, address, resources, viewport):
    """The form beside the statement needs a reason; then readers get to see the statement."""
    case_id = build.draft()
    page = open_as(viewport=viewport)
    page.goto(f"{address}/cases/{case_id}")
    part = page.locator("#s-10")
    part.get_by_role("link", name="Keep with a reason…").click()
    reason = part.get_by_label("Keep it although it is refuted")
    expect(reason).to_be_focused()
    part.get_by_role("button", name="Keep", exact=True).click()  # without a reason
    expect(reason).to_be_visible()
    reason.fill("The diagram shows it.")
    assert violations(page, "#s-10") == []
    part.get_by_role("button", name="Keep", exact=True).click()
    expect(part.locator(".judged")).to_contain_text("kept by mira")
    expect(part.locator(".judged")).to_contain_text("The diagram shows it.")
    expect(part.locator(".work")).to_be_empty()
    expect(page.locator(".caution.bad")).not_to_contain_text("REFUTED-STATEMENT")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    support = resources.warehouse.case(case_id).revision.study.statements[9].support
    assert is_overruled(support)
    assert kept_because(support) == "The diagram shows it."


@pytest.mark.parametrize("part", ["s-10", "f-narrator", "t-made-up"])
def test_a_refutation_is_overruled_by_keyboard(build, page, address, part):
    """`d` finds statements, facts and tags; `y` asks for the reason, and Ctrl+Enter keeps them."""
    page.goto(f"{address}/cases/{build.draft()}")
    for _ in range(4):
        page.keyboard.press("d")
        if page.locator(".chosen").get_attribute("id") == part:
            break
    page.keyboard.press("y")
    reason = page.locator(f"#{part}-why")
    expect(reason).to_be_focused()
    page.keyboard.type("The diagram shows it.")
    page.keyboard.press("Escape")
    expect(reason).to_have_count(0)
    page.keyboard.press("y")
    expect(page.locator(f"#{part}-why")).to_have_value("The diagram shows it.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#{part}")).to_contain_text("kept by mira")
    expect(page.locator(f"#{part}")).to_contain_text("The diagram shows it.")
