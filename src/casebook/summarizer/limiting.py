"""The one gate that every request to an endpoint passes, whoever asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RequestLimiter:
    """Lets at most ``concurrent`` requests be under way at once.

    One object an endpoint, shared by all that ask there. A request's fault leaves ``turn`` as the
    exception it is (``RateLimited`` with its wish among them), so that a limiter can learn from it.
    """

    def __init__(self, concurrent: int = 4) -> None:
        self.concurrent = concurrent
        self._gate = asyncio.Semaphore(concurrent)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one request's place; waits until there is one."""
        async with self._gate:
            yield
