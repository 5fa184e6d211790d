"""Two people at the same draft, each in a separate browser."""

import pytest
from browsers import violations
from case_views import a_document, a_study
from playwright.sync_api import expect

from schemas.sources import Speakers

pytestmark = pytest.mark.browser


@pytest.fixture
def both(build, open_as, address):
    """The case as mira and as ada see it."""
    case = f"{address}/cases/{build.draft()}"
    pages = open_as("mira"), open_as("ada")
    for page in pages:
        page.goto(case)
    return pages


def begun(page, part, words):
    """Open the form of a statement and type; return the field."""
    page.locator(f"#{part} a.edit").click()
    field = page.locator(f"#{part}-text")
    field.fill(words)
    return field


def said(page, part):
    """The words of a statement."""
    return page.locator(f"#{part} .said")


def test_two_people_see_each_other_and_their_changes(both):
    """Edits of different statements both count, and unsaved typing is not lost."""
    mira, ada = both
    expect(mira.locator("#people")).to_have_text("ada is here too")
    expect(ada.locator("#people")).to_have_text("mira is here too")
    field = begun(ada, "s-5", "Ada's words on retrieval.")
    begun(mira, "s-14", "Mira's words on the second reader.").press("Control+Enter")
    expect(ada.get_by_role("status")).to_contain_text("mira changed this case just now")
    expect(said(ada, "s-14")).to_have_text("Mira's words on the second reader.")
    expect(field).to_have_value("Ada's words on retrieval.")
    expect(field).to_be_focused()
    field.press("Control+Enter")
    expect(said(ada, "s-5")).to_have_text("Ada's words on retrieval.")
    expect(said(mira, "s-5")).to_have_text("Ada's words on retrieval.")
    expect(said(mira, "s-14")).to_have_text("Mira's words on the second reader.")
    mira.goto("about:blank")
    expect(ada.locator("#people")).to_be_empty()


def test_two_edits_of_one_statement_are_shown_side_by_side(both):
    """The second person to save sees both texts and combines them."""
    mira, ada = both
    field = begun(ada, "s-5", "Ada's words on retrieval.")
    begun(mira, "s-5", "Mira's words on retrieval.").press("Control+Enter")
    expect(said(ada, "s-5")).to_have_text("Mira's words on retrieval.")
    expect(field).to_have_value("Ada's words on retrieval.")
    field.press("Control+Enter")
    clash = ada.locator(".clash")
    expect(clash).to_contain_text("Mira changed this part in the meantime")
    expect(clash.locator(".old .said")).to_have_text("Mira's words on retrieval.")
    expect(clash.locator(".new .said")).to_have_text("Ada's words on retrieval.")
    clash.get_by_label("Combined text").fill("Our words on retrieval.")
    clash.get_by_role("button", name="Save", exact=True).click()
    expect(said(ada, "s-5")).to_have_text("Our words on retrieval.")
    expect(clash).to_have_count(0)
    expect(ada.locator("#s-5 .work")).to_be_empty()
    expect(said(mira, "s-5")).to_have_text("Our words on retrieval.")


def test_a_statement_that_moves_or_goes_keeps_what_was_typed(both):
    """The form follows a renumbered statement; for a dropped one the typed text is shown."""
    mira, ada = both
    begun(ada, "s-13", "vLLM serves it.")
    mira.locator("#s-10 a.choose").click()
    mira.keyboard.press("x")
    expect(ada.locator("#s-12 .work textarea").first).to_have_value("vLLM serves it.")
    mira.locator("#s-12 a.choose").click()
    mira.keyboard.press("x")
    expect(ada.get_by_role("status")).to_contain_text("vLLM serves it.")


def test_a_save_after_a_decision_is_refused_and_kept(both):
    """The notice names who decided; the typed text stays in the form."""
    mira, ada = both
    field = begun(ada, "s-5", "Too late.")
    mira.keyboard.press("a")
    mira.keyboard.press("Enter")
    expect(ada.locator(".status").first).to_have_text("approved")
    field.press("Control+Enter")
    expect(ada.get_by_role("status")).to_contain_text("mira changed this case in the meantime")
    expect(field).to_have_value("Too late.")


def test_comments_and_assignments_reach_open_pages_and_the_inbox(both, open_as, address):
    """Also the other window of the same person, without a reload; the count is in the header."""
    mira, ada = both
    other = mira.context.new_page()
    other.goto(mira.url)
    mira.keyboard.press("c")
    mira.get_by_label("Comment", exact=True).fill("@ada review this: is it 26 hours?")
    mira.keyboard.press("Control+Enter")
    for page in (mira, ada, other):
        expect(page.locator(".remark")).to_contain_text("is it 26 hours?")
    expect(ada.get_by_role("status").first).to_contain_text("mira changed this case just now")
    expect(other.get_by_role("status").first).to_contain_text("in another window")
    expect(mira.get_by_text("in another window")).to_have_count(0)
    expect(ada.locator("#unread")).to_have_text("1")
    ada.get_by_role("link", name="Inbox").click()
    expect(ada.locator(".message")).to_contain_text("mira asks you to review this")
    assert violations(ada) == []
    ada.get_by_role("button", name="Mark as read").click()
    expect(ada.locator("#unread")).to_be_hidden()
    other.locator(".remark").get_by_role("button", name="Resolve").click()
    expect(mira.locator(".remark")).to_have_count(0)
    mira.locator("#assign summary").click()
    mira.locator("#assign-to").fill("eve")
    mira.locator("#assign").get_by_role("button", name="Assign").click()
    expect(mira.get_by_role("status").first).to_contain_text("choose ada and mira")
    mira.locator("#assign-to").fill("ada")
    mira.locator("#assign").get_by_role("button", name="Assign").click()
    expect(other.locator(".story")).to_contain_text("Assigned to ada")
    expect(ada.locator("#unread")).to_be_hidden()  # this page does not listen
    ada.reload()
    expect(ada.locator("#unread")).to_have_text("1")


def test_an_open_box_stays_open_when_others_save(build, open_as, address):
    """What is typed about the speakers stays in sight, beside the names that the other corrected."""
    document = a_document().spoken_by(Speakers(guests=("Ana",)))
    case = f"{address}/cases/{build.draft(a_study(), document)}"
    mira, ada = (open_as(name) for name in ("mira", "ada"))
    for page in (mira, ada):
        page.goto(case)
        page.locator("#speakers summary").click()
    ada.get_by_label("System that they describe").fill("Ink")
    mira.get_by_label("Hosts").fill("Ben")
    mira.locator("#speakers").get_by_role("button", name="Save").click()
    expect(mira.locator("#speakers summary")).to_have_text("Speakers: Ana, hosted by Ben")
    expect(mira.get_by_label("Hosts")).to_be_hidden()
    expect(ada.locator("#speakers summary")).to_have_text("Speakers: Ana, hosted by Ben")
    expect(ada.get_by_label("System that they describe")).to_have_value("Ink")
    expect(ada.get_by_label("System that they describe")).to_be_visible()
    expect(ada.get_by_label("Hosts")).to_have_value("Ben")
