"""``demo``: the example sources become drafts before one's eyes, and the desk opens."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli.context import load_settings
from casebook.cli.references import read_lines
from casebook.cli.stopping import tell_of_answers
from casebook.cli.submitting import exit_code, print_outcome
from casebook.cli.terminal import err, out
from casebook.schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from casebook.pipeline.ingestion.outcome import Outcome
    from casebook.review import Desk
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings
    from casebook.schemas.sources import SourceRef


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    context: typer.Context,
    examples: Annotated[
        Path, typer.Argument(help="The folder with sources.jsonl.", exists=True, file_okay=False)
    ] = Path("examples"),
    port: Annotated[
        int | None, typer.Option(help="The desk's port; another free one if it is taken.")
    ] = None,
) -> None:
    """Ingest the examples with the configured model and open the review desk.

    In a terminal the desk stays open until Ctrl-C; elsewhere the drafts are printed and it ends.
    """
    settings = load_settings(context)
    with (examples / "sources.jsonl").open(encoding="utf-8") as lines:
        refs = read_lines(lines, examples.parent)
    stay = sys.stdout.isatty()
    try:
        outcomes = asyncio.run(
            _show(settings, refs, settings.desk_port if port is None else port, stay=stay)
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        err().print("The desk is closed; `make demo` opens it again, with all that was made.")
        return
    raise typer.Exit(exit_code(outcomes))


async def _show(
    settings: Settings, refs: list[SourceRef], port: int, *, stay: bool
) -> list[Outcome]:
    from urllib.parse import urlsplit

    from casebook.runtime.services import Services
    from casebook.runtime.stopping import on_signals

    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made it

    def stop(_: object) -> None:
        tell_of_answers()
        task.cancel()

    on_signals(stop)
    started = time.monotonic()
    async with Services(settings, busy=True) as services:
        desk, url = await _open_desk(settings, services, port)
        try:
            out().print(f"[green]the desk[/]  {url}  (drafts appear there as they are made)")
            at_desk = settings.model_copy(update={"desk_port": urlsplit(url).port})
            outcomes = await _ingest(services, refs, at_desk)
            _conclude(outcomes, time.monotonic() - started, url if stay else None)
            if stay:
                err().print("Ctrl-C closes the desk.")
                await desk.wait()
        finally:
            await desk.stop()
    return outcomes


async def _open_desk(settings: Settings, services: Services, port: int) -> tuple[Desk, str]:
    """Start the desk at ``port``, or at a free one when that is taken."""
    from casebook.review import Desk

    desk = Desk(settings, port=port, services=services)
    try:
        return desk, await desk.start()
    except ConfigurationError:
        desk = Desk(settings, port=0, services=services)
        return desk, await desk.start()


async def _ingest(services: Services, refs: list[SourceRef], settings: Settings) -> list[Outcome]:
    from casebook.cli.progress import StageBars
    from casebook.pipeline.ingestion.ingest import ingest_all

    outcomes = []
    with StageBars(err()) as bars:
        async for outcome in ingest_all(refs, services, reporter=bars):
            outcomes.append(outcome)
            print_outcome(outcome, settings, as_json=False)
    return outcomes


def _conclude(outcomes: list[Outcome], seconds: float, url: str | None) -> None:
    from casebook.pipeline.ingestion.outcome import Status

    counts = {status: [o.status for o in outcomes].count(status) for status in Status}
    calls = sum(o.llm_calls for o in outcomes)
    out().print(
        f"\n[bold]{counts[Status.DRAFT]} drafts[/], "
        f"{counts[Status.NOT_A_CASE_STUDY]} not a case study, {counts[Status.FAILED]} failed "
        f"in {seconds:.0f} s with {calls} model calls."
    )
    where = f"at {url}" if url else "with `make demo` in a terminal, where the desk stays open"
    out().print(f"Review them {where}. Then one of your own:")
    out().print("    .venv/bin/casebook submit https://…      # or a file")
    out().print("    .venv/bin/casebook review                # the desk, on your own cases")
