"""The page "How right is this?": two readers, judges against people, and mistakes found later."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from publishing.site.charts import Chart, Link, intervals
from publishing.site.writer import PageWriter
from publishing.wording import kind_name
from schemas.cases import Section
from schemas.sources import SourceKind

FEW = 20
"""Fewer cases than this make no figure."""

_COUNTED = (
    "drafted flagged approved corrected read_twice differences mistakes corrections mended"
).split()
_SIDES = {
    "all": "All",
    "judge": "By model",
    "prompt": "By version of its prompt",
    "part": "By section",
    "source": "By kind of source",
}


class Figure(NamedTuple):
    """A share or another estimate of ``n`` cases with its interval of 95 %."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def is_known(self) -> bool:
        """Whether there are enough cases."""
        return self.value is not None and self.n >= FEW

    @property
    def text(self) -> str:
        """The percentage with its interval, or that there are too few cases yet."""
        if not self.is_known or self.value is None:
            return f"too few yet ({self.n})"
        low, high = (100 * (bound or 0) for bound in (self.low, self.high))
        return f"{100 * self.value:.0f} % ({low:.0f} to {high:.0f})"


class JudgeLine(NamedTuple):
    """A judge's flags and misses in one group of statements; see ``judge_accuracy`` in SQL."""

    label: str
    flags: Figure
    found: Figure
    row: Mapping[str, Any]


def write_accuracy(
    pages: PageWriter, accuracy: Mapping[str, Any], collection: Iterable[Mapping[str, Any]]
) -> None:
    """Write the page and its JSON from `Warehouse.accuracy` and `Warehouse.collection`."""
    numbers = {**dict.fromkeys(_COUNTED, 0), **_sources(collection), **accuracy.get("numbers", {})}
    agreement, rows = accuracy.get("agreement"), accuracy.get("judge", ())
    sides = [(label, _lines(rows, side)) for side, label in _SIDES.items()]
    values = {
        "numbers": numbers,
        "kappa": kappa_of(agreement),
        "agreement": agreement,
        "days": Figure(numbers.get("median_days"), None, None, numbers.get("mended") or 0),
        "sides": [(label, lines) for label, lines in sides if lines],
        "charts_of_parts": charts_of(dict(sides)["By section"]),
        "few": FEW,
    }
    pages.put("how-right.html", "how-right.html", [numbers, agreement, rows], **values)
    data = {"numbers": numbers, "agreement": agreement, "judge": [*rows]}
    text = json.dumps(data, default=str) + "\n"
    pages.put_text("how-right.json", text, lambda: text)


def kappa_of(agreement: Mapping[str, Any] | None) -> Figure:
    """Return Cohen's kappa; the number of statements is 0 before the first reading."""
    if not agreement:
        return Figure(None, None, None, 0)
    return Figure(*(agreement[name] for name in ("kappa", "low", "high", "statements")))


def charts_of(lines: Sequence[JudgeLine]) -> list[tuple[str, Chart]]:
    """Return a chart of the groups with enough flags, and one of those with enough readings."""
    made = []
    for title, name in (
        ("Flags that curators found right", "flags"),
        ("Wrong statements that the judge flagged", "found"),
    ):
        known = [(one.label, figure) for one in lines if (figure := getattr(one, name)).is_known]
        drawn = [(Link(label), (f.value, f.low, f.high), f.text) for label, f in known]
        if drawn:
            made.append((title, intervals(drawn)))
    return made


def _lines(rows: Iterable[Mapping[str, Any]], side: str) -> list[JudgeLine]:
    return [
        JudgeLine(
            _label(side, row["value"]),
            Figure(row["precision"], row["precision_low"], row["precision_high"], row["flags"]),
            Figure(row["recall"], row["recall_low"], row["recall_high"], row["read"]),
            row,
        )
        for row in rows
        if row["side"] == side
    ]


def _label(side: str, value: str) -> str:
    """Return the name of a group for readers."""
    if side == "source" and value in {*SourceKind}:
        return kind_name(SourceKind(value)).capitalize()
    if side == "part":
        return Section(value).heading if value in {*Section} else value.capitalize()
    return value or "All judged parts"


def _sources(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the numbers of found and refused sources."""
    sources = [row for row in rows if row["counted"] == "source"]
    refused = sum(row["number"] for row in sources if row["outcome"] == "refused")
    return {"found": sum(row["number"] for row in sources), "refused": refused}
