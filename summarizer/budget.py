"""Cost limits for model calls. A source is paid for in full before the next one starts."""

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

    The forecast cost of a source is reserved before it starts, so the caps pay for whole drafts.
    Each request reserves the cost of its longest possible answer, so no answer exceeds a cap.
    """

    run_usd: float | None = None  # for all calls through this object
    day_usd: float | None = None  # for today, including the stored calls of other runs
    spent_today: Callable[[], float] = lambda: 0.0  # the cost of stored calls; called in a thread
    source_usd: float | None = None  # for each source
    spent: float = field(default=0.0, init=False)
    unstored: float = field(default=0.0, init=False)  # spent, but not yet in ``spent_today``
    storing: float = field(default=0.0, init=False)  # the part of it that is being stored
    changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)
    _sources: "set[SourceBudget]" = field(default_factory=set, init=False)

    @asynccontextmanager
    async def source(self, forecast_usd: float | None) -> AsyncIterator["SourceBudget"]:
        """Reserve the forecast cost of a source, and release the unspent rest at the end.

        Waits while the forecast could still fit after other sources release unspent money.

        Raises:
            BudgetReached: if it does not fit, exceeds the cap per source, or has no known price.
        """
        source, usd = SourceBudget(self), forecast_usd
        async with self.changed:
            while True:
                (_, refusal), (_, final) = await self.offers(source, usd, usd, "alone")
                if refusal is None:
                    break
                if final:
                    raise refusal
                await self.changed.wait()
            source.reserved = usd or 0.0
            self._sources.add(source)
        try:
            yield source
        finally:
            self._sources.discard(source)
            await asyncio.shield(self.notify())

    @asynccontextmanager
    async def call(self, likely: Usage) -> AsyncIterator["Charge"]:
        """Pay for one question outside any source."""
        async with self.source(0.0) as source, source.call(likely) as charge:
            yield charge

    async def notify(self) -> None:
        """Wake all waiting tasks; needs a shield, so that cancelled tasks wake them too."""
        async with self.changed:
            self.changed.notify_all()

    async def offers(
        self, source: "SourceBudget", least: float | None, most: float | None, later: _When
    ) -> tuple[_Offer, _Offer]:
        """Return the amounts available under the caps now and ``later``.

        Both use the same reading of ``spent_today``; later includes the amounts that other requests
        or sources will certainly release.
        """
        needs_day = self.day_usd is not None and (most or 0.0) > _MICRO
        today = await asyncio.to_thread(self.spent_today) if needs_day else 0.0
        now, then = (self._offer(source, least, most, today, when) for when in ("now", later))
        return now, then

    def _offer(
        self,
        source: "SourceBudget",
        least: float | None,
        most: float | None,
        today: float,
        when: _When,
    ) -> _Offer:
        """Return the available part of ``most``, and an error if it is below ``least``.

        ``when`` says which reservations count: all (now), none of requests (idle), or also none of
        other sources (alone).
        """
        # The cap per source has a default, which must not block models without a price.
        if least is None and (self.run_usd, self.day_usd) != (None, None):
            return 0.0, BudgetReached(
                "a budget is set but the model's price is not known; set its price in [models] "
                "(0 if it is free)",
                cause="price_unknown",
            )
        least, most = least or 0.0, most or 0.0
        own = source.under_way if when == "now" else 0.0
        others = () if when == "alone" else self._sources - {source}
        held = own + sum(max(one.reserved, one.under_way * (when == "now")) for one in others)
        today += self.unstored - self.storing * (when != "now")
        caps = (
            ("source", self.source_usd, source.spent + own),
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
        f"${amount:.4f} more would exceed the budget of ${cap:g} for this {name} (${taken:.4f} "
        "spent or reserved); raise it and retry",
        cause="source_too_expensive" if name == "source" else "budget_reached",
    )


@dataclass(eq=False)
class SourceBudget:
    """The budget of one source: its ``reserved`` amount, then money not reserved by others."""

    budget: Budget
    reserved: float = 0.0
    under_way: float = 0.0  # the maximum cost of its current requests
    spent: float = 0.0
    cut: str = ""  # the error if a truncated answer used up the budget

    @asynccontextmanager
    async def call(self, likely: Usage) -> AsyncIterator["Charge"]:
        """Pay for one question of this source."""
        yield Charge(self, likely)


@dataclass(eq=False)
class Charge:
    """The cost of one question; its client sets ``usd`` before each request ends."""

    source: SourceBudget
    likely: Usage  # of one request
    usd: float = 0.0

    @asynccontextmanager
    async def request(self, least: float | None, most: float | None) -> AsyncIterator[float]:
        """Reserve up to ``most`` dollars for one request, and at least ``least``.

        Waits for current requests to release unspent money.

        Raises:
            BudgetReached: if less than ``least`` is available.
        """
        source, budget, before = self.source, self.source.budget, self.usd
        async with budget.changed:
            while True:
                (left, refusal), (later, _) = await budget.offers(source, least, most, "idle")
                if later <= left + _MICRO:
                    break
                await budget.changed.wait()
            if refusal:
                raise refusal
            source.under_way += left
        try:
            yield left
        finally:
            paid = self.usd - before
            source.under_way -= left
            source.reserved = max(source.reserved - paid, 0.0)
            source.spent += paid
            budget.spent += paid
            budget.unstored += paid
            await asyncio.shield(budget.notify())

    async def store(self, keep: Callable[[], None]) -> None:
        """Call ``keep`` in a thread; afterwards ``spent_today`` includes the stored cost."""
        budget, stored = self.source.budget, 0.0
        budget.storing += self.usd
        try:
            await asyncio.to_thread(keep)
            stored = self.usd
        finally:
            async with budget.changed:
                budget.storing -= self.usd
                budget.unstored -= stored
                budget.changed.notify_all()
