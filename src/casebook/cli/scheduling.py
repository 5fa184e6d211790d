"""``schedule``: flows that run by the clock, kept as Prefect schedules."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casebook.cli import stopping
from casebook.cli.context import AsJson, load_settings
from casebook.cli.submitting import point_at_server
from casebook.cli.terminal import err, moment, out, plain, print_json
from casebook.cli.watching import seconds_of
from casebook.flows import FLOWS
from casebook.schemas.errors import ConfigurationError, InvalidSource

if TYPE_CHECKING:
    from collections.abc import Sequence


ScheduleId = Annotated[str, typer.Argument(help="A schedule's id or its beginning.")]

app = typer.Typer(
    no_args_is_help=True,
    help="Run flows by the clock; they run while `casebook up` does.",
    rich_markup_mode=None,
)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="schedule")


def _connect(context: typer.Context) -> None:
    """Point at the running server.

    Raises:
        ConfigurationError: if none runs for this home.
    """
    if not point_at_server(load_settings(context)):
        raise ConfigurationError(
            "schedules are kept by the Prefect server, and none runs here: start `casebook up`"
        )


@app.command()
def add(
    context: typer.Context,
    flow: Annotated[str, typer.Argument(help="backfill, ingest, publish, recheck or watch.")],
    cron: Annotated[
        str | None, typer.Option(help='A cron line, e.g. "0 6 * * 1".', show_default=False)
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="An interval: 30m, 6h, 1d; 1m to 366d.", show_default=False)
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            help="The cron line's time zone (Europe/Berlin); else UTC.", show_default=False
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="name=value for the flow; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a flow run by a cron line or at an interval."""
    if flow not in FLOWS:
        raise InvalidSource(f"{flow!r} is no flow; there are {', '.join(FLOWS)}")
    if (cron is None) == (every is None):
        raise InvalidSource("give --cron or --every (not both)")
    if every is not None and timezone is not None:
        raise InvalidSource("--timezone is that of a --cron line; an interval has none")
    every_seconds = seconds_of(every) if every is not None else None
    _connect(context)
    from casebook.flows import schedules

    line = stopping.run(
        schedules.add(
            flow,
            cron=cron,
            every_seconds=every_seconds,
            timezone=timezone or "UTC",
            parameters=dict(map(_parameter, parameter or ())),
        )
    )
    _print([line.model_dump(mode="json")], as_json=as_json)


def _parameter(text: str) -> tuple[str, Any]:
    """Read ``name=value``; a value that is JSON is taken as such."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidSource(f"{text!r} is not name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the schedules."""
    _connect(context)
    from casebook.flows import schedules

    found = [line.model_dump(mode="json") for line in stopping.run(schedules.lines())]
    if not found and not as_json:
        err().print("No schedules yet; `casebook schedule add FLOW --cron …` makes one.")
        return
    _print(found, as_json=as_json)


@app.command()
def pause(context: typer.Context, schedule_id: ScheduleId) -> None:
    """Stop running it until it is resumed."""
    _change(context, schedule_id, active=False)


@app.command()
def resume(context: typer.Context, schedule_id: ScheduleId) -> None:
    """Run it again."""
    _change(context, schedule_id, active=True)


@app.command()
def remove(context: typer.Context, schedule_id: ScheduleId) -> None:
    """Forget the schedule."""
    _change(context, schedule_id, active=None)


def _change(context: typer.Context, schedule_id: str, *, active: bool | None) -> None:
    _connect(context)
    from casebook.flows import schedules

    line = stopping.run(schedules.change(schedule_id, active=active))
    done = {True: "active", False: "paused", None: "removed"}[active]
    out().print(f"{done}  {line.schedule_id}  {line.flow}  {line.when}", markup=False)


def _print(found: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for line in found:
            print_json(line)
        return
    for line in found:
        state = "[green]active[/]" if line["active"] else "[yellow]paused[/]"
        coming = line["next_at"] and moment(datetime.fromisoformat(line["next_at"]))
        then = f", next {coming}" if coming else ""
        given = ", ".join(f"{k}={v}" for k, v in line["parameters"].items())
        out().print(
            f"[bold]{line['schedule_id']}[/]  {state}  {line['flow']}, {plain(line['when'])}{then}"
            + (f"\n       {plain(given)}" if given else ""),
            soft_wrap=True,
        )
