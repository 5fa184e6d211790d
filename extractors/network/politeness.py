"""How often a site is asked: its requests begin one at a time, with a pause between them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from schemas.errors import ServerBusy

LONGEST_PAUSE = 60.0  # seconds that are waited out


class Politeness:
    """Gives each host's requests their turns, in the order of asking.

    ``interval`` is the seconds between the beginnings of two requests to one host, unless its
    robots.txt asks for more; ``clock`` returns monotonic seconds.
    """

    def __init__(
        self,
        interval: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval, self._clock, self._sleep = interval, clock, sleep
        self._delays: dict[str, float] = {}
        self._next: defaultdict[str, float] = defaultdict(float)
        self._resting: defaultdict[str, float] = defaultdict(float)
        self._refusals: defaultdict[str, int] = defaultdict(int)

    def slow_down(self, host: str, seconds: float) -> None:
        """Respect a Crawl-delay from now on, up to a minute."""
        self._delays[host] = min(seconds, LONGEST_PAUSE)

    def refused(self, host: str, seconds: float | None = None) -> None:
        """Record a 429 or 503 and the wait it asks for; without one the pause doubles each time."""
        self._refusals[host] += 1
        pause = 2.0 ** min(self._refusals[host], 10) if seconds is None else seconds
        self._resting[host] = self._clock() + min(pause, 3_600.0)

    def answered(self, host: str) -> None:
        """Record any other answer."""
        self._refusals.pop(host, None)

    async def turn(self, host: str) -> None:
        """Return when the next request to ``host`` may begin; raise ServerBusy for long waits."""
        now = self._clock()
        rest = self._resting[host] - now
        if rest > LONGEST_PAUSE:
            message = f"{host} refuses requests (429 or 503): retry after {rest:.0f} s."
            raise ServerBusy(message, retry_after=rest)
        when = max(now, self._next[host], self._resting[host])
        self._next[host] = when + max(self._interval, self._delays.get(host, 0.0))
        if when > now:
            await self._sleep(when - now)
