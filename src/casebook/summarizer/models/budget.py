"""Hard caps on what calls may cost: money is set aside before a request and settled after it."""

import asyncio
from collections.abc import Callable

from casebook.schemas.errors import BudgetReached, PriceUnknown
from casebook.schemas.generations import Usage
from casebook.summarizer.models.profiles import Price, with_cost


class Budget:
    """What may still be spent, in US dollars: by this run, and today (UTC) by all runs.

    A request is let through only if its dearest outcome fits beside what was spent and what is set
    aside for requests under way; while it is only the latter that stand in the way, it waits for
    them. Other processes count for the day by what they have stored: requests that they have under
    way are not seen. ``run_is_spent`` once a request did not fit into the run's cap.

    Args:
        run: the cap of this run, which lasts as long as this object; None for no cap.
        day: the cap of a day.
        spent_today: what the ledger tells of today, all runs included.
    """

    def __init__(
        self,
        run: float | None = None,
        day: float | None = None,
        spent_today: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.run, self.day = run, day
        self._spent_today = spent_today
        self.spent = 0.0
        self.run_is_spent = False
        self._set_aside = 0.0
        self._under_way = 0
        # Spent by questions that are still at work: the ledger does not tell of it yet.
        self._unstored = 0.0
        self._changed = asyncio.Condition()

    @property
    def capped(self) -> bool:
        """Whether there is a cap at all."""
        return self.run is not None or self.day is not None

    async def reserve(self, amount: float) -> None:
        """Set ``amount`` aside, after waiting for requests under way if need be.

        Raises:
            BudgetReached: if it does not fit although nothing is under way.
        """
        async with self._changed:
            while refusal := self._refusal(amount):
                if not self._under_way:
                    self.run_is_spent |= self._passes_run(amount)
                    raise refusal
                await self._changed.wait()
            self._set_aside += amount
            self._under_way += 1

    async def settle(self, reserved: float, spent: float) -> None:
        """Give back what was set aside for one request, and note what it cost."""
        async with self._changed:
            self._under_way -= 1
            # Nothing under way is nothing set aside, whatever the sums leave behind the point.
            self._set_aside = self._set_aside - reserved if self._under_way else 0.0
            self.spent += spent
            self._unstored += spent
            self._changed.notify_all()

    def stored(self, spent: float) -> None:
        """Note that the ledger now tells of ``spent``."""
        self._unstored = max(0.0, self._unstored - spent)

    def _passes_run(self, amount: float) -> bool:
        return self.run is not None and self.spent + self._set_aside + amount > self.run

    def _refusal(self, amount: float) -> BudgetReached | None:
        if self.run is not None and self._passes_run(amount):
            return _reached(amount, self.run, "run", self.spent, "CASEBOOK_BUDGET_RUN or --budget")
        if self.day is None:
            return None
        today = self._spent_today() + self._unstored
        if today + self._set_aside + amount > self.day:
            return _reached(amount, self.day, "day", today, "CASEBOOK_BUDGET_DAY")
        return None


def _reached(amount: float, cap: float, span: str, spent: float, setting: str) -> BudgetReached:
    cap_told = f"{cap:.6f}".rstrip("0").rstrip(".")
    return BudgetReached(
        f"the next call may cost ${amount:.4f}, which would pass the cap of ${cap_told} a {span} "
        f"(${spent:.4f} spent); raise {setting}, then `casebook retry`"
    )


class Meter:
    """What one question costs, request by request. ``under_way`` tells that one is being answered.

    Args:
        prompt_tokens: the estimate for the question.
        output_tokens: the most that an answer may have.
    """

    def __init__(
        self, budget: Budget, price: Price | None, prompt_tokens: int, output_tokens: int
    ) -> None:
        self._budget, self._price = budget, price
        dearest = Usage(prompt_tokens=prompt_tokens, completion_tokens=output_tokens)
        self._dearest = with_cost(dearest, price).cost_usd
        self._spent = 0.0
        self.stopped = False
        self.under_way = False
        self.requests = 0

    async def reserve(self) -> None:
        """Set aside what the next request may cost.

        Raises:
            BudgetReached: if it would pass a cap.
            PriceUnknown: if there is a cap and no price to compare with it.
        """
        if self._budget.capped and self._dearest is None:
            raise PriceUnknown(
                "a budget is set but the model's price is not known; set "
                "CASEBOOK_LLM_PRICE_INPUT and CASEBOOK_LLM_PRICE_OUTPUT (0 where it is free)"
            )
        await self._budget.reserve(self._dearest or 0.0)

    def send(self) -> None:
        """Note that a request goes out now; none does after ``stop``."""
        if self.stopped:
            raise asyncio.CancelledError
        self.under_way = True
        self.requests += 1

    async def settle(self, usage: Usage) -> None:
        """Note what the request took; of one that was cut nothing is known, and nothing counts."""
        self.under_way = False
        cost = with_cost(usage, self._price).cost_usd or 0.0
        self._spent += cost
        await self._budget.settle(self._dearest or 0.0, cost)

    def stop(self) -> None:
        """Let no further request out: whoever asked does not wait for it any more."""
        self.stopped = True

    def close(self) -> None:
        """Note that all of this question is in the ledger."""
        self._budget.stored(self._spent)
