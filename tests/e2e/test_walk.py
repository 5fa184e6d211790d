"""A curator's way through doubts and drafts, by key, in a real Chromium."""

from urllib.parse import urlsplit

import pytest
from case_views import DOUBTFUL, TEXT, VERIFIED, a_document, a_quote, a_statement, a_study
from playwright.sync_api import expect

from schemas.cases import CaseStudy, Fact, Section
from schemas.reviews import CaseStatus

pytestmark = pytest.mark.browser


def a_draft(title: str, doubts: int) -> CaseStudy:
    """Five statements in each of two sections; the doubtful ones are not the first."""
    document, quote = a_document(), TEXT.split("\n\n")[0]
    sections = [*[Section.CONTEXT] * 5, *[Section.RESULTS] * 5]
    held = (2, 4, 5, 7, 8, 10)[:doubts]
    statements = [
        a_statement(
            n, f"{title}, sentence {n}.", a_quote(document, quote), section=section,
            support=DOUBTFUL if n in held else VERIFIED,
        )
        for n, section in enumerate(sections, start=1)
    ]  # fmt: skip
    return CaseStudy(facts=(Fact(name="title", value=title),), statements=statements)


def test_every_doubt_is_met_in_the_order_of_the_queue(build, page, address, resources):
    """Drafts of unequal numbers of doubts, three in one section: `d y d y … A` skips none."""
    doubts = {build.draft(a_draft(f"Draft {n}", n)): n for n in (1, 4, 3, 6, 2)}
    page.goto(address)
    links = page.locator(".row .open")
    listed = [link.get_attribute("href") for link in links.all()]
    assert [doubts[link.rpartition("/")[2]] for link in listed] == [6, 4, 3, 2, 1]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for place, link in enumerate(listed):
        page.wait_for_url(lambda url, link=link: urlsplit(url).path == link)
        number = doubts[link.rpartition("/")[2]]
        met = []
        for n in range(1, number + 1):
            page.keyboard.press("d")
            expect(page.get_by_role("status")).to_have_text(f"Doubt {n} of {number}")
            met.append(page.locator(".chosen .said").text_content())
            page.keyboard.press("y")
            expect(page.locator(".chosen")).to_contain_text("confirmed by mira")
        assert met == [text for text in page.locator(".said").all_text_contents() if text in met]
        assert len(set(met)) == number
        following = page.locator("a[data-key=n]")
        if place + 1 < len(listed):
            expect(following).to_have_attribute("href", listed[place + 1])
        page.keyboard.press("A")
    page.wait_for_url(f"{address}/?status=draft")
    assert {resources.warehouse.case(one).status for one in doubts} == {CaseStatus.APPROVED}


def said(page) -> list[str]:
    """The statements as the page lists them."""
    return page.locator(".context .said").all_text_contents()


def test_the_order_stays_while_the_page_is_open(build, page, address):
    """Parts do not move when confirmed, reworded, dropped or restored."""
    page.goto(f"{address}/cases/{build.draft(a_draft('Ours', 3))}")
    first = [f"Ours, sentence {n}." for n in range(1, 6)]
    assert said(page) == first
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.keyboard.press("y")
    expect(page.locator("#s-4")).to_contain_text("confirmed by mira")
    assert said(page) == first
    page.keyboard.press("d")
    expect(page.locator(".chosen .said")).to_have_text("Ours, sentence 5.")
    page.keyboard.press("e")
    page.locator("#s-5-text").fill("Reworded.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#s-5 .said")).to_have_text("Reworded.")
    assert said(page) == [*first[:4], "Reworded."]
    page.keyboard.press("d")  # of the three one is left: the keys start again at the top
    expect(page.get_by_role("status")).to_have_text("Doubt 1 of 3")
    page.keyboard.press("x")
    expect(page.locator(".context .said")).to_have_count(4)
    assert said(page) == [first[0], *first[2:4], "Reworded."]
    expect(page.locator(".chosen")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator(".chosen .said")).to_have_text(first[2])
    page.keyboard.press("u")
    expect(page.locator(".context .said")).to_have_count(5)
    assert said(page) == [*first[:4], "Reworded."]
    page.reload()
    page.keyboard.press("D")
    expect(page.get_by_role("status")).to_have_text("Doubt 1 of 1")
    page.keyboard.press("y")
    page.keyboard.press("d")
    expect(page.get_by_role("status")).to_have_text("No doubtful parts.")


def test_a_double_click_drops_one_statement(build, page, address, resources):
    """At any speed it is one successful request; the next statement is not dropped."""
    case_id = build.draft()
    answers = []
    page.on("response", lambda one: one.request.method == "POST" and answers.append(one.status))
    page.goto(f"{address}/cases/{case_id}")
    drop = page.locator("#strip").get_by_role("button", name="Drop")
    page.locator("#s-9 a.choose").click()
    drop.dblclick()
    expect(page.locator(".bin summary")).to_contain_text("1 statement was dropped")
    page.locator("#s-5 a.choose").click()
    box = drop.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".bin summary")).to_contain_text("2 statements were dropped")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.locator("#s-1 a.choose").click()
    drop.click()
    expect(page.locator(".bin summary")).to_contain_text("3 statements were dropped")
    assert answers == [200, 200, 200]
    left = resources.warehouse.case(case_id).revision.study.statements
    assert len(left) == len(a_study().statements) - 3
