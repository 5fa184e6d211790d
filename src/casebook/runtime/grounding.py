"""Whose turn it is to be held against its source."""

import asyncio

_BOOK = 300_000
"""Characters of a source that takes seconds to ground, and more than 20 MB meanwhile."""


class GroundingTurns:
    """One draft after the other is held against its source, whatever comes of it at once.

    Python runs one thread at a time, and each draft takes memory in step with the length of its
    source. A book takes a minute: such take turns of their own, or all others would wait for it.
    """

    def __init__(self) -> None:
        self._ordinary, self._books = asyncio.Lock(), asyncio.Lock()

    def turn(self, length: int) -> asyncio.Lock:
        """Return the lock of a source of so many characters."""
        return self._books if length > _BOOK else self._ordinary
