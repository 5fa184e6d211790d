"""Answers under way are waited for, whatever ends the work that asked."""

import asyncio
from collections.abc import Callable

import pytest

from casebook.summarizer.models.grace import all_of, end, give_up, in_any_case


class Late:
    """A question whose answer comes when this is told; ``answered`` holds what was kept of it."""

    under_way = True

    def __init__(self) -> None:
        self.come = asyncio.Event()
        self.answered = list[str]()

    def stop(self) -> None:
        """Nothing else is asked."""

    async def ask(self) -> None:
        """Wait for the answer, and keep it."""

        async def work() -> None:
            await self.come.wait()
            self.answered.append("kept")

        await in_any_case(work(), self)


async def fail() -> None:
    raise LookupError


async def all_of_both(late: Late) -> None:
    await all_of([late.ask(), fail()])


async def ended(late: Late) -> None:
    tasks = [asyncio.create_task(late.ask())]
    await asyncio.sleep(0)
    await end(tasks)


async def turns() -> None:
    """Let everything else go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


WORKS = pytest.mark.parametrize("work", [all_of_both, ended])


@WORKS
async def test_who_is_stopped_while_others_end_waits_for_their_answers(
    work: Callable[[Late], object],
):
    """An error ended them already, and Ctrl-C came then: it is the first for whoever presses it."""
    late = Late()
    working = asyncio.create_task(work(late))
    await turns()
    working.cancel()
    await turns()
    assert not working.done()
    late.come.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert late.answered == ["kept"]


@WORKS
async def test_answers_that_are_given_up_are_not_waited_for(work: Callable[[Late], object]):
    """A second Ctrl-C ends the wait that the first one began."""
    late = Late()
    working = asyncio.create_task(work(late))
    await turns()
    working.cancel()
    await turns()
    give_up()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(working, 5)
    assert late.answered == []


async def test_an_error_is_raised_once_the_other_answers_have_come():
    """Nobody stopped anything: it is the error that is told."""
    late = Late()
    working = asyncio.create_task(all_of_both(late))
    await turns()
    assert not working.done()
    late.come.set()
    with pytest.raises(LookupError):
        await working
    assert late.answered == ["kept"]
