"""A batch from its list to its end, over a local site and a scripted endpoint."""

import asyncio
import gc
import itertools
import re
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from unittest.mock import AsyncMock

import pages
import pytest
import scripted_curator
from pytest_httpserver import HTTPServer
from scripted_endpoint import Reply, api_error, completion

from casebook.extractors.worker import ExtractorPool
from casebook.pipeline.batches import backfill
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.forecasting import forecast
from casebook.pipeline.batches.gates import Gates
from casebook.pipeline.batches.planning import estimate, interleaved, is_open, select
from casebook.pipeline.batches.stored import progress, register
from casebook.pipeline.batches.tallying import Tally
from casebook.pipeline.ingestion import stages
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.run import Run, Silent
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchItem, BatchOptions, BatchStep, Standing
from casebook.schemas.errors import ExtractorUnavailable, LockLost, Remedy
from casebook.schemas.sources import Candidate, SourceRef
from casebook.summarizer.models.profiles import Price, Strategy


def candidates(*addresses: str) -> list[Candidate]:
    return [Candidate(url=address) for address in addresses]


@pytest.fixture
async def services(
    settings_of: Callable[..., Settings], readers: ExtractorPool
) -> AsyncIterator[Services]:
    """Services of a batch, with a window of five sources."""
    async with Services(settings_of(concurrency=2, workers=1), patience=1.0) as made:
        made.__dict__["extractors"] = readers
        yield made


@pytest.fixture
def site(web: HTTPServer) -> Callable[[int], list[str]]:
    """Make so many pages, each a case study of its own."""

    def make(count: int) -> list[str]:
        for n in range(count):
            page = pages.CASE.replace("<p>", f"<p>This is told of region {n} of the company. ", 1)
            web.expect_request(f"/post/{n}").respond_with_data(page, content_type="text/html")
        return [web.url_for(f"/post/{n}") for n in range(count)]

    return make


async def run(services, addresses, *, delays=(0.05,), **options):
    """Register and run a batch; return (batch, its run, its outcomes)."""
    selection = select(candidates(*addresses))
    batch = await register("a list", selection.items, BatchOptions(**options), services)
    work = BatchRun(batch, services, delays=delays)
    return batch, work, [outcome async for outcome in work.outcomes()]


async def test_a_run_holds_nothing_of_its_list_but_what_is_under_way(services, site, monkeypatch):
    """What is open waits packed, however long the list is."""
    lists, stored = [], backfill.listed

    async def noted(*asked):
        found = await stored(*asked)
        lists.extend(map(weakref.ref, [found, *found.items]))
        return found

    monkeypatch.setattr(backfill, "listed", noted)
    items = select(candidates(*site(3))).items
    work = BatchRun(await register("a list", items, BatchOptions(), services), services)
    async for _ in work.outcomes():
        gc.collect()
        assert not any(one() for one in lists)
    assert (len(lists), work.tally.made) == (4, 3)


async def test_a_list_becomes_drafts_refusals_and_failures_and_says_so(services, web, site):
    """Every source of the list ends somewhere, and the batch can tell where."""
    addresses = [*site(3), web.url_for("/recipe"), web.url_for("/gone"), web.url_for("/login")]
    batch, work, outcomes = await run(services, addresses)
    assert len(outcomes) == 6
    stands = await progress(batch, services)
    assert stands.counts == {Standing.KNOWN: 3, Standing.REFUSED: 1, Standing.FAILED: 2}
    told = {group.kind: group.remedy for group in stands.failures}
    assert told == {"page_missing": Remedy.GONE, "login_wall": Remedy.YOU}
    assert (work.tally.made, work.tally.refused, work.tally.failed.total()) == (3, 1, 2)
    (line,) = services.warehouse.batches()
    assert line.step is BatchStep.FINISHED
    assert (line.size, line.cases, line.refused, line.failed) == (6, 3, 1, 2)


class Begun(Silent):
    """A reporter that notes when each source is begun, in monotonic seconds."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def stage(self, source: str, name: str) -> None:
        """Note the first stage."""
        if name == "fetch":
            self.at[source] = time.monotonic()


async def test_the_first_sources_are_begun_one_after_another(services, site, monkeypatch):
    """The first is asked about before the last is fetched."""
    monkeypatch.setattr(backfill, "_APART_SECONDS", 0.3)
    selection, begun = select(candidates(*site(5))), Begun()
    batch = await register("a list", selection.items, BatchOptions(), services)
    work = BatchRun(batch, services, reporter=begun)
    assert len([outcome async for outcome in work.outcomes()]) == 5
    assert max(begun.at.values()) - min(begun.at.values()) > 1.0


async def test_what_waits_to_be_begun_is_left_alone_by_a_batch_that_stops(
    services, endpoint, site, monkeypatch
):
    """Neither fetched nor failed: it is open for the run that goes on."""
    monkeypatch.setattr(backfill, "_APART_SECONDS", 2.0)
    endpoint.fallback = lambda _: api_error(401)
    selection, begun = select(candidates(*site(3))), Begun()
    batch = await register("a list", selection.items, BatchOptions(), services)
    work = BatchRun(batch, services, reporter=begun)
    assert [outcome.failure.kind async for outcome in work.outcomes()] == ["key_rejected"]
    assert (len(begun.at), work.tally.done) == (1, 1)
    assert len(services.warehouse.open_failures()) == 1


async def test_where_no_process_that_reads_can_be_had_a_batch_pauses(services, site, monkeypatch):
    """It says why, and nothing is lost; each source had four tries, and failed of it."""
    sources, able = 2, services.extractors.compute
    broken = AsyncMock(side_effect=ExtractorUnavailable("no process could be started"))
    monkeypatch.setattr(services.extractors, "compute", broken)
    batch, work, _ = await run(services, site(sources), delays=(0.05,) * 3)
    assert work.tally.stopped_by.message == "no process could be started"
    assert broken.await_count <= 4 * sources
    monkeypatch.setattr(services.extractors, "compute", able)
    again = BatchRun(batch, services)
    assert [outcome.status async for outcome in again.outcomes()] == ["draft"] * sources


async def test_a_process_that_cannot_be_had_for_a_moment_pauses_no_batch(
    services, site, monkeypatch
):
    """A machine that is short of memory now and then has the source tried again."""
    able, tries = services.extractors.compute, itertools.count()

    async def now_and_then(*given):
        if next(tries) % 4:
            raise ExtractorUnavailable("no process could be started")
        return await able(*given)

    monkeypatch.setattr(services.extractors, "compute", now_and_then)
    _, work, outcomes = await run(services, site(6), delays=(0.0,) * 99)
    assert ([o.status for o in outcomes], work.tally.stopped_by) == (["draft"] * 6, None)


async def test_where_one_document_is_being_read_processes_can_be_had(services, site, monkeypatch):
    """A machine with room for one process at a time works a list, one by one."""
    able, tries, failed = services.extractors.compute, itertools.count(), asyncio.Event()

    async def one_at_a_time(*given):
        if not (begun := next(tries)):
            await asyncio.wait_for(failed.wait(), 20)
        elif not failed.is_set():
            if begun > 2 * Gates.MOST_UNREAD:
                failed.set()
            raise ExtractorUnavailable("no process could be started")
        return await able(*given)

    monkeypatch.setattr(services.extractors, "compute", one_at_a_time)
    _, work, outcomes = await run(services, site(6), delays=(0.0,) * 99)
    assert ([o.status for o in outcomes], work.tally.stopped_by) == (["draft"] * 6, None)


async def test_a_document_that_another_machine_took_over_is_tried_again(
    services, endpoint, site, monkeypatch
):
    """The batch goes on with the others, and nothing is asked twice: what was answered is there."""
    alone, lost = services.alone, iter([True])

    @asynccontextmanager
    async def taken_once(document_id):
        async with alone(document_id):
            yield
        if next(lost, False):
            raise LockLost("another machine took it over")

    monkeypatch.setattr(services, "alone", taken_once)
    _, work, outcomes = await run(services, site(2))
    assert ([o.status for o in outcomes], work.tally.stopped_by) == (["draft"] * 2, None)
    assert len(endpoint.requests) == 4


async def test_a_finished_list_costs_nothing_again(services, endpoint, site):
    """The same list is the same batch, and what is done is not asked for twice."""
    addresses = site(3)
    first, _, _ = await run(services, addresses)
    asked = len(endpoint.requests)
    again, work, outcomes = await run(services, addresses)
    assert again.batch_id == first.batch_id
    assert (outcomes, work.tally.total, len(endpoint.requests)) == ([], 0, asked)


async def test_a_fault_that_passes_is_tried_again_within_the_batch(services, endpoint, site):
    """Where the endpoint fails a source beyond all retries of a call, the source has another try."""
    attempts = services.settings.llm_attempts
    endpoint.enqueue(*(api_error(503) for _ in range(attempts)))
    _, work, outcomes = await run(services, site(1))
    assert [o.status for o in outcomes] == ["draft"]
    assert (work.tally.made, work.tally.failed.total()) == (1, 0)


async def test_the_time_left_is_no_less_than_until_the_next_try(services):
    """A batch that only waits for a busy page does not say that it is almost done."""
    items = select(candidates("https://a.example/done", "https://a.example/busy")).items
    work = BatchRun(await register("list", items, BatchOptions(), services), services)
    assert work.seconds_to_next_try() is None
    work.tally = Tally(total=2, made=1)
    work._waiting.put(items[1], time.monotonic() + 60.0)
    assert 50 < work.seconds_to_next_try() <= 60
    assert 50 < work.eta_seconds() <= 60


async def test_what_a_try_in_vain_took_is_on_the_bill(services, endpoint, site):
    """A verdict that was paid before the draft failed counts, though the next try finds it."""
    answers = iter([scripted_curator.answer, *[lambda _: api_error(503)] * 4])

    def in_turn(request):
        return next(answers, scripted_curator.answer)(request)

    endpoint.fallback = in_turn
    _, work, outcomes = await run(services, site(1))
    assert [o.status for o in outcomes] == ["draft"]
    assert work.tally.calls == len(endpoint.requests)


async def test_an_address_that_leads_elsewhere_is_done_when_its_source_is(services, web):
    """A redirect in a list is no source that stays open: a rerun finds nothing to do."""
    web.expect_request("/short").respond_with_data(
        "", status=302, headers={"Location": web.url_for("/case")}
    )
    batch, _, _ = await run(services, [web.url_for("/short")])
    stands = await progress(batch, services)
    assert stands.counts == {Standing.KNOWN: 1}
    assert stands.spent.calls == 2
    assert services.warehouse.batches()[0].cases == 1
    _, again, outcomes = await run(services, [web.url_for("/short")])
    assert (outcomes, again.tally.total) == ([], 0)


async def test_a_refused_key_pauses_the_batch_and_a_later_run_goes_on(services, endpoint, site):
    """What would fail every source stops the batch; nothing is lost by it."""
    addresses = site(8)
    endpoint.fallback = lambda _: api_error(401)
    batch, work, outcomes = await run(services, addresses)
    assert work.tally.stopped_by is not None
    assert len(outcomes) < 8
    assert services.warehouse.batches()[0].step is BatchStep.PAUSED
    assert "key" in services.warehouse.batches()[0].reason
    endpoint.fallback = scripted_curator.answer
    for failed in services.warehouse.open_failures():
        assert failed.failure.kind == "key_rejected"
    later = BatchRun(batch, services)
    done = [outcome async for outcome in later.outcomes()]
    stands = await progress(batch, services)
    assert stands.counts[Standing.KNOWN] == 8
    assert len(done) == 8


async def test_a_batch_names_what_stopped_it_and_not_what_came_of_it_after(
    services, endpoint, site
):
    """A call that was under way may fail otherwise: the first cause is why no other was begun."""
    under_way, stopped = threading.Event(), threading.Event()

    def refuse(_):
        if len(endpoint.requests) == 1:
            under_way.wait(20)
            return api_error(401)
        under_way.set()
        stopped.wait(20)
        return api_error(429, "insufficient_quota")

    endpoint.fallback = refuse
    batch = await register("a list", select(candidates(*site(3))).items, BatchOptions(), services)
    work, kinds = BatchRun(batch, services), []
    async for outcome in work.outcomes():
        kinds.append(outcome.failure.kind)
        stopped.set()
    assert kinds[0] == "key_rejected"
    assert "quota_exhausted" in kinds
    assert work.tally.stopped_by.kind == "key_rejected"
    assert "key" in services.warehouse.batches()[0].reason


async def test_answers_of_which_nothing_can_be_made_stop_a_batch(services, endpoint, site):
    """Ten sources in a row are paid for in vain, not a thousand, though the first came through."""
    _, work, _ = await run(services, site(1))
    assert work.tally.made == 1
    spoiled = Reply(text="<html>Welcome</html>", delay=0.5)

    def at_first(request):
        is_first = "region 1 " in str(request["messages"])
        return scripted_curator.answer(request) if is_first else spoiled

    endpoint.fallback = at_first
    _, work, outcomes = await run(services, site(40)[1:])
    assert work.tally.stopped_by is not None
    assert 10 <= len(outcomes) < 20
    assert services.warehouse.batches()[0].reason == work.tally.stopped_by.message


async def test_a_batch_goes_on_behind_the_sources_that_paused_it(services, endpoint, site):
    """A gateway that answers for some texts with its own page: what was not tried yet comes first."""

    def answer(request):
        low = re.search(r"region \d ", str(request["messages"]))
        return Reply(text="<html>Blocked</html>") if low else scripted_curator.answer(request)

    endpoint.fallback = answer
    addresses, runs = site(14), []
    # How many fail in one run is how many were under way when the first did: one at the least.
    while not runs or (runs[-1].stopped_by and len(runs) < 11):
        runs.append((await run(services, addresses))[1].tally)
    assert runs[0].stopped_by is not None
    assert sum(tally.made for tally in runs) == 4


async def test_refusals_that_are_quick_do_not_stop_a_batch(settings_of, readers, endpoint, site):
    """Of many at work at once, what is refused ends long before what is answered."""
    refused, quick = set(), threading.Event()

    def answer(request):
        region = re.search(r"region (\d+) ", str(request["messages"]))
        if int(region[1]) < 12:
            refused.add(region[1])
            if len(refused) == 12:
                quick.set()
            return api_error(400, "content_filter")
        quick.wait(20)
        return scripted_curator.answer(request)

    endpoint.fallback = answer
    settings = settings_of(concurrency=12, llm_concurrency=12, workers=1)
    async with Services(settings, patience=1.0) as many:
        many.__dict__["extractors"] = readers
        _, work, _ = await run(many, site(16))
    assert (work.tally.made, work.tally.stopped_by) == (4, None)


async def test_no_more_sources_are_at_work_than_the_window_holds(services, site):
    """A long list is fed bit by bit: memory does not grow with it."""
    selection = select(candidates(*site(8)))
    batch = await register("a list", selection.items, BatchOptions(), services)
    work = BatchRun(batch, services)
    highest = 0
    async for _ in work.outcomes():
        highest = max(highest, sum(work.gates.inside.values()))
    assert 0 < highest <= work._window < 8


async def test_two_batches_over_one_list_make_one_draft_a_source(services, endpoint, site):
    """Both end, and each question was asked once."""
    addresses = site(6)
    await asyncio.gather(run(services, addresses), run(services, addresses, force=True))
    asked = [str(request["messages"]) for request in endpoint.requests]
    assert len(asked) == len(set(asked)) == 12
    assert len(services.warehouse.cases()) == 6


def test_a_selection_has_each_source_once_the_newest_first():
    """Tracking parameters make no second source; dates order what has them."""
    chosen = select(
        [
            Candidate(url="https://a.example/undated"),
            Candidate(url="https://a.example/old", published=date(2023, 1, 1)),
            Candidate(url="https://a.example/new", published=date(2025, 1, 1)),
            Candidate(url="https://a.example/new?utm_source=x", published=date(2025, 1, 1)),
            Candidate(url="https://a.example/older", published=date(2020, 1, 1)),
        ],
        since=date(2022, 1, 1),
        limit=2,
        repeated=2,
    )
    assert [i.reference.source[-3:] for i in chosen.items] == ["new", "old"]
    assert (chosen.duplicates, chosen.older, chosen.beyond_limit) == (3, 1, 1)


def test_a_month_or_year_is_older_once_all_of_it_is_over():
    """What may be of the day asked for, or later, stays, and is counted; newest first all the same.

    It is stored, and printed for another command to read, as it was told.
    """
    told = ["2024", "2025", "2025-09", "2025-10", "2025-11", "2025-10-14", "2025-10-15"]
    listed = [Candidate(url=f"https://a.example/{day}", published=day) for day in told]
    chosen = select(listed, since=date(2025, 10, 15))
    kept = [str(item.published) for item in chosen.items]
    assert kept == ["2025-11", "2025-10-15", "2025-10", "2025"]
    assert (chosen.older, chosen.around, chosen.undated) == (3, 2, 0)
    again = [BatchItem.model_validate_json(item.model_dump_json()) for item in chosen.items]
    assert again == chosen.items


def test_words_choose_by_title_or_address():
    """A keyword filter reads what the list says, without fetching anything."""
    chosen = select(
        [
            Candidate(url="https://a.example/llm-ops"),
            Candidate(url="https://a.example/1", title="Our LLM in production"),
            Candidate(url="https://a.example/cake"),
        ],
        words=["llm"],
    )
    assert (len(chosen.items), chosen.filtered) == (2, 1)


def test_hosts_take_turns():
    """One slow host at the head of a list does not hold up the others."""
    items = select(
        candidates(*(f"https://a.example/{n}" for n in range(3)), "https://b.example/0")
    ).items
    hosts = [item.reference.source[8] for item in interleaved(items)]
    assert hosts == ["a", "b", "a", "a"]


def test_an_estimate_multiplies_what_a_source_takes():
    """Price and time follow from the model's price and how many calls are open at once."""
    told = estimate(
        100, "m", Strategy.SINGLE, Price(input=1.0, output=2.0), at_once=10, history=None
    )
    assert told.calls == 200
    assert told.cost_usd == pytest.approx(100 * (8_000 * 1 + 2_500 * 2) / 1e6)
    assert told.seconds == pytest.approx(300)
    assert not told.measured


@pytest.mark.parametrize(
    ("changes", "strategy"),
    [
        ({}, Strategy.SINGLE),
        ({"llm_context_tokens": 6_000, "llm_output_tokens": 1_500}, Strategy.MAP_REDUCE),
        ({"llm_strategy": "guided"}, Strategy.GUIDED),
    ],
)
async def test_the_calls_that_are_quoted_are_those_that_follow(
    settings_of, readers, endpoint, web, site, changes, strategy
):
    """A text that is there is quoted by the strategy that it then gets, its verdict included."""
    if strategy is Strategy.GUIDED:
        told = '{"statement": "The team moved one region to the new model."}'
        endpoint.fallback = lambda _: completion(told)
    address = web.url_for("/long")
    page = pages.CASE.replace("</body>", "".join(f"<p>{_long(n)}</p>" for n in range(90)))
    web.expect_request("/long").respond_with_data(page, content_type="text/html")
    async with Services(settings_of(**changes), busy=True) as services:
        services.__dict__["extractors"] = readers
        run_of_source = Run(services, address)
        await stages.extract(
            await stages.fetch(SourceRef(source=address), run_of_source), run_of_source
        )
        expected = await forecast("a list", select(candidates(address)), services)
        outcome = await ingest(SourceRef(source=address), services, force=True)
    assert services.warehouse.revision(outcome.revision_id).strategy == strategy
    assert expected.estimate.calls == outcome.llm_calls == len(endpoint.requests)


def _long(n: int) -> str:
    return (
        f"In week {n} the team moved the pipeline of region {n} to the new model, which reads the "
        "letters of that region, files each of them by its subject and drafts an answer."
    )


async def test_history_makes_the_estimate_a_measured_one(services, site):
    """After three drafts the warehouse knows what a source takes."""
    assert services.warehouse.typical("scripted") is None
    await run(services, site(3))
    typical = services.warehouse.typical("scripted")
    assert typical.calls == 2
    assert typical.prompt_tokens > 100


async def test_a_list_that_spells_an_address_otherwise_is_worked_as_it_is_now(services, web):
    """What is known as one page may be two addresses to fetch, of which one was wrong."""
    web.expect_request("/post", query_string="utm_source=list").respond_with_data(
        pages.CASE, content_type="text/html"
    )
    before = select(candidates(web.url_for("/post")))
    first = await register("a list", before.items, BatchOptions(), services)
    again, _, outcomes = await run(services, [web.url_for("/post") + "?utm_source=list"])
    assert [outcome.status for outcome in outcomes] == ["draft"]
    assert again.batch_id != first.batch_id
    assert (await progress(first, services)).counts == {Standing.KNOWN: 1}


async def test_what_a_curator_rejected_is_not_open_again(services, site):
    """A rejected case stays rejected, however often a list names it."""
    from casebook.pipeline.curation.decisions import reject

    addresses = site(1)
    batch, _, outcomes = await run(services, addresses)
    await reject(outcomes[0].case_id, services, who="ada", reason="off topic")
    (stands,) = services.warehouse.standings(
        [services.warehouse.batch(batch.batch_id).items[0].source_id]
    )
    assert stands.standing is Standing.REJECTED
    assert not is_open(stands)
