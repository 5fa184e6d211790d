"""Caps on what calls may cost. A source is paid for in full before the next one starts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from schemas.errors import BudgetReached

_MICRO = 1e-9  # dollars; sums of floats are compared with this slack


@dataclass
class Charge:
    """What one call cost; ``usd`` is set before the charge is closed."""

    usd: float = 0.0


class Budget:
    """Caps in US dollars; None means no cap.

    Whatever a started source needs is reserved first, so the caps buy whole drafts. A call is let
    through by what it is expected to cost: a cap may be passed by what the calls under way turn out
    to cost beyond that.

    Args:
        run_usd: for everything that this object lets through.
        day_usd: for today, ``spent_today()`` included, which returns what is stored.
        spent_today: US dollars of all stored calls since midnight; called in a thread.
        source_usd: for each source.
    """

    def __init__(
        self,
        run_usd: float | None = None,
        day_usd: float | None = None,
        spent_today: Callable[[], float] = lambda: 0.0,
        source_usd: float | None = None,
    ) -> None:
        self._run_usd, self._day_usd, self._source_usd = run_usd, day_usd, source_usd
        self._spent_today = spent_today
        self._allowances: set[Allowance] = set()
        self.changed = asyncio.Condition()
        self.spent = 0.0

    @asynccontextmanager
    async def source(self, forecast_usd: float | None) -> AsyncIterator["Allowance"]:
        """Reserve what a source is forecast to cost, and return the rest when it is done.

        Waits while the forecast would fit if other sources returned what they do not need.

        Raises:
            BudgetReached: if it does not fit, is too much for one source, or has no known price.
        """
        allowance = Allowance(self, self._source_usd)
        amount = self.priced(forecast_usd)
        if self._source_usd is not None and amount > self._source_usd + _MICRO:
            raise BudgetReached(
                f"the source would cost about ${amount:.4f}, more than the ${self._source_usd:g} "
                "allowed for one source; raise that cap, or submit the source alone",
                cause="source_too_expensive",
            )
        async with self._opened(allowance, amount):
            yield allowance

    @asynccontextmanager
    async def call(self, expected_usd: float | None) -> AsyncIterator[Charge]:
        """Pay for one call outside any source."""
        opened = self._opened(Allowance(self, None), 0.0)
        async with opened as allowance, allowance.call(expected_usd) as charge:
            yield charge

    @asynccontextmanager
    async def _opened(self, allowance: "Allowance", amount: float) -> AsyncIterator["Allowance"]:
        async with self.changed:
            while amount and (refusal := await self.refusal(amount, self.reserved())):
                if not self._allowances or await self.refusal(amount, 0.0):
                    raise refusal
                await self.changed.wait()
            allowance.reserved = amount
            self._allowances.add(allowance)
        try:
            yield allowance
        finally:
            async with self.changed:
                self._allowances.discard(allowance)
                self.changed.notify_all()

    def reserved(self) -> float:
        """Return what the open allowances hold."""
        return sum(allowance.reserved for allowance in self._allowances)

    def priced(self, usd: float | None) -> float:
        """Return an amount that may not be known.

        Raises:
            BudgetReached: if it is not known and there is a cap.
        """
        # The cap on one source has a default, and must not stop models without a price.
        if usd is None and (self._run_usd, self._day_usd) != (None, None):
            raise BudgetReached(
                "a budget is set but the model's price is not known; set its price in [models], "
                "0 where it is free",
                cause="price_unknown",
            )
        return usd or 0.0

    async def refusal(self, amount: float, reserved: float) -> BudgetReached | None:
        """Return why ``amount`` does not fit beside what is spent and ``reserved``."""
        caps = [("run", self._run_usd, self.spent)]
        if self._day_usd is not None:
            caps.append(("day", self._day_usd, await asyncio.to_thread(self._spent_today)))
        for name, cap, spent in caps:
            if cap is not None and spent + reserved + amount > cap + _MICRO:
                return BudgetReached(
                    f"${amount:.4f} more would pass the budget of ${cap:g} for this {name} "
                    f"(${spent:.4f} spent); raise it and retry",
                    cause="budget_reached",
                )
        return None


class Allowance:
    """What one source may spend: its reservation first, then what no other source reserved."""

    def __init__(self, budget: Budget, cap: float | None) -> None:
        self._budget, self._cap = budget, cap
        self.reserved = 0.0
        self.spent = 0.0
        self._under_way = 0.0

    @asynccontextmanager
    async def call(self, expected_usd: float | None) -> AsyncIterator[Charge]:
        """Pay for one call of this source.

        Close it when the call is stored: until then ``spent_today`` does not include it.

        Raises:
            BudgetReached: if it fits neither the reservation nor what is left beside those of
                others, or passes the cap for one source.
        """
        budget, charge = self._budget, Charge()
        async with budget.changed:
            amount = budget.priced(expected_usd)
            await self._set_aside(amount)
        try:
            yield charge
        finally:
            async with budget.changed:
                self._under_way -= amount
                self.reserved = max(self.reserved - charge.usd, self._under_way, 0.0)
                self.spent += charge.usd
                budget.spent += charge.usd
                budget.changed.notify_all()

    async def _set_aside(self, amount: float) -> None:
        """Take ``amount`` out of the reservation, and what it lacks from what is left."""
        if self._cap is not None and self.spent + self._under_way + amount > self._cap + _MICRO:
            raise BudgetReached(
                f"the source has cost ${self.spent:.4f} and needs ${amount:.4f} more, which passes "
                f"the ${self._cap:g} allowed for one source; raise that cap and retry",
                cause="source_too_expensive",
            )
        lacking = self._under_way + amount - self.reserved
        if lacking > _MICRO:
            if refusal := await self._budget.refusal(lacking, self._budget.reserved()):
                raise refusal
            self.reserved += lacking
        self._under_way += amount


Purse = Budget | Allowance
"""What a call is paid from."""
