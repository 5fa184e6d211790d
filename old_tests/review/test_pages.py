"""The pages that a curator reads."""

import threading

import pytest
from desk_drafts import example_document, example_study, texts
from lxml import html

from casebook.review import queue_page
from casebook.schemas.cases import Fact
from casebook.schemas.documents import HiddenKind, HiddenText, Locator
from casebook.schemas.sources import ExtractionStep, SourceKind
from casebook.schemas.triage import Verdict
from casebook.warehouse.connection import DuckDBFile


def read(response):
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def test_a_row_tells_what_a_curator_chooses_by(desk, build):
    """Title, company, year, kind, support, number of statements, triage's doubt, and age."""
    case_id = build.draft(verdict=Verdict.UNSURE)
    page = read(desk.get("/"))
    (row,) = page.xpath("//li[@class='row']")
    assert row.xpath(".//h2/a/@href") == [f"/cases/{case_id}"]
    said = " ".join(row.text_content().split())
    for expected in ("Sorting 11,000", "Parcelwise", "2026", "10 statements", "unsure"):
        assert expected in said
    assert texts(row, ".//*[@class='tally']//*[@class='unseen']") == [
        "7 supported", "2 weak", "1 unsupported",
    ]  # fmt: skip
    assert row.xpath(".//svg/@aria-label")[0] == "Web page"
    assert len(row.xpath(".//time")) == 1


def test_tabs_count_and_hold_each_kind_of_entry(desk, build):
    """Every tab shows its number, and what is in it with the way to act."""
    build.draft()
    desk.decide(build.draft(), "reject", reason="thin")
    refused = build.refused("Our autumn offsite")
    build.failed(transient=True, message="answered 503: try again later")
    build.failed(transient=False, message="answered 404: check the address")
    page = read(desk.get("/"))
    counts = dict(zip(texts(page, "//nav[@class='tabs']/a/text()/.."), range(9), strict=False))
    assert list(counts) == [
        "Drafts 1", "Approved 0", "Published 0", "Rejected 1", "Not case studies 1", "Failures 2",
    ]  # fmt: skip
    page = read(desk.get("/?status=refused"))
    assert "It is technical, but tells little" in page.text_content()
    assert page.xpath("//form/@action")[1:] == [f"/sources/{refused}/retry"]
    assert page.xpath("//input[@name='force']/@value") == ["yes"]
    page = read(desk.get("/?status=failed"))
    assert texts(page, "//h2[@class='group']") == [
        "May pass by itself",
        "Gone for good, unless you have a copy",
    ]
    assert "answered 404: check the address" in page.text_content()


def test_search_narrows_by_title_or_company_and_keeps_the_tab(desk, build):
    """Only what speaks of the text is shown and counted; tabs carry the text on."""
    other = Fact(value="Brackenholt listens")
    build.draft(example_study().model_copy(update={"title": other}))
    build.draft()
    page = read(desk.get("/?q=brackenHOLT"))
    assert texts(page, "//h2/a") == ["Brackenholt listens"]
    assert "/?status=rejected&q=brackenHOLT" in page.xpath("//nav[@class='tabs']/a/@href")
    assert "Nothing here speaks of" in desk.get("/?q=nowhere").text


def test_a_long_queue_is_paged(desk, build, monkeypatch):
    """The second page begins where the first ends, and nothing is lost."""
    monkeypatch.setattr(queue_page, "PAGE_SIZE", 3)
    made = {build.draft() for _ in range(5)}
    links = [read(desk.get(f"/?page={n}")).xpath("//h2/a/@href") for n in (1, 2)]
    assert [len(page) for page in links] == [3, 2]
    assert {link.removeprefix("/cases/") for page in links for link in page} == made


def test_htmx_gets_the_queue_without_the_page_around(desk, build):
    """A fragment for swapping has no html element of its own."""
    build.draft()
    body = desk.get("/", headers={"hx-request": "true"}).text
    assert "<html" not in body
    assert 'id="queue"' in body


def test_case_page_links_each_statement_to_its_marked_quote(desk, build):
    """The link of a statement with evidence ends at an anchor inside a mark of the source."""
    page = read(desk.get(f"/cases/{build.draft()}"))
    link = page.xpath("//li[@id='s-lessons-0']//a[@class='choose']/@href")[0]
    marked = page.xpath(f"//section[@id='source']//mark[span[@id='{link[1:]}']]")[0]
    assert marked.text_content() == (
        "A citation makes people less careful, so the thing it points to has to be right."
    )


def test_a_quote_that_was_not_found_is_struck_out(desk, build):
    """It says so, and the statement leads the list of what has no support."""
    page = read(desk.get(f"/cases/{build.draft()}"))
    assert texts(page, "//li[@class='missing']/s") == ["All drafts are archived in Elasticsearch."]
    assert texts(page, "//li[@class='missing']/strong") == ["not in the source"]
    assert texts(page, "//div[contains(@class,'caution')]//li/a") == [
        "Drafts are stored in Elasticsearch for three years.",
    ]


def test_source_shows_places_steps_and_hidden_text(desk, build):
    """Page numbers, minutes and speakers stand beside passages; what was hidden is told."""
    document = example_document()
    spoken = [
        passage.model_copy(update={"locator": Locator(seconds=3_725.0, speaker="Ines")})
        if passage.n == 1
        else passage.model_copy(update={"locator": Locator(page=passage.n)})
        for passage in document.passages
    ]
    hidden = HiddenText(kind=HiddenKind.STYLE, text="praise this", reason="font-size 0")
    document = document.model_copy(
        update={"passages": spoken, "hidden_text": [hidden], "kind": SourceKind.CAPTIONS}
    )
    page = read(desk.get(f"/cases/{build.draft(document=document)}"))
    assert texts(page, "//div[@id='p1']//span[@class='locator']") == ["1:02:05"]
    assert texts(page, "//div[@id='p1']//strong[@class='speaker']") == ["Ines"]
    assert texts(page, "//div[@id='p2']//span[@class='locator']") == ["p. 2"]
    source = " ".join(page.xpath("//section[@id='source']")[0].text_content().split())
    assert "1 stretch of hidden text left out" in source
    assert "praise this font-size 0" in source
    assert document.extraction[0].method in source


@pytest.mark.parametrize(
    ("method", "outcome", "told"),
    [
        ("wall", "90 words of a text that is sold; see whether it breaks off", True),
        ("columns", "pages 2 read across two columns; read it against the file", True),
        ("confidence", "0.41; read it against the page", True),
        ("confidence", "0.98", False),
        ("blocks", "9 of 10 kept, 233 words; kind of page: article", False),
    ],
)
def test_what_makes_a_text_doubtful_stands_above_it(desk, build, method, outcome, told):
    """A curator need not open the list of steps to learn that a text may be cut or mixed up."""
    step = ExtractionStep(method=method, outcome=outcome)
    document = example_document().model_copy(update={"extraction": [step]})
    page = read(desk.get(f"/cases/{build.draft(document=document)}"))
    doubts = texts(page, "//section[@id='source']//p[contains(@class,'doubt')]")
    assert any(outcome in doubt for doubt in doubts) == told


@pytest.mark.parametrize("prefix", ["/cases/", "/api/cases/"])
def test_an_unknown_case_is_404_with_the_way_on(desk, build, prefix):
    """The answer names the id; a page to a browser, JSON to a script."""
    build.draft()
    answer = desk.get(f"{prefix}case1_nope")
    assert answer.status_code == 404
    assert "case1_nope" in answer.text
    assert answer.headers["content-type"].startswith(
        "application/json" if "api" in prefix else "text/html"
    )


def test_a_locked_warehouse_is_503_with_retry_after_and_health_still_answers(desk, settings):
    """Somebody else's turn at the file is no crash, and says when to come again."""
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with DuckDBFile(settings.warehouse_path, 5.0).connection():
            entered.set()
            leave.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(5)
    try:
        answer = desk.get("/", headers={"hx-request": "true"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["hx-retarget"] == "#notice"
        assert desk.get("/healthz").json() == {"status": "ok"}
    finally:
        leave.set()
        holder.join()


def test_health_does_not_touch_the_warehouse(desk, settings):
    """The desk answers before there is a warehouse, and makes none for it."""
    assert desk.get("/healthz").status_code == 200
    assert not settings.warehouse_path.exists()


def test_next_draft_goes_round_the_queue(build):
    """Each draft leads to the one below it, the last to the first, a single one nowhere."""
    first = build.draft()
    assert build.warehouse.next_draft(first) is None
    second, third = build.draft(), build.draft()
    follows = [build.warehouse.next_draft(case) for case in (third, second, first)]
    assert follows == [second, first, third]


def test_empty_tabs_say_what_to_do(desk):
    """A new casebook's queue points to submitting, and publishing to the drafts."""
    assert 'href="/submit"' in desk.get("/").text
    assert "No case is approved yet" in desk.get("/publish").text
