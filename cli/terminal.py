"""Output to the terminal: consoles, JSON, tables and progress bars."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cli.summaries import printable, render, safe
from publishing.json_views import result_json
from schemas.findings import FindingsResult
from schemas.generations import OrderEvent
from schemas.results import IngestResult

_STAGES = ("fetch", "extract", "speakers", "triage", "summarize", "verify", "store")
NAME = TextColumn("{task.description}")
_LABEL_WIDTH = 44
_PIPED_WIDTH = 200
_is_json: ContextVar[bool] = ContextVar("is_json", default=False)


@cache
def out() -> Console:
    """Return the console for data; it does not wrap lines in a pipe."""
    piped = not sys.stdout.isatty()
    return Console(soft_wrap=piped, width=_PIPED_WIDTH if piped else None, highlight=False)


@cache
def err() -> Console:
    """Return the console for progress, warnings and errors."""
    return Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False)


def set_json(wanted: bool) -> None:
    """Make this command print JSON, or text."""
    _is_json.set(wanted)


def wants_json() -> bool:
    """Return whether this command prints JSON."""
    return _is_json.get()


def print_json(data: object) -> None:
    """Print a JSON value as one line on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def emit(
    rows: Sequence[Any],
    show: str | Callable[[Any], Any],
    *,
    table: bool = False,
    to_json: Callable[[Any], object] = lambda row: row.model_dump(mode="json"),
    empty: str = "No entries yet.",
) -> None:
    """Print rows as JSON Lines, or as text, one by one or as a single ``table``.

    ``show`` is a template or a function.
    """
    if wants_json():
        for row in rows:
            print_json(to_json(row))
    elif rows:
        for one in [rows] if table else rows:
            out().print(render(show, one) if isinstance(show, str) else show(one))
    elif empty:
        err().print(empty)


def table_of(
    columns: Sequence[str], rows: Iterable[Iterable[object]], align: JustifyMethod = "left"
) -> Table:
    """Return a table of untrusted values; ``align`` applies to all columns but the first."""
    table = Table(box=None, header_style="bold")
    for n, column in enumerate(columns):
        table.add_column(safe(column), overflow="fold", justify=align if n else "left")
    for row in rows:
        table.add_row(*("" if value is None else safe(value) for value in row))
    return table


def print_result(result: IngestResult | FindingsResult, template: str = "result") -> None:
    """Print the result of a source or a case; failures go to standard error."""
    if wants_json():
        print_json(result_json(result))
    else:
        (err() if result.failure else out()).print(render(template, result))


def progress(*columns: ProgressColumn) -> Progress:
    """Return progress bars on standard error, hidden if it is not a terminal."""
    is_shown = err().is_terminal
    return Progress(*columns, console=err(), transient=True, disable=not is_shown)


@contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], object]]:
    """Show a progress bar; yield the function that moves it to (done, total)."""
    with progress(NAME, BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def stage_bars() -> Iterator[Callable[[str, str, int, int], None]]:
    """Show a progress bar for each source; yield the function that moves or removes it."""
    tasks: dict[str, TaskID] = {}
    column = TextColumn("[cyan]{task.fields[stage]:<10}[/]")
    with progress(SpinnerColumn(), NAME, BarColumn(24), column, TimeElapsedColumn()) as bars:

        def on_progress(source: str, stage: str, done: int, total: int) -> None:
            if stage and source not in tasks:
                text = printable(source)
                label = text if len(text) <= _LABEL_WIDTH else f"…{text[-_LABEL_WIDTH + 1 :]}"
                tasks[source] = bars.add_task(safe(label), total=len(_STAGES), stage="")
            if stage:
                part = _STAGES.index(stage) + done / max(total, 1)
                text = f"{done}/{total} calls" if total else stage
                bars.update(tasks[source], completed=part, stage=text)
            elif source in tasks:
                bars.remove_task(tasks.pop(source))

        yield on_progress


def print_order(event: OrderEvent, lines: int) -> None:
    """Print a step of an order to a batch API."""
    err().print(render("order", event, lines=lines))


def print_heard(name: str, seconds: int, whole: int) -> None:
    """Print how much of a recording was recognized."""
    so_far, length = (f"{one // 60}:{one % 60:02}" for one in (seconds, whole))
    err().print(f"[cyan]heard[/]  {so_far} of {length} of {safe(name)}")
