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
    outcomes, origins, cases = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    drafted, texts = 0, 0  # sources with a case, drafted here or imported
    for row in rows:
        number, is_imported = row["number"], row["origin"] == "imported"
        if row["counted"] == "case":
            cases[row["outcome"]] += number
            continue
        outcomes[row["outcome"], row["reason"]] += number
        origins[row["origin"]] += number
        if row["outcome"] == "case":
            drafted, texts = drafted + number * (not is_imported), texts + number * is_imported

    def left(title: str, outcome: str) -> LeftOut:
        found = [(reason, n) for (name, reason), n in outcomes.most_common() if name == outcome]
        reasons = [(_TEXTS["reasons"].get(name, "other"), n) for name, n in found if name]
        return LeftOut(title, sum(n for _, n in found), reasons)

    duplicates, refused = left("Duplicates", "duplicate"), left("Not a case study", "refused")
    unread = [
        left("Not chosen from watched lists", "unwanted"),
        left("Not read, or not drafted", "failed"),
        left("Waiting to be read", "waiting"),
    ]
    undecided = [
        LeftOut("Rejected by a curator", cases["rejected"]),
        LeftOut("Waiting for a curator", cases["review"]),
        LeftOut("Approved, but held back", cases["shown"] - published),
        LeftOut("Withdrawn after publication", cases["withdrawn"]),
    ]
    found, screened = origins.total(), drafted + refused.number
    nouns = [(origins[name], *words) for name, words in _TEXTS["origins"].items()]
    made = _counted((drafted, "screened source"), (texts, "imported text"))
    steps = [
        ("Found", found, _counted(*nouns), [duplicates]),
        ("Different sources", found - duplicates.number, "", unread),
        ("Screened", screened, "read and scored by a rubric; imported texts are not", [refused]),
        ("Cases", cases.total(), made and f"from {made}", undecided),
        (
            "Published",
            published,
            _counted(
                (
                    imported,
                    "text not compared with its source",
                    "texts not compared with their sources",
                )
            ),
            [],
        ),
    ]
    return [
        FlowStep(title, number, note, [one for one in out if one.number])
        for title, number, note, out in steps
        if found and (number or title == "Published")
    ]


def _counted(*numbers: tuple[int, *tuple[str, ...]]) -> str:
    return listing([count(number, *nouns) for number, *nouns in numbers if number])
