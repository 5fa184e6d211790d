"""The sources of a run that wait: those that were not begun, and those that are tried again."""

import heapq
import io
import itertools
from collections.abc import Iterable

from casebook.schemas.batches import BatchItem


class Waiting:
    """What was not begun is kept as lines of JSON in one piece of memory.

    A sixth of what they take as objects, and in one piece, for ten thousand strings among those
    objects keep the memory of all of them from being given back.
    """

    def __init__(self, items: Iterable[BatchItem]) -> None:
        self._lines, self.new = io.BytesIO(), 0
        for item in items:
            self._lines.write(item.model_dump_json(exclude_defaults=True).encode() + b"\n")
            self.new += 1
        self._lines.seek(0)
        self._again: list[tuple[float, int, BatchItem]] = []
        self._order = itertools.count()

    @property
    def put_back(self) -> int:
        """Return how many are to be tried again."""
        return len(self._again)

    @property
    def due(self) -> float | None:
        """Return when the next one is to be tried again, None if none is."""
        return self._again[0][0] if self._again else None

    def put(self, item: BatchItem, due: float) -> None:
        """Have one tried again at that time."""
        heapq.heappush(self._again, (due, next(self._order), item))

    def again(self, now: float) -> BatchItem | None:
        """Return the one that is to be tried again first, None if its time has not come."""
        due = self.due
        return None if due is None or due > now else heapq.heappop(self._again)[2]

    def take(self) -> BatchItem | None:
        """Return the next one that was not begun, None after the last."""
        if not self.new:
            return None
        self.new -= 1
        return BatchItem.model_validate_json(self._lines.readline())

    def clear(self) -> None:
        """Leave out those that are left."""
        self.new = 0
        self._again.clear()
