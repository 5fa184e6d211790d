"""How often a site is asked: one request at a time begins, with a pause after it.

A site that says that these are too many is left alone for as long as it says, else for longer each
time. One that goes on saying so is not asked at all for a while: a list of hundreds of its pages
would be as many requests in vain, several times over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

LONGEST_PAUSE = 60.0
"""The longest pause, in seconds, that is waited out; longer ones are as good as a prohibition."""

_FIRST_PAUSE = 2.0
_MOST_REFUSALS = 6  # in a row
_CLOSED_SECONDS, _LONGEST_CLOSED = 600.0, 3_600.0


class Politeness:
    """Gives each host's requests their turns, in the order of asking.

    Args:
        interval: seconds between the beginnings of two requests to one host, unless its robots.txt
            asks for more.
        patience: the longest pause, in seconds, after a refusal that is waited out.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        interval: float = 1.0,
        *,
        patience: float = LONGEST_PAUSE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval, self._patience = interval, patience
        self._clock, self._sleep = clock, sleep
        self._asked: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._not_before: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    def slow_down(self, host: str, seconds: float) -> None:
        """Heed a Crawl-delay from now on."""
        self._asked[host] = min(seconds, LONGEST_PAUSE)

    def refused(self, host: str, seconds: float | None = None) -> None:
        """Note that ``host`` says that it is asked too often, and perhaps for how long to wait.

        What was sent before its last word says nothing new.
        """
        now = self._clock()
        if now < self._not_before.get(host, now):
            return
        count = self._refusals[host] = self._refusals.get(host, 0) + 1
        pause = min(_FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE) if seconds is None else seconds
        if count > _MOST_REFUSALS:
            pause = max(pause, _CLOSED_SECONDS)
        self._not_before[host] = now + min(pause, _LONGEST_CLOSED)

    def answered(self, host: str) -> None:
        """Note that ``host`` says anything else."""
        self._refusals.pop(host, None)

    def closed_seconds(self, host: str) -> float | None:
        """Return for how long ``host`` is not to be asked at all; None where it may be in turn."""
        left = self._not_before.get(host, 0.0) - self._clock()
        return left if left > self._patience else None

    async def turn(self, host: str) -> None:
        """Return when the next request to ``host`` may begin, or when it is closed meanwhile."""
        while self.closed_seconds(host) is None:
            now = self._clock()
            when = max(now, self._next.get(host, now), self._not_before.get(host, now))
            self._next[host] = when + max(self._interval, self._asked.get(host, 0.0))
            if when > now:
                await self._sleep(when - now)
            if self._not_before.get(host, when) <= when:  # else it refused another one meanwhile
                return
