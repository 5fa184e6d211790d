"""Everyone can use the desk: on a phone, in the dark, by assistive technology, without script."""

import pytest
from browsers import PHONE, violations
from hostile import plant
from playwright.sync_api import expect

from review import decisions
from schemas.mistakes import Mistake
from schemas.reviews import CaseStatus

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 900}
WORDS = ["en", "Retrieval runs on a vector store.", "y" * 200, "Officers check each answer."]
TOO_WIDE = """(most) => document.documentElement.scrollWidth <= most ? [] :
  [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > most)
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def pages(build, resources) -> list[str]:
    """Every page of a desk with a case in each state, failures, a batch, a watch and a report."""
    planted = plant(build, WORDS)
    case_id = build.draft()
    decisions.comment(resources.warehouse, case_id, "Is it so?", "ada", part="s-5")
    approved = build.draft()
    decisions.approve(resources.warehouse, approved, "mira", leave_out=True)
    report = Mistake(mistake_id="m1", case_id=approved, revision_id="rev1", message="y" * 200)
    resources.warehouse.append(report)
    tabs = [f"/?status={status}" for status in ("rejected", "refused", "failed")]
    return [f"/cases/{case_id}", f"/cases/{case_id}/parts/s-15", f"/cases/{approved}", "/?q=claims",
            *tabs, *planted, "/submit", "/submit/page", "/batches", "/watches", "/tags", "/publish",
            "/insight", "/inbox", "/round", "/readings", "/mistakes", "/accounts", "/account", "/log",
            f"/cases/{approved}/preview", "/cases/none"]  # fmt: skip


def prepared(page, address, path):
    """Open a page and all that is folded up in it; of a case also a form and the source's bar."""
    page.goto(f"{address}{path}")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    if page.locator("#case .statement").count():
        page.locator(".statement a.edit").first.click()
        expect(page.locator(".work .part-forms")).to_be_visible()


def problems(page, scheme="light", part=":root", **options) -> list[str]:
    """Return the problems that axe finds in a colour scheme."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    return violations(page, part, **options)


def test_every_page_is_for_everyone(pages, page, address):
    """Axe finds no problems in light mode, dark mode and on a phone; nothing scrolls sideways."""
    contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    layout = {"rules": {"color-contrast": {"enabled": False}}}
    found = {}
    for path in pages:
        prepared(page, address, path)
        found[path] = problems(page)
        if path in pages[:5] or path == "/insight":  # the others use the same colours
            found[f"{path} in the dark"] = problems(page, "dark", **contrast)
        page.set_viewport_size(PHONE)
        if path in pages[:5]:  # the others are laid out alike
            found[f"{path} on a phone"] = problems(page, **layout)
        found[f"{path} is too wide"] = page.evaluate(TOO_WIDE, PHONE["width"])
        page.set_viewport_size(DESKTOP)
    page.goto(f"{address}{pages[0]}")
    for dialog in ("approve", "reject", "keys"):
        page.locator(f".actions [commandfor={dialog}]").click()
        found[dialog] = problems(page, part="dialog[open]")
        found[f"{dialog} in the dark"] = problems(page, "dark", "dialog[open]", **contrast)
        page.keyboard.press("Escape")
    assert {name: lines for name, lines in found.items() if lines} == {}
    print(f"\naxe: {len(found) - len(pages)} looks at {len(pages)} pages")


def test_a_phone_has_draft_and_source_as_two_tabs(build, open_as, address):
    """A quote switches between the tabs, and the bar stays at the bottom."""
    page = open_as(viewport=PHONE, has_touch=True)
    page.goto(f"{address}/cases/{build.draft()}")
    page.mouse.wheel(0, 1500)
    bar = page.locator(".toolbar").bounding_box()
    assert bar["y"] + bar["height"] == PHONE["height"]
    expect(page.locator("#source")).to_be_hidden()
    page.locator("#s-14 a.choose").tap()
    page.locator("#s-14 .to-source").tap()
    expect(page.locator("#source mark.on").first).to_be_in_viewport()
    expect(page.locator(".story")).to_be_hidden()
    page.get_by_text("Draft", exact=True).tap()
    expect(page.locator("#s-14")).to_be_in_viewport()


def test_without_script_a_case_is_edited_and_approved(build, open_as, address, resources):
    """The form of a part is a separate page, dialogs open without script, filters are links."""
    ids = [build.draft(), build.draft()]
    page = open_as(java_script_enabled=False)
    page.goto(f"{address}/?status=draft&order=oldest")
    page.locator(".row .open").first.click()
    page.locator("#s-14 a.choose").click()
    expect(page.locator("#p9 mark").first).to_be_in_viewport()
    page.locator("#s-14 a.edit").click()
    page.get_by_label("Statement", exact=True).fill("A reader samples answers.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#s-14 .said")).to_have_text("A reader samples answers.")
    page.locator(".actions [commandfor=approve]").click()
    page.get_by_label("I compared").check()
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")
    page.get_by_role("link", name="Back to the queue").click()
    page.locator("summary", has_text="Company").click()
    page.get_by_role("link", name="Harbourline 1").click()
    page.get_by_label("Select A claims assistant").check()
    page.locator("summary", has_text="Assign").click()
    page.get_by_label("To", exact=False).fill("mira")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("main")).to_contain_text("1 case assigned.")
    status = [resources.warehouse.case(case_id).status for case_id in ids]
    assert status == [CaseStatus.APPROVED, CaseStatus.DRAFT]
