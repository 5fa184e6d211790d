"""Caps on what calls may cost. A source is paid for in full before the next one starts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from schemas.errors import BudgetReached
from schemas.generations import Usage

_When = Literal["now", "idle", "alone"]
_Offer = tuple[float, BudgetReached | None]
_MICRO = 1e-9  # dollars; sums of floats are compared with this slack


@dataclass(eq=False)
class Budget:
    """Caps in US dollars; None means no cap.

    A source's forecast is reserved before it starts, so the caps buy whole drafts. A request
    reserves what its longest answer costs while it is under way, so that no answer passes a cap.
    """

    run_usd: float | None = None  # for everything that this object lets through
    day_usd: float | None = None  # for today, with what other runs have stored
    spent_today: Callable[[], float] = lambda: 0.0  # what is stored; called in a thread
    source_usd: float | None = None  # for each source
    spent: float = field(default=0.0, init=False)
    unstored: float = field(default=0.0, init=False)  # spent, but not yet in ``spent_today``
    storing: float = field(default=0.0, init=False)  # the part of it that may be in there already
    changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)
    _purses: "set[SourceBudget]" = field(default_factory=set, init=False)

    @asynccontextmanager
    async def source(self, forecast_usd: float | None) -> AsyncIterator["SourceBudget"]:
        """Reserve what a source is forecast to cost, and return the rest when it is done.

        Waits while the forecast would fit if other sources returned what they do not need.

        Raises:
            BudgetReached: if it does not fit, is too much for one source, or has no known price.
        """
        purse, usd = SourceBudget(self), forecast_usd
        async with self.changed:
            while True:
                (_, refusal), (_, final) = await self.offers(purse, usd, usd, "alone")
                if refusal is None:
                    break
                if final:
                    raise refusal
                await self.changed.wait()
            purse.reserved = usd or 0.0
            self._purses.add(purse)
        try:
            yield purse
        finally:
            self._purses.discard(purse)
            await asyncio.shield(self.notify())

    @asynccontextmanager
    async def call(self, likely: Usage) -> AsyncIterator["Charge"]:
        """Pay for one question outside any source."""
        async with self.source(0.0) as purse, purse.call(likely) as charge:
            yield charge

    async def notify(self) -> None:
        """Wake all that wait for money; shield it, or a cancelled task leaves them waiting."""
        async with self.changed:
            self.changed.notify_all()

    async def offers(
        self, purse: "SourceBudget", least: float | None, most: float | None, later: _When
    ) -> tuple[_Offer, _Offer]:
        """Return what the caps leave now, and what they may leave ``later``.

        Both rest on one reading of the day; they differ only by what others are sure to return.
        """
        needs_day = self.day_usd is not None and (most or 0.0) > _MICRO
        today = await asyncio.to_thread(self.spent_today) if needs_day else 0.0
        now, then = (self._offer(purse, least, most, today, when) for when in ("now", later))
        return now, then

    def _offer(
        self,
        purse: "SourceBudget",
        least: float | None,
        most: float | None,
        today: float,
        when: _When,
    ) -> _Offer:
        """Return how much of ``most`` the caps leave, and an error if it is below ``least``.

        ``when`` is now, with requests under way, without any, or without other sources as well.
        """
        # The cap on one source has a default, and must not stop models without a price.
        if least is None and (self.run_usd, self.day_usd) != (None, None):
            return 0.0, BudgetReached(
                "a budget is set but the model's price is not known; set its price in [models], "
                "0 where it is free",
                cause="price_unknown",
            )
        least, most = least or 0.0, most or 0.0
        own = purse.under_way if when == "now" else 0.0
        others = () if when == "alone" else self._purses - {purse}
        held = own + sum(max(one.reserved, one.under_way * (when == "now")) for one in others)
        today += self.unstored - self.storing * (when != "now")
        caps = (
            ("source", self.source_usd, purse.spent + own),
            ("run", self.run_usd, self.spent + held),
            ("day", self.day_usd, today + held),
        )
        refusals = (_refusal(*cap, least) for cap in caps)
        left = min([most, *(cap - taken for _, cap, taken in caps if cap is not None)])
        return max(left, 0.0), next(filter(None, refusals), None)


def _refusal(name: str, cap: float | None, taken: float, amount: float) -> BudgetReached | None:
    if cap is None or amount <= _MICRO or taken + amount <= cap + _MICRO:
        return None
    return BudgetReached(
        f"${amount:.4f} more would pass the budget of ${cap:g} for this {name} (${taken:.4f} spent "
        "or reserved); raise it and retry",
        cause="source_too_expensive" if name == "source" else "budget_reached",
    )


@dataclass(eq=False)
class SourceBudget:
    """What one source may spend: what is ``reserved`` first, then what no other source holds."""

    budget: Budget
    reserved: float = 0.0
    under_way: float = 0.0  # the most that its requests under way may cost
    spent: float = 0.0
    cut: str = ""  # how an answer that was cut used up the budget

    @asynccontextmanager
    async def call(self, likely: Usage) -> AsyncIterator["Charge"]:
        """Pay for one question of this source."""
        yield Charge(self, likely)


@dataclass(eq=False)
class Charge:
    """What the requests of one question have cost; ``usd`` is set before each is closed."""

    purse: SourceBudget
    likely: Usage  # of one request
    usd: float = 0.0

    @asynccontextmanager
    async def request(self, least: float | None, most: float | None) -> AsyncIterator[float]:
        """Reserve ``most`` for one request, or what is left of it; at least ``least``.

        Waits for requests under way to return what they do not need.

        Raises:
            BudgetReached: if less than ``least`` is left.
        """
        purse, budget, before = self.purse, self.purse.budget, self.usd
        async with budget.changed:
            while True:
                (left, refusal), (later, _) = await budget.offers(purse, least, most, "idle")
                if later <= left + _MICRO:
                    break
                await budget.changed.wait()
            if refusal:
                raise refusal
            purse.under_way += left
        try:
            yield left
        finally:
            paid = self.usd - before
            purse.under_way -= left
            purse.reserved = max(purse.reserved - paid, 0.0)
            purse.spent += paid
            budget.spent += paid
            budget.unstored += paid
            await asyncio.shield(budget.notify())

    async def store(self, keep: Callable[[], None]) -> None:
        """Call ``keep`` in a thread; what it stored is in ``spent_today`` from then on."""
        budget, stored = self.purse.budget, 0.0
        budget.storing += self.usd
        try:
            await asyncio.to_thread(keep)
            stored = self.usd
        finally:
            async with budget.changed:
                budget.storing -= self.usd
                budget.unstored -= stored
                budget.changed.notify_all()
