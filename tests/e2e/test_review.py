"""One curator's work on a draft, in a real Chromium."""

import re
from collections import Counter

import pytest
from browsers import hold
from case_views import TEXT, a_publication, a_study
from playwright.sync_api import expect
from ten_drafts import a_draft, review_ten

from review import decisions
from schemas.reviews import CaseStatus

pytestmark = pytest.mark.browser

LINES = TEXT.split("\n\n")


def quotes_of(page, part):
    """The quotes of a part, as the page shows them once it is chosen."""
    return page.locator(f"#{part} .quotes .found blockquote")


def test_ten_drafts_by_keyboard(build, page, address, resources):
    """Drafts are approved, reworded, rejected and undone, and none is shown twice."""
    ids = [build.draft(a_draft(f"Draft {n}")) for n in range(12)]
    keys, seconds = review_ten(page, address)
    print(f"\nten drafts: {keys} keys, {seconds:.1f} s")
    status = Counter(resources.warehouse.case(case_id).status for case_id in ids)
    assert status == {CaseStatus.DRAFT: 2, CaseStatus.APPROVED: 9, CaseStatus.REJECTED: 1}
    expect(page.locator(".row .open")).to_have_count(2)


def test_results_are_shown_before_the_desk_answers(build, page, address, resources):
    """Confirmed, dropped, commented, approved at once; what is refused is taken back."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.keyboard.press("d")
    chosen = page.locator(".chosen").get_attribute("id")
    hold(page)
    page.keyboard.press("y" if chosen != "f-narrator" else "x")
    item = page.locator(f"#{chosen}")
    expect(item).to_have_class(re.compile("confirmed"))
    page.keyboard.press("d")  # moving does not wait
    expect(page.locator(".chosen")).not_to_have_id(chosen)
    assert not resources.warehouse.case(case_id).reviews
    page.evaluate("release()")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("Doubt 2 of")  # it is newer than "Saved"
    assert len(resources.warehouse.case(case_id).reviews) == 1

    page.route("**/events*", lambda route: route.abort())  # others' changes do not arrive
    page.reload()
    hold(page)
    page.locator("#s-5 a.choose").click()
    decisions.approve(resources.warehouse, case_id, "ada", leave_out=True)
    page.keyboard.press("x")
    expect(page.locator("#s-5.dropped")).to_be_visible()
    page.evaluate("release()")
    expect(page.locator(".notice.bad")).to_contain_text("ada changed this case in the meantime")
    expect(page.locator("#s-5.dropped")).to_have_count(0)
    decisions.reopen(resources.warehouse, case_id, "ada")

    page.reload()
    page.locator("#s-5 a.choose").click()
    page.keyboard.press("c")
    page.locator("#s-5-comment").fill("Is it so?")
    page.route("**/decisions*", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice.bad")).to_contain_text("The desk does not respond")
    expect(page.locator("#s-5-comment")).to_have_value("Is it so?")
    expect(page.locator("#s-5 .remark")).to_have_count(0)
    page.unroute("**/decisions*")
    hold(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#s-5 .remark")).to_contain_text("Is it so?")
    page.evaluate("release()")
    expect(page.get_by_role("status")).to_contain_text("Comment added.")
    hold(page)
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".toolbar .status")).to_have_text("approved")
    assert resources.warehouse.case(case_id).status is CaseStatus.DRAFT
    page.evaluate("release()")
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")


def test_statements_are_moved_merged_and_split_where_they_stand(build, page, address, resources):
    """By key and by menu; the chosen statement stays chosen, and `u` takes the last step back."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")

    def said(section: str) -> list[str]:
        expect(page.locator(".htmx-request")).to_have_count(0)
        return page.locator(f".{section} .said").all_text_contents()

    first, second, *rest = said("architecture")
    page.locator(".architecture .choose").first.click()
    page.keyboard.press("J")
    expect(page.locator(".architecture .said").nth(1)).to_have_text(first)
    expect(page.locator(".chosen .said")).to_have_text(first)
    assert said("architecture") == [second, first, *rest]
    page.keyboard.press("K")
    expect(page.locator(".architecture .said").first).to_have_text(first)
    page.keyboard.press("K")
    expect(page.locator(".notice.bad")).to_contain_text("it is already the first there")

    page.keyboard.press("m")
    page.get_by_label("Move to").select_option(label="Lessons")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".lessons .said").last).to_have_text(first)
    expect(page.locator(".lessons .chosen .said")).to_have_text(first)
    page.keyboard.press("u")
    expect(page.locator(".architecture .said").first).to_have_text(first)

    other, first, second = said("results")
    page.locator(".results .choose").nth(1).click()
    page.locator("#strip").get_by_role("button", name="Rearrange").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".results .said").nth(1)).to_have_text(f"{first} {second}")
    assert said("results") == [other, f"{first} {second}"]
    page.keyboard.press("m")
    expect(page.get_by_label("Second statement")).to_have_value(second)
    page.locator(".rearranging [name=quotes][type=checkbox]").nth(1).uncheck()
    page.locator(".rearranging [name=rest_quotes][type=checkbox]").nth(0).uncheck()
    page.get_by_role("button", name="Split").click()
    expect(page.locator(".results .said").nth(2)).to_have_text(second)
    assert said("results") == [other, first, second]
    evidence = {one.text: one.evidence for one in a_study().statements}
    stored = resources.warehouse.case(case_id).revision.study.statements
    halves = [one for one in stored if one.text in (first, second)]
    assert [one.evidence for one in halves] == [evidence[first], evidence[second]]


def test_a_statement_is_reworded_in_its_place(build, page, address):
    """Its text becomes a field: Enter saves it, Escape leaves it as it was."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.locator("#s-5 a.choose").click()
    page.keyboard.press("e")
    field = page.locator("#s-5-text")
    expect(field).to_be_focused()
    expect(page.locator("#s-5 .said")).to_be_hidden()
    field.fill("Nobody saves this.")
    page.keyboard.press("Escape")
    expect(page.locator("#s-5 .said")).to_be_visible()
    page.keyboard.press("e")
    field.fill("One short sentence.")
    page.keyboard.press("Enter")
    expect(page.locator("#s-5 .said")).to_have_text("One short sentence.")
    expect(field).to_have_count(0)


def test_evidence_is_selected_in_the_source(build, page, address):
    """Selected words are extended to their sentence and added to the existing quotes."""
    page.goto(f"{address}/cases/{build.draft()}")
    page.locator("#s-14 a.choose").click()
    expect(quotes_of(page, "s-14")).to_have_text([LINES[8]])
    box = page.locator("#p7 > p").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 12, steps=4)
    page.mouse.up()
    expect(page.locator("#grab .words")).not_to_be_empty()
    page.get_by_role("button", name="Add as a quote").click()
    expect(quotes_of(page, "s-14")).to_have_text([LINES[8], LINES[6]])
    expect(page.locator("mark.on")).to_have_count(2)
    expect(page.locator("#grab")).to_be_hidden()

    page.keyboard.press("s")
    expect(page.locator("#source")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("#grab .words")).to_contain_text(LINES[4][:40])
    page.keyboard.press("Enter")
    expect(quotes_of(page, "s-14")).to_have_text([LINES[8], LINES[6], LINES[4], LINES[5]])
    page.keyboard.press("e")
    page.locator(".held li", has_text=LINES[4]).get_by_role("button").click()
    expect(quotes_of(page, "s-14")).to_have_text([LINES[8], LINES[6], LINES[5]])

    page.locator("#p1 .gutter").click()
    expect(page.locator(".item.resting")).to_have_count(3)
    expect(page.locator(".chosen")).to_have_id("f-company")
    page.locator("#p1 mark", has_text="about 4,000").click()
    expect(page.locator(".item.resting")).to_have_count(1)
    expect(page.locator(".chosen")).to_have_id("s-4")


def test_a_published_case_is_edited_and_withdrawn(build, page, address, resources):
    """An edit waits as a draft; rejecting it does not withdraw the case."""
    case_id, warehouse = build.draft(), resources.warehouse
    decisions.approve(warehouse, case_id, "ada", leave_out=True)
    revision_id = warehouse.case(case_id).revision.revision_id
    here = {"revision_id": revision_id, "target": str(resources.settings.site_path)}
    published = a_publication(case_id, "cases/one/index.html")
    warehouse.append(published.model_copy(update=here))
    page.goto(f"{address}/cases/{case_id}")
    expect(page.locator(".toolbar .status")).to_have_text("published")
    expect(page.get_by_role("button", name="Reject")).to_have_count(0)
    page.locator("#s-14 a.choose").click()
    page.keyboard.press("e")
    page.locator("#s-14-text").fill("A second reader samples answers.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toolbar .status")).to_have_text("draft")
    expect(page.locator(".caution.news")).to_contain_text("Readers see an earlier revision.")
    page.get_by_role("button", name="Reject the edit… r").click()
    expect(page.get_by_role("dialog")).to_contain_text("which stays on the site")
    page.get_by_label("Reason, stored in the history").fill("It says less.")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator(".toolbar .status")).to_have_text("published")
    expect(page.locator(".ruling")).to_contain_text("Published by ada")
    assert warehouse.case(case_id).revision.revision_id == revision_id
    page.get_by_role("button", name="Withdraw… w").click()
    page.get_by_role("button", name="Withdraw", exact=True).click()  # without a reason
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("shown to readers in the notice").fill("Its author asked for it.")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator(".ruling")).to_contain_text("Withdrawn by mira")
    expect(page.get_by_role("status")).to_contain_text(
        "will be removed from the site at the next publication"
    )
    page.goto(f"{address}/publish")
    expect(page.locator("#publish")).to_contain_text("1 case to withdraw")


def test_what_a_summary_sentence_rests_on_is_chosen(build, page, address, resources):
    """Statements are chosen in the form; their quotes are shown beside the sentence's own."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#s-2 a.choose").click()
    page.keyboard.press("e")
    page.get_by_text("Supported by 0 statements: choose").click()
    page.get_by_label("Officers correct fewer drafts.").check()
    page.get_by_label("An officer checks each answer.").check()
    page.locator("#w-s-2").get_by_role("button", name="Save", exact=True).click()
    expect(quotes_of(page, "s-2")).to_have_text(
        ["officer checks", "a claims officer checks", LINES[6]]
    )
    page.keyboard.press("e")
    page.get_by_text("Supported by 2 statements: choose").click()
    page.get_by_label("An officer checks each answer.").uncheck()
    page.locator("#w-s-2").get_by_role("button", name="Save", exact=True).click()
    expect(quotes_of(page, "s-2")).to_have_text(["officer checks", LINES[6]])
    page.keyboard.press("e")
    page.locator("#w-s-2").get_by_role("button", name="Remove").click()
    expect(quotes_of(page, "s-2")).to_have_text([LINES[6]])
    (one,) = [s for s in resources.warehouse.case(case_id).revision.study.statements if s.n == 2]
    assert (one.rests_on, one.evidence) == ((16,), ())


def test_back_after_a_save_decides_without_a_conflict(build, page, address, resources):
    """Going back in the browser shows the newest revision."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.locator("#s-9").get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("#s-9")).to_contain_text("confirmed by mira")
    expect(page.locator(".htmx-request")).to_have_count(0)  # it shows before it is stored
    page.get_by_role("link", name="Publish", exact=True).click()
    expect(page.locator("#publish")).to_be_visible()
    page.go_back()
    expect(page.locator("#s-9")).to_contain_text("confirmed by mira")
    page.keyboard.press("r")
    page.keyboard.press("2")
    page.wait_for_url(f"{address}/?status=draft")
    assert resources.warehouse.case(case_id).status is CaseStatus.REJECTED


def test_enter_approves_in_a_dialog_that_scrolls(build, page, address):
    """The button has the focus, even if the list of doubtful parts is long."""
    study = a_study()
    one = study.statements[8]
    many = [one.model_copy(update={"n": n, "text": f"Doubtful part {n}."}) for n in range(20, 60)]
    study = study.model_copy(update={"statements": (*study.statements, *many)})
    page.goto(f"{address}/cases/{build.draft(study)}")
    page.keyboard.press("a")
    lines = page.locator("#approve .doubtful")
    assert lines.evaluate("(list) => list.scrollHeight > list.clientHeight")
    page.keyboard.press("Enter")
    expect(page.locator(".ruling")).to_contain_text("Approved by mira")


def test_typed_text_outlives_a_reload_until_it_is_saved_or_cancelled(build, page, address):
    """It is restored with a hint after a reload; after saving, the form shows the stored text."""
    page.goto(f"{address}/cases/{build.draft()}")

    def opened():
        page.locator("#s-14 a.edit").click()
        return page.locator("#s-14-text")

    opened().press_sequentially("Careful words. ")
    page.reload()
    field = opened()
    expect(field).to_have_value(re.compile("Careful words. "))
    expect(page.locator("#s-14 .work")).to_contain_text("Your unsaved text was restored")
    page.locator("#s-14 .work").get_by_role("button", name="Save").first.click()
    expect(page.locator("#s-14 .said")).to_contain_text("Careful words.")
    page.reload()
    opened().press_sequentially("Never mind. ")
    page.locator("#s-14 .work").get_by_role("link", name="Cancel").click()
    expect(opened()).not_to_have_value(re.compile("Never mind"))
    expect(page.locator("#s-14 .work")).not_to_contain_text("Your unsaved text")
