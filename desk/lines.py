"""The lines of all cases in memory: their order, and the cases of each label as bits."""

import bisect
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from desk.facets import AGES, FACETS, Line, Order, QueueQuery, first_day

Key = tuple[Any, ...]
Counts = dict[str, dict[str, int]]

_KEYS: Mapping[Order, Callable[[Line], Key]] = {
    "doubtful": lambda line: (-line["doubts"], line["stored_at"], line["case_id"]),
    "oldest": lambda line: (line["stored_at"], line["case_id"]),
    "relevance": lambda line: (line["stored_at"], line["case_id"]),
    "newest": lambda line: (-line["stored_at"], line["case_id"]),
    "changed": lambda line: (-line["updated_at"], line["case_id"]),
    "title": lambda line: ((line["title"] or "\uffff").casefold(), line["case_id"]),
}


class Lines:
    """Lines by case id, each with its row's ``id`` and its ``labels``; safe for threads.

    Counts take a few machine instructions for each label, and a change touches one line.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lock = threading.Lock()
        self.of: dict[str, Line] = {}
        self._bits: dict[str, dict[str, int]] = defaultdict(dict)
        self._order: dict[Order, list[tuple[Key, int, str]]] = {order: [] for order in _KEYS}
        self.put(lines)

    def put(self, lines: Iterable[Line]) -> None:
        """Add lines, or replace those of the same cases."""
        with self._lock:
            new = {line["case_id"]: line for line in lines}
            old = {case_id for case_id in new if case_id in self.of}
            for case_id in old:
                self._label(self.of[case_id], is_set=False)
            for order, key in _KEYS.items():
                self._sort(
                    self._order[order],
                    [(key(self.of[one]), self.of[one]["id"], one) for one in old],
                    [(key(line), line["id"], one) for one, line in new.items()],
                )
            self.of |= new
            for line in new.values():
                self._label(line, is_set=True)

    @staticmethod
    def _sort(listed: list[tuple[Key, int, str]], old: list[Any], new: list[Any]) -> None:
        for entry in old:
            del listed[bisect.bisect_left(listed, entry)]
        if len(new) > len(listed) // 50:  # e.g. when the index is read
            listed.extend(new)
            listed.sort()
        else:
            for entry in new:
                bisect.insort(listed, entry)

    def _label(self, line: Line, *, is_set: bool) -> None:
        bit = 1 << line["id"]
        for facet, value in [*line["labels"], ("status", line["status"])]:
            bits = self._bits[facet]
            bits[value] = bits.get(value, 0) | bit if is_set else bits[value] & ~bit

    def number(self, facet: str, value: str) -> int:
        """Return the number of cases with a value of a facet."""
        return self._bits[facet].get(value, 0).bit_count()

    def statuses(self) -> dict[str, int]:
        """Return the number of cases by status."""
        return {value: n for value, bits in self._bits["status"].items() if (n := bits.bit_count())}

    def ids(self, query: QueueQuery, ranks: Mapping[int, float] | None) -> list[str]:
        """Return the ids of the cases that match a query, of those with a rank if there are any."""
        with self._lock:
            bits = self._matching(query.chosen | _status(query), ranks)
            listed = self._order[query.sorted_by]
            flags = f"{bits:b}"[::-1].ljust(len(self.of) + 2, "0")
            found = [(row, case_id) for _, row, case_id in listed if flags[row : row + 1] == "1"]
        if query.sorted_by == "relevance" and ranks:
            found.sort(key=lambda one: ranks[one[0]])
        return [case_id for _, case_id in found]

    def counts(self, query: QueueQuery, ranks: Mapping[int, float] | None) -> Counts:
        """Return the number of cases by facet and value, the frequent values first.

        The choice in a facet does not narrow the facet's own counts.
        """
        chosen = query.chosen | _status(query)
        with self._lock:
            everywhere = self._matching(chosen, ranks)
            found = {
                facet: self._counted(
                    facet,
                    self._matching({k: v for k, v in chosen.items() if k != facet}, ranks)
                    if facet in chosen
                    else everywhere,
                )
                for facet in FACETS
            }
        return {
            facet: {value: n for value, n in ranked if n or chosen.get(facet) == value}
            for facet, counts in found.items()
            for ranked in [sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
        }

    def _counted(self, facet: str, within: int) -> dict[str, int]:
        if facet == "age":
            return {age: (self._since(age) & within).bit_count() for age in AGES}
        return {value: (bits & within).bit_count() for value, bits in self._bits[facet].items()}

    def _matching(self, chosen: Mapping[str, str], ranks: Mapping[int, float] | None) -> int:
        """Return the bits of the cases that have the chosen values and a rank."""
        found = bits_of(ranks) if ranks is not None else (1 << (self._last + 1)) - 1
        for facet, value in chosen.items():
            found &= self._since(value) if facet == "age" else self._bits[facet].get(value, 0)
        return found

    @property
    def _last(self) -> int:
        return max((bits.bit_length() for bits in self._bits["status"].values()), default=0)

    def _since(self, age: str) -> int:
        """Return the bits of the cases that are at most this old."""
        first, found = first_day(age), 0
        for day, bits in self._bits["day"].items():
            found |= bits if day >= first else 0
        return found


def bits_of(rows: Iterable[int]) -> int:
    """Return a number with a bit for each row."""
    given = list(rows)
    marks = bytearray(max(given, default=0) // 8 + 1)
    for row in given:
        marks[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(marks, "little")


def _status(query: QueueQuery) -> dict[str, str]:
    return {} if query.status == "all" else {"status": query.status}
