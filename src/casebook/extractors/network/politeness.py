"""How often a site is asked: one request at a time begins, with a pause after it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LONGEST_PAUSE = 60.0
"""The longest Crawl-delay, in seconds, that is heeded; longer ones are as good as a prohibition."""


class Politeness:
    """Gives each host's requests their turns, in the order of asking.

    Args:
        interval: seconds between the beginnings of two requests to one host, unless its robots.txt
            asks for more.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        interval: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._clock, self._sleep = clock, sleep
        self._asked: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def slow_down(self, host: str, seconds: float) -> None:
        """Heed a Crawl-delay from now on."""
        self._asked[host] = min(seconds, LONGEST_PAUSE)

    async def turn(self, host: str) -> None:
        """Return when the next request to ``host`` may begin."""
        now = self._clock()
        when = max(now, self._next.get(host, now))
        self._next[host] = when + max(self._interval, self._asked.get(host, 0.0))
        if when > now:
            await self._sleep(when - now)
