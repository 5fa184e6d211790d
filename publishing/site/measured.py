"""Measured results across cases: families of metrics, facets, and values beside their baselines."""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publishing.site.charts import Chart, Link, Pair, dumbbells
from publishing.site.facets import Facet, FacetValue
from publishing.wording import GRADE_PARTS, result_source, shown_value

Row = dict[str, Any]

MOST_CHARTS, MOST_PAIRS = 6, 10
"""Charts, and results in each, that are shown at once."""


def _starting(before: str, words: Sequence[str], after: str = "") -> re.Pattern[str]:
    """Return a pattern that finds one of the words; without words, it finds nothing."""
    known = "|".join(map(re.escape, words)) or "(?!)"
    return re.compile(f"{before}(?:{known}){after}", re.IGNORECASE)


_FAMILIES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text("utf-8")
)
_OTHER = "other"
_LABELS = {name: str(one["label"]) for name, one in _FAMILIES.items()} | {_OTHER: "Other"}
_WORDS = {name: _starting(r"\b", one["words"]) for name, one in _FAMILIES.items()}
_UNITS = {name: _starting("^", one["units"], r"s?(?!\w)") for name, one in _FAMILIES.items()}
_NO_METRIC = {"", "outcome"}  # the second is that of results chosen by code
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\d,]*\d)")
_ABOUT = re.compile(r"(?:about|around|approximately|roughly|nearly|almost|some|[~≈])?\s*[$€£]?\s*")
_CHANGE = re.compile(
    r"\b(?:reduc|decreas|increas|improve|drop|gain|lift|growth|saving|saved|fewer|faster)",
    re.IGNORECASE,
)


class PairChart(NamedTuple):
    """The results of a family and unit with a number before and now; ``rows`` are their places."""

    label: str
    chart: Chart
    rows: Sequence[int]


def measured(row: Row) -> Row:
    """Return a result with its value and source in words, and what readers filter it by."""
    unit = unit_of(row["unit"])
    values = {
        "family": [family_of(row["metric"], row["unit"], row["text"])],
        "unit": [unit] if unit else [],
        "grade": [str(n) for n in range(1, len(row["grade_parts"]) + 1)],
    }
    shown = {"shown": shown_value(row), "whose": result_source(row)}
    same = {"unit": unit or None, "before": baseline_of(row)}
    return {**row, **shown, **same, "values": values}


def family_of(metric: str | None, unit: str | None, text: str) -> str:
    """Return the family of a result by its metric or, without one, its statement, and its unit."""
    words = text if (metric or "").casefold() in _NO_METRIC else metric or ""
    for part, patterns in ((words, _WORDS), (unit or "", _UNITS)):
        for name, pattern in patterns.items():
            if pattern.search(part):
                return name
    return _OTHER


def unit_of(unit: str | None) -> str:
    """Return a unit in one spelling for all per cents, else as written; empty without one."""
    return re.sub(r"^per ?cent$", "%", (unit or "").strip(), flags=re.IGNORECASE)


def baseline_of(row: Row) -> float | None:
    """Return the baseline of a result, if it and the value are numbers of one unit.

    A value that is itself a change ("40 % less") has no comparable baseline.
    """
    is_change = _CHANGE.search(row["metric"] or "") or (
        row["value"] and re.search(rf"\bby [\w ]{{0,20}}{re.escape(row['value'])}", row["text"])
    )
    if is_change or row["number"] is None or not row["baseline"]:
        return None
    return baseline_number(row["baseline"], row["unit"])


def baseline_number(baseline: str, unit: str | None) -> float | None:
    """Return the number of a baseline that is in ``unit``, None if it may be something else.

    The unit follows the number ("a median of 47 minutes"); a number without one must be alone
    ("about 90"), since "GPT-4" and "version 2" are no measurements.
    """
    if len(found := [*_NUMBER.finditer(baseline)]) != 1:
        return None
    before, after = baseline[: found[0].start()], baseline[found[0].end() :]
    is_alone = not after.strip() and _ABOUT.fullmatch(before.lower())
    words = _unit_words(unit)
    is_same = bool(words) and _unit_words(after)[:1] == words[-1:]
    return float(found[0][0].replace(",", "")) if is_alone or is_same else None


def _unit_words(text: str | None) -> list[str]:
    """Return the words of a unit in the singular; percent is a sign."""
    plain = re.sub(r"per ?cent\b", "%", (text or "").lower())
    return [word.rstrip("s") for word in re.findall(r"[^\W\d]+|[%$€£]", plain)]


def result_facets(rows: Sequence[Row]) -> list[Facet]:
    """Return the facets of the results themselves, beside those of their cases."""
    found = {name: Counter(v for r in rows for v in r["values"][name]) for name in _FACETS}
    labels = {
        "family": _LABELS,
        "grade": {str(n): f"{n} of {len(GRADE_PARTS)} or more" for n in range(1, 5)},
    }
    return [
        Facet(
            name,
            label,
            [
                FacetValue(value, labels.get(name, {}).get(value, value), n)
                for value, n in sorted(found[name].items(), key=lambda one: (-one[1], one[0]))
            ],
        )
        for name, label in _FACETS.items()
        if found[name]
    ]


_FACETS = {"family": "Metric family", "unit": "Unit", "grade": "Grade"}


def pair_charts(rows: Sequence[Row]) -> list[PairChart]:
    """Return a chart per family and unit, largest first; its highest values come first."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row["before"] is not None:
            found[row["values"]["family"][0], row["unit"] or ""].append(place)
    ranked = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    made = []
    for (family, unit), places in ranked:
        places.sort(key=lambda place: -rows[place]["number"])
        label = _LABELS[family] + (f", in {unit}" if unit else ", without a unit")
        chart = dumbbells(unit, [_pair(rows[place]) for place in places])
        made.append(PairChart(label, chart, places))
    return made


def _pair(row: Row) -> Pair:
    name = row["metric"] or row["text"]
    about = ", ".join(filter(None, (row["company"] or row["title"], row["year"])))
    link = Link(name, f"cases/{row['slug']}/index.html#{row['anchor']}", about)
    return Pair(link, row["before"], row["number"], f"{row['baseline']} before, {row['shown']} now")
