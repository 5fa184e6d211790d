"""The figures over all published cases: texts, numbers, SQL and charts."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from publishing.site.charts import Chart, Distribution, Figure, Link, axis, bars, heat, trends
from publishing.site.groups import GroupKind, group_address
from publishing.wording import count, fact_text
from schemas.cases import NARRATORS, STAGES
from warehouse.schema import named_parts

Row = Mapping[str, Any]
Rows = Sequence[Row]

_RARE = 3  # a field is rare if fewer cases than one in this many have it
_BOX = ("lowest", "quartile_1", "median", "quartile_3", "highest")


def figures(rows: Callable[[str], list[dict[str, Any]]]) -> tuple[Figure, ...]:
    """Return the figures in reading order; ``rows`` runs SQL on the published cases.

    Those without numbers, or about a field that most cases lack, are left out.
    """
    conditions = (f"count(*) FILTER ({words['known']}) AS {name}" for name, words, _ in _plans())
    sql = f"SELECT count(*) AS total, {', '.join(conditions)} FROM published_cases"  # noqa: S608 - ours
    cases = rows(sql)[0]
    return tuple(
        _figure(name, words, sql, found, cases)
        for name, words, sql in _plans()
        if words.get("is_list") or _RARE * cases[name] >= cases["total"]
        if (found := rows(sql))
    )


@cache
def _plans() -> list[tuple[str, Mapping[str, Any], str]]:
    """Return the name, texts and SQL of each figure, from the files beside this module."""
    here = Path(__file__)
    words = tomllib.loads(here.with_suffix(".toml").read_text("utf-8"))
    found = named_parts(here.with_suffix(".sql"))
    return [(name, words[name], sql.removesuffix(";")) for name, sql in found.items()]


def _figure(name: str, words: Mapping[str, Any], sql: str, found: Rows, cases: Row) -> Figure:
    return Figure(
        name=name.replace("_", "-"),
        title=words["title"],
        lede=_lede(words["lede"], found, cases["total"], cases[name]),
        sql=sql,
        columns=tuple(found[0]),
        rows=tuple(tuple(row.values()) for row in found),
        kind=words["kind"],
        charts=_DRAWN[name](found),
    )


def _lede(text: str, found: Rows, total: int, known: int) -> str:
    """Return the text with counts, and with the values of the row with the most cases."""
    top = max(found, key=lambda row: row["cases"])
    values = {k: fact_text(k, v) if isinstance(v, str) else v for k, v in top.items()}
    counted = sum(row["cases"] for row in found)
    return text.format(**values, total=count(total, "published case"), known=known, counted=counted)


def _by_year(found: Rows) -> tuple[Chart, ...]:
    return (bars([(_year(row), [row["cases"]]) for row in found]),)


def _by_industry(found: Rows) -> tuple[Chart, ...]:
    return (bars([(_industry(row), [row["cases"]]) for row in found]),)


def _tools(found: Rows) -> tuple[Chart, ...]:
    pairs = [Link(f"{row['tool']} and {row['with_tool']}") for row in found]
    numbers = [[row["cases"], row["by_chance"]] for row in found]
    return (bars(list(zip(pairs, numbers, strict=True))),)


def _over_time(found: Rows) -> tuple[Chart, ...]:
    techniques = _by_technique(found)
    heads = [Link(str(row["year"]), note=f"{row['of_cases']:,}") for row in techniques[0]]
    return (trends(heads, _shares(techniques)),)


def _across_industries(found: Rows) -> tuple[Chart, ...]:
    techniques = _by_technique(found)
    heads = [_industry(row, f"{row['of_cases']:,}") for row in techniques[0]]
    return (heat(heads, _shares(techniques), " %"),)


def _stages(found: Rows) -> tuple[Chart, ...]:
    cases = {(row["stage"], row["narrator"]): row["cases"] for row in found}
    narrators = _in_order(NARRATORS, (narrator for _, narrator in cases))
    heads = [Link(fact_text("narrator", narrator).capitalize()) for narrator in narrators]
    lines = [
        (Link(stage.capitalize()), [cases.get((stage, narrator), 0) for narrator in narrators])
        for stage in _in_order(STAGES, (stage for stage, _ in cases))
    ]
    return (heat(heads, lines, ""),)


def _results(found: Rows) -> tuple[Chart, ...]:
    """Return an axis per unit; numbers without a unit are only comparable within a metric."""
    axes: dict[tuple[str, str], list[Distribution]] = {}
    for row in found:
        spread = Distribution(row["metric"], row["numbers"], [row[name] for name in _BOX])
        axes.setdefault((row["unit"], "" if row["unit"] else row["metric"]), []).append(spread)
    return tuple(axis(unit, spreads) for (unit, _), spreads in axes.items())


def _by_technique(found: Rows) -> list[list[Row]]:
    return [list(rows) for _, rows in groupby(found, key=lambda row: row["slug"])]


def _shares(techniques: Sequence[Rows]) -> list[tuple[Link, list[float]]]:
    return [
        (
            _link(rows[0]["technique"], "tag", rows[0]["slug"]),
            [100 * row["cases"] / row["of_cases"] for row in rows],
        )
        for rows in techniques
    ]


def _year(row: Row) -> Link:
    label = str(row["year"])
    return _link(label, "year", label) if row["cases"] else Link(label)


def _industry(row: Row, note: str = "") -> Link:
    slug = row["industry"]
    return _link(fact_text("industry", slug), "industry", slug, note)


def _link(label: str, kind: GroupKind, key: str, note: str = "") -> Link:
    return Link(label, group_address(kind, key), note)


def _in_order(known: Sequence[str], found: Iterable[str]) -> list[str]:
    """Return the distinct names: known ones in their order, then others by name."""
    return sorted(set(found), key=lambda name: ([*known, name].index(name), name))


_DRAWN: Mapping[str, Callable[[Rows], tuple[Chart, ...]]] = {
    "cases_by_year": _by_year,
    "cases_by_industry": _by_industry,
    "techniques_over_time": _over_time,
    "techniques_by_industry": _across_industries,
    "tools_together": _tools,
    "stage_by_narrator": _stages,
    "results_by_metric": _results,
}
