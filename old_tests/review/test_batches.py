"""Batches and watches at the desk."""

import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pages
import pytest
import scripted_curator
from desk_drafts import NOON, DeskClient, source_of, texts
from lxml import html
from scripted_endpoint import api_error, completion

from casebook.extractors.formats import LISTS
from casebook.pipeline.batches.forecasting import Forecast
from casebook.pipeline.batches.planning import Selection
from casebook.review import batch_runs, create_app
from casebook.review.batch_runs import BatchRuns
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchEvent, BatchItem, BatchOptions, BatchStep, ListedBatch
from casebook.schemas.errors import UnknownId
from casebook.schemas.failures import Failure
from casebook.schemas.ids import content_id
from casebook.schemas.sources import SourceKind, SourceRef

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
VIDEO = "https://www.youtube.com/watch?v=GJLlxj_dtq8"


def read(response):
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


@pytest.fixture
def batch_of(build):
    """Store a batch over sources; return it."""

    def make(
        *source_ids: str,
        origin: str = "https://a.example/feed.xml",
        model: str | None = None,
    ) -> ListedBatch:
        batch = ListedBatch(
            batch_id=content_id("batch", origin, list(source_ids)),
            origin=origin,
            options=BatchOptions(model=model),
            items=[
                BatchItem(source_id=one, reference=SourceRef(source="https://a.example/"))
                for one in source_ids
            ],
            created_by="mira",
            created_at=NOON,
        )
        build.warehouse.append(batch)
        return batch

    return make


@pytest.fixture
def site_of(httpserver, endpoint, tmp_path):
    """A list of two sources and a scripted endpoint; open a desk that may reach them."""
    endpoint.fallback = scripted_curator.answer
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/case").respond_with_data(pages.CASE, content_type="text/html")
    httpserver.expect_request("/gone").respond_with_data("no", status=404)
    lines = "\n".join(httpserver.url_for(path) for path in ("/case", "/gone"))
    httpserver.expect_request("/list").respond_with_data(lines, content_type="text/plain")
    with ExitStack() as opened:

        def open_desk(**changes: object) -> DeskClient:
            settings = Settings(
                home=tmp_path,
                curator="mira",
                allowed_hosts=frozenset({f"{httpserver.host}:{httpserver.port}"}),
                llm_base_url=endpoint.base_url,
                llm_model="scripted",
                OPENAI_API_KEY="sk-secret",
                **changes,
            )
            client = DeskClient(create_app(settings), base_url="http://127.0.0.1")
            client.site = httpserver
            return opened.enter_context(client)

        yield open_desk


@pytest.fixture
def site(site_of):
    """Such a desk."""
    return site_of()


def test_quotes_of_long_lists_are_forgotten_before_those_of_short_ones_are_many(monkeypatch):
    """A desk that is left open holds some sources of quotes, and the newest in any case."""
    monkeypatch.setattr(batch_runs, "_KEPT_SOURCES", 4)
    runs = BatchRuns(Settings())

    def offered(*names: str) -> str:
        items = [BatchItem(source_id=n, reference=SourceRef(source=n)) for n in names]
        forecast = Forecast.model_construct(selection=Selection(items=items))
        return runs.offer(forecast, BatchOptions()).offer_id

    first, second, third = offered("a"), offered("b", "c"), offered("d", "e")
    assert [runs.offered(one).offer_id for one in (second, third)] == [second, third]
    longest = offered("f", "g", "h", "i", "j")
    assert len(runs.offered(longest).forecast.selection.items) == 5
    for gone in (first, second, third):
        with pytest.raises(UnknownId, match="read the list again"):
            runs.offered(gone)


def test_a_list_is_quoted_started_and_told_to_its_end(site, build):
    """The dry run begins nothing; the start works the list, and the page tells what became."""
    answer = site.send_form("/batches/quote", htmx=True, list=site.site.url_for("/list"))
    quote = read(answer)
    assert texts(quote, "//tr") == ["2 new: would be worked"]
    assert build.warehouse.batches() == []
    offer = quote.xpath("//input[@name='offer']/@value")[0]
    begun = site.send_form("/batches", offer=offer)
    where = begun.headers["location"]
    for _ in range(300):
        page = read(site.get(where))
        if page.xpath("//div[@id='batch']/@data-state") == ["finished"]:
            break
        time.sleep(0.05)
    told = dict(zip(texts(page, "//dl[@class='counts']//dt"), texts(page, "//dd"), strict=True))
    assert told == {"drafts and cases": "1", "failed": "1"}
    assert "Spent so far" in page.text_content()
    assert texts(page, "//li[contains(@class,'cause')]//h3") == ["Page missing"]
    assert texts(page, "//li[contains(@class,'cause')]//*[contains(@class,'mark')]") == [
        "Gone for good"
    ]


def test_what_is_to_be_tried_again_is_not_done(site_of):
    """A batch at work does not read "2 of 2 done" while a source waits for its next try."""
    site = site_of(fetch_attempts=1)
    site.site.expect_request("/busy").respond_with_data("no", status=503)
    lines = "\n".join(site.site.url_for(path) for path in ("/gone", "/busy"))
    offer = read(site.send_form("/batches/quote", htmx=True, addresses=lines))
    offer = offer.xpath("//input[@name='offer']/@value")[0]
    where = site.send_form("/batches", offer=offer).headers["location"]
    for _ in range(300):
        page = read(site.get(where))
        labels, numbers = (texts(page, f"//dl[@class='counts']//{tag}") for tag in ("dt", "dd"))
        told = dict(zip(labels, numbers, strict=True))
        if told.get("failed") == "2" and "to be tried again" in told:
            break
        time.sleep(0.05)
    assert told == {"failed": "2", "to be tried again": "1"}
    assert "1 of 2 done" in page.text_content()
    site.send_form(f"{where}/pause")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Give one list"),
        ({"list": "/etc/passwd"}, "is no web address"),
        ({"list": "https://a.example/", "addresses": "https://b.example/"}, "Give one list"),
        ({"addresses": "/etc/passwd", "limit": "2"}, "names no web addresses"),
        ({"addresses": "https://a.example/", "budget": "nan"}, "is no budget"),
        ({"addresses": "https://a.example/", "since": "yesterday"}, "is no date"),
    ],
)
def test_what_is_no_list_is_refused_in_words(desk, fields, said):
    """A path above all: neither a list nor what it names is read from this machine."""
    answer = desk.send_form("/batches/quote", htmx=True, **fields)
    assert answer.status_code >= 400
    assert said in answer.text


def test_pasted_addresses_and_limits_make_the_quote(desk):
    """Without htmx the quote is a page of its own; words and a limit leave aside."""
    lines = "https://a.example/llm-1\nhttps://a.example/llm-2\nhttps://a.example/cake"
    answer = desk.send_form("/batches/quote", addresses=lines, words="llm", limit="1")
    rows = texts(read(desk.get(answer.headers["location"])), "//tr")
    assert rows == ["1 new: would be worked", "1 without any of the words", "1 beyond the limit"]


def test_a_phrase_stands_in_quotes(desk):
    """Two words in quotes are one wish; blanks and commas part others."""
    lines = "https://a.example/machine-learning\nhttps://a.example/learning\nhttps://a.example/rag"
    wanted = '"machine learning", nowhere „RAG“'
    answer = desk.send_form("/batches/quote", addresses=lines, words=wanted)
    rows = texts(read(desk.get(answer.headers["location"])), "//tr")
    assert rows == ["2 new: would be worked", "1 without any of the words"]


def test_a_quote_says_what_is_kept_for_want_of_a_day(desk):
    """A day of which the list tells nothing leaves nothing out."""
    lines = "https://a.example/1\nhttps://a.example/2 2024-05-01"
    answer = desk.send_form("/batches/quote", htmx=True, addresses=lines, since="2026-01-01")
    assert texts(read(answer), "//tr") == [
        "1 new: would be worked",
        "1 older than asked for",
        "1 kept, though the list tells no day of them that can be read",
    ]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (api_error(503), "The endpoint fails: the batch waits, and goes on by itself"),
        (api_error(429, retry_after="60"), "The endpoint allows about"),
    ],
)
def test_what_a_batch_at_work_waits_for_is_told(site_of, endpoint, fault, said):
    """In an outage nothing moves for hours; the page says why, as the terminal does."""
    endpoint.fallback = lambda _: fault
    site = site_of(llm_backoff=0.01, llm_attempts=20)
    offer = read(site.send_form("/batches/quote", htmx=True, addresses=site.site.url_for("/case")))
    offer = offer.xpath("//input[@name='offer']/@value")[0]
    where = site.send_form("/batches", offer=offer).headers["location"]
    for _ in range(300):
        if said in (told := read(site.get(where)).text_content()):
            break
        time.sleep(0.05)
    site.send_form(f"{where}/pause")
    assert said in told


@pytest.mark.parametrize(
    ("price", "said"),
    [({}, "nothing would be asked"), ({"llm_price_input": 1, "llm_price_output": 1}, "It stops")],
)
def test_a_budget_that_no_price_can_be_held_against_is_told_in_the_quote(site_of, price, said):
    """As in the terminal; else every source would fail of it."""
    asked = {"addresses": "https://a.example/llm-1", "budget": "1"}
    page = read(site_of(**price).send_form("/batches/quote", htmx=True, **asked))
    assert said in page.text_content()


def test_a_batch_worked_elsewhere_is_told_from_the_rows(desk, build, batch_of):
    """Drafts, refusals, failures and what has begun are counted without any run of this desk."""
    build.draft()
    known = build.warehouse.cases()[0]
    case_source = build.warehouse.case(known.case_id).source.source_id
    begun = source_of(77)
    build.warehouse.append(begun)
    failed = build.failed(message="It has no captions.", url=VIDEO, kind=SourceKind.YOUTUBE)
    batch = batch_of(case_source, build.refused(), begun.source_id, failed, "src1_new")
    (line,) = texts(read(desk.get("/batches")), "//li[contains(@class,'row')]//p[@class='facts']")
    assert line.startswith("5 sources1 case1 not a case study1 failed")
    page = read(desk.get(f"/batches/{batch.batch_id}"))
    labels = texts(page, "//dl[@class='counts']//dt")
    assert labels == ["drafts and cases", "not case studies", "failed", "on the way", "not begun"]
    assert page.xpath("//div[@id='batch']/@hx-trigger")
    assert page.xpath("//form/@action") == [f"/batches/{batch.batch_id}/resume"]
    (line,) = read(desk.get("/batches")).xpath("//li[contains(@class,'list')]")
    assert "5 sources" in line.text_content()


def test_a_batch_that_another_process_finished_reads_finished(desk, build, batch_of):
    """The run of before was paused; the sources are done, so nothing is left to resume."""
    batch = batch_of(build.warehouse.case(build.draft()).source.source_id, build.refused())
    paused = BatchEvent(
        event_id="bevent1_x",
        batch_id=batch.batch_id,
        step=BatchStep.PAUSED,
        reason="it was interrupted",
        at=NOON,
    )
    build.warehouse.append(paused)
    page = read(desk.get(f"/batches/{batch.batch_id}"))
    assert page.xpath("//div[@id='batch']/@data-state") == ["finished"]
    assert page.xpath("//form/@action") == []
    assert "interrupted" not in page.text_content() + desk.get("/batches").text


def test_failures_of_a_cause_offer_what_to_do(desk, build, batch_of):
    """A video without captions asks for its transcript, on the page of its cause."""
    failed = build.failed(message="It has no captions.", url=VIDEO, kind=SourceKind.YOUTUBE)
    batch = batch_of(failed)
    page = read(desk.get(f"/batches/{batch.batch_id}"))
    (link,) = page.xpath("//li[contains(@class,'cause')]//a/@href")
    shown = read(desk.get(link))
    assert shown.xpath("//input[@name='transcript_of']/@value") == [VIDEO]
    assert f"/sources/{failed}/retry" in shown.xpath("//form/@action")
    assert desk.get(f"/batches/{batch.batch_id}/failures/none").status_code == 404


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("/sources/{source}/retry", "newer"),
        ("/batches/{batch}/failures/{cause}", "older"),
    ],
)
def test_a_retry_asks_the_model_of_its_batch(site, build, batch_of, endpoint, address, model):
    """Tried from a batch's page, of that batch; else of the one worked last. The job says so."""
    source = build.failed(transient=True, message="no", url=site.site.url_for("/case"))
    older = batch_of(source, origin="a", model="older")
    batch_of(source, origin="b", model="newer")
    (failure,) = build.warehouse.open_failures()
    cause = failure.failure.kind
    site.send_form(address.format(source=source, batch=older.batch_id, cause=cause))
    for _ in range(300):
        (job,) = read(site.get("/submit")).xpath("//section[contains(@class,'job')]")
        if not job.xpath("@hx-trigger"):
            break
        time.sleep(0.05)
    assert f"With the model {model}, as its batch was begun" in job.text_content()
    assert {request["model"] for request in endpoint.requests} == {model}


def test_hostile_words_of_lists_run_nothing(desk, build, batch_of):
    """Origins, causes and messages are text on every page of a batch."""
    source = source_of(1, url="https://a.example/x")
    failure = Failure(
        failure_id="fail1_x",
        source_id=source.source_id,
        stage="fetch",
        kind=HOSTILE.replace("/", ""),
        transient=False,
        message=HOSTILE,
        at=datetime.now(UTC),
    )
    build.warehouse.append(source, failure)
    batch = batch_of(source.source_id, origin=HOSTILE)
    for path in ("/batches", f"/batches/{batch.batch_id}"):
        page = read(desk.get(path))
        assert HOSTILE in page.text_content()
        assert page.xpath("//script[not(@src)] | //img | //*[@onerror]") == []
    (link,) = page.xpath("//li[contains(@class,'cause')]//a/@href")
    page = read(desk.get(link))
    assert page.xpath("//script[not(@src)] | //img | //*[@onerror]") == []


def test_a_watch_is_added_paused_resumed_and_removed(site):
    """What the list holds when it is added is no news; the buttons change its state."""
    feed = site.site.url_for("/list")
    assert site.send_form("/watches", list=feed, every="3600").status_code == 303
    page = read(site.get("/watches"))
    assert "2 sources then, no news" in page.text_content()
    address = page.xpath("//li//input[@name='state']/../@action")[0]
    for state, offered in (("paused", "Resume"), ("active", "Pause")):
        site.send_form(address, state=state)
        assert f"{offered}: {feed}" in texts(read(site.get("/watches")), "//li//button")
    looked = site.send_form(f"{address}/look")
    assert looked.headers["location"] == "/watches"
    assert "0 new of 2" in read(site.get("/watches")).text_content()
    site.send_form(address, state="removed")
    assert read(site.get("/watches")).xpath("//li[contains(@class,'watch')]") == []
    assert site.send_form("/watches", list="/etc/passwd", every="3600").status_code == 422
    assert site.send_form(address, state="burnt").status_code == 409
    added = site.send_form("/watches", htmx=True, list=feed, every="3600")
    assert (added.status_code, added.headers["hx-redirect"]) == (204, "/watches")


def test_a_list_that_cannot_be_had_is_told_where_it_was_named(site):
    """Nothing of the desk failed: the sentence stands beside the form, which keeps what it holds."""
    (form,) = read(site.get("/watches")).xpath("//form[@action='/watches']")
    assert form.get("hx-post") == "/watches"
    for address in ("/watches", "/batches/quote"):
        given = {"list": site.site.url_for("/gone"), "every": "3600"}
        answer = site.send_form(address, htmx=True, **given)
        assert (answer.status_code, answer.headers["hx-retarget"]) == (422, "#notice")
        assert "answers 404" in answer.text
        assert "Internal Server Error" not in site.send_form(address, **given).text


def test_a_watch_has_a_budget_for_each_look_at_the_desk(site_of, endpoint):
    """It is shown, holds for the verdicts and the batch together, and what it leaves is told."""
    endpoint.fallback = lambda _: completion(
        '{"reason": "It is a story.", "verdict": "fits"}', completion_tokens=8_400
    )
    site = site_of(llm_price_input=0, llm_price_output=100)
    given = {"list": site.site.url_for("/list"), "every": "3600", "everything": "yes"}
    given |= {"rubric": "Stories", "budget": "1.7"}
    assert site.send_form("/watches", **given).status_code == 303
    page = read(site.get("/watches"))
    assert "at most $1.70 a look" in page.text_content()
    address = page.xpath("//li//input[@name='state']/../@action")[0]
    where = site.send_form(f"{address}/look").headers["location"]
    assert texts(read(site.get("/watches")), "//form//label[@for='budget']") == [
        "Budget dollars a look"
    ]
    for _ in range(300):
        page = read(site.get(where))
        if page.xpath("//div[@id='batch']/@data-state") == ["paused"]:
            break
        time.sleep(0.05)
    assert "cap of $1.7 a look ($1.6800 spent); the next look goes on" in page.text_content()
    assert site.send_form("/watches", **given | {"budget": "none"}).status_code == 422


def test_a_watch_tells_what_of_its_list_could_not_be_read(site):
    """A sitemap that is missing is named, and its address is text."""
    lists = "".join(f"<sitemap><loc>{site.site.url_for(f'/{n}')}</loc></sitemap>" for n in "ab")
    site.site.expect_request("/index.xml").respond_with_data(
        f"<sitemapindex>{lists}</sitemapindex>", content_type="application/xml"
    )
    held = f"<urlset><url><loc>{site.site.url_for('/case')}</loc></url></urlset>"
    site.site.expect_request("/a").respond_with_data(held, content_type="application/xml")
    site.site.expect_request("/b").respond_with_data("no", status=404)
    site.send_form("/watches", list=site.site.url_for("/index.xml"), every="3600")
    page = read(site.get("/watches"))
    assert "1 source then, no news" in page.text_content()
    (told,) = page.xpath("//li[contains(@class,'watch')]//details")
    assert "1 part of the list could not be read" in told.text_content()
    assert "/b" in told.text_content()


def test_the_desk_offers_every_file_that_a_list_may_be(desk):
    """The field names what the command line names."""
    page = desk.get("/batches").text
    assert f'accept="{",".join(LISTS)}"' in page
    assert " ".join(LISTS) in page


def test_a_watch_by_a_rubric_shows_what_it_refused_and_why(site, endpoint):
    """The form takes the rubric; the items that are not wanted are listed with the reason, as text."""
    verdict = {"reason": "It <b>announces</b> something.", "verdict": "does not fit"}
    endpoint.fallback = lambda _: completion(json.dumps(verdict))
    feed = site.site.url_for("/list")
    given = {"list": feed, "every": "3600", "everything": "yes", "rubric": "No announcements"}
    assert site.send_form("/watches", **given).status_code == 303
    page = read(site.get("/watches"))
    assert "Wanted: No announcements" in page.text_content()
    address = page.xpath("//li//input[@name='state']/../@action")[0]
    assert site.send_form(f"{address}/look").headers["location"] == "/watches"
    page = read(site.get("/watches"))
    assert "0 new of 2, 2 not what is wanted" in page.text_content()
    (refused,) = page.xpath("//li[contains(@class,'watch')]//details")
    assert "2 items not what is wanted, never proposed again" in refused.text_content()
    assert "It <b>announces</b> something." in refused.text_content()


def test_a_watch_by_a_rubric_shows_what_was_taken_without_a_verdict(site, endpoint):
    """The reason stands on the page, also after later looks; it is in the batch all the same."""
    endpoint.fallback = lambda _: completion("I would rather not say.")
    feed = site.site.url_for("/list")
    given = {"list": feed, "every": "3600", "everything": "yes", "rubric": "No announcements"}
    site.send_form("/watches", **given)
    address = read(site.get("/watches")).xpath("//li//input[@name='state']/../@action")[0]
    assert "/batches/" in site.send_form(f"{address}/look").headers["location"]
    page = read(site.get("/watches"))
    assert "2 new of 2, 2 taken without a verdict" in page.text_content()
    (undecided,) = page.xpath("//li[contains(@class,'watch')]//details")
    assert "2 items taken without a verdict" in undecided.text_content()
    assert "does not fit the schema" in undecided.text_content()
