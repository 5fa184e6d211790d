"""Sources that were stored before a rule for their site gave their address another id."""

import re
from contextlib import contextmanager

import pages
import pytest

from casebook.extractors import sites
from casebook.pipeline.batches import watching
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.forecasting import forecast
from casebook.pipeline.batches.planning import select
from casebook.pipeline.batches.stored import progress, register
from casebook.pipeline.ingestion.identity import named
from casebook.pipeline.ingestion.ingest import ingest
from casebook.schemas.batches import BatchOptions
from casebook.schemas.sources import Candidate, SourceRef

PDF, OTHER, PAGE = "/doi/pdf/10.1145/7", "/doi/pdf/10.1145/8", "/doi/full/10.1145/"


@pytest.fixture
def before(monkeypatch):
    """Do as a casebook that knew nothing of the views of a paper did."""

    @contextmanager
    def older():
        with monkeypatch.context() as then:
            then.setattr(sites, "_PAPER_VIEW", re.compile("(?!)"))
            yield

    return older


@pytest.fixture
def address(web):
    """Serve a case study under the address of a paper's PDF."""
    web.expect_request(PDF).respond_with_data(pages.CASE, content_type="text/html")
    return web.url_for(PDF)


async def worked(batch, services):
    return [outcome async for outcome in BatchRun(batch, services).outcomes()]


async def test_a_source_of_before_is_neither_read_nor_paid_for_again(
    services, web, endpoint, before, address
):
    """An old address leads to the case that it was stored as: by itself, by name, in a list."""
    with before():
        known = await ingest(SourceRef(source=address), services)
    asked, fetched = len(endpoint.requests), len(web.log)
    selection = select([Candidate(url=address)])
    assert selection.items[0].source_id != known.source_id
    told = await forecast("list", selection, services)
    assert (told.standings, told.estimate.sources) == ({"known": 1}, 0)
    batch = await register("list", selection.items, BatchOptions(), services)
    assert await worked(batch, services) == []
    again = await ingest(SourceRef(source=address), services)
    assert (again.source_id, again.case_id) == (known.source_id, known.case_id)
    assert again.same_as is None
    assert named(address, services.warehouse) == known.source_id
    assert (len(endpoint.requests), len(web.log)) == (asked, fetched)


async def test_asked_for_afresh_it_stays_the_source_that_it_was(services, web, before, address):
    """Its new text is another document of the same source and case."""
    with before():
        known = await ingest(SourceRef(source=address), services)
    web.handlers[:] = [h for h in web.handlers if h.matcher.uri != PDF]
    web.expect_request(PDF).respond_with_data(
        pages.CASE.replace("9,000 letters", "9,500 letters"), content_type="text/html"
    )
    again = await ingest(SourceRef(source=address), services, refresh=True)
    assert (again.source_id, again.case_id) == (known.source_id, known.case_id)
    assert again.document_id != known.document_id


async def test_a_source_of_before_that_failed_goes_on_under_its_id(services, web, before):
    """No second source is made of it, and its failure is answered."""
    with before():
        failed = await ingest(SourceRef(source=web.url_for(PDF)), services)
    assert failed.failure is not None
    web.expect_request(PDF).respond_with_data(pages.CASE, content_type="text/html")
    made = await ingest(SourceRef(source=web.url_for(PDF)), services)
    assert (made.source_id, made.status) == (failed.source_id, "draft")
    assert services.warehouse.open_failure(failed.source_id) is None
    assert services.warehouse.unfinished() == []


async def test_a_batch_of_before_ends(services, endpoint, before, address):
    """What it has not worked yet is worked once, and then it is done."""
    with before():
        items = select([Candidate(url=address)]).items
        batch = await register("list", items, BatchOptions(), services)
    (made,) = await worked(batch, services)
    assert made.source_id != items[0].source_id
    assert (await progress(batch, services)).left == 0
    asked = len(endpoint.requests)
    assert await worked(batch, services) == []
    assert len(endpoint.requests) == asked


async def test_a_source_of_before_may_lead_on(services, web, before, endpoint):
    """Where it redirects to is told of its new id as well, be it found before or after."""

    def leads(path):
        web.handlers[:] = [h for h in web.handlers if h.matcher.uri != path]
        there = {"Location": web.url_for("/case")}
        web.expect_request(path).respond_with_data("", status=302, headers=there)
        return SourceRef(source=web.url_for(path))

    followed, failing = leads(PDF), SourceRef(source=web.url_for(OTHER))
    with before():
        known = await ingest(followed, services)
        assert (await ingest(failing, services)).failure is not None
    asked = len(endpoint.requests)
    for ref in (followed, leads(OTHER)):
        again = await ingest(ref, services)
        assert (again.source_id, again.same_as.url) == (known.source_id, web.url_for("/case"))
        (item,) = select([Candidate(url=ref.source)]).items
        (stands,) = services.warehouse.standings([item.source_id])
        assert stands.case_id == known.case_id
    assert len(endpoint.requests) == asked
    assert services.warehouse.unfinished() == []


async def test_a_watch_of_before_proposes_nothing_again(services, before, web):
    """What its first look found is known under the ids of that time."""

    def feed(*names):
        links = (f"<item><link>{web.url_for(f'{PAGE}{name}')}</link></item>" for name in names)
        rss = f"<rss version='2.0'><channel><title>t</title>{''.join(links)}</channel></rss>"
        web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/feed"]
        web.expect_request("/feed").respond_with_data(rss, content_type="application/rss+xml")
        return web.url_for("/feed")

    with before():
        address = feed("1", "2")
        line = await watching.add(address, services, every_seconds=3_600, who="ada")
    seen, batch = await watching.look(line.watch, services)
    assert (seen.found, seen.new, seen.gap, batch) == (2, 0, False, None)
    feed("1", "2", "3")
    seen, _ = await watching.look(line.watch, services)
    assert (seen.new, len(seen.newest)) == (1, 3)
