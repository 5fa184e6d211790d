"""Rounds in a real Chromium: by keyboard, by touch on another device, and with refusals."""

import messy_desk
import pytest
from browsers import PHONE, begin_round, hold, violations
from case_views import (
    DOUBTFUL,
    JUDGED_FALSE,
    TEXT,
    VERIFIED,
    a_document,
    a_quote,
    a_statement,
    a_study,
)
from playwright.sync_api import Page, expect

from review import decisions
from review.changes import SetStatement
from schemas.cases import CaseStudy, Fact, Section
from schemas.reviews import CaseStatus

pytestmark = pytest.mark.browser

LINES = TEXT.split("\n\n")


def a_draft(title: str, *held: int) -> CaseStudy:
    """Six statements in two sections; the last in ``held`` is refuted by the judge."""
    document = a_document()
    levels = dict.fromkeys(held, DOUBTFUL) | dict.fromkeys(held[-1:], JUDGED_FALSE)
    statements = tuple(
        a_statement(
            n, f"{title}: tariffs, sentence {n}.", a_quote(document, LINES[n]),
            section=Section.CONTEXT if n < 4 else Section.RESULTS, support=levels.get(n, VERIFIED),
        )
        for n in range(1, 7)
    )  # fmt: skip
    return CaseStudy(facts=(Fact(name="title", value=title),), statements=statements)


def position(page: Page):
    """The place of the card that is shown."""
    return page.locator(".round-card:visible .position strong")


def said(page: Page):
    """What the card that is shown is about."""
    return page.locator(".round-card:visible .said")


def test_a_round_by_keyboard(build, page, address, resources):
    """Each doubt is met once and in order, before the desk answers; the summary counts them."""
    first, second = build.draft(a_draft("One", 2, 3, 5)), build.draft(a_draft("Two", 6))
    begin_round(page, address)
    hold(page)
    expect(page.locator(".excerpt:visible mark")).to_have_text(LINES[2])
    expect(said(page)).to_have_text("One: tariffs, sentence 2.")
    page.keyboard.press("y")
    expect(said(page)).to_have_text("One: tariffs, sentence 3.")
    page.keyboard.press("x")
    expect(said(page)).to_have_text("One: tariffs, sentence 5.")
    page.keyboard.press("y")  # refuted: a reason is asked for
    page.keyboard.type("The diagram shows it.")
    page.keyboard.press("Control+Enter")
    expect(position(page)).to_have_text("one look")
    expect(page.locator(".caution.doubts:visible")).to_have_count(0)
    page.keyboard.press("A")
    expect(position(page)).to_have_text("doubt 4 of 4")
    expect(said(page)).to_have_text("Two: tariffs, sentence 6.")
    page.keyboard.press("y")
    page.keyboard.type("So it is.")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("a")
    expect(page.get_by_text("Saving…")).to_be_visible()
    page.keyboard.press("a")  # an impatient second time
    assert len(resources.warehouse.case(first).reviews) == 0
    page.evaluate("release()")
    expect(page.get_by_role("heading", name="Round done")).to_be_visible()
    expect(page.locator(".totals dd")).to_have_text(["2", "4", "0", "1"])
    one, two = (resources.warehouse.case(case_id) for case_id in (first, second))
    assert {one.status, two.status} == {CaseStatus.APPROVED}
    kept = [s.text for s in one.revision.study.statements if s.support.confirmed_by]
    assert kept == ["One: tariffs, sentence 2.", "One: tariffs, sentence 5."]
    assert [s.text[-2:] for s in one.revision.study.statements] == ["1.", "2.", "4.", "5.", "6."]


def test_a_doubt_is_undone_discussed_and_reworded(build, page, address, resources):
    """Keys go to the field that they open; a doubt that is left by an edit is met again."""
    case_id = build.draft(a_draft("Two", 6))
    begin_round(page, address)
    page.keyboard.press("x")
    expect(position(page)).to_have_text("one look")
    page.keyboard.press("u")  # back to the doubt, which is as it was
    expect(said(page)).to_have_text("Two: tariffs, sentence 6.")
    page.keyboard.press("c")
    page.keyboard.type("Is it so?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".round-card:visible .remark")).to_contain_text("Is it so?")
    page.keyboard.press("o")
    page.locator(".suggested button").first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.type(" Reworded.")
    page.keyboard.press("Control+Enter")
    expect(position(page)).to_have_text("one look")
    page.keyboard.press("a")
    # The new text has a number that is not in the quote: the draft comes back with the doubt.
    expect(page.locator(".refusal")).to_contain_text("readers would not see 1 of its parts")
    page.keyboard.press("d")
    expect(said(page)).to_have_text("Two: tariffs, sentence 6. Reworded.")
    page.keyboard.press("y")
    expect(position(page)).to_have_text("one look")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Round done")).to_be_visible()
    view = resources.warehouse.case(case_id)
    assert (view.status, view.revision.study.statements[-1].text) == (
        CaseStatus.APPROVED, "Two: tariffs, sentence 6. Reworded.",
    )  # fmt: skip


def test_a_refusal_brings_the_card_back(build, page, address, resources):
    """What was typed is there with the message, the queued approval is not sent, nothing is lost."""
    case_id, warehouse = build.draft(a_draft("One", 2, 3)), resources.warehouse
    build.draft(a_draft("Two"))
    begin_round(page, address)
    page.keyboard.press("y")
    expect(position(page)).to_have_text("doubt 2 of 2")
    page.locator("#cards .undo").first.wait_for(state="attached")  # it is stored
    theirs = SetStatement(n=3, text="Something else entirely: tariffs fell by 77 %.")
    decisions.edit(warehouse, case_id, [theirs], "ada")
    hold(page)
    page.keyboard.press("e")
    page.locator("textarea:visible").fill("Mine: tariffs.")
    page.keyboard.press("Control+Enter")
    expect(position(page)).to_have_text("one look")
    page.keyboard.press("A")
    page.evaluate("release()")
    expect(page.locator(".refusal")).to_contain_text("ada changed this part in the meantime")
    expect(page.locator(".refusal")).to_contain_text("fell by 77 %")
    expect(page.locator("textarea:visible")).to_have_value("Mine: tariffs.")
    assert warehouse.case(case_id).status is CaseStatus.DRAFT
    page.keyboard.press("Control+Enter")  # their text is replaced knowingly
    expect(position(page)).to_have_text("one look")
    page.keyboard.press("A")
    expect(page.locator(".round-card:visible h2")).to_have_text("Two")
    page.locator(f'[data-draft="{case_id}"][data-status="approved"]').wait_for(state="attached")
    assert warehouse.case(case_id).revision.study.statements[2].text == "Mine: tariffs."


def test_the_desk_stops_during_a_round(build, page, address, resources):
    """Decisions that did not arrive come back, with what was typed, and can be sent again."""
    case_id = build.draft(a_draft("One", 2, 3))
    begin_round(page, address)
    page.route("**/rounds/*/drafts/*", lambda route: route.abort())
    page.keyboard.press("y")
    expect(page.locator(".refusal")).to_contain_text("The desk does not respond")
    expect(position(page)).to_have_text("doubt 1 of 2")
    page.keyboard.press("e")
    page.locator("textarea:visible").fill("Mine: tariffs.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".refusal")).to_be_visible()
    expect(page.locator("textarea:visible")).to_have_value("Mine: tariffs.")
    page.unroute("**/rounds/*/drafts/*")
    page.keyboard.press("Control+Enter")
    expect(position(page)).to_have_text("doubt 2 of 2")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Round done")).to_be_visible()
    view = resources.warehouse.case(case_id)
    assert (view.status, view.revision.study.statements[1].text) == (CaseStatus.APPROVED, "Mine: tariffs.")  # fmt: skip


def test_messy_drafts_by_touch_on_another_device(build, open_as, address, resources):
    """A round begun at a desk goes on where it was on a phone, through doubts of every kind."""
    ids = [build.draft(study) for study in (a_study(), messy_desk.untitled())]
    page = open_as()
    begin_round(page, address)
    first = position(page).text_content()
    page.keyboard.press("n")
    expect(position(page)).not_to_have_text(first)
    phone = open_as(viewport=PHONE, has_touch=True)
    phone.goto(address)
    phone.get_by_role("link", name="Resume").tap()
    total = int(position(phone).text_content().rpartition(" ")[2])
    looks, settled = 0, []
    for _ in range(total + 2 * len(ids) + 1):
        card, totals = phone.locator(".round-card:visible"), phone.locator(".totals")
        card.or_(totals).wait_for()
        if totals.count():
            break
        if len(settled) < 2:
            assert violations(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        name = card.get_attribute("data-card")
        if "look" in card.get_attribute("class"):
            looks += 1
            phone.get_by_role("button", name="Approve").tap()
            if name.startswith(ids[1]):  # it is refused: the draft has no title
                expect(phone.locator(".refusal")).to_contain_text("The case has no title")
                phone.locator("[data-key=r]:visible").tap()
                phone.get_by_role("button", name="Not a real deployment.").tap()
        else:
            settled.append(name)
            if len(settled) % 2:
                card.locator("[data-key=y]").tap()
                if card.locator("textarea:visible").count():
                    card.locator("textarea:visible").fill("The talk shows it.")
                    card.get_by_role("button", name="Keep").tap()
            else:
                card.get_by_role("button", name="Drop").tap()
        expect(card.locator(f'xpath=self::*[@data-card="{name}"]')).to_have_count(0)
    assert (len(settled), len(set(settled)), looks) == (total, total, len(ids))
    statuses = [resources.warehouse.case(case_id).status for case_id in ids]
    assert statuses == [CaseStatus.APPROVED, CaseStatus.REJECTED]
    page.reload()
    expect(page.get_by_role("heading", name="Round done")).to_be_visible()


def hold_reading(page: Page, case_id: str) -> None:
    """Let the page read no cards of a draft anew until ``window.release`` is called."""
    page.evaluate(
        """(id) => {
          const send = window.fetch;
          const free = new Promise((resolve) => (window.release = resolve));
          window.fetch = async (address, options) => {
            if (options?.method !== "POST" && String(address).includes(id)) await free;
            return send(address, options);
          };
        }""",
        case_id,
    )


def test_a_refusal_is_told_although_the_next_decision_is_sent(build, page, address, resources):
    """The round does not end before the refused card was read anew, and says why it was refused."""
    first, second = build.draft(a_draft("One", 2, 5)), build.draft(a_draft("Two"))
    begin_round(page, address)
    decisions.reject(resources.warehouse, first, "thin", "ada")
    hold_reading(page, first)
    with page.expect_response(lambda one: one.request.method == "POST" and not one.ok):
        page.keyboard.press("y")
    for _ in range(2):  # the other doubt and the look at the first draft are for later
        page.keyboard.press("n")
    expect(page.locator(".round-card:visible h2")).to_have_text("Two")
    page.keyboard.press("a")
    expect(page.get_by_text("Saving…")).to_be_visible()
    page.wait_for_timeout(500)
    page.evaluate("release()")
    expect(page.locator("#notice .bad")).to_be_visible()
    expect(page.get_by_text("Saving…")).to_be_hidden()
    page.locator(f'[data-draft="{second}"][data-status="approved"]').wait_for(state="attached")
    assert "after=" not in page.url
