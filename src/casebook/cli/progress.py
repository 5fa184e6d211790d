"""Progress of sources through the stages, drawn on stderr; nothing without a terminal."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from casebook.pipeline.ingestion.run import STAGES

_STAGE_STEPS = 100
_LABEL_WIDTH = 44


class StageBars:
    """One bar a source: which stage it is in, and how far. A Reporter and a context manager."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[cyan]{task.fields[stage]:<10}[/]"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, source: str, name: str) -> None:
        """Move the bar to the start of a stage."""
        done = STAGES.index(name) * _STAGE_STEPS
        self._progress.update(self._task(source), completed=done, stage=name)

    def step(self, source: str, done: int, total: int) -> None:
        """Move the bar within the last stage."""
        base = (len(STAGES) - 1) * _STAGE_STEPS
        part = _STAGE_STEPS * done / max(total, 1)
        self._progress.update(
            self._task(source), completed=base + part, stage=f"{done}/{total} asked"
        )

    def end(self, source: str) -> None:
        """Take the bar away."""
        if task := self._tasks.pop(source, None):
            self._progress.remove_task(task)

    def _task(self, source: str) -> TaskID:
        if source not in self._tasks:
            label = source if len(source) <= _LABEL_WIDTH else f"…{source[-_LABEL_WIDTH + 1 :]}"
            self._tasks[source] = self._progress.add_task(
                label, total=len(STAGES) * _STAGE_STEPS, stage=""
            )
        return self._tasks[source]
