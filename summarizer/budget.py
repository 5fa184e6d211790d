"""Caps on what calls may cost. A source is paid for in full before the next one starts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from schemas.errors import BudgetReached

_MICRO = 1e-9  # dollars; sums of floats are compared with this slack


@dataclass
class Charge:
    """What one call cost; ``usd`` is set before the charge is closed."""

    usd: float = 0.0


@dataclass(eq=False)
class Budget:
    """Caps in US dollars; None means no cap.

    Whatever a started source needs is reserved first, so the caps buy whole drafts. A call is let
    through by what it is expected to cost: a cap may be passed by what the calls under way turn out
    to cost beyond that.
    """

    run_usd: float | None = None  # for everything that this object lets through
    day_usd: float | None = None  # for today, with what other runs have stored
    spent_today: Callable[[], float] = lambda: 0.0  # what is stored; called in a thread
    source_usd: float | None = None  # for each source
    spent: float = field(default=0.0, init=False)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)
    _purses: "set[Purse]" = field(default_factory=set, init=False)

    @asynccontextmanager
    async def source(self, forecast_usd: float | None) -> AsyncIterator["Purse"]:
        """Reserve what a source is forecast to cost, and return the rest when it is done.

        Waits while the forecast would fit if other sources returned what they do not need.

        Raises:
            BudgetReached: if it does not fit, is too much for one source, or has no known price.
        """
        purse = Purse(self)
        async with self.changed:
            while refusal := await self.refusal(purse, forecast_usd):
                if await self.refusal(purse, forecast_usd, alone=True):
                    raise refusal
                await self.changed.wait()
            purse.reserved = forecast_usd or 0.0
            self._purses.add(purse)
        try:
            yield purse
        finally:
            async with self.changed:
                self._purses.discard(purse)
                self.changed.notify_all()

    @asynccontextmanager
    async def call(self, expected_usd: float | None) -> AsyncIterator[Charge]:
        """Pay for one call outside any source."""
        async with self.source(0.0) as purse, purse.call(expected_usd) as charge:
            yield charge

    async def refusal(
        self, purse: "Purse", usd: float | None, *, alone: bool = False
    ) -> BudgetReached | None:
        """Return why ``usd`` more is refused; ``alone``, even if no other source held anything."""
        # The cap on one source has a default, and must not stop models without a price.
        if usd is None and (self.run_usd, self.day_usd) != (None, None):
            return BudgetReached(
                "a budget is set but the model's price is not known; set its price in [models], "
                "0 where it is free",
                cause="price_unknown",
            )
        held = 0.0 if alone else sum(one.reserved + one.under_way for one in self._purses)
        amount = usd or 0.0
        lacking = max(amount - purse.reserved, 0.0)
        needs_day = lacking and self.day_usd is not None
        today = await asyncio.to_thread(self.spent_today) if needs_day else 0.0
        return (
            _refusal("source", self.source_usd, purse.spent + purse.under_way, amount)
            or _refusal("run", self.run_usd, self.spent + held, lacking)
            or _refusal("day", self.day_usd, today + held, lacking)
        )


def _refusal(name: str, cap: float | None, taken: float, amount: float) -> BudgetReached | None:
    if cap is None or amount <= _MICRO or taken + amount <= cap + _MICRO:
        return None
    return BudgetReached(
        f"${amount:.4f} more would pass the budget of ${cap:g} for this {name} (${taken:.4f} spent "
        "or reserved); raise it and retry",
        cause="source_too_expensive" if name == "source" else "budget_reached",
    )


class Purse:
    """What one source may spend: what is ``reserved`` first, then what no other source holds."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.reserved = self.under_way = self.spent = 0.0

    @asynccontextmanager
    async def call(self, expected_usd: float | None) -> AsyncIterator[Charge]:
        """Pay for one call of this source.

        Close it when the call is stored: until then ``spent_today`` does not include it.

        Raises:
            BudgetReached: if it fits neither the reservation nor what is left beside those of
                others, or passes the cap for one source.
        """
        budget, charge, amount = self._budget, Charge(), expected_usd or 0.0
        async with budget.changed:
            if refusal := await budget.refusal(self, expected_usd):
                raise refusal
            self.under_way += amount
            self.reserved = max(self.reserved - amount, 0.0)
        try:
            yield charge
        finally:
            async with budget.changed:
                self.under_way -= amount
                self.reserved = max(self.reserved + amount - charge.usd, 0.0)
                self.spent += charge.usd
                budget.spent += charge.usd
                budget.changed.notify_all()
