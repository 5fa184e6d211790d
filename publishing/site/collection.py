"""The page on how the collection came about: a flow chart from found sources to published cases."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publishing.site.writer import PageWriter
from publishing.wording import count, listing

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


class LeftOut(NamedTuple):
    """Sources or cases that end at a step, by reason, most frequent first."""

    title: str
    number: int
    reasons: Sequence[tuple[str, int]] = ()


class FlowStep(NamedTuple):
    """A step with the number of sources or cases that reached it, and those that end there."""

    title: str
    number: int
    note: str
    left: Sequence[LeftOut]


def write_collection(
    pages: PageWriter, rows: Sequence[Mapping[str, Any]], published: int, imported: int
) -> None:
    """Write the page and its JSON; see `flow`."""
    steps = flow(rows, published, imported)
    pages.put("collection.html", "collection.html", steps, steps=steps)
    listed = [step._asdict() | {"left": [one._asdict() for one in step.left]} for step in steps]
    pages.put_text("collection.json", steps, lambda: json.dumps(listed) + "\n")


def flow(rows: Iterable[Mapping[str, Any]], published: int, imported: int) -> list[FlowStep]:
    """Return the steps; each number is that of the step before without those left out there.

    ``rows`` are those of `Warehouse.collection`. Of the ``published`` cases ``imported`` are texts
    of other databases.
    """
    sources, origins, cases = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    came_with_text = 0
    for row in rows:
        if row["counted"] == "case":
            cases[row["outcome"]] += row["number"]
            continue
        sources[row["outcome"], row["reason"]] += row["number"]
        origins[row["origin"]] += row["number"]
        if (row["origin"], row["outcome"]) == ("imported", "case"):
            came_with_text += row["number"]
    if not origins:
        return []

    def left(title: str, outcome: str) -> LeftOut:
        found = {reason: n for (name, reason), n in sources.most_common() if name == outcome}
        reasons = [(_TEXTS["reasons"].get(name, "other"), n) for name, n in found.items() if name]
        return LeftOut(title, sum(found.values()), reasons)

    duplicates, refused = left("Duplicates", "duplicate"), left("Not a case study", "refused")
    unread = [
        left("Not chosen from watched lists", "unwanted"),
        left("Not read, or not drafted", "failed"),
        left("Waiting to be read", "waiting"),
    ]
    found = origins.total()
    drafted = left("", "case").number - came_with_text
    undecided = [
        LeftOut("Rejected by a curator", cases["rejected"]),
        LeftOut("Waiting for a curator", cases["review"]),
        LeftOut("Approved, but held back", cases["shown"] - published),
        LeftOut("Withdrawn after publication", cases["withdrawn"]),
    ]
    named = ((drafted, "screened source"), (came_with_text, "imported text"))
    made = listing([count(number, noun) for number, noun in named if number])
    steps = [
        ("Found", found, _origins(origins), [duplicates]),
        ("Different sources", found - duplicates.number, _not_screened(came_with_text), unread),
        ("Screened", drafted + refused.number, "read and scored by a rubric", [refused]),
        ("Cases", cases.total(), made and f"from {made}", undecided),
        ("Published", published, _unchecked(imported), []),
    ]
    return [
        FlowStep(title, number, note, [one for one in out if one.number])
        for title, number, note, out in steps
        if number or title == "Published"
    ]


def _origins(origins: Mapping[str, int]) -> str:
    words = _TEXTS["origins"].items()
    return listing([count(origins[name], *nouns) for name, nouns in words if origins[name]])


def _not_screened(texts: int) -> str:
    """Return why fewer sources were screened, if some came as texts of other databases."""
    return f"{count(texts, 'imported text')}, not screened here" if texts else ""


def _unchecked(imported: int) -> str:
    return f"{count(imported, 'text')} not compared with the source" if imported else ""
