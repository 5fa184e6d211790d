"""Watched lists over a local site whose feed grows."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pages
import pytest
from pytest_httpserver import HTTPServer
from scripted_endpoint import api_error, completion

from casebook.extractors.links.listing import Walk
from casebook.pipeline.batches import watching
from casebook.pipeline.batches.backfill import BatchRun
from casebook.runtime.services import Services
from casebook.schemas.errors import (
    BudgetReached,
    EndpointDown,
    InvalidSource,
    PageMissing,
    PriceUnknown,
    UnknownId,
)
from casebook.schemas.failures import Failure
from casebook.schemas.watches import WatchState

HOUR = 3_600


@pytest.fixture
def feed(web: HTTPServer) -> Callable[..., str]:
    """Serve a feed with these pages; calling again changes it."""

    def serve(*names: str) -> str:
        for name in names:
            page = pages.RECIPE if name == "cake" else pages.CASE
            web.expect_request(f"/{name}").respond_with_data(page, content_type="text/html")
        items = "".join(
            f"<item><title>About {name}</title><link>{web.url_for(f'/{name}')}</link></item>"
            for name in names
        )
        rss = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
        web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/feed"]
        web.expect_request("/feed").respond_with_data(rss, content_type="application/rss+xml")
        return web.url_for("/feed")

    return serve


def items_of(batch, services):
    return services.warehouse.batch(batch.batch_id).items if batch else []


async def added(services, address, **options):
    line = await watching.add(address, services, every_seconds=HOUR, who="ada", **options)
    return line.watch


async def test_only_what_comes_after_the_watch_is_news(services, feed):
    """The items that were there are not worked; a new one is, once."""
    watch = await added(services, feed("one", "two"))
    seen, batch = await watching.look(watch, services)
    assert (seen.found, seen.new, batch) == (2, 0, None)
    feed("one", "two", "three")
    seen, batch = await watching.look(watch, services)
    assert seen.new == 1
    assert [item.title for item in items_of(batch, services)] == ["About three"]
    assert [o.status async for o in BatchRun(batch, services).outcomes()] == ["draft"]
    seen, batch = await watching.look(watch, services)
    assert (seen.new, batch) == (0, None)


async def test_a_feed_that_turned_into_a_page_is_told_and_its_links_are_no_news(
    services, feed, web
):
    """A site that answers with its front page, or was sold, would be drafted link by link."""
    address = feed("one")
    watch = await added(services, address)
    page = f"<html><body><p><a href='{web.url_for('/cake')}'>Buy cake</a></p></body></html>"
    web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/feed"]
    web.expect_request("/feed").respond_with_data(page, content_type="text/html")
    seen, batch = await watching.look(watch, services)
    assert (seen.failure_by, seen.new, batch) == ("content_mismatch", 0, None)
    assert f"{address} was a list made by a program (feed), and is a page now" in seen.told
    feed("one", "two")
    seen, _ = await watching.look(watch, services)
    assert (seen.failure, seen.new) == (None, 1)


async def test_everything_can_be_asked_for(services, feed):
    """With ``everything``, the first look is due at once and takes what is there."""
    line = await watching.add(
        feed("one", "two"), services, every_seconds=HOUR, everything=True, who="ada"
    )
    assert line.due(datetime.now(UTC))
    seen, _ = await watching.look(line.watch, services)
    assert seen.new == 2


async def test_what_was_refused_is_never_proposed_again(services, feed):
    """A source that triage refused is no news at the next look, though no case knows it."""
    watch = await added(services, feed("cake"), everything=True)
    _, batch = await watching.look(watch, services)
    assert [o.status async for o in BatchRun(batch, services).outcomes()] == ["not_a_case_study"]
    assert (await watching.look(watch, services))[0].new == 0


async def test_what_failed_of_what_may_pass_is_taken_up_by_the_next_look(services, feed, endpoint):
    """An outage loses no item of a watched list, and needs nobody to go on."""
    watch = await added(services, feed("one"), everything=True)
    answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(503)
    _, batch = await watching.look(watch, services)
    assert [o.status async for o in BatchRun(batch, services, delays=()).outcomes()] == ["failed"]
    endpoint.fallback = answer
    seen, batch = await watching.look(watch, services)
    assert seen.new == 1
    assert [o.status async for o in BatchRun(batch, services).outcomes()] == ["draft"]


@pytest.mark.parametrize(("cause", "new"), [(BudgetReached("."), 1), (EndpointDown("."), 0)])
async def test_what_failed_at_very_many_looks_waits_for_a_person_unless_money_was_short(
    services, feed, cause, new
):
    """A look's budget may leave a source any number of times: that says nothing about it."""
    watch = await added(services, feed("one"), everything=True)
    _, batch = await watching.look(watch, services)
    ((source_id,), now) = [i.source_id for i in items_of(batch, services)], datetime.now(UTC)
    for number, error in enumerate([cause] * watching.MOST_FAILURES + [EndpointDown(".")]):
        at = now + timedelta(seconds=number)
        services.warehouse.append(Failure.of(error, source_id, "summarize", at))
    assert (await watching.look(watch, services))[0].new == new


async def test_a_watch_that_is_added_again_keeps_what_it_knows(services, feed):
    """Other words or another interval hide nothing that came since the last look."""
    await added(services, feed("one"))
    watch = await added(services, feed("one", "two"), words=["two"])
    seen, batch = await watching.look(watch, services)
    assert (
        seen.found,
        [item.title for item in items_of(batch, services)],
    ) == (1, ["About two"])


async def test_what_was_there_is_no_news_whatever_the_words_were(services, feed):
    """Other words, or none, find what came since, not all that a list of years has held."""
    watch = await added(services, feed("one", "two"), words=["two"])
    address = feed("one", "two", "three")
    assert (await watching.look(watch, services))[0].new == 0
    seen, batch = await watching.look(await added(services, address), services)
    assert (seen.new, [item.title for item in items_of(batch, services)]) == (1, ["About three"])


async def test_words_filter_what_is_news(services, feed):
    """Items without any of the words are left aside."""
    watch = await added(services, feed("rag-system", "picnic"), everything=True, words=["RAG"])
    _, batch = await watching.look(watch, services)
    assert [item.title for item in items_of(batch, services)] == ["About rag-system"]


async def test_a_list_that_cannot_be_read_is_a_failed_look_and_not_the_end(services, feed, web):
    """The failure is kept with the watch, which stays due at its next time."""
    watch = await added(services, feed("one"))
    web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/feed"]
    web.expect_request("/feed").respond_with_data("gone", status=404)
    seen, batch = await watching.look(watch, services)
    assert batch is None
    assert "/feed" in seen.failure
    assert seen.failure_by == "page_missing"
    (line,) = services.warehouse.watches()
    assert not line.due(datetime.now(UTC))
    assert line.due(datetime.now(UTC) + timedelta(hours=1))


async def test_when_a_list_is_next_looked_at(services, feed):
    """No time is told that has gone by, nor one that a clock which was set back made."""
    watch = await added(services, feed("one"))
    (line,) = services.warehouse.watches()
    now, hour = line.look.at, timedelta(hours=1)
    assert line.next_at(now) == line.next_at(now + hour / 2) == now + hour
    assert (line.next_at(now + hour), line.next_at(now - hour)) == (None, None)
    await watching.change(watch.watch_id, WatchState.PAUSED, services, who="ada")
    assert services.warehouse.watches()[0].next_at(now) is None


async def test_a_list_may_be_read_before_it_is_looked_at(services, feed):
    """What somebody else got is one look, and so is what nobody could get; it is not asked twice."""
    watch = await added(services, feed("zero"))
    feed("zero", "one")
    reading = asyncio.create_task(watching.listed(watch.address, services))
    await reading
    feed("zero", "one", "two")
    seen, batch = await watching.look(watch, services, reading=reading)
    assert (seen.failure, seen.new, len(items_of(batch, services))) == (
        None,
        1,
        1,
    )

    async def gone() -> Walk:
        raise PageMissing("gone")

    seen, batch = await watching.look(watch, services, reading=gone())
    assert (seen.failure, seen.failure_by, batch) == ("gone", "page_missing", None)
    assert len(services.warehouse.looks(watch.watch_id)) == 3


async def test_what_is_changed_while_a_list_is_read_counts(services, feed):
    """An orchestrator works other lists for hours before it comes to one."""
    watch = await added(services, feed("zero"))
    feed("zero", "one", "two")
    reading = asyncio.create_task(watching.listed(watch.address, services))
    await reading
    assert await watching.still_active(watch, services) == watch
    given = {"every_seconds": 3600, "words": ["two"], "who": "ada"}
    await watching.add(watch.address, services, **given)
    changed = await watching.still_active(watch, services)
    seen, batch = await watching.look(changed, services, reading=reading)
    assert (seen.found, seen.new, len(items_of(batch, services))) == (1, 1, 1)
    await watching.change(watch.watch_id, WatchState.PAUSED, services, who="ada")
    assert await watching.still_active(watch, services) is None
    await watching.change(watch.watch_id, WatchState.REMOVED, services, who="ada")
    assert await watching.still_active(watch, services) is None


@pytest.fixture
def index(web: HTTPServer) -> Callable[..., str]:
    """Serve an index of sitemaps: of each its pages, or None where it cannot be had just now."""

    def serve(**sitemaps: list[str] | None) -> str:
        uris = {"/index.xml"} | {f"/{name}.xml" for name in sitemaps}
        web.handlers[:] = [h for h in web.handlers if h.matcher.uri not in uris]
        inner = "".join(
            f"<sitemap><loc>{web.url_for(f'/{n}.xml')}</loc></sitemap>" for n in sitemaps
        )
        web.expect_request("/index.xml").respond_with_data(
            f"<sitemapindex>{inner}</sitemapindex>", content_type="application/xml"
        )
        for name, held in sitemaps.items():
            urls = "".join(
                f"<url><loc>{web.url_for(f'/{page}')}</loc></url>" for page in held or ()
            )
            web.expect_request(f"/{name}.xml").respond_with_data(
                f"<urlset>{urls}</urlset>",
                content_type="application/xml",
                status=404 if held is None else 200,
            )
        return web.url_for("/index.xml")

    return serve


def told_new(batch, services):
    return [item.reference.source.rpartition("/")[2] for item in items_of(batch, services)]


async def test_what_a_sitemap_holds_that_could_not_be_read_at_first_is_no_news(services, index):
    """It is seen as seen when it is first read, however long that takes; what comes then is news."""
    line = await watching.add(index(a=["one"], b=None), services, every_seconds=HOUR, who="ada")
    assert "b.xml" in line.look.missed[0]
    for _ in range(2):
        seen, batch = await watching.look(line.watch, services)
        assert (seen.new, batch, len(seen.missed)) == (0, None, 1)
        assert seen.told == "0 new of 1; 1 part of the list not read"
    index(a=["one"], b=["old", "older"])
    seen, batch = await watching.look(line.watch, services)
    assert (seen.found, seen.new, seen.unread, seen.missed) == (3, 0, [], [])
    index(a=["one"], b=["old", "older", "new"])
    seen, batch = await watching.look(line.watch, services)
    assert told_new(batch, services) == ["new"]


async def test_a_sitemap_that_is_new_or_failed_only_later_hides_nothing(services, index):
    """Only what was not read at the first look is seen as seen."""
    watch = await added(services, index(a=["one"]))
    index(a=None, b=None)
    assert (await watching.look(watch, services))[0].new == 0
    index(a=["one", "two"], b=["three"])
    _, batch = await watching.look(watch, services)
    assert sorted(told_new(batch, services)) == ["three", "two"]


async def test_what_was_not_read_is_remembered_over_a_failed_look(services, index, web):
    """The lists within a list that failed are not news either, nor after the site was away."""
    watch = await added(services, index(a=["one"], b=None))
    web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/index.xml"]
    web.expect_request("/index.xml").respond_with_data("away", status=404)
    assert (await watching.look(watch, services))[0].failure
    index(a=["one"], b=["old"])
    assert (await watching.look(watch, services))[0].new == 0


async def test_a_list_that_never_worked_is_not_watched(services, web):
    """A mistyped address is told at once."""
    web.expect_request("/nothing").respond_with_data("no", status=404)
    with pytest.raises(PageMissing):
        await added(services, web.url_for("/nothing"))
    assert services.warehouse.watches() == []


async def test_a_watch_pauses_goes_on_and_is_removed(services, feed):
    """Each change is a row; the newest one is how it stands."""
    watch = await added(services, feed("one"))
    later = datetime.now(UTC) + timedelta(hours=2)
    await watching.change(watch.watch_id, WatchState.PAUSED, services, who="ada")
    assert not services.warehouse.watches()[0].due(later)
    await watching.change(watch.watch_id[:12], WatchState.ACTIVE, services, who="ada")
    assert services.warehouse.watches()[0].due(later)
    await watching.change(watch.address, WatchState.REMOVED, services, who="ada")
    assert services.warehouse.watches() == []
    with pytest.raises(UnknownId):
        await watching.change(watch.watch_id, WatchState.ACTIVE, services, who="ada")


async def test_a_watch_that_was_removed_begins_anew(services, feed):
    """What its first look had found was no news to somebody who gave it up; now all is asked for."""
    watch = await added(services, feed("one", "cake"))
    await watching.change(watch.watch_id, WatchState.REMOVED, services, who="ada")
    await added(services, feed("one", "cake"), everything=True)
    (line,) = services.warehouse.watches()
    assert (line.look, line.due(datetime.now(UTC))) == (None, True)
    seen, _ = await watching.look(line.watch, services)
    assert (seen.found, seen.new) == (2, 2)
    assert services.warehouse.watches()[0].look.look_id == seen.look_id


@pytest.fixture
async def priced(settings_of, quick):
    """Services whose model has a price: a draft costs 2 cents, and may cost 80."""
    async with quick(Services(settings_of(llm_price_input=0, llm_price_output=100))) as made:
        yield made


async def looked(watch, services):
    """Look once as a command does; return the outcomes, why the batch paused, and what it took."""
    with watching.one_look(watch, services) as budget:
        _, batch = await watching.look(watch, services)
        run = BatchRun(batch, services)
        statuses = [outcome.status async for outcome in run.outcomes()]
    return statuses, run.tally.stopped_by, budget.spent


async def test_a_look_spends_no_more_than_its_budget_and_the_next_goes_on(priced, feed):
    """Each look has it anew, the run's own cap is not met, and nothing is paid for twice."""
    watch = await added(priced, feed("one", "two"), everything=True, budget_usd=0.85)
    statuses, stopped, spent = await looked(watch, priced)
    assert sorted(statuses) == ["draft", "failed"]
    assert (stopped.kind, spent <= 0.85, priced.budget.is_spent) == ("budget_reached", True, False)
    assert "cap of $0.85 a look" in stopped.message
    assert "the next look goes on" in stopped.message
    (batch,) = priced.warehouse.batches()
    assert priced.warehouse.batch(batch.batch_id).options.budget_usd == 0.85
    assert (await looked(watch, priced))[:2] == (["draft"], None)


async def test_what_a_rubric_costs_counts_for_the_look(priced, feed, endpoint):
    """Verdicts and drafts come out of one purse: what the first took, the others lack."""
    endpoint.fallback = lambda _: completion(
        '{"reason": "It is a story.", "verdict": "fits"}', completion_tokens=8_400
    )
    address = feed("one")
    watch = await added(priced, address, rubric="Stories", everything=True, budget_usd=0.85)
    statuses, stopped, spent = await looked(watch, priced)
    assert (statuses, stopped.kind, spent) == (["failed"], "budget_reached", pytest.approx(0.84))


async def test_a_budget_within_which_nothing_could_be_asked_is_refused(services, priced, feed):
    """No money, or a model without a price: each look would find the same and do nothing."""
    address = feed("one")
    with pytest.raises(PriceUnknown, match="CASEBOOK_LLM_PRICE_INPUT"):
        await added(services, address, budget_usd=1.0)
    with pytest.raises(InvalidSource, match="above zero"):
        await added(priced, address, budget_usd=0.0)
    assert services.warehouse.watches() == []


async def test_a_watch_that_an_older_version_stored_has_no_budget(services, feed):
    """Its row does not name any; paused or added again it gets one of this version."""
    watch = await added(services, feed("one"))
    with services.warehouse._database.connection() as connection:
        connection.execute(
            "UPDATE watches SET body = json_merge_patch(body, '{\"budget_usd\": null}')"
        )
        stored = connection.execute("SELECT body FROM watches").fetchall()
    assert "budget_usd" not in str(stored)
    assert services.warehouse.watches()[0].watch == watch
    await watching.change(watch.watch_id, WatchState.PAUSED, services, who="ada")
    assert services.warehouse.watches()[0].watch.budget_usd is None


async def test_an_interval_too_short_is_refused(services, feed):
    """A site is not asked every few seconds."""
    with pytest.raises(InvalidSource, match="too often"):
        await watching.add(feed("one"), services, every_seconds=10, who="ada")
