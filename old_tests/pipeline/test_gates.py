"""Whether processes that read documents can be had, by what becomes of the documents of a batch."""

import asyncio

import pytest

from casebook.pipeline.batches.gates import Gates
from casebook.schemas.errors import ExtractorUnavailable

AT_ONCE = 4


class Readers:
    """Documents at work in the gates of a batch, ended one by one as a test says."""

    def __init__(self) -> None:
        self.gates = Gates(fetching=AT_ONCE, extracting=AT_ONCE)
        self._ends: list[asyncio.Future[str]] = []
        self._works: list[asyncio.Task[str]] = []

    async def begin(self) -> int:
        """Have one more document read; return its number."""
        end = asyncio.get_running_loop().create_future()

        async def stage() -> str:
            return await end

        self._ends.append(end)
        self._works.append(asyncio.create_task(self.gates("extract", stage)))
        await asyncio.sleep(0)
        return len(self._ends) - 1

    async def end(self, number: int, *, read: bool = False) -> None:
        """End the work on a document: it was read, or there was no process to read it."""
        if read:
            self._ends[number].set_result("doc1_a")
        else:
            self._ends[number].set_exception(ExtractorUnavailable("no process"))
        await asyncio.wait([self._works[number]])
        assert (self._works[number].exception() is None) is read


@pytest.mark.parametrize("order", [1, -1])
async def test_where_all_readers_hang_and_give_up_a_batch_ends(order):
    """Whichever of those at work gives up first: the oldest one does some day, and counts."""
    readers = Readers()
    for _ in range(Gates.MOST_UNREAD):
        for number in [await readers.begin() for _ in range(AT_ONCE)][::order]:
            await readers.end(number)
    assert readers.gates.are_unreadable


async def test_while_an_older_document_is_being_read_no_try_of_another_counts():
    """A process has it; what was begun after it is tried again. Once it ended unread, each counts."""
    readers = Readers()
    oldest = await readers.begin()
    for _ in range(3 * Gates.MOST_UNREAD):
        await readers.end(await readers.begin())
    assert not readers.gates.are_unreadable
    await readers.end(oldest)
    for _ in range(Gates.MOST_UNREAD - 1):
        assert not readers.gates.are_unreadable
        await readers.end(await readers.begin())
    assert readers.gates.are_unreadable


async def test_a_document_that_was_read_says_that_there_are_processes():
    """Be it the oldest or not: the tries before it count no more."""
    readers = Readers()
    for _ in range(Gates.MOST_UNREAD - 1):
        await readers.end(await readers.begin())
    await readers.end(await readers.begin(), read=True)
    await readers.end(await readers.begin())
    assert not readers.gates.are_unreadable
