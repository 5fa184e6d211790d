"""What the terminal shows: consoles, safe text, JSON, progress bars."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Self

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from publishing.terminal import printable, result_text
from schemas.results import IngestResult

_STAGES = ("fetch", "extract", "triage", "summarize", "verify", "store")
_LABEL_WIDTH = 44
_PIPED_WIDTH = 200


@cache
def out() -> Console:
    """Return the console for data; in a pipe, lines are not wrapped."""
    piped = not sys.stdout.isatty()
    return Console(soft_wrap=piped, width=_PIPED_WIDTH if piped else None, highlight=False)


@cache
def err() -> Console:
    """Return the console for progress, remarks and errors."""
    return Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False)


def print_json(data: object) -> None:
    """Print one JSON value on a line of standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def emit(rows: Sequence[BaseModel], show: Callable[[Any], Any], *, as_json: bool) -> None:
    """Print rows as JSON lines, or else as ``show`` renders them."""
    if not as_json and not rows:
        err().print("Nothing yet.")
    for row in rows:
        if as_json:
            print_json(row.model_dump(mode="json"))
        else:
            out().print(show(row))


def print_result(result: IngestResult, *, as_json: bool) -> None:
    """Print what became of a source; failures go to standard error."""
    if as_json:
        print_json(result.to_json())
    else:
        (err() if result.failure else out()).print(result_text(result))


class StageBars:
    """One bar per source on standard error: its stage, and how far it is; none without a terminal.

    A context manager.
    """

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[cyan]{task.fields[stage]:<10}[/]"),
            TimeElapsedColumn(),
            console=err(),
            transient=True,
            disable=not err().is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def on_stage(self, source: str, stage: str) -> None:
        """Move a source's bar to a stage, or take it away at the end."""
        if stage:
            done = _STAGES.index(stage)
            self._progress.update(self._task(source), completed=done, stage=stage)
        elif task := self._tasks.pop(source, None):
            self._progress.remove_task(task)

    def on_step(self, source: str, done: int, total: int) -> None:
        """Move the bar within the summary, the longest stage."""
        part = _STAGES.index("summarize") + done / max(total, 1)
        stage = f"{done}/{total} calls"
        self._progress.update(self._task(source), completed=part, stage=stage)

    def _task(self, source: str) -> TaskID:
        if source not in self._tasks:
            text = printable(source)
            label = text if len(text) <= _LABEL_WIDTH else f"…{text[-_LABEL_WIDTH + 1 :]}"
            self._tasks[source] = self._progress.add_task(
                escape(label), total=len(_STAGES), stage=""
            )
        return self._tasks[source]
