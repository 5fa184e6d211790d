"""The lines of the queue in memory: filtered, counted and ordered in a few milliseconds.

Each value of a facet keeps the places of its lines as the bits of one integer, so that a filter is
an ``&`` and a count is ``bit_count``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError

from schemas.errors import InputError
from schemas.frozen import Frozen

Line = Mapping[str, Any]
Order = Literal["relevance", "doubtful", "oldest", "newest", "changed", "title"]

FACETS = ("status", "doubt", "kind", "company", "industry", "tag", "batch", "person", "flag", "age")
AGES = {"today": 1, "this week": 7, "this month": 30, "this year": 365}
"""The values of the facet ``age``, with the days that each reaches back."""

_ORDERS: Mapping[str, Callable[[Line], Any]] = {
    "doubtful": lambda line: (-line["doubts"], line["stored_at"]),
    "oldest": lambda line: line["stored_at"],
    "newest": lambda line: -line["stored_at"],
    "changed": lambda line: -line["updated_at"],
    "title": lambda line: (line["title"] or "\uffff").casefold(),
}


class QueueQuery(Frozen):
    """Which cases the queue lists; an empty facet admits all, ``q`` is searched in every text.

    The status is ``all`` for any.
    """

    status: str = "draft"
    doubt: str = ""
    kind: str = ""
    company: str = ""
    industry: str = ""
    tag: str = ""
    batch: str = ""
    person: str = ""
    flag: str = ""
    age: str = ""
    q: str = ""
    order: Order | Literal[""] = ""

    @property
    def sorted_by(self) -> Order:
        """The order in force: the most doubtful first, or the best match of a search."""
        return self.order or ("relevance" if self.q else "doubtful")

    @property
    def chosen(self) -> dict[str, str]:
        """The facets with a value, without the status."""
        values = ((name, getattr(self, name)) for name in FACETS if name != "status")
        return {name: value for name, value in values if value}

    @classmethod
    def of_address(cls, address: str) -> "QueueQuery":
        """Read an address that ``address`` returned; InputError if it is another one."""
        given = dict(parse_qsl(urlsplit(address).query))
        try:
            return cls.model_validate({k: v for k, v in given.items() if k in cls.model_fields})
        except ValidationError as error:
            raise InputError(
                "This is not an address of the queue: open the queue again."
            ) from error

    def address(self, **changes: str | int) -> str:
        """Return the queue's address for this query with some changes."""
        values = self.model_dump() | changes
        return f"/?{urlencode({name: value for name, value in values.items() if value})}"


class Lines:
    """Lines by case id, with the places of each value of each facet."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._places: dict[str, int] = {}
        self._bits: dict[tuple[str, str], int] = defaultdict(int)
        self._values: list[frozenset[tuple[str, str]]] = []
        self._orders: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(list(self._lines))

    def put(self, line: Line, labels: Iterable[tuple[str, str]]) -> None:
        """Add a line or replace it; ``labels`` are its tags and batches, each after its facet."""
        values = frozenset([*_facets(line), *labels])
        place = self._places.setdefault(line["case_id"], len(self._lines))
        if place == len(self._lines):
            self._lines.append(line)
            self._values.append(frozenset())
        self._lines[place] = line
        self._orders.clear()
        for gone in self._values[place] - values:
            self._bits[gone] &= ~(1 << place)
        for new in values - self._values[place]:
            self._bits[new] |= 1 << place
        self._values[place] = values

    def get(self, case_id: str) -> Line | None:
        """Return the line of a case."""
        place = self._places.get(case_id)
        return None if place is None else self._lines[place]

    def statuses(self) -> dict[str, int]:
        """Return the number of lines by status."""
        bits = list(self._bits.items())
        return {value: n.bit_count() for (facet, value), n in bits if facet == "status"}

    def number(self, facet: str, value: str) -> int:
        """Return how many lines have a value."""
        return self._bits.get((facet, value), 0).bit_count()

    def counts(
        self, query: QueueQuery, matches: Iterable[str] | None = None
    ) -> dict[str, dict[str, int]]:
        """Return by facet how many lines each value would list, the frequent ones first.

        A facet counts what fits all the others and is among the ``matches`` of a search.
        """
        found: dict[str, list[tuple[int, str]]] = {facet: [] for facet in FACETS}
        matched = self._matched(matches)
        fitting = {facet: matched & self._fitting(query, without=facet) for facet in FACETS}
        for facet, value, bits in self._all_bits():
            if (n := (bits & fitting[facet]).bit_count()) or getattr(query, facet) == value:
                found[facet].append((-n, value))
        return {facet: {value: -n for n, value in sorted(pairs)} for facet, pairs in found.items()}

    def ids(self, query: QueueQuery, matches: Mapping[str, float] | None = None) -> list[str]:
        """Return the ids of the cases that fit, in order."""
        flags = (self._fitting(query) & self._matched(matches)).to_bytes(
            len(self) // 8 + 1, "little"
        )
        places = self._ordered("oldest" if query.sorted_by == "relevance" else query.sorted_by)
        ids = [self._lines[p]["case_id"] for p in places if flags[p >> 3] >> (p & 7) & 1]
        if query.sorted_by == "relevance" and matches:
            ids.sort(key=matches.__getitem__)
        return ids

    def _ordered(self, order: Order) -> list[int]:
        """Return the places of all lines in an order, which is kept until a line changes."""
        if order not in self._orders:
            keys = [(_ORDERS[order](line), line["case_id"]) for line in self._lines]
            self._orders[order] = sorted(range(len(keys)), key=keys.__getitem__)
        return self._orders[order]

    def _all_bits(self) -> Iterator[tuple[str, str, int]]:
        for (facet, value), bits in list(self._bits.items()):
            if facet != "day":
                yield facet, value, bits
        for age in AGES:
            yield "age", age, self._aged(age)

    def _fitting(self, query: QueueQuery, without: str = "") -> int:
        bits = -1
        for facet in FACETS:
            value = getattr(query, facet)
            if value and value != "all" and facet != without:
                bits &= self._aged(value) if facet == "age" else self._bits.get((facet, value), 0)
        return bits & ((1 << len(self._lines)) - 1)

    def _aged(self, age: str) -> int:
        since = (datetime.now(UTC) - timedelta(days=AGES.get(age, 0))).date().isoformat()
        found = 0
        for (facet, day), bits in list(self._bits.items()):
            if facet == "day" and day >= since:
                found |= bits
        return found

    def _matched(self, case_ids: Iterable[str] | None) -> int:
        """Return the places of these cases, of all for None."""
        if case_ids is None:
            return -1
        flags = bytearray(len(self._lines) // 8 + 1)
        for case_id in case_ids:
            if (place := self._places.get(case_id)) is not None:
                flags[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(flags, "little")


def flags(line: Line) -> list[str]:
    """Return what is unusual about a case, in words."""
    found = {
        "open comments": line["comments"],
        "edit of a published case": line["published_id"] and line["status"] == "draft",
        "newer draft": line["newer"] and line["status"] != "rejected",
        "triage was unsure": line["verdict"] == "unsure",
        "drafted anyway": line["verdict"] == "not_a_case_study",
        "near-copy": line["near_copies"],
        f"source {line['checked']}": line["checked"] not in {None, "same"},
    }
    return [name for name, holds in found.items() if holds]


def _facets(line: Line) -> Iterator[tuple[str, str]]:
    yield "status", line["status"]
    yield "doubt", "doubtful" if line["doubts"] else "nothing doubtful"
    yield "day", datetime.fromtimestamp(line["stored_at"], UTC).date().isoformat()
    for name in ("kind", "company", "industry"):
        if line[name]:
            yield name, line[name]
    if line["assignee"]:
        yield "person", line["assignee"]
    yield from (("flag", flag) for flag in flags(line))
