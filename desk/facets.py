"""Facets of the queue: the query that filters by them, and the labels of a case."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError

from schemas.errors import InputError
from schemas.frozen import Frozen

Line = Mapping[str, Any]
"""A case in the queue: a row of the index."""

Order = Literal["relevance", "doubtful", "oldest", "newest", "changed", "title"]

FACETS = ("status", "doubt", "kind", "company", "industry", "tag", "batch", "person", "flag", "age")
AGES = {"today": 1, "this week": 7, "this month": 30, "this year": 365}
"""The values of the facet ``age``, in days; weekdays and ISO dates are others."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FLAGS = (
    "open comments", "edit of a published case", "newer draft", "triage was unsure",
    "drafted anyway", "near-copy", "source changed", "source moved", "source gone", "imported",
)  # fmt: skip
MOST_DOUBTS = 20
"""The most doubts that the facet ``doubt`` tells apart."""


class QueueQuery(Frozen):
    """The filters and the order of the queue; an empty facet matches every case.

    ``q`` is searched in all texts. The status ``all`` matches every status.
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
        """The chosen order; by default relevance for a search, otherwise most doubtful first."""
        return self.order or ("relevance" if self.q else "doubtful")

    @property
    def chosen(self) -> dict[str, str]:
        """The values of the chosen facets, without the status."""
        values = ((name, getattr(self, name)) for name in FACETS if name != "status")
        return {name: value for name, value in values if value}

    @classmethod
    def of_address(cls, address: str) -> "QueueQuery":
        """Parse an address that ``address`` returned; raise InputError for any other."""
        given = dict(parse_qsl(urlsplit(address).query))
        try:
            return cls.model_validate({k: v for k, v in given.items() if k in cls.model_fields})
        except ValidationError as error:
            raise InputError("This is not a valid queue address: open the queue again.") from error

    def address(self, **changes: str | int) -> str:
        """Return the queue's address for this query with some changes."""
        values = self.model_dump() | changes
        return f"/?{urlencode({name: value for name, value in values.items() if value})}"


def first_day(age: str) -> str:
    """Return the first day of an age, as an ISO date; a weekday is the last before today."""
    if age not in AGES and age not in WEEKDAYS:
        return age
    now = datetime.now(UTC)
    days = AGES.get(age) or (now.weekday() - WEEKDAYS.index(age)) % 7 or 7
    return (now - timedelta(days=days)).date().isoformat()


def matching_values(typed: str, labels: Mapping[str, str]) -> list[str]:
    """Return the values whose label contains a text: exact matches first, then those it begins."""
    words = _folded(typed)
    names = {value: _folded(label) for value, label in labels.items()}
    found = [value for value, name in names.items() if words in name]
    return sorted(found, key=lambda one: (names[one] != words, not names[one].startswith(words)))


def _folded(text: str) -> str:
    return text.strip().casefold().replace("-", " ")


def flags(line: Line) -> list[str]:
    """Return the flags of a case: whatever is unusual about it."""
    found = {
        "open comments": line["comments"],
        "edit of a published case": line["published_id"] and line["status"] == "draft",
        "newer draft": line["newer"] and line["status"] != "rejected",
        "triage was unsure": line["verdict"] == "unsure",
        "drafted anyway": line["verdict"] == "not_a_case_study",
        "near-copy": line["near_copies"],
        f"source {line['checked']}": line["checked"] not in {None, "same"},
    }
    return [name for name, is_set in found.items() if is_set]


def labels(line: Line) -> Iterator[tuple[str, str]]:
    """Yield each facet of a case with a value; ``age`` counts back from ``day``."""
    yield "doubt", "doubtful" if line["doubts"] else "nothing doubtful"
    most = min(line["doubts"], MOST_DOUBTS + 1)
    yield from (("doubt", f"more than {n}") for n in range(1, most))
    yield "day", datetime.fromtimestamp(line["stored_at"], UTC).date().isoformat()
    singles = {name: line[name] for name in ("kind", "company", "industry")}
    singles["person"] = line["assignee"]
    yield from ((facet, value) for facet, value in singles.items() if value)
    yield from (("tag", tag) for tag in line["tags"])
    yield from (("batch", batch) for batch in line["batches"])
    yield from (("flag", flag) for flag in flags(line))
    if line.get("imported"):
        yield "flag", "imported"


def with_copies(line: Line, copies: int) -> Line:
    """Return an indexed line with another number of near-copies, and the flag for them."""
    flag = ("flag", "near-copy")
    others = [one for one in line["labels"] if tuple(one) != flag]
    return {**line, "near_copies": copies, "labels": [*others, *([flag] if copies else [])]}
