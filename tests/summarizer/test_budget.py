"""Caps buy whole drafts: a source that was started is finished before the next one starts."""

import asyncio
import threading
import time

import pytest

from schemas.errors import BudgetReached
from schemas.generations import Usage
from summarizer.budget import Budget, Charge


async def spend(source, expected, actual=None):
    async with source.call(Usage()) as charge, charge.request(expected, expected):
        charge.usd = expected if actual is None else actual


async def test_without_caps_everything_passes():
    """Without a cap no price is needed."""
    budget = Budget()
    async with budget.source(None) as allowance:
        await spend(allowance, None, 3.0)
    assert budget.spent == 3.0


async def test_a_forecast_that_does_not_fit_is_refused():
    """A source whose forecast passes the cap is not started."""
    budget = Budget(run_usd=1.0)
    async with budget.source(0.8) as allowance:
        await spend(allowance, 0.8)
    with pytest.raises(BudgetReached) as raised:
        async with budget.source(0.3):
            pass
    assert raised.value.kind == "budget_reached"


async def test_what_a_source_does_not_need_is_returned():
    """A source waits for other reservations, and starts once enough is released."""
    budget = Budget(run_usd=1.0)
    order = []

    async def second():
        async with budget.source(0.7) as allowance:
            order.append("second")
            await spend(allowance, 0.7)

    async with budget.source(0.8) as allowance:
        waiting = asyncio.ensure_future(second())
        await asyncio.sleep(0.01)
        await spend(allowance, 0.2)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


async def test_a_source_does_not_wait_in_vain():
    """A source that could not start even after all others finished is refused immediately."""
    budget = Budget(run_usd=1.0)
    async with budget.source(0.5) as allowance:
        await spend(allowance, 0.5)
        with pytest.raises(BudgetReached):
            async with budget.source(0.6):
                pass


async def test_a_source_draws_on_what_is_not_reserved():
    """A source that exceeds its forecast takes unreserved money, not that of others."""
    budget = Budget(run_usd=1.0)
    async with budget.source(0.3) as one, budget.source(0.5) as other:
        await spend(one, 0.3)
        await spend(one, 0.15)
        with pytest.raises(BudgetReached):
            await spend(one, 0.1)
        await spend(other, 0.5)


async def test_a_reservation_lasts_for_a_call_that_costs_less():
    """The unused part of a call's expected cost stays with the source."""
    budget = Budget(run_usd=1.0)
    async with budget.source(1.0) as allowance:
        await spend(allowance, 0.9, 0.1)
        await spend(allowance, 0.9, 0.1)
    assert budget.spent == pytest.approx(0.2)


async def test_a_cap_for_each_source():
    """A source is refused if its forecast exceeds its cap, and stopped if its calls do."""
    budget = Budget(source_usd=0.5)
    with pytest.raises(BudgetReached) as refused:
        async with budget.source(0.6):
            pass
    async with budget.source(0.4) as allowance:
        await spend(allowance, 0.3, 0.45)
        with pytest.raises(BudgetReached) as stopped:
            await spend(allowance, 0.1)
    assert refused.value.kind == stopped.value.kind == "source_too_expensive"


async def test_the_day_counts_what_other_runs_stored():
    """The daily cap includes the stored cost of other runs."""
    stored = [0.9]
    budget = Budget(day_usd=1.0, spent_today=lambda: stored[0])
    async with budget.call(Usage()) as charge:
        async with charge.request(0.05, 0.05):
            charge.usd = 0.05
        await charge.store(lambda: stored.append(stored.pop() + 0.05))
    async with budget.call(Usage()) as charge, charge.request(0.05, 0.05):
        pass
    with pytest.raises(BudgetReached, match="for this day"):
        await spend(budget, 0.1)


async def test_a_failing_source_returns_its_reservation():
    """A source that fails releases its whole reservation."""
    budget = Budget(run_usd=1.0)
    with pytest.raises(RuntimeError):
        async with budget.source(1.0):
            raise RuntimeError
    async with budget.source(1.0) as allowance:
        await spend(allowance, 1.0)


async def test_a_model_without_a_price_runs_below_the_default_cap_on_sources() -> None:
    """Only a budget set by a person needs a price."""
    async with Budget(source_usd=1.0).source(None) as allowance:
        await spend(allowance, None, 0.0)


async def test_a_request_gets_what_is_left_and_waits_for_more():
    """A request waits while another may release money, then gets what is left."""
    budget, order = Budget(run_usd=1.0), []

    async def second(source):
        async with source.call(Usage()) as charge, charge.request(0.1, 0.9) as left:
            order.append(round(left, 2))

    async with budget.source(0.0) as one, budget.source(0.0) as other, one.call(Usage()) as charge:
        async with charge.request(0.1, 0.9) as left:
            assert left == 0.9
            waiting = asyncio.ensure_future(second(other))
            await asyncio.sleep(0)
            assert not order
            charge.usd = 0.3
        await waiting
    assert order == [0.7]


async def test_a_request_does_not_wait_for_what_others_have_reserved():
    """If no current request would release money, a request starts with less."""
    budget = Budget(run_usd=1.0)
    async with budget.source(0.5) as one, budget.source(0.4) as other:
        first, second = Charge(other, Usage()), Charge(one, Usage())
        async with first.request(0.1, 0.4), second.request(0.1, 0.9) as left:
            assert left == pytest.approx(0.6)


async def test_what_is_not_stored_yet_counts_for_the_day():
    """Between two requests of a question, the cost of the first counts although not stored."""
    budget = Budget(day_usd=1.0)
    async with budget.call(Usage()) as charge:
        async with charge.request(0.6, 0.6):
            charge.usd = 0.6
        with pytest.raises(BudgetReached, match="for this day"):
            async with charge.request(0.6, 0.6):
                pass


async def test_an_answer_stored_while_the_day_is_read_does_not_pass_the_cap():
    """A reading from before an answer was stored still counts that answer as spent."""
    stored, reading, kept = [0.0], threading.Event(), threading.Event()

    def spent_today():
        before = stored[0]
        if budget.spent:  # the first request is over; the next one reads the day
            reading.set()
            kept.wait(5)
            time.sleep(0.02)  # for the event loop to learn that the answer is stored
        return before

    def keep():
        reading.wait(5)
        stored[0] = 0.6
        kept.set()

    budget = Budget(day_usd=1.0, spent_today=spent_today)
    async with asyncio.timeout(5), budget.source(0.0) as source:
        charge = Charge(source, Usage())
        async with charge.request(0.6, 0.6):
            charge.usd = 0.6
        storing = asyncio.ensure_future(charge.store(keep))
        async with Charge(source, Usage()).request(0.1, 0.9) as left:
            await storing
    assert left == pytest.approx(0.4)


async def test_an_answer_that_cannot_be_stored_ends_the_wait_for_it():
    """If storing an answer fails, its cost stays spent, and the waiting request is refused."""
    budget, release = Budget(day_usd=1.0), threading.Event()

    def keep():
        release.wait(5)
        raise RuntimeError

    async with asyncio.timeout(5), budget.source(0.0) as source:
        charge = Charge(source, Usage())
        async with charge.request(0.6, 0.6):
            charge.usd = 0.6
        storing = asyncio.ensure_future(charge.store(keep))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(spend(source, 0.6))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        release.set()
        with pytest.raises(RuntimeError):
            await storing
        with pytest.raises(BudgetReached, match="for this day"):
            await waiting


@pytest.mark.parametrize("is_source", [True, False])
async def test_what_is_cancelled_while_it_returns_money_returns_it(is_source):
    """A task cancelled at its very end does not block others."""
    budget, entered, done = Budget(run_usd=1.0), asyncio.Event(), asyncio.Event()

    async def first():
        async with (
            budget.source(0.9 if is_source else 0.0) as source,
            Charge(source, Usage()).request(0.1, 0.1 if is_source else 0.9),
        ):
            entered.set()
            await done.wait()

    async def second():
        async with budget.source(0.9 if is_source else 0.0) as source:
            await spend(source, 0.9)

    async with asyncio.timeout(5):
        task = asyncio.ensure_future(first())
        await entered.wait()
        waiting = asyncio.ensure_future(second())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        async with budget.changed:  # as another does that reads what the day has cost
            done.set()
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task
        await waiting
