"""How many requests one endpoint gets at once, and when: shared by all clients of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from schemas.errors import ModelError, ProviderUnavailable, RateLimited

_LONGEST_PAUSE = 60.0
_FAULTS = 3


class Limiter:
    """Bounds concurrency, and pauses all requests after a 429 or several faults in a row.

    Args:
        concurrent: requests at once, at most.
        longest_wait: the longest Retry-After in seconds that is waited out; a longer one ends the
            call that met it, and others find out for themselves.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        concurrent: int = 4,
        *,
        longest_wait: float = _LONGEST_PAUSE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.concurrent = concurrent
        self.longest_wait = longest_wait
        self.clock, self.sleep = clock, sleep
        self._free = asyncio.Semaphore(concurrent)
        self._not_before = 0.0
        self._faults = 0
        self._failing_since: float | None = None

    @property
    def failing_seconds(self) -> float:
        """Seconds since the endpoint began to refuse or fail without an answer in between."""
        return 0.0 if self._failing_since is None else self.clock() - self._failing_since

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and learn from how the request inside ends."""
        async with self._free:
            while (left := self._not_before - self.clock()) > 0:
                await self.sleep(left)
            try:
                yield
            except RateLimited as error:
                self._fail(error.retry_after)
                raise
            except ProviderUnavailable:
                self._fail(None if self._faults + 1 >= _FAULTS else 0.0)
                raise
            except ModelError:
                self._answered()
                raise
            else:
                self._answered()

    def _answered(self) -> None:
        self._faults, self._failing_since = 0, None

    def _fail(self, pause: float | None) -> None:
        """Pause all requests, for ever longer where no time is given."""
        self._faults += 1
        if self._failing_since is None:
            self._failing_since = self.clock()
        seconds = min(2.0 ** (self._faults - 1), _LONGEST_PAUSE) if pause is None else pause
        if seconds <= self.longest_wait:
            self._not_before = max(self._not_before, self.clock() + seconds)
