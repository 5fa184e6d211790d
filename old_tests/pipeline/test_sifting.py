"""Watches with a rubric: what is wanted is worked, what is not is remembered, an outage is neither."""

import asyncio
import inspect
import json
from dataclasses import replace

import pages
import pytest
import scripted_curator
from scripted_endpoint import api_error, completion

from casebook.pipeline.batches import watching
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.sifting import sift
from casebook.runtime.services import Services
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import (
    BudgetReached,
    ConfigurationError,
    InvalidSource,
    KeyRejected,
)
from casebook.schemas.sources import SourceRef
from casebook.schemas.watches import WatchState
from casebook.summarizer.models.limiting import Breaker, RequestLimiter

HOUR = 3_600
RUBRIC = "How a team runs a language model; no announcements"
ITEMS = {
    "story": ("How we answer letters with a model", "Two years of &lt;b&gt;running&lt;/b&gt; it."),
    "funding": ("We raised 40 million", "A round led by friends."),
    "odd": ("Notes", ""),
}


def is_asked_what_is_wanted(request):
    return "What is wanted:" in request["messages"][-1]["content"]


def judged(request):
    """Answer as a model that refuses what speaks of money, and cannot tell of notes."""
    told = request["messages"][-1]["content"]
    if "raised" in told:
        return answer("does not fit", "It announces that money was raised.")
    return answer("cannot tell" if "Title: Notes" in told else "fits", "As told.")


def answer(verdict, reason):
    return completion(json.dumps({"reason": reason, "verdict": verdict}), prompt_tokens=300)


@pytest.fixture
def feed(web, endpoint):
    """Serve these items, and an endpoint that judges them."""

    def serve(*names, said=""):
        items = ""
        for name in names:
            title, summary = ITEMS[name]
            web.expect_request(f"/{name}").respond_with_data(pages.CASE, content_type="text/html")
            items += (
                f"<item><title>{title}</title><link>{web.url_for(f'/{name}')}</link>"
                f"<description>{summary}{said}</description></item>"
            )
        rss = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
        web.handlers[:] = [h for h in web.handlers if h.matcher.uri != "/feed"]
        web.expect_request("/feed").respond_with_data(rss, content_type="application/rss+xml")
        return web.url_for("/feed")

    answers(endpoint, judged)
    return serve


def answers(endpoint, verdict):
    """Have the endpoint judge items with ``verdict``, and answer all else as ever."""
    endpoint.fallback = lambda request: (
        verdict(request) if is_asked_what_is_wanted(request) else scripted_curator.answer(request)
    )


def questions(endpoint):
    return [r for r in endpoint.requests if is_asked_what_is_wanted(r)]


def names(batch, services):
    items = services.warehouse.batch(batch.batch_id).items if batch else []
    return [item.reference.source.rpartition("/")[2] for item in items]


async def watched(services, address, rubric=RUBRIC):
    line = await watching.add(
        address, services, every_seconds=HOUR, rubric=rubric, everything=True, who="ada"
    )
    return line.watch


async def test_what_is_not_wanted_is_remembered_with_its_reason(services, feed, endpoint):
    """It is not in the batch, is never asked about again, not even under another rubric.

    Nor is it where the watch was removed and is added again.
    """
    watch = await watched(services, feed("story", "funding", "odd"))
    seen, batch = await watching.look(watch, services)
    assert sorted(names(batch, services)) == ["odd", "story"]
    assert (seen.new, seen.told) == (2, "2 new of 3; 1 not what is wanted")
    (refused,) = await watching.refused_of(watch.watch_id, services)
    assert (refused.title, refused.reason) == (
        "We raised 40 million",
        "It announces that money was raised.",
    )
    assert len(questions(endpoint)) == 3
    assert "Summary: Two years of running it." in str(questions(endpoint))
    assert [o.status async for o in BatchRun(batch, services).outcomes()] == ["draft"] * 2
    again, batch = await watching.look(await watched(services, feed(*ITEMS), "Money"), services)
    assert (again.new, list(again.refused), batch) == (0, [], None)
    await watching.change(watch.watch_id, WatchState.REMOVED, services, who="ada")
    again, batch = await watching.look(await watched(services, feed(*ITEMS)), services)
    assert (again.new, batch) == (0, None)
    assert list(await watching.refused_of(watch.watch_id, services)) == [refused]
    assert len(questions(endpoint)) == 3


async def test_two_looks_at_once_ask_and_refuse_once(services, feed, endpoint):
    """A person and the schedule may look at the same list: each verdict is paid for once."""
    watch = await watched(services, feed(*ITEMS))
    answers(endpoint, lambda request: replace(judged(request), delay=0.3))
    (first, batch), (second, again) = await asyncio.gather(
        watching.look(watch, services), watching.look(watch, services)
    )
    assert len(questions(endpoint)) == len(ITEMS)
    assert sorted([len(first.refused), len(second.refused)]) == [0, 1]
    assert batch.batch_id == again.batch_id
    assert len(await watching.refused_of(watch.watch_id, services)) == 1


async def test_what_was_wanted_and_not_finished_is_not_judged_and_paid_again(
    services, feed, endpoint
):
    """A crash between look and draft, or an outage in it, asks no question twice."""
    watch = await watched(services, feed("story"))
    await watching.look(watch, services)
    seen, batch = await watching.look(watch, services)
    assert (seen.new, names(batch, services), len(questions(endpoint))) == (1, ["story"], 1)


@pytest.mark.parametrize("status", [401, 503])
async def test_a_failure_of_the_model_is_never_a_refusal(
    services, settings_of, readers, feed, endpoint, status
):
    """Items that could not be judged are told, and the next look judges them."""
    watch = await watched(services, feed("story", "funding"))
    answers(endpoint, lambda _: api_error(status))
    # Else one of two that are asked at once may use up its tries before the breaker opens.
    async with Services(settings_of(llm_attempts=Breaker.FAULTS + 1), busy=True) as failing:
        failing.__dict__ |= {"extractors": readers, "limiter": RequestLimiter(4, patience=0.5)}
        seen, batch = await watching.look(watch, failing)
    assert (seen.new, seen.unjudged, list(seen.refused), batch) == (0, 2, [], None)
    assert "2 to be judged at the next look" in seen.told
    assert seen.trouble
    assert seen.trouble_by == {401: "key_rejected", 503: "endpoint_down"}[status]
    answers(endpoint, judged)
    seen, batch = await watching.look(watch, services)
    assert (names(batch, services), len(seen.refused), seen.unjudged) == (["story"], 1, 0)


async def test_what_gets_no_usable_answer_is_let_through_with_the_reason(services, feed, endpoint):
    """A model that answers nonsense about an item is not asked, and paid, at every look."""
    watch = await watched(services, feed("story"))
    answers(endpoint, lambda _: completion("I would rather not say."))
    seen, batch = await watching.look(watch, services)
    assert (names(batch, services), seen.unjudged) == (["story"], 0)
    asked = len(questions(endpoint))
    assert seen.told == "1 new of 1; 1 taken without a verdict"
    again, batch = await watching.look(watch, services)  # the batch was not worked so far
    assert (names(batch, services), again.told, len(questions(endpoint))) == (
        ["story"],
        "1 new of 1",
        asked,
    )
    (undecided,) = await watching.undecided_of(watch.watch_id, services)
    assert (undecided.title, "not fit the schema" in undecided.reason) == (ITEMS["story"][0], True)
    assert await watching.refused_of(watch.watch_id, services) == []


@pytest.fixture
async def hurried(settings_of, readers):
    """Services that wait a fifth of a second for an answer, once a look."""
    made = settings_of(llm_timeout=0.2, llm_attempts=1)
    async with Services(made, busy=True) as services:
        services.__dict__["extractors"] = readers
        yield services


@pytest.mark.parametrize(
    "never", [replace(answer("fits", "Late."), delay=1.0), replace(api_error(504), delay=0.01)]
)
async def test_what_is_never_answered_in_time_is_asked_about_three_times(
    hurried, feed, endpoint, never
):
    """Then it is put before the curator undecided: not paid for ever, not refused, not dropped.

    The list says something else of it at each look, as one that counts comments does.
    """
    watch = await watched(hurried, feed("story", "funding"))
    answers(endpoint, lambda r: judged(r) if "raised" in str(r) else never)
    for comments in (1, 2, 3):
        feed("story", "funding", said=f"{comments} comments")
        seen, batch = await watching.look(watch, hurried)
        assert (batch, seen.unjudged, list(seen.undecided)) == (None, 1, [])
        assert seen.trouble
    asked = len(questions(endpoint))
    assert asked == 4
    seen, batch = await watching.look(watch, hurried)
    assert (names(batch, hurried), seen.unjudged, seen.trouble) == (["story"], 0, None)
    assert "asked at 3 looks" in seen.undecided[0].reason
    seen, batch = await watching.look(watch, hurried)
    assert (names(batch, hurried), list(seen.undecided), len(questions(endpoint))) == (
        ["story"],
        [],
        asked,
    )
    assert [one.title for one in await watching.refused_of(watch.watch_id, hurried)] == [
        ITEMS["funding"][0]
    ]


async def test_what_costs_nothing_is_asked_about_as_long_as_it_takes(hurried, feed, endpoint):
    """An outage of many looks lets nothing through: no answer was worked on, none is paid."""
    watch = await watched(hurried, feed("story"))
    answers(endpoint, lambda _: api_error(503))
    for _ in range(4):
        seen, batch = await watching.look(watch, hurried)
        assert (batch, seen.unjudged, list(seen.undecided)) == (None, 1, [])
    answers(endpoint, judged)
    _, batch = await watching.look(watch, hurried)
    assert names(batch, hurried) == ["story"]


async def test_another_model_is_asked_about_what_the_first_left(
    hurried, settings_of, readers, feed, endpoint
):
    """Who takes a quicker model gets verdicts by it."""
    watch = await watched(hurried, feed("story"))
    answers(endpoint, lambda _: replace(answer("fits", "Late."), delay=1.0))
    for _ in range(3):
        await watching.look(watch, hurried)
    answers(endpoint, lambda _: answer("does not fit", "It is a letter."))
    async with Services(settings_of(llm_model="quicker"), busy=True) as quicker:
        quicker.__dict__["extractors"] = readers
        seen, batch = await watching.look(watch, quicker)
        assert (batch, [one.reason for one in seen.refused]) == (None, ["It is a letter."])


async def test_another_rubric_is_asked_about_what_one_left(hurried, feed, endpoint):
    """Questions in vain count for the rubric that asked them: the next one gets its three looks.

    Under the first one again, in the same watch or another, the item is not asked about any more.
    """
    address = feed("story")
    answers(endpoint, lambda _: replace(answer("fits", "Late."), delay=1.0))
    for rubric in (RUBRIC, "Stories of retrieval, no launches"):
        watch = await watched(hurried, address, rubric)
        for _ in range(3):
            seen, batch = await watching.look(watch, hurried)
            assert (batch, seen.unjudged) == (None, 1)
    assert len(questions(endpoint)) == 6
    seen, _ = await watching.look(await watched(hurried, address, RUBRIC), hurried)
    assert (len(seen.undecided), seen.unjudged, len(questions(endpoint))) == (1, 0, 6)


async def test_verdicts_are_in_the_costs_and_heed_the_budget(settings_of, feed, readers):
    """They are a stage of their own in the bill; beyond the cap none is asked for."""
    priced = {"llm_price_input": 1.0, "llm_price_output": 4.0}
    async with Services(settings_of(**priced), busy=True) as services:
        services.__dict__["extractors"] = readers
        watch = await watched(services, feed("story", "funding"))
        await watching.look(watch, services)
        (line,) = services.warehouse.costs("stage")
        assert (line.key, line.calls) == ("watch", 2)
        assert line.cost_usd > 0
    async with Services(settings_of(**priced, budget_run=0.0001), busy=True) as services:
        services.__dict__["extractors"] = readers
        seen, batch = await watching.look(await watched(services, feed(*ITEMS)), services)
        assert (names(batch, services), seen.unjudged) == (["story"], 1)
        assert "cap of $0.0001" in seen.trouble


async def test_a_spent_budget_hides_no_other_trouble(services, monkeypatch):
    """It is no failure of a look; a rejected key is, whichever item met it."""
    causes = iter([BudgetReached("the cap"), KeyRejected("the key"), BudgetReached("the cap")])

    async def refuse(*_: object) -> None:
        raise next(causes)

    monkeypatch.setattr("casebook.pipeline.batches.sifting.refusal", refuse)
    items = [
        BatchItem(source_id=f"src1_{n}", reference=SourceRef(source=f"https://a.example/{n}"))
        for n in range(3)
    ]
    found = await sift(items, {}, RUBRIC, services)
    assert (found.unjudged, found.trouble, found.trouble_by) == (3, "the key", "key_rejected")


async def test_who_waits_is_asked_to_wait_for_so_many_verdicts(services, feed, endpoint):
    """With ``most``, the rest is left to the next look."""
    watch = await watched(services, feed("story", "funding"))
    seen, _ = await watching.look(watch, services, most=1)
    assert (len(questions(endpoint)), seen.unjudged, seen.trouble) == (1, 1, None)


async def test_a_look_asks_for_so_many_verdicts_at_the_most(services, endpoint):
    """A list may announce ten thousand items; what is left is judged at the next looks."""
    answers(endpoint, judged)
    items = [
        BatchItem(source_id=f"src1_{n}", reference=SourceRef(source=f"https://a.example/{n}"))
        for n in range(23)
    ]
    found = await sift(items, {}, RUBRIC, services, most=20)
    assert (len(questions(endpoint)), found.unjudged, found.trouble) == (20, 3, None)


@pytest.mark.parametrize("ask", [sift, watching.look])
def test_a_look_that_is_told_nothing_asks_for_two_hundred_at_the_most(ask):
    """So much a look of the schedule may cost, however long the list is."""
    assert inspect.signature(ask).parameters["most"].default == 200


async def test_a_small_model_is_not_asked_for_verdicts(settings_of, services, feed, readers):
    """With the embedded model a rubric is refused; one that is there refuses nothing."""
    watch = await watched(services, feed("funding"))
    small = settings_of(home=services.settings.home, llm_base_url=None, llm_model=None)
    async with Services(small, busy=True) as embedded:
        embedded.__dict__["extractors"] = readers
        with pytest.raises(ConfigurationError, match="filter by words"):
            await watched(embedded, feed("funding"))
        seen, batch = await watching.look(watch, embedded)
        assert (seen.unjudged, list(seen.refused), batch) == (1, [], None)
        assert "too small" in seen.trouble


@pytest.mark.parametrize("rubric", ["", "  ", "x" * 2_001])
async def test_a_rubric_says_something_and_is_no_book(services, feed, rubric):
    """An empty or an endless one is bad usage."""
    with pytest.raises(InvalidSource, match="rubric"):
        await watched(services, feed("story"), rubric)
