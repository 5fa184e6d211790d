"""Caps that stop before the call that would pass them."""

import asyncio

import pytest

from casebook.schemas.errors import BudgetReached, PriceUnknown
from casebook.schemas.generations import Usage
from casebook.summarizer.models.budget import Budget, Meter
from casebook.summarizer.models.profiles import Price

PRICE = Price(input=1.0, output=10.0)


async def test_a_request_that_might_pass_the_cap_is_refused_and_one_that_fits_is_not():
    """To the cent: what is spent and what the next one may cost at most are held against it."""
    budget = Budget(run=1.0)
    await budget.reserve(0.6)
    await budget.settle(0.6, 0.4)
    with pytest.raises(BudgetReached, match=r"may cost \$0.6100.*cap of \$1 a run \(\$0.4000"):
        await budget.reserve(0.61)
    await budget.reserve(0.6)


async def test_requests_under_way_count_and_are_waited_for():
    """Two that only fit one after the other both go; at no time could the cap be passed."""
    budget, log = Budget(run=1.0), []

    async def ask(name, cost):
        await budget.reserve(0.7)
        log.append(f"{name} sent")
        await asyncio.sleep(0)
        log.append(f"{name} answered")
        await budget.settle(0.7, cost)

    await asyncio.gather(ask("a", 0.1), ask("b", 0.1), ask("c", 0.1))
    assert log == [f"{name} {what}" for name in "abc" for what in ("sent", "answered")]
    assert budget.spent == pytest.approx(0.3)


async def test_a_run_whose_cap_was_met_stays_spent():
    """The next request is smaller and the day's cap refuses it: the run's was met all the same."""
    budget = Budget(run=1.0, day=0.5, spent_today=lambda: 0.4)
    for amount, is_spent in ((0.3, False), (1.1, True), (0.3, True)):
        with pytest.raises(BudgetReached):
            await budget.reserve(amount)
        assert budget.is_spent is is_spent


async def test_a_part_of_a_run_has_a_cap_of_its_own_beside_the_runs():
    """What a part spends the run spends, too; where its own cap is met, the run's is not spent."""
    run = Budget(run=1.0)
    part = run.part(0.5, "look", "wait for the next one")
    await part.reserve(0.4)
    await part.settle(0.4, 0.4)
    assert (part.spent, run.spent) == (0.4, 0.4)
    with pytest.raises(
        BudgetReached, match=r"\$0.5 a look \(\$0.4000 spent\); wait for the next one"
    ):
        await part.reserve(0.2)
    assert (part.is_spent, run.is_spent) == (True, False)
    another = run.part(None, "look", "wait for the next one")
    assert another.capped
    with pytest.raises(
        BudgetReached, match=r"\$1 a run \(\$0.4000 spent\); raise CASEBOOK_BUDGET_RUN"
    ):
        await another.reserve(0.7)
    assert run.is_spent


async def test_a_part_waits_for_what_the_rest_of_the_run_has_under_way():
    """Only what is set aside elsewhere stands in its way, and that may come to less."""
    run = Budget(run=1.0)
    part = run.part(0.5, "look", "wait")
    await run.reserve(0.7)
    waiting = asyncio.create_task(part.reserve(0.4))
    await asyncio.sleep(0)
    assert not waiting.done()
    await run.settle(0.7, 0.1)
    await waiting
    assert not run.is_spent


async def test_whoever_waits_is_refused_when_the_money_is_gone():
    """The first one's answer costs what was set aside for it: the second one does not fit."""
    budget = Budget(run=1.0)
    await budget.reserve(0.7)
    waiting = asyncio.create_task(budget.reserve(0.7))
    await asyncio.sleep(0)
    assert not waiting.done()
    await budget.settle(0.7, 0.7)
    with pytest.raises(BudgetReached):
        await waiting


async def test_the_day_counts_what_other_runs_have_stored():
    """The ledger's sum of today, and what this process spent that is not stored yet."""
    ledger = 0.5
    budget = Budget(day=1.0, spent_today=lambda: ledger)
    await budget.reserve(0.4)
    await budget.settle(0.4, 0.3)
    with pytest.raises(BudgetReached, match=r"a day \(\$0.8000 spent\); raise CASEBOOK_BUDGET_DAY"):
        await budget.reserve(0.3)
    ledger += 0.3  # stored, and no longer counted beside it
    budget.stored(0.3)
    await budget.reserve(0.2)
    ledger += 0.9  # another process
    with pytest.raises(BudgetReached):
        await asyncio.wait_for(_after_settling(budget), 1)


async def _after_settling(budget):
    await budget.settle(0.2, 0.0)
    await budget.reserve(0.01)


async def test_a_cap_without_a_price_lets_nothing_through():
    """What a call costs is not known, so that it might pass any cap; without one it is no matter."""
    with pytest.raises(PriceUnknown, match="CASEBOOK_LLM_PRICE_INPUT"):
        await Meter(Budget(run=5.0), None, 10, 10).reserve()
    await Meter(Budget(), None, 10, 10).reserve()
    await Meter(Budget(run=0.0), Price(input=0, output=0), 10_000, 10_000).reserve()


async def test_a_meter_sets_aside_the_dearest_outcome_and_settles_the_real_one():
    """A million tokens in and a hundred thousand out cost two dollars at most."""
    budget = Budget(run=3.0)
    meter = Meter(budget, PRICE, 1_000_000, 100_000)
    await meter.reserve()
    with pytest.raises(BudgetReached):
        await asyncio.wait_for(_second(budget, meter), 1)


async def _second(budget, meter):
    meter.send()
    await meter.settle(Usage(prompt_tokens=1_000_000, completion_tokens=10_000))
    assert budget.spent == pytest.approx(1.1)
    await meter.reserve()


async def test_after_stop_no_request_goes_out():
    """Whoever asked is gone: a retry would be paid for nobody."""
    meter = Meter(Budget(), PRICE, 1, 1)
    meter.send()
    assert meter.under_way
    await meter.settle(Usage())
    meter.stop()
    with pytest.raises(asyncio.CancelledError):
        meter.send()
    assert (meter.requests, meter.under_way) == (1, False)
