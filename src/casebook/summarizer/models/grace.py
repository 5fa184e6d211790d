"""Waits for the answer under way when whoever asked is cancelled: it is paid for.

Light to import, so that whoever handles signals can ask how many answers there are.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

GRACE_SECONDS = 90.0
"""How long a cancelled question waits. Models take 5 to 60 s as a rule; the timeout of the request
itself, where it is shorter, ends the wait sooner."""


class Question(Protocol):
    """What is asked, perhaps in several requests."""

    @property
    def under_way(self) -> bool:
        """Whether a request is being answered."""

    def stop(self) -> None:
        """Let no further request out, and no failure be tried again."""


_asked: dict[asyncio.Future[Any], Question] = {}


async def in_any_case(work: Coroutine[Any, Any, T], question: Question) -> T:
    """Do ``work``, which asks ``question``. When cancelled, wait for an answer under way."""
    asking = asyncio.ensure_future(work)
    _asked[asking] = question
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        question.stop()
        if question.under_way:
            await asyncio.wait([asking], timeout=GRACE_SECONDS)
        raise
    finally:
        asking.cancel()
        del _asked[asking]


async def stored(store: Callable[[T], None], paid: T) -> None:
    """Have a thread ``store`` what was paid; it does so also when nobody waits any more.

    Threads are few, and each may wait for a server: what is not yet begun would be left out.
    """
    # A task would be cancelled at the end of the loop, which waits for threads.
    storing = asyncio.get_running_loop().run_in_executor(None, store, paid)
    storing.add_done_callback(asyncio.Future.exception)  # of which nobody may be left to hear
    await asyncio.wait([storing])
    storing.result()


async def all_of(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Do ``works`` at once and return what they return, in their order.

    Where one fails, or whoever asked is cancelled, all are ended. Of ``asyncio.gather`` alone,
    those that wait for an answer would be left behind.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    if not tasks:
        return []
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        return [task.result() for task in tasks]
    finally:
        await end(tasks)


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel ``tasks``, each once, and wait for all of them; what they raise is nobody's.

    Whoever is cancelled meanwhile goes on waiting: an error may have ended them, and Ctrl-C come
    then. Cancelled a second time, they would drop the answers that they wait for.
    """
    for task in tasks:
        if not task.cancelling():
            task.cancel()
    stopped = False
    while left := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(left)
        except asyncio.CancelledError:
            stopped = True
    for task in tasks:
        _ = task.cancelled() or task.exception()  # else the loop would tell of it
    if stopped:
        raise asyncio.CancelledError


def answers_under_way() -> int:
    """Return how many answers this process would wait for now."""
    return sum(question.under_way for question in _asked.values())


def give_up() -> None:
    """Wait for none of them any more; to be called in the event loop."""
    for asking in _asked:
        asking.cancel()
