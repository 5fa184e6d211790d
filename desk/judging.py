"""The judge's verdicts on edits, in the background."""

import asyncio

from config.resources import Resources
from desk.jobs import attempt
from desk.live import Live
from review.judgment import settle


class Judging:
    """Asks the judge on the running event loop, about a bounded number of cases at a time."""

    def __init__(self, resources: Resources, live: Live) -> None:
        self._resources, self._live = resources, live
        self.is_on = resources.has_judge
        self._gate = asyncio.Semaphore(resources.parallel)
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self, case_id: str, *, again: bool = False) -> None:
        """Settle the parts of a case that are being judged; with ``again`` all unjudged ones."""
        if self.is_on or again:
            task = asyncio.create_task(self._run(case_id, again=again))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def resume(self) -> None:
        """Settle all cases that are being judged, also those of a desk or command that stopped."""
        work = asyncio.to_thread(self._resources.warehouse.ids, "cases_being_judged")
        found, _ = await attempt(work, "cases that are being judged")
        for case_id in found or ():
            self.start(case_id, again=True)

    async def close(self) -> None:
        """Stop asking; the next desk continues."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _run(self, case_id: str, *, again: bool) -> None:
        async with self._gate:
            await attempt(settle(case_id, self._resources, again=again), case_id)
        self._live.note_change()
        await attempt(self._live.refresh(), case_id)
