"""Charts over the warehouse, each with its query."""

import asyncio
import math
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.rendering import render
from desk.state import Desk
from warehouse import Warehouse
from warehouse.schema import queries

router = APIRouter(include_in_schema=False)

_FRESH_SECONDS = 60
_ON = {
    "readers_agreed": "agreement",
    "right_flags": "judge_accuracy",
    "found_by_judge": "judge_accuracy",
}
"""The named queries over the result of another one."""
_CHARTS = (  # title, form, unit, and the name of the query
    ("Drafts per week", "columns", "", "drafts_per_week"),
    ("Doubts of the judge that curators shared", "lines", "%", "doubts_agreed"),
    ("Verified parts that curators changed", "lines", "%", "verified_disputed"),
    ("Flags of the judge that were right", "bars", "%", "right_flags"),
    ("Wrong statements that the judge flagged", "bars", "%", "found_by_judge"),
    ("Two readers of one statement", "bars", "", "readers_agreed"),
    ("Review time per draft", "lines", "min", "minutes_per_draft"),
    ("Tags over time", "lines", "", "tags_over_time"),
    ("Cost per draft by model", "bars", "$", "cost_per_draft"),
    ("Doubtful statements by section", "bars", "", "doubtful_by_section"),
)


class InsightChart(NamedTuple):
    """A chart of the last column of ``rows`` with an axis from 0 to ``top``."""

    title: str
    form: str
    unit: str
    sql: str
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    top: float


@router.get("/insight")
async def insight(request: Request, desk: Desk) -> Response:
    """Show the charts."""
    minute = int(time.monotonic() / _FRESH_SECONDS)
    found = await asyncio.to_thread(charts, desk.warehouse, minute)
    return await render(request, "insight.html", charts=found)


@lru_cache(maxsize=1)
def charts(warehouse: Warehouse, _minute: int) -> list[InsightChart]:
    """Return the charts, cached for a minute."""
    found = []
    for title, form, unit, name in _CHARTS:
        columns, rows = warehouse.sql(sql := _query(name))
        top = 100 if unit == "%" else axis_end(row[-1] for row in rows)
        found.append(InsightChart(title, form, unit, sql, columns, rows, top))
    return found


def _query(name: str) -> str:
    """Return a named query, with the one that it reads from, if any."""
    known, base = queries(), _ON.get(name)
    below = f"WITH {base} AS (\n{known[base].strip().rstrip(';')}\n)\n" if base else ""
    return below + known[name].strip()


def axis_end(values: Iterable[float]) -> float:
    """Return the first of 1, 2, 5, 10, 20, … that no value exceeds."""
    most = max(values, default=0) or 1
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= most)
