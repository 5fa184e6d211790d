"""The figures over all published cases: what each shows, its numbers, and where its marks are.

Positions across a chart are percentages of its width, so that it fits any screen.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from publishing.wording import count, fact_text, listing
from schemas.cases import NARRATORS, STAGES

Row = Mapping[str, Any]
Rows = Sequence[Row]
Kind = Literal["columns", "bars", "trends", "heat", "strips"]

_QUERY = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_LONGEST_BAR = 88  # its number needs the rest
_SHADES = 5  # beside 0, the shade of an empty cell
_PANEL_TOP, _PANEL_HEIGHT = 22, 66  # of the line in its panel, in pixels
_LOGARITHMIC_FROM = 200  # the highest number over the lowest
_ROUND_FROM = 1000
_MOST_DOTS = 200


class Link(NamedTuple):
    """A label and the page that it leads to, relative to the site's root."""

    label: str
    href: str | None = None
    note: str = ""


class Mark(NamedTuple):
    """A bar's end, a cell, a point or a dot: ``x`` in percent, and its number in words.

    ``y`` is a cell's shade from 0 (nothing) to 5, or a point's pixels from the top.
    """

    x: float
    text: str
    y: float = 0


class Line(NamedTuple):
    """The marks in a row or panel; ``box`` has lowest, quartiles and highest in percent."""

    of: Link
    marks: tuple[Mark, ...]
    title: str
    box: tuple[float, ...] = ()


class Chart(NamedTuple):
    """Lines on one axis; ``heads`` are the names of columns, or the ticks of the axis."""

    lines: tuple[Line, ...]
    heads: tuple[Link, ...] = ()
    unit: str = ""
    is_logarithmic: bool = False


class Figure(NamedTuple):
    """A figure with its SQL and what that found; without charts, ``missing`` says why."""

    name: str
    title: str
    lede: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    kind: Kind
    charts: tuple[Chart, ...]
    missing: str


def figures(rows: Callable[[str], list[dict[str, Any]]]) -> tuple[Figure, ...]:
    """Return the figures in the order of reading; ``rows`` runs SQL on the published cases."""
    cases = rows("SELECT count(*) AS cases FROM published_cases")[0]["cases"]
    return tuple(_figure(*plan, rows(plan[2]), cases) for plan in _plans())


@cache
def _plans() -> list[tuple[str, Mapping[str, Any], str]]:
    """Return name, words and SQL of each figure, from the files beside this module."""
    here = Path(__file__)
    words = tomllib.loads(here.with_suffix(".toml").read_text("utf-8"))
    parts = [part.strip() for part in _QUERY.split(here.with_suffix(".sql").read_text("utf-8"))]
    return [(name, words[name], sql) for name, sql in zip(parts[1::2], parts[2::2], strict=True)]


def _figure(name: str, words: Mapping[str, Any], sql: str, found: Rows, total: int) -> Figure:
    return Figure(
        name=name.replace("_", "-"),
        title=words["title"],
        lede=_lede(words["lede"], found, total) if found else "",
        sql=sql,
        columns=tuple(found[0]) if found else (),
        rows=tuple(tuple(row.values()) for row in found),
        kind=words["kind"],
        charts=_DRAWN[name](found) if found else (),
        missing="" if found else words["missing"],
    )


def _lede(text: str, found: Rows, total: int) -> str:
    """Fill in the counts, and the values of the row with the most cases in readers' words."""
    top = max(found, key=lambda row: row["cases"])
    values = {k: fact_text(k, v) if isinstance(v, str) else v for k, v in top.items()}
    counted = sum(row["cases"] for row in found)
    return text.format(
        **values, total=count(total, "published case"), counted=counted, rest=total - counted
    )


def number_text(number: float) -> str:
    """Return ``12,000``, ``12.5``, ``0.061``: three digits, more only of large numbers."""
    return f"{number:,.0f}" if abs(number) >= _ROUND_FROM else f"{number:.3g}"


def _page(folder: str, slug: object) -> str:
    return f"{folder}/{quote(str(slug), safe='')}/index.html"


def _year(row: Row) -> Link:
    return Link(str(row["year"]), _page("years", row["year"]) if row["cases"] else None)


def _industry(row: Row, note: str = "") -> Link:
    slug = row["industry"]
    return Link(fact_text("industry", slug), _page("industries", slug), note)


def _by_technique(found: Rows) -> list[list[Row]]:
    return [list(rows) for _, rows in groupby(found, key=lambda row: row["slug"])]


def _technique(row: Row) -> Link:
    return Link(row["technique"], _page("tags", row["slug"]))


def _bars(found: Rows, of: Callable[[Row], Link]) -> tuple[Chart, ...]:
    """Draw a bar per row; where the row has the number by chance, that is its second mark."""
    longest = max(max(row["cases"], row.get("by_chance", 0)) for row in found)
    lines = []
    for row in found:
        numbers = [row[name] for name in ("cases", "by_chance") if name in row]
        ends = tuple(Mark(round(_LONGEST_BAR * n / longest, 2), f"{n:,.0f}") for n in numbers)
        title = f"{of(row).label}: {count(row['cases'], 'case')}"
        title += f", by chance {ends[1].text}" if ends[1:] else ""
        lines.append(Line(of(row), ends, title))
    return (Chart(tuple(lines)),)


def _trends(found: Rows) -> tuple[Chart, ...]:
    """Draw a panel per technique, all on one scale."""
    top = max(row["share"] for row in found) or 1
    lines, heads = [], ()
    for line in _by_technique(found):
        heads = tuple(Link(str(row["year"]), note=f"{row['of_cases']:,}") for row in line)
        marks = tuple(
            Mark(
                round(100 * (n + 0.5) / len(line), 2),
                _percent(row),
                round(_PANEL_TOP + _PANEL_HEIGHT * (1 - row["share"] / top), 1),
            )
            for n, row in enumerate(line)
        )
        shares = listing([f"{m.text} % in {h.label}" for m, h in zip(marks, heads, strict=True)])
        lines.append(Line(_technique(line[0]), marks, f"{line[0]['technique']}: {shares}"))
    return (Chart(tuple(lines), heads),)


def _techniques_by_industry(found: Rows) -> tuple[Chart, ...]:
    groups = _by_technique(found)
    heads = [_industry(row, f"{row['of_cases']:,}") for row in groups[0]]
    lines = [(_technique(g[0]), [(row["share"], _percent(row)) for row in g]) for g in groups]
    return (_heat(heads, lines, " %"),)


def _stage_by_narrator(found: Rows) -> tuple[Chart, ...]:
    cases = {(row["stage"], row["narrator"]): row["cases"] for row in found}
    narrators = _in_order(NARRATORS, {narrator for _, narrator in cases})
    heads = [Link(fact_text("narrator", narrator).capitalize()) for narrator in narrators]
    lines = []
    for stage in _in_order(STAGES, {stage for stage, _ in cases}):
        numbers = [cases.get((stage, narrator), 0) for narrator in narrators]
        lines.append((Link(stage.capitalize()), [(n, f"{n:,}") for n in numbers]))
    return (_heat(heads, lines, ""),)


def _heat(
    heads: Sequence[Link], lines: Sequence[tuple[Link, Sequence[tuple[float, str]]]], unit: str
) -> Chart:
    """Return a heat map of rows of (number, text)."""
    top = max(number for _, cells in lines for number, _ in cells) or 1
    drawn = []
    for of, cells in lines:
        shades = [math.ceil(_SHADES * number / top) for number, _ in cells]
        marks = tuple(
            Mark(round(100 * n / len(heads), 2), text, shade)
            for n, ((_, text), shade) in enumerate(zip(cells, shades, strict=True))
        )
        named = [f"{h.label} {m.text}{unit}" for h, m in zip(heads, marks, strict=True)]
        drawn.append(Line(of, marks, f"{of.label}: {listing(named)}"))
    return Chart(tuple(drawn), tuple(heads), unit)


def _results(found: Rows) -> tuple[Chart, ...]:
    """Draw an axis per unit; numbers without a unit are comparable within their metric alone."""
    axes: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        axes.setdefault((row["unit"], "" if row["unit"] else row["metric"]), []).append(row)
    return tuple(_axis(unit, rows) for (unit, _), rows in axes.items())


def _axis(unit: str, rows: Rows) -> Chart:
    low, high = min(row["lowest"] for row in rows), max(row["highest"] for row in rows)
    is_logarithmic = low > 0 and high / low >= _LOGARITHMIC_FROM
    start = low if is_logarithmic else min(0, low)
    scale: Callable[[float], float] = math.log if is_logarithmic else float
    span = scale(high) - scale(start) or 1
    middle = math.sqrt(start * high) if is_logarithmic else (start + high) / 2

    def at(number: float) -> float:
        return round(100 * (scale(number) - scale(start)) / span, 2)

    lines = []
    for row in rows:
        box = [row[k] for k in ("lowest", "quartile_1", "median", "quartile_3", "highest")]
        least, _, median, _, most = map(number_text, box)
        note = f"n = {row['n']}, median {median}, {least} to {most}"
        dots = tuple(Mark(at(n), number_text(n)) for n in row["numbers"][:_MOST_DOTS])
        of = Link(row["metric"], note=note)
        lines.append(Line(of, dots, f"{row['metric']} in {unit}: {note}", tuple(map(at, box))))
    ticks = tuple(Link(number_text(number)) for number in (start, middle, high))
    return Chart(tuple(lines), ticks, unit, is_logarithmic)


def _in_order(known: Sequence[str], found: Iterable[str]) -> list[str]:
    """Return what was found: the known names in their order, then others by name."""
    return sorted(found, key=lambda name: (known.index(name) if name in known else 99, name))


def _percent(row: Row) -> str:
    return str(round(100 * row["cases"] / row["of_cases"]))


_DRAWN: Mapping[str, Callable[[Rows], tuple[Chart, ...]]] = {
    "cases_by_year": partial(_bars, of=_year),
    "cases_by_industry": partial(_bars, of=_industry),
    "techniques_over_time": _trends,
    "techniques_by_industry": _techniques_by_industry,
    "tools_together": partial(_bars, of=lambda row: Link(f"{row['tool']} and {row['with_tool']}")),
    "stage_by_narrator": _stage_by_narrator,
    "results_by_metric": _results,
}
