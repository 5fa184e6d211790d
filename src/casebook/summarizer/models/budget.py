"""Hard caps on what calls may cost: money is set aside before a request and settled after it."""

import asyncio
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from casebook.schemas.errors import BudgetReached, PriceUnknown
from casebook.schemas.generations import Usage
from casebook.summarizer.models.profiles import Price, with_cost

_RAISE_RUN, _RAISE_DAY = (
    f"raise {setting}, then `casebook retry`"
    for setting in ("CASEBOOK_BUDGET_RUN or --budget", "CASEBOOK_BUDGET_DAY")
)


@dataclass
class _Span:
    """A day, a run or a part of one: what it may spend, and has spent, in US dollars.

    ``name`` is a word for it, ``remedy`` what a person is to do where ``most`` is met. ``stored``
    is what the ledger tells of it, where that tells more than this process knows. ``unstored`` is
    spent by questions that are still at work: the ledger does not tell of it yet. ``set_aside`` is
    for the requests ``under_way``.
    """

    most: float | None
    name: str
    remedy: str
    stored: Callable[[], float] | None = None
    paid: float = 0.0
    unstored: float = 0.0
    set_aside: float = 0.0
    under_way: int = 0
    is_met: bool = False

    @property
    def spent(self) -> float:
        return self.paid if self.stored is None else self.stored() + self.unstored

    def reserve(self, amount: float) -> None:
        self.set_aside += amount
        self.under_way += 1

    def settle(self, reserved: float, spent: float) -> None:
        self.under_way -= 1
        # Nothing under way is nothing set aside, whatever the sums leave behind the point.
        self.set_aside = self.set_aside - reserved if self.under_way else 0.0
        self.paid += spent
        self.unstored += spent

    def refusal(self, amount: float) -> BudgetReached | None:
        """Return what is told where ``amount`` does not fit; None where it does."""
        if self.most is None:
            return None
        spent = self.spent
        if spent + self.set_aside + amount <= self.most:
            return None
        most = f"{self.most:.6f}".rstrip("0").rstrip(".")
        return BudgetReached(
            f"the next call may cost ${amount:.4f}, which would pass the cap of ${most} a "
            f"{self.name} (${spent:.4f} spent); {self.remedy}"
        )


class Budget:
    """What may still be spent, in US dollars: by this run, and today (UTC) by all runs.

    A request is let through only if its dearest outcome fits beside what was spent and what is set
    aside for requests under way; while it is only the latter that stand in the way, it waits for
    them. Other processes count for the day by what they have stored: requests that they have under
    way are not seen.

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
        self._spans: tuple[_Span, ...] = (
            _Span(run, "run", _RAISE_RUN),
            _Span(day, "day", _RAISE_DAY, stored=spent_today),
        )
        self._changed = asyncio.Condition()

    def part(self, most: float | None, name: str, remedy: str) -> "Budget":
        """Return the budget of a part of this run: what is spent of it is spent here as well.

        ``most`` is the part's own cap, ``name`` a word for it, and ``remedy`` says what to do where
        that cap is met.
        """
        part = copy(self)
        part._spans = (_Span(most, name, remedy), *self._spans)  # noqa: SLF001 - one of its own
        return part

    @property
    def spent(self) -> float:
        """What this run, or part of one, has spent so far."""
        return self._spans[0].spent

    @property
    def is_spent(self) -> bool:
        """Whether a request did not fit into the cap of this run, or part of one."""
        return self._spans[0].is_met

    @property
    def capped(self) -> bool:
        """Whether there is a cap at all."""
        return any(span.most is not None for span in self._spans)

    async def reserve(self, amount: float) -> None:
        """Set ``amount`` aside, after waiting for requests under way if need be.

        Raises:
            BudgetReached: if it does not fit although nothing is under way.
        """
        async with self._changed:
            while refusals := [(s, told) for s in self._spans if (told := s.refusal(amount))]:
                if final := [(s, told) for s, told in refusals if not s.under_way]:
                    for span, _ in final:
                        span.is_met = True
                    raise final[0][1]
                await self._changed.wait()
            for span in self._spans:
                span.reserve(amount)

    async def settle(self, reserved: float, spent: float) -> None:
        """Give back what was set aside for one request, and note what it cost."""
        async with self._changed:
            for span in self._spans:
                span.settle(reserved, spent)
            self._changed.notify_all()

    def stored(self, spent: float) -> None:
        """Note that the ledger now tells of ``spent``."""
        for span in self._spans:
            span.unstored = max(0.0, span.unstored - spent)


def no_price() -> PriceUnknown:
    """Return what is told where there is a cap and no price to compare with it."""
    return PriceUnknown(
        "a budget is set but the model's price is not known; set "
        "CASEBOOK_LLM_PRICE_INPUT and CASEBOOK_LLM_PRICE_OUTPUT (0 where it is free)"
    )


class Meter:
    """What one question costs, request by request.

    ``under_way`` tells that one is being answered, or that its answer is not stored yet.

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
            raise no_price()
        await self._budget.reserve(self._dearest or 0.0)

    def send(self) -> None:
        """Note that a request goes out now; none does after ``stop``."""
        if self.stopped:
            raise asyncio.CancelledError
        self.under_way = True
        self.requests += 1

    async def settle(self, usage: Usage) -> None:
        """Note what the request took; of one that was cut nothing is known, and nothing counts."""
        cost = with_cost(usage, self._price).cost_usd or 0.0
        self._spent += cost
        await self._budget.settle(self._dearest or 0.0, cost)
        self.under_way = False

    def answered(self) -> None:
        """Note that there is an answer, which is to be stored."""
        self.under_way = True

    def stop(self) -> None:
        """Let no further request out: whoever asked does not wait for it any more."""
        self.stopped = True

    def close(self) -> None:
        """Note that all of this question is in the ledger."""
        self.under_way = False
        self._budget.stored(self._spent)
