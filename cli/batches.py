"""``backfill``, ``watch`` and ``schedule``: many sources, and sources over time."""

import asyncio
import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.context import (
    EXIT_SOME_FAILED,
    AsJson,
    Text,
    Texts,
    arg,
    load_settings,
    opt,
    seconds_of,
    standard_input,
    with_services,
)
from cli.terminal import emit, err, out, print_json, print_result
from publishing.terminal import plain
from schemas.errors import ConfigurationError, InputError
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.services import Services
    from config.settings import Settings
    from flows.schedules import ScheduleLine
    from flows.selection import Forecast, Selection
    from schemas.batches import Batch, BatchProgress, WatchLine
    from schemas.results import IngestResult

Words = Annotated[Texts, opt("--word", help="Only items that mention a word.")]
Budget = Annotated[float | None, opt(min=0, help="US dollars to spend.")]


def backfill(
    context: typer.Context,
    source: Annotated[
        Text,
        arg(
            help="A feed, sitemap, OPML file, page of links, CSV or text file (address or path), "
            "or - for a list on standard input. Without one: list the batches.",
            metavar="LIST",
        ),
    ] = None,
    resume: Annotated[Text, opt(help="Go on with this batch.")] = None,
    since: Annotated[
        datetime | None, opt(formats=["%Y-%m-%d"], help="Leave out older items.")
    ] = None,
    limit: Annotated[int | None, opt(min=1, help="Only the newest so many.")] = None,
    word: Words = None,
    budget: Budget = None,
    source_budget: Annotated[float | None, opt(min=0, help="US dollars for one source.")] = None,
    model: Annotated[Text, opt(help="Another model than configured.")] = None,
    force: Annotated[bool, opt(help="Draft also what triage refuses.")] = False,
    dry_run: Annotated[bool, opt("--dry-run", help="Only show plan and price.")] = False,
    as_json: AsJson = False,
) -> None:
    """Process a list of sources as one batch that can be interrupted and resumed."""
    settings = load_settings(
        context, llm_model=model, budget_run=budget, budget_source=source_budget
    )

    async def work(services: "Services") -> int:
        from flows.backfill import register
        from flows.selection import forecast

        warehouse = services.warehouse
        if source is None and resume is None:
            emit(warehouse.batches(), _batch_text, as_json=as_json)
            return 0
        if resume is not None:
            batch = warehouse.batch(warehouse.resolve(resume)).batch
            items = warehouse.batch_items(batch.batch_id)
            missed = 0
        else:
            day = since.date() if since else None
            origin, selection, missed = await _select(services, source or "", day, limit, word)
            items = list(selection.items)
        expected = await forecast(items, services)
        _print_forecast(expected, as_json=as_json and dry_run)
        if dry_run:
            return EXIT_SOME_FAILED if missed else 0
        if resume is None:
            batch = await register(
                origin,
                items,
                services,
                force=force,
                budget_usd=budget,
                source_budget_usd=source_budget,
                model=model,
            )
        code = await _run_batch(services, batch, expected.open, as_json=as_json)
        return code or (EXIT_SOME_FAILED if missed else 0)

    raise typer.Exit(with_services(context, work, settings, patience=settings.patience))


async def _select(
    services: "Services",
    source: str,
    since: date | None,
    limit: int | None,
    words: "Sequence[str] | None",
) -> "tuple[str, Selection, int]":
    """Read a list; return its name, the selection, and how many lines could not be read."""
    from flows.backfill import read_list
    from flows.selection import select

    given = standard_input() if source == "-" else None
    origin = "standard input" if given is not None else source
    found = await read_list(SourceRef(source=origin), services, given)
    for problem in found.missed:
        err().print(f"[yellow]not read:[/] {plain(problem)}")
    selection = select(found.candidates, since=since, limit=limit, words=words or ())
    left_out = {
        "listed twice": selection.duplicates,
        "too old": selection.older,
        "without the words": selection.filtered,
        "beyond the limit": selection.beyond_limit,
    }
    for reason, count in left_out.items():
        if count:
            err().print(f"{count} left out: {reason}")
    return origin, selection, len(found.missed)


def _print_forecast(expected: "Forecast", *, as_json: bool) -> None:
    if as_json:
        print_json(expected.model_dump(mode="json"))
        return
    states = ", ".join(f"{n} {state.value}" for state, n in expected.states.items() if n)
    price = "price unknown" if expected.cost_usd is None else f"about ${expected.cost_usd:.2f}"
    err().print(
        f"{expected.open} sources to process ({states or 'the list is empty'}) with "
        f"{expected.model}: about {expected.calls:,} calls, {expected.tokens:,} tokens, {price}; "
        f"at most ${expected.source_budget_usd:g} per source (--source-budget)."
    )


async def _run_batch(services: "Services", batch: "Batch", left: int, *, as_json: bool) -> int:
    from flows.backfill import BatchRun, summary

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
        disable=not err().is_terminal,
    )
    failed = False
    with bar:
        task = bar.add_task("sources", total=left)

        def on_result(result: "IngestResult") -> None:
            nonlocal failed
            failed = failed or result.failure is not None
            print_result(result, as_json=as_json)
            bar.advance(task)

        progress = await BatchRun(batch, services, on_result=on_result).finish()
    err().print(f"[bold]batch {batch.batch_id}[/]: {summary(progress)}")
    for group in progress.failures:
        err().print(f"  {group.count} × {group.kind} ({group.remedy}): {plain(group.message)}")
    if progress.reason:
        err().print(
            f"[yellow]paused:[/] {plain(progress.reason)}\n"
            f"Go on with `casebook backfill --resume {batch.batch_id}`."
        )
        return 4 if "budget" in progress.reason else EXIT_SOME_FAILED
    return EXIT_SOME_FAILED if failed else 0


def _batch_text(one: "BatchProgress") -> str:
    failed = sum(group.count for group in one.failures)
    cost = "cost unknown" if one.cost_usd is None else f"${one.cost_usd:.2f}"
    state = one.step or "new"
    counts = f"{one.done} of {one.batch.size} done, {one.left} left, {failed} failed, {cost}"
    return f"{one.batch.batch_id}  {state}  {plain(one.batch.origin)}\n       {counts}"


def watch(
    context: typer.Context,
    address: Annotated[
        Text,
        arg(
            help="A feed or sitemap to watch, or a watch's id. Without one: list the watches.",
            metavar="LIST",
        ),
    ] = None,
    every: Annotated[str, opt(help="How often to look: 30m, 6h, 1d or 2w.")] = "1d",
    word: Words = None,
    rubric: Annotated[Text, opt(help="What you want, for a model to judge.")] = None,
    budget: Budget = None,
    everything: Annotated[bool, opt("--everything", help="Draft also what it holds now.")] = False,
    change: Annotated[Text, opt(help="pause, resume or remove.", metavar="CHANGE")] = None,
    look_now: Annotated[bool, opt("--now", help="Look now; draft what is new.")] = False,
    as_json: AsJson = False,
) -> None:
    """Watch feeds and sitemaps for new sources; `casebook up` looks at them when due."""
    from schemas.batches import WatchState

    names = ("pause", "resume", "remove")
    states = dict(
        zip(names, (WatchState.PAUSED, WatchState.ACTIVE, WatchState.REMOVED), strict=True)
    )
    if change is not None and change not in states:
        raise InputError(f"{change!r} is not a change of a watch; use {', '.join(states)}")
    settings = load_settings(context)

    async def work(services: "Services") -> int:
        from flows import watch as watching

        if change is not None:
            changed = await watching.change_watch(address or "", states[change], services)
            out().print(f"[green]{changed.state.value}[/]  {plain(changed.address)}")
        elif look_now:
            return await _look_now(services, settings, address, as_json=as_json)
        elif address is not None:
            line = await watching.add_watch(
                address,
                services,
                every_seconds=seconds_of(every),
                words=word or (),
                rubric=rubric,
                budget_usd=budget,
                everything=everything,
            )
            emit([line], _watch_text, as_json=as_json)
        else:
            emit(services.warehouse.watches(), _watch_text, as_json=as_json)
        return 0

    raise typer.Exit(with_services(context, work, settings, patience=settings.patience))


async def _look_now(
    services: "Services", settings: "Settings", address: str | None, *, as_json: bool
) -> int:
    from config.services import Services as Own
    from flows import watch as watching
    from flows.backfill import settings_for

    code = 0
    for due in await watching.due_watches(services, address):
        seen, batch = await watching.look(due, services)
        if as_json:
            print_json(seen.model_dump(mode="json"))
        elif seen.failure:
            err().print(f"[red]not read[/]  {plain(due.address)}: {plain(seen.failure)}")
        else:
            refused = f", {seen.refused} refused by the rubric" if seen.refused else ""
            out().print(f"{plain(due.address)}: {seen.new} new of {seen.found}{refused}")
        code = code or (EXIT_SOME_FAILED if seen.failure else 0)
        if batch:
            async with Own(settings_for(batch, settings), patience=settings.patience) as own:
                code = await _run_batch(own, batch, batch.size, as_json=as_json) or code
    return code


def _watch_text(line: "WatchLine") -> str:
    watched, look, next_at = line.watch, line.look, line.next_at()
    seen = f"last look {look.at:%Y-%m-%d %H:%M}: {look.new} new" if look else "not read yet"
    if look and look.failure:
        seen = f"[red]last look failed:[/] {plain(look.failure)}"
    due = f", next {next_at:%Y-%m-%d %H:%M}" if next_at else ""
    head = f"{watched.watch_id}  {watched.state.value}  {plain(watched.address)}"
    return f"{head}\n       {seen}{due}"


def schedule(
    context: typer.Context,
    flow: Annotated[
        Text,
        arg(
            help="backfill, watch, recheck, publish or ingest; or a schedule's id. Without one: "
            "list the schedules.",
            metavar="FLOW",
        ),
    ] = None,
    cron: Annotated[Text, opt(help="A cron line, as in '0 6 * * 1'.")] = None,
    every: Annotated[Text, opt(help="An interval: 30m, 6h, 1d or 2w.")] = None,
    timezone: Annotated[str, opt(help="The time zone of the cron line.")] = "UTC",
    parameter: Annotated[
        Texts, opt("--parameter", "-p", help="source=ADDRESS and the like.")
    ] = None,
    change: Annotated[Text, opt(help="pause, resume or remove.", metavar="CHANGE")] = None,
    as_json: AsJson = False,
) -> None:
    """Run flows by the clock, on the Prefect server of `casebook up`."""
    from cli.server import connect

    settings = load_settings(context)
    if not connect(settings.home):
        raise ConfigurationError(
            "no Prefect server runs for this home; start `casebook up` and try again"
        )
    from flows import schedules

    states = {"pause": False, "resume": True, "remove": None}
    if change is not None:
        if change not in states:
            raise InputError(f"{change!r} is not a change of a schedule; use {', '.join(states)}")
        found = [asyncio.run(schedules.change(flow or "", active=states[change]))]
    elif flow is not None:
        if (cron is None) == (every is None):
            raise InputError("a schedule needs either --cron or --every")
        found = [
            asyncio.run(
                schedules.add(
                    flow,
                    cron=cron,
                    every_seconds=seconds_of(every) if every else None,
                    timezone=timezone,
                    parameters=_parameters(parameter or []),
                )
            )
        ]
    else:
        found = asyncio.run(schedules.lines())
    emit(found, _schedule_text, as_json=as_json)


def _parameters(items: "Sequence[str]") -> dict[str, Any]:
    """Return parameters; a value that is JSON (a number, a list) is read as such."""
    parameters: dict[str, Any] = {}
    for item in items:
        name, mark, value = item.partition("=")
        if not mark:
            raise InputError(f"{item!r} does not have the form NAME=VALUE")
        try:
            parameters[name] = json.loads(value)
        except ValueError:
            parameters[name] = value
    return parameters


def _schedule_text(line: "ScheduleLine") -> str:
    state = "active" if line.active else "paused"
    given = " ".join(f"{name}={value}" for name, value in line.parameters.items())
    return f"{line.schedule_id}  {state}  {line.flow}  {line.when}  {plain(given)}"
