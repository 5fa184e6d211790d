"""``backfill``, ``watch`` and ``schedule``: lists of sources, once or regularly."""

import asyncio
import json
import os
import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn

from cli import options
from cli.context import EXIT_SOME_FAILED, load_settings, pairs, standard_input, with_resources
from cli.options import Text, Texts, arg, opt
from cli.summaries import render, safe
from cli.terminal import NAME, emit, err, out, print_result, progress, wants_json
from flows.registry import SERVED
from schemas.batches import WatchState
from schemas.errors import ConfigurationError, InputError
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from config.resources import Resources
    from schemas.batches import Batch
    from schemas.results import IngestResult
    from services.selection import SourceSelection

Words = Annotated[Texts, opt("--word", help="Only items with this word.")]

_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INTERVAL = re.compile(r"(\d{1,6})\s*([mhdw])")


@with_resources("model", "budget", "source_budget", "batch_api", patient=True)
async def backfill(
    resources: "Resources",
    source: Annotated[
        Text,
        arg(
            help="Address or path of a feed, sitemap, OPML file, page of links, folder, CSV or "
            "text file; - reads standard input. Without it, list the batches.",
            metavar="LIST",
        ),
    ] = None,
    resume: Annotated[Text, opt(help="Continue this batch.")] = None,
    since: options.Since = None,
    limit: Annotated[int | None, opt(min=1, help="Process only the N newest.", metavar="N")] = None,
    word: Words = None,
    budget: options.Budget = None,
    source_budget: options.SourceBudget = None,
    model: options.Model = None,
    force: options.Force = False,
    dry_run: options.DryRun = False,
) -> int:
    """Process a list of sources as one batch that can be interrupted and resumed."""
    from services.batches import register, settings_for
    from services.selection import forecast

    warehouse, missed = resources.warehouse, 0
    if resume is not None:
        batch = warehouse.batch(warehouse.resolve(resume)).batch
        items = warehouse.batch_items(batch.batch_id)
        given = {"model": model, "budget_usd": budget, "source_budget_usd": source_budget}
        given = {name: value for name, value in given.items() if value is not None}
        own = batch.model_copy(update=given)
        resources.settings = settings_for(own, resources.settings)
        if batch.in_orders:
            resources.send_orders()
    elif source is not None:
        day = since.date() if since else None
        origin, selection, missed = await _select(resources, source, day, limit, word)
        items = list(selection.items)
    else:
        emit(warehouse.batches(), "batch")
        return 0
    expected = await forecast(items, resources)
    if dry_run and wants_json():
        emit([expected], str)
    else:
        err().print(render("batch_forecast", expected))
    code = EXIT_SOME_FAILED if missed else 0
    if dry_run:
        return code
    if resume is None:
        batch = await register(
            origin,
            items,
            resources,
            model=model,
            force=force,
            in_orders=resources.in_orders,
            budget_usd=budget,
            source_budget_usd=source_budget,
        )
    return await _run_batch(resources, batch, expected.open) or code


async def _select(
    resources: "Resources", source: str, since: date | None, limit: int | None, words: Texts
) -> "tuple[str, SourceSelection, int]":
    """Read a list; return its name, the selection, and the number of unreadable lines."""
    from services.batches import read_list
    from services.selection import select

    given = standard_input() if source == "-" else None
    origin = "standard input" if given is not None else source
    found = await read_list(SourceRef(source=origin), resources, given)
    selection = select(found.candidates, since=since, limit=limit, words=words or ())
    if left_out := render("selection", selection, missed=found.missed):
        err().print(left_out)
    return origin, selection, len(found.missed)


async def _run_batch(resources: "Resources", batch: "Batch", left: int) -> int:
    from flows.backfill import BatchRun
    from services.batches import summary

    bar = progress(NAME, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results: list[IngestResult] = []

    def on_result(result: "IngestResult") -> None:
        results.append(result)
        print_result(result)
        bar.advance(task)

    with bar:
        task = bar.add_task("sources", total=left)
        done = await BatchRun(batch, resources, on_result=on_result).finish()
    err().print(render("batch_end", done, summary=summary(done)))
    if done.reason:
        return 4 if "budget" in done.reason else EXIT_SOME_FAILED
    return EXIT_SOME_FAILED if any(result.failure for result in results) else 0


@with_resources(patient=True)
async def watch(
    resources: "Resources",
    address: Annotated[
        Text,
        arg(
            help="A feed or sitemap to watch, or the id of a watch. Without it, list the watches.",
            metavar="LIST",
        ),
    ] = None,
    every: Annotated[str, opt(help="Interval between checks: 30m, 6h, 1d or 2w.")] = "1d",
    word: Words = None,
    rubric: Annotated[Text, opt(help="Describe the wanted items; a model judges.")] = None,
    budget: options.Budget = None,
    everything: Annotated[bool, opt("--everything", help="Also draft its current items.")] = False,
    change: options.Change = None,
    look_now: Annotated[bool, opt("--now", help="Check now, and draft new items.")] = False,
) -> int:
    """Watch feeds and sitemaps for new sources; `casebook up` checks them regularly."""
    states = {"pause": WatchState.PAUSED, "resume": WatchState.ACTIVE, "remove": WatchState.REMOVED}
    from services import watches

    if change is not None:
        changed = await watches.change_watch(address or "", states[change], resources)
        out().print(f"[green]{changed.state.value}[/]  {safe(changed.address)}")
    elif look_now:
        return await _look_now(resources, address)
    elif address is not None:
        line = await watches.add_watch(
            address,
            resources,
            every_seconds=seconds_of(every),
            words=word or (),
            rubric=rubric,
            budget_usd=budget,
            everything=everything,
        )
        emit([line], "watch")
    else:
        emit(resources.warehouse.watches(), "watch")
    return 0


async def _look_now(resources: "Resources", address: str | None) -> int:
    from config.resources import Resources
    from services import watches
    from services.batches import settings_for

    settings, code = resources.settings, 0
    for due in await watches.due_watches(resources, address):
        seen, batch = await watches.look(due, resources)
        emit([seen], partial(render, "look", watched=due))
        code = code or (EXIT_SOME_FAILED if seen.failure else 0)
        if batch:
            async with Resources(settings_for(batch, settings), patience=settings.patience) as own:
                code = await _run_batch(own, batch, batch.size) or code
    return code


def seconds_of(interval: str) -> int:
    """Return the seconds of an interval such as 30m, 6h, 1d or 2w.

    Raises:
        InputError: if it has another form.
    """
    found = _INTERVAL.fullmatch(interval.strip().lower())
    if not found:
        raise InputError(f"{interval!r} is not a valid interval; use 30m, 6h, 1d or 2w")
    return int(found[1]) * _UNITS[found[2]]


def schedule(
    context: typer.Context,
    flow: Annotated[
        Text,
        arg(
            help=f"One of {', '.join(SERVED)}; or a schedule's id. Without it, list the schedules.",
            metavar="FLOW",
        ),
    ] = None,
    cron: Annotated[Text, opt(help="A cron expression, e.g. '0 6 * * 1'.")] = None,
    every: Annotated[Text, opt(help="An interval: 30m, 6h, 1d or 2w.")] = None,
    timezone: Annotated[str, opt(help="The time zone of the cron expression.")] = "UTC",
    parameter: Annotated[
        Texts, opt("--parameter", "-p", help="A parameter of the flow, e.g. source=ADDRESS.")
    ] = None,
    change: options.Change = None,
    _as_json: options.AsJson = False,
) -> None:
    """Schedule flows on the Prefect server of `casebook up`."""
    from cli.server import environment, running

    home = load_settings(context).home
    if not (url := running(home)):
        raise ConfigurationError(
            "no Prefect server is running for this home; start `casebook up` first"
        )
    os.environ.update(environment(home, url))
    from flows import schedules

    if change is not None:
        active = {"pause": False, "resume": True, "remove": None}[change]
        found = [asyncio.run(schedules.change(flow or "", active=active))]
    elif flow is not None:
        if (cron is None) == (every is None):
            raise InputError("a schedule needs either --cron or --every")
        seconds = seconds_of(every) if every else None
        parameters = {name: _value(value) for name, value in pairs(parameter)}
        added = schedules.add(
            flow, cron=cron, every_seconds=seconds, timezone=timezone, parameters=parameters
        )
        found = [asyncio.run(added)]
    else:
        found = asyncio.run(schedules.lines())
    emit(found, "schedule")


def _value(text: str) -> Any:
    """Return the value of a parameter, parsed as JSON if possible (a number, a list)."""
    try:
        return json.loads(text)
    except ValueError:
        return text
