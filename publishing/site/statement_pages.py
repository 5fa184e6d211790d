"""Pages of statements across cases: lessons, challenges, results, failures and questions."""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publishing.entries import CaseEntry
from publishing.site.facets import facet_values, facets
from publishing.site.measured import (
    MOST_CHARTS,
    MOST_PAIRS,
    measured,
    pair_charts,
    result_facets,
)
from publishing.site.writer import PageWriter
from warehouse import Dataset

Row = dict[str, Any]

_ROWS, _PER_UNIT = 40, 10
_RESULTS = "results"


class StatementPage(NamedTuple):
    """A page with the statements of a section; ``nouns`` are the singular and the plural."""

    name: str
    heading: str
    nouns: tuple[str, str]
    lede: str


STATEMENT_PAGES = tuple(
    StatementPage(name, **texts)
    for name, texts in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()
)
"""The pages in the order of their tabs, named after their sections."""

Statements = Mapping[str, Sequence[Row]]
"""The statements of each page, by its name."""

NOUNS = {one.name: one.nouns for one in STATEMENT_PAGES}

_SORTS = (("", "Newest case first"), ("year", "Year, newest first"), ("company", "Company"))
_RESULT_SORTS = (
    *_SORTS,
    ("metric", "Metric"),
    ("number", "Value, highest first"),
    ("grade", "Grade, highest first"),
)
_SHOWN = ("text", "anchor", "support", "mark")
_OF_A_RESULT = ("metric", "unit", "number", "baseline", "sample", "shown", "whose", "grade_parts")


class SectionStatements(NamedTuple):
    """Some of the ``total`` statements of a section that are on ``page``."""

    name: str
    heading: str
    page: str
    rows: Sequence[Row]
    total: int


class UnitResults(NamedTuple):
    """Some of the ``total`` results with the same unit, by metric."""

    unit: str | None
    rows: Sequence[Row]
    total: int


def statements_by_page(tables: Dataset) -> Statements:
    """Return the statements of each page, in the order of the tabs."""
    found = {one.name: tables.section(one.name) for one in STATEMENT_PAGES}
    return found | {_RESULTS: [*map(measured, found[_RESULTS])]}


def write_statement_page(
    pages: PageWriter,
    one: StatementPage,
    rows: Sequence[Row],
    tabs: object,
    entries: Sequence[CaseEntry],
) -> None:
    """Write a page with the newest statements of the cases; a script loads the others."""
    offered = facets(entries, Counter(row["case_id"] for row in rows))
    values: dict[str, Any] = {}
    if one.name == _RESULTS:
        offered = [*result_facets(rows), *offered]
        values = {"units": by_unit(rows), "charts": pair_charts(rows)}
        values |= {"most_charts": MOST_CHARTS, "most_pairs": MOST_PAIRS}
    values |= {
        **one._asdict(),
        "tabs": tabs,
        "rows": rows[:_ROWS],
        "total": len(rows),
        "more": _ROWS if len(rows) > _ROWS else 0,
        "facets": offered,
        "sorts": _RESULT_SORTS if one.name == _RESULTS else _SORTS,
    }
    pages.put(
        f"{one.name}.html",
        "statement_page.html",
        [rows, tabs, offered],
        alternate=one.name,
        **values,
    )
    parts = [SectionStatements(one.name, one.heading, one.name, rows, len(rows))]
    pages.put_alternates(one.name, one.heading, rows, lede=one.lede, parts=parts)


def by_section(rows: Sequence[Row]) -> list[SectionStatements]:
    """Return the statements of a group of cases, by section."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["section"]].append(row)
    return [
        SectionStatements(one.name, one.heading, one.name, shown, shown[0]["total"])
        for one in STATEMENT_PAGES
        if (shown := found[one.name])
    ]


def by_unit(rows: Sequence[Row]) -> list[UnitResults]:
    """Return results by unit, most frequent first, sorted by metric and value."""
    found: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["unit"] or None].append(row)
    ranked = sorted(found.items(), key=lambda item: (item[0] is None, -len(item[1]), item[0] or ""))
    return [
        UnitResults(unit, sorted(own, key=_order)[:_PER_UNIT], len(own)) for unit, own in ranked
    ]


def statements_json(name: str, rows: Sequence[Row], entries: Sequence[CaseEntry]) -> str:
    """Return the statements of a page for its script: all cases, and a list per statement."""
    places = {entry.case_id: n for n, entry in enumerate(entries)}
    used = sorted({places[row["case_id"]] for row in rows})
    numbers = {place: n for n, place in enumerate(used)}
    cases = [_case(entries[place]) for place in used]
    listed = [
        [numbers[places[row["case_id"]]], *(row[field] for field in _SHOWN), _more(name, row)]
        for row in rows
    ]
    return json.dumps({"cases": cases, "rows": listed}, ensure_ascii=False, separators=(",", ":"))


def _case(entry: CaseEntry) -> Row:
    shown = {name: entry.unmarked()[name] for name in ("title", "company", "year")}
    return shown | {"slug": entry.slug, "values": facet_values(entry)}


def _more(name: str, row: Row) -> Sequence[str] | Mapping[str, Any] | None:
    if name != _RESULTS:
        return row["answers"] or None
    return {name: row[name] for name in (*_OF_A_RESULT, "values")}


def _order(row: Row) -> tuple[str, float]:
    return ((row["metric"] or "\uffff").casefold(), -(row["number"] or 0.0))
