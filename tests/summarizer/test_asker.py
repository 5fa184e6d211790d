"""Each question is paid for once, and every call is stored with its outcome."""

import asyncio
import threading
import time

import pytest
from pydantic import BaseModel
from scripted_endpoint import Reply, api_error, completion, runaway

from prompts.loader import parse
from schemas.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    BudgetReached,
    ProviderUnavailable,
)
from schemas.generations import AnswerStatus
from summarizer.budget import Budget
from summarizer.profiles import Price, Profile

PROMPT = parse(
    "---\nname: greet\nversion: 1\npurpose: test\nvariables: [name]\n---\n[user]\nHi {{ name }}"
)


class Greeting(BaseModel):
    """An answer."""

    text: str


GOOD = completion({"text": "hello"}, prompt_tokens=1_000, completion_tokens=500)
THINKING = Profile(
    model="scripted",
    context_tokens=304_000,
    output_tokens=32_000,
    most_output_tokens=128_000,
    reasoning_effort="medium",
    price=Price(input=1.25, output=10.0),
)


def ask(asker, name="Ada"):
    return asker.ask(PROMPT, {"name": name, "unused": 1}, Greeting, "summarize")


async def test_a_question_is_paid_for_once(endpoint, asker_of, ledger):
    """The same question is answered from the ledger, also for another asker."""
    endpoint.enqueue(GOOD)
    first, second = asker_of(), asker_of()
    assert (await ask(first)).text == (await ask(second)).text == "hello"
    assert len(endpoint.requests) == 1
    assert (len(first.paid), len(second.paid)) == (1, 0)
    assert second.generations == first.generations


async def test_another_question_is_asked(endpoint, asker_of):
    """Different variables, effort or model make a different question."""
    endpoint.script = lambda _: GOOD
    await ask(asker_of())
    await ask(asker_of(), "Bob")
    await ask(asker_of(Profile(model="scripted", reasoning_effort="low")))
    await ask(asker_of(Profile(model="other")))
    assert len(endpoint.requests) == 4


async def test_the_output_limit_is_no_part_of_a_question(endpoint, asker_of):
    """Raising a model's output limit does not make stored answers useless."""
    endpoint.enqueue(GOOD)
    await ask(asker_of(Profile(model="scripted", output_tokens=400)))
    await ask(asker_of(Profile(model="scripted", output_tokens=800)))
    assert len(endpoint.requests) == 1


async def test_a_generation_says_how_it_was_made(endpoint, asker_of, ledger):
    """The stored call names prompt, model, tokens, cost and stage."""
    endpoint.enqueue(GOOD)
    await ask(asker_of())
    kept = ledger.kept[0]
    assert (kept.prompt, kept.prompt_version, kept.prompt_hash) == ("greet", 1, PROMPT.hash)
    assert (kept.model, kept.stage, kept.document_id) == ("scripted", "summarize", "doc1_x")
    assert kept.status is AnswerStatus.OK
    assert kept.answer == '{"text":"hello"}'
    assert kept.usage.cost_usd == pytest.approx((1_000 * 1.0 + 500 * 10.0) / 1e6)


@pytest.mark.parametrize(
    ("replies", "error", "status"),
    [
        ([completion("nonsense")] * 2, AnswerInvalid, AnswerStatus.INVALID),
        ([completion("{", finish="length")], AnswerTruncated, AnswerStatus.TRUNCATED),
        ([completion(None, refusal="no")], AnswerRefused, AnswerStatus.REFUSED),
        ([completion(None, finish="content_filter")], AnswerRefused, AnswerStatus.FILTERED),
        ([api_error(500)] * 4, ProviderUnavailable, AnswerStatus.ERROR),
    ],
)
async def test_failed_calls_are_kept_too(endpoint, asker_of, ledger, replies, error, status):
    """A call without a usable answer is stored with status, cost and message, and not reused."""
    endpoint.enqueue(*replies, GOOD)
    asker = asker_of()
    with pytest.raises(error) as raised:
        await ask(asker)
    kept = ledger.kept[0]
    assert (kept.status, kept.attempts) == (status, len(replies))
    assert kept.error == str(raised.value)
    assert asker.paid == [kept]
    assert asker.generations == []
    assert (await ask(asker)).text == "hello"


async def test_no_client_is_made_for_a_known_answer(endpoint, asker_of, ledger, client_of):
    """A rerun whose answers are stored does not start the embedded model."""
    endpoint.enqueue(GOOD)
    await ask(asker_of())
    asker = asker_of()
    asker.client_factory = lambda: pytest.fail("a client was made")
    assert (await ask(asker)).text == "hello"


async def test_a_cancelled_run_keeps_what_was_paid(endpoint, asker_of, ledger):
    """An answer is stored even if the run was cancelled meanwhile."""
    storing, release, stored = threading.Event(), threading.Event(), threading.Event()
    append = ledger.append

    def slow_append(generation, timeout):
        storing.set()
        release.wait()
        append(generation, timeout=timeout)
        stored.set()

    ledger.append = slow_append
    endpoint.enqueue(GOOD)
    task = asyncio.ensure_future(ask(asker_of()))
    await asyncio.to_thread(storing.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release.set()
    await asyncio.to_thread(stored.wait)
    assert len(ledger.kept) == 1


async def test_a_call_that_does_not_fit_the_budget_is_not_made(endpoint, asker_of, ledger):
    """If the cap is below the expected cost of a call, no request is made."""
    with pytest.raises(BudgetReached) as raised:
        await ask(asker_of(budget=Budget(run_usd=0.000001)))
    assert raised.value.kind == "budget_reached"
    assert endpoint.requests == []
    assert ledger.kept == []


@pytest.mark.parametrize(
    ("caps", "requests"),
    [
        ({"run_usd": 0.2}, 1),
        ({"day_usd": 0.2}, 1),
        ({"source_usd": 0.2}, 1),
        ({"run_usd": 0.9, "day_usd": 0.8}, 2),
        ({"run_usd": 5.0}, 2),
    ],
)
async def test_a_runaway_answer_stays_within_the_budget(endpoint, asker_of, ledger, caps, requests):
    """A model that repeatedly thinks up to its limit costs no more than the lowest cap."""
    endpoint.script = runaway
    budget = Budget(**caps)
    with pytest.raises(AnswerTruncated, match="which include thinking"):
        await ask(asker_of(THINKING, budget=budget))
    [kept] = ledger.kept
    limits = [request["max_completion_tokens"] for request in endpoint.requests]
    assert kept.usage.cost_usd == pytest.approx(budget.spent)
    assert kept.usage.cost_usd < min(caps.values()) + 0.001
    assert len(limits) == requests
    affordable = min(caps.values()) / THINKING.price.output * 1e6
    assert limits[0] == pytest.approx(min(32_000, affordable), rel=0.01)
    assert kept.parameters["output_tokens"] == limits[-1]


async def test_requests_at_once_share_the_budget(endpoint, asker_of):
    """The possible cost of a current request is not available to others; they wait for it."""
    endpoint.script = runaway
    budget = Budget(run_usd=0.5)
    asker = asker_of(THINKING, budget=budget)
    ended = await asyncio.gather(
        *(ask(asker, name) for name in ("Ada", "Bob", "Cleo", "Dan")), return_exceptions=True
    )
    assert {type(error) for error in ended} <= {AnswerTruncated, BudgetReached}
    assert 0.4 < budget.spent < 0.501


@pytest.mark.parametrize(
    ("run_usd", "requests", "reason", "kind"),
    [
        (0.2, 1, "cut off at its limit .* thinking", "answer_truncated"),
        (1.62, 2, "would exceed the budget", "budget_reached"),
    ],
)
async def test_a_cut_answer_is_the_cause_if_it_used_up_the_budget(
    endpoint, asker_of, run_usd, requests, reason, kind
):
    """A refusal says so; if the budget had room for the cut answer, the budget is the cause."""
    endpoint.script = runaway
    async with Budget(run_usd=run_usd).source(0.0) as source_budget:
        with pytest.raises(AnswerTruncated):
            await ask(asker_of(THINKING, budget=source_budget))
        with pytest.raises(BudgetReached, match=reason) as raised:
            await ask(asker_of(THINKING, budget=source_budget), "Bob")
    assert raised.value.kind == kind
    assert len(endpoint.requests) == requests


async def test_a_budget_that_a_later_answer_uses_up_is_reached(endpoint, asker_of):
    """After a usable answer, an earlier truncated one is no longer named as the reason."""
    endpoint.script = runaway
    async with Budget(run_usd=0.5).source(0.0) as source_budget:
        with pytest.raises(AnswerTruncated):
            await ask(asker_of(THINKING, budget=source_budget))
        endpoint.enqueue(completion({"text": "hello"}, completion_tokens=17_000))
        await ask(asker_of(THINKING, budget=source_budget), "Bob")
        with pytest.raises(BudgetReached) as raised:
            await ask(asker_of(THINKING, budget=source_budget), "Cleo")
    assert raised.value.kind == "budget_reached"


async def test_a_question_asked_while_an_answer_is_stored_gets_its_turn(endpoint, asker_of, ledger):
    """An answer that is being stored neither stops nor delays the next question for good."""
    stored, read_again = threading.Event(), threading.Event()
    append, reads = ledger.append, []

    def slow_append(generation, timeout):
        append(generation, timeout=timeout)
        stored.set()
        read_again.wait(0.2)

    def spent_today():
        if ledger.kept:
            reads.append(1)
            if len(reads) == 2:
                read_again.set()
                time.sleep(0.05)  # for the event loop to learn that the answer is stored
        return sum(kept.usage.cost_usd for kept in ledger.kept)

    ledger.append = slow_append
    endpoint.script = lambda _: completion({"text": "hello"}, completion_tokens=3_000)
    async with (
        asyncio.timeout(5),
        Budget(day_usd=0.05, spent_today=spent_today).source(0.0) as source_budget,
    ):
        first = asyncio.ensure_future(ask(asker_of(budget=source_budget)))
        await asyncio.to_thread(stored.wait)
        endpoint.enqueue(GOOD)
        assert (await ask(asker_of(budget=source_budget), "Bob")).text == "hello"
        await first
    assert len(ledger.kept) == 2


async def test_a_second_try_that_the_budget_refuses_leaves_the_first_error(endpoint, asker_of):
    """If no further request can be paid, the invalid answer remains the cause."""
    endpoint.script = lambda _: completion("nonsense", completion_tokens=3_000)
    with pytest.raises(AnswerInvalid):
        await ask(asker_of(THINKING, budget=Budget(run_usd=0.035)))
    assert len(endpoint.requests) == 1


async def test_a_slow_answer_has_its_worst_price(endpoint, client_of, ledger, asker_of):
    """A timed-out request is repeated once, and both are stored at their maximum possible cost."""
    hold = threading.Event()
    endpoint.script = lambda _: Reply(hold=hold)
    budget = Budget(run_usd=5.0)
    asker = asker_of(THINKING, budget=budget)
    asker.client_factory = lambda: client_of(THINKING, patience=3_600, timeout=0.5)
    with pytest.raises(ProviderUnavailable, match="in time"):
        await ask(asker)
    hold.set()
    assert (len(endpoint.requests), ledger.kept[0].attempts) == (2, 2)
    assert ledger.kept[0].usage.cost_usd == pytest.approx(2 * 0.32, rel=0.01)
    assert budget.spent == ledger.kept[0].usage.cost_usd


async def test_how_the_schema_is_sent_is_no_part_of_a_question(endpoint, asker_of, ledger):
    """Answers stored before the prompt included the schema are reused."""
    endpoint.enqueue(GOOD, GOOD)
    strict, loose = (Profile(model="scripted", strict=strict) for strict in (True, False))
    await ask(asker_of(strict))
    await ask(asker_of(loose))
    assert len(endpoint.requests) == 1
    await ask(asker_of(loose), "Bob")
    assert [kept.parameters["schema_in_prompt"] for kept in ledger.kept] == [False, True]
    assert len({kept.generation_id for kept in ledger.kept}) == 2


async def test_a_cap_needs_a_price(endpoint, asker_of):
    """With a cap and no known price, no call is made."""
    asker = asker_of(Profile(model="scripted"), budget=Budget(run_usd=5))
    with pytest.raises(BudgetReached) as raised:
        await ask(asker)
    assert raised.value.kind == "price_unknown"
    assert endpoint.requests == []


async def test_requests_at_once_are_bounded(endpoint, client_of, ledger):
    """All callers of one client share its limit on requests at once."""
    hold = threading.Event()
    endpoint.script = lambda _: Reply(body=GOOD.body, hold=hold)
    client = client_of(concurrent=2)
    asked = [
        asyncio.ensure_future(client.ask(PROMPT.render({"name": str(n)}), Greeting))
        for n in range(5)
    ]
    await asyncio.sleep(0.2)
    assert len(endpoint.requests) <= 2
    hold.set()
    await asyncio.gather(*asked)
    assert len(endpoint.requests) == 5
