"""The queue as a curator uses it: filters, search, selection, a thousand rows, a batch."""

import asyncio
import re
import threading

import pytest
from browsers import violations
from case_views import NOON, a_document, a_quote, a_statement, a_study
from desk_client import Builder
from playwright.sync_api import expect
from ten_drafts import a_draft

from schemas.batches import Batch, BatchEvent, BatchItem
from schemas.cases import CaseStudy, Fact
from schemas.frozen import content_id
from schemas.reviews import CaseStatus
from schemas.sources import SourceRef

pytestmark = pytest.mark.browser


def test_a_thousand_rows_come_by_scrolling(build, page, address):
    """Each row once, in pages of forty."""
    rows = []
    for n in range(1000):
        document = a_document(f"Case {n} is described here, and its assistant answers letters.")
        one = a_statement(1, f"Case {n} answers letters.", a_quote(document, "answers letters"))
        facts = (Fact(name="title", value=f"Case {n:04}"),)
        rows += build.rows(CaseStudy(facts=facts, statements=(one,)), document)
    build.warehouse.append(*rows)
    page.goto(f"{address}/?order=title")
    ids = page.locator(".row.case .open")
    while page.locator("li.pager").count():
        shown = ids.count()
        page.mouse.wheel(0, 20_000)
        ids.nth(shown).wait_for(state="attached")
    titles = ids.all_text_contents()
    assert titles == [f"Case {n:04}" for n in range(1000)]


@pytest.fixture
def twelve(build) -> list[str]:
    """Nine drafts with one doubtful part, and three without any."""
    clear = CaseStudy(
        facts=(Fact(name="title", value="Clear"),), statements=a_study().statements[3:8]
    )
    ids = [build.draft(a_draft(f"Draft {n}")) for n in range(9)]
    return [*ids, *(build.draft(clear) for _ in range(3))]


def test_filters_search_and_a_view_that_is_kept(twelve, page, address, resources):
    """Facets narrow the list, search marks words while typing, and a saved view restores both."""
    page.goto(address)
    rows = page.locator(".row.case")
    page.locator("summary", has_text=re.compile("^Doubt")).click()
    page.get_by_role("link", name="nothing doubtful 3").click()
    expect(rows).to_have_count(3)
    with page.expect_navigation():
        page.locator("a.clear").click()
    expect(rows).to_have_count(12)
    page.keyboard.press("/")
    page.keyboard.type("pgvector ra")
    expect(page.locator(".snippet mark").first).to_have_text(
        re.compile("pgvector|ra", re.IGNORECASE)
    )
    expect(page.get_by_role("searchbox")).to_have_value("pgvector ra")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=pgvector\+ra"))
    page.locator("summary", has_text="Save this view").click()
    page.get_by_label("Name", exact=True).fill("Vectors")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Vectors")).to_have_attribute("aria-current", "true")
    page.goto(address)
    page.get_by_role("link", name="Vectors").click()
    expect(page.get_by_role("searchbox")).to_have_value("pgvector ra")
    page.get_by_role("button", name="Delete the view Vectors").click()
    expect(page.get_by_role("link", name="Vectors")).to_have_count(0)


def test_one_of_many_companies_is_found_by_typing(build, page, address):
    """With the keyboard alone: typing filters the list, and Enter picks the first value."""
    rows = []
    for n in range(1000):
        rows += build.rows(CaseStudy(facts=(Fact(name="company", value=f"Company {n:04}"),)))
    build.warehouse.append(*rows)
    page.goto(address)
    page.locator("summary", has_text="Company").press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_placeholder("Type to find one of 1,000")).to_be_focused()
    found = page.locator("#values-company li a")
    expect(found).to_have_count(15)
    page.keyboard.type("pany 077")
    expect(found).to_have_count(10)
    page.keyboard.type("7")
    expect(found).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/?status=draft&company=Company+0777")
    expect(page.locator(".row.case")).to_have_count(1)


def test_one_letter_is_not_sent_and_a_stale_search_is_cancelled(
    twelve, page, address, app, monkeypatch
):
    """A search that is still running is cancelled when the next one is typed."""
    index, answer = app.state.desk.live.index, threading.Event()
    found = index.ids

    def ids(_, query, *given, **more):
        return [] if query.q == "pg" and answer.wait(30) else found(query, *given, **more)

    monkeypatch.setattr(type(index), "ids", ids)
    asked, cancelled = [], []
    page.on(
        "request", lambda one: asked.append(one.url.partition("?")[2]) if "q=" in one.url else 0
    )
    page.on("requestfailed", lambda one: cancelled.append((one.url.partition("?")[2], one.failure)))
    page.goto(address)
    box = page.get_by_role("searchbox")
    box.press_sequentially("p")
    page.wait_for_timeout(600)
    assert asked == []
    with page.expect_request("**/?q=pg&*"):
        box.press_sequentially("g")
    box.press_sequentially("vector")
    try:
        expect(page.locator(".snippet mark").first).to_have_text("pgvector")
    finally:
        answer.set()
    assert asked == ["q=pg&status=draft", "q=pgvector&status=draft"]
    assert cancelled == [("q=pg&status=draft", "net::ERR_ABORTED")]
    expect(page.locator("#notice")).to_be_empty()


def test_many_cases_are_selected_and_decided_at_once(twelve, page, address, resources):
    """A range is selected by keyboard; the report names unchanged cases with reasons."""
    page.goto(f"{address}/?order=title")
    page.keyboard.press("j")
    page.keyboard.press("x")
    for key in "jjjj":
        page.keyboard.press(key)
    page.keyboard.press("X")
    expect(page.locator(".pick :checked")).to_have_count(5)
    page.get_by_role("button", name="Approve those without doubts").click()
    report = page.locator("#bulk-result")
    expect(report).to_contain_text("3 cases approved. 2 cases not changed")
    expect(report).to_contain_text("readers would not see 1 of its parts")
    with page.expect_navigation():
        report.get_by_role("link", name="Back to the queue").click()
    expect(page.locator(".row.case")).to_have_count(9)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("summary", has_text="Assign").click()
    page.get_by_label("To", exact=False).fill("mira")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(report).to_contain_text("1 case assigned.")
    page.locator("summary", has_text="Tag…").click()
    page.get_by_label("Tag", exact=False).fill("vllm")
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(report).to_contain_text("not changed")
    page.get_by_label("All 9 listed").check()
    page.locator("summary", has_text="Reject").click()
    page.get_by_label("Reason").fill("Advertising without substance.")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(report).to_contain_text("9 cases rejected.")
    status = [resources.warehouse.case(case_id).status for case_id in twelve]
    assert status == [CaseStatus.REJECTED] * 9 + [CaseStatus.APPROVED] * 3
    page.goto(f"{address}/?status=rejected&person=mira")
    expect(page.locator(".row.case")).to_have_count(1)


def test_a_curator_filters_peeks_selects_and_undoes(twelve, page, open_as, address, resources):
    """Twenty rows fit; typed filters, peeks, the palette and one undo work by key."""
    twenty = build_rows(resources, 18)
    page.goto(address)
    rows = page.locator(".row.case")
    last = rows.nth(19).bounding_box()
    assert last["y"] + last["height"] <= 900
    assert max(row.bounding_box()["height"] for row in rows.all()[:20]) < 34
    page.keyboard.press("/")
    page.keyboard.type('is:draft doubt:>0 company:"no such"')
    page.keyboard.press("Enter")
    expect(page.locator("#queue")).to_contain_text('“company:"no such"” was ignored')
    expect(page.locator(".chip.on")).to_have_text([re.compile("Doubt: doubtful")])
    expect(rows).to_have_count(9)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    peek = page.locator(".peeked")
    expect(peek).to_contain_text("The quote does not name the number.")
    assert violations(page) == []
    page.keyboard.press("j")
    expect(rows.nth(1).locator(".peeked")).to_be_visible()
    expect(peek).to_have_count(1)
    page.evaluate("document.activeElement.blur()")  # as a late answer to the search does
    page.keyboard.press("Space")
    expect(peek).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(peek).to_have_count(1)
    page.keyboard.press("Escape")
    expect(peek).to_have_count(0)
    expect(rows.nth(1).locator(".open")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("X")
    expect(page.locator("#selected")).to_have_text("2 selected")
    page.locator("summary", has_text="Reject").click()
    page.get_by_role("button", name="Not a real deployment.").click()
    report = page.locator("#bulk-result")
    expect(report).to_contain_text("2 cases rejected.")
    report.get_by_role("button", name="Undo").click()
    expect(report).to_contain_text("2 cases as before.")
    assert {resources.warehouse.case(one).status for one in twelve} == {CaseStatus.DRAFT}
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Batches")).to_be_visible()
    page.keyboard.type("row 07")
    expect(page.get_by_role("option", name="Row 07").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/cases/{twenty[7]}")


def test_the_queue_is_dense_on_a_phone(twelve, open_as, address):
    """Two short lines a draft; peeks and the palette work by touch."""
    phone = open_as(viewport={"width": 390, "height": 844}, has_touch=True)
    phone.goto(address)
    row = phone.locator(".row.case").first
    assert row.bounding_box()["height"] < 60
    row.locator(".look").tap()
    expect(row.locator(".peeked")).to_be_visible()
    row.locator(".look").tap()
    expect(row.locator(".peeked")).to_have_count(0)
    phone.get_by_role("button", name="Go to").tap()
    phone.keyboard.type("bat")
    phone.get_by_role("option", name="Batches").tap()
    phone.wait_for_url(f"{address}/batches")


def build_rows(resources, number: int) -> list[str]:
    """Store drafts named "Row 00" and so on without doubts; return their ids."""
    build, rows, ids = Builder(resources.warehouse), [], []
    for n in range(number):
        facts = (Fact(name="title", value=f"Row {n:02}, " + "with a long title " * 9),)
        study = CaseStudy(facts=facts, statements=a_study().statements[3:8])
        rows += build.rows(study, url=f"https://rows.example/{n}")
        ids.append(rows[-1].case_id)
    resources.warehouse.append(*rows)
    return ids


def test_a_batch_is_followed_live(build, page, open_as, address, resources, monkeypatch):
    """Its page counts progress without a reload, and so does the queue in another window."""
    urls = [build.address() for _ in range(3)]
    items = [BatchItem(source_id=content_id("src", u), reference=SourceRef(source=u)) for u in urls]
    batch = Batch(batch_id="batch1_a", origin="A list", size=3, created_by="ada", created_at=NOON)
    build.warehouse.add_batch(batch, items)
    go_on = threading.Semaphore(0)

    async def process_batch(*_) -> None:
        for n, url in enumerate(urls):
            await asyncio.to_thread(go_on.acquire)
            build.failed(url=url) if n == 2 else build.draft(url=url)
        done = BatchEvent(batch_id=batch.batch_id, step="finished", reason=None, at=NOON)
        resources.warehouse.append(done)

    monkeypatch.setattr("desk.batch_runs.process_batch", process_batch)
    queue = open_as("ada")
    queue.goto(address)
    page.goto(f"{address}/batches/batch1_a")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#batch .headline")).to_contain_text("in progress 0 of 3 done")
    for n in (1, 2):
        go_on.release()
        expect(page.locator("#batch .headline")).to_contain_text(f"{n} of 3 done")
        expect(queue.locator("[data-count=draft]")).to_have_text(str(n))
    queue.get_by_role("link", name="Show new drafts").click()
    expect(queue.locator(".row.case")).to_have_count(2)
    go_on.release()
    expect(page.locator("#batch .headline")).to_contain_text("finished 3 of 3 done")
    expect(page.locator(".row.cause")).to_contain_text("Page missing")
