"""How many sources of a batch are in each stage at once."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable

from casebook.schemas.errors import ExtractorUnavailable


class Gates:
    """Bounds how many sources are in each stage at once, and counts them for whoever watches.

    A StageRunner. A slow stage holds back the ones before it: a source keeps
    its place in the batch's window until it has left the last stage.
    """

    MOST_UNREAD = 5  # more than the usual two workers are given at once

    def __init__(self, *, fetching: int, extracting: int) -> None:
        self._gates = {
            "fetch": asyncio.Semaphore(fetching),
            "extract": asyncio.Semaphore(extracting),
        }
        self.inside: Counter[str] = Counter()
        self._unread = 0
        self._order, self._being_read = itertools.count(), set[int]()

    @property
    def are_unreadable(self) -> bool:
        """Tell whether no process that reads was to be had, so many times in a row.

        Not while a document that was begun before is being read: where one is, there are some.
        """
        return self._unread >= self.MOST_UNREAD

    async def __call__(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        """Run one stage when there is room in it."""
        gate = self._gates.get(name)
        if gate is None:
            return await self._counted(name, stage)
        async with gate:
            turn = next(self._order)
            if name == "extract":
                self._being_read.add(turn)
            try:
                result = await self._counted(name, stage)
            except ExtractorUnavailable:
                self._unread += turn <= min(self._being_read, default=turn)
                raise
            finally:
                self._being_read.discard(turn)
            if name == "extract":
                self._unread = 0
            return result

    async def _counted(self, name: str, stage: Callable[[], Awaitable[str]]) -> str:
        self.inside[name] += 1
        try:
            return await stage()
        finally:
            self.inside[name] -= 1
