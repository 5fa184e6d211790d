"""``backfill``: a list of sources worked as one batch, and what became of it."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, Word, day_option, load_settings
from casebook.cli.forecasts import beyond_budget, kept_by_since, left_aside, print_plan
from casebook.cli.references import as_bad_usage, named, piped_list, words_of
from casebook.cli.terminal import err, lists_told, out, plain, print_json, printable
from casebook.extractors.formats import LISTS
from casebook.schemas.bounds import MOST_AT_ONCE, MOST_DOLLARS
from casebook.schemas.errors import BudgetReached, InvalidSource, ModelUnknown, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typer._click.core import Context

    from casebook.extractors.links.listing import Walk
    from casebook.pipeline.batches.planning import Selection
    from casebook.pipeline.batches.tallying import Tally
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings
    from casebook.schemas.batches import Batch, BatchItem, BatchOptions


class _RunByDefault(TyperGroup):
    """Takes a first word that names no command for the list that is to be worked."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put ``run`` before anything but the commands' own names and a call for help."""
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    no_args_is_help=True,
    help="Work a list of sources as one batch: `backfill SRC`, whose options `backfill run -h` "
    "shows; also `backfill list` and `backfill show ID`.",
    rich_markup_mode=None,
)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="backfill")


@app.command()
def run(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            help="A feed, sitemap, OPML file, page of links, table, JSON or text file: its address "
            f"or path ({' '.join(LISTS)}); - reads any of them, or what `casebook links --json` "
            "prints, or the paths of files to work, one a line or each with a NUL behind it, from "
            "standard input.",
            metavar="SRC",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="Go on with this batch.", show_default=False)
    ] = None,
    since: Annotated[date | None, day_option("Leave out what is dated earlier.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="The first so many, the newest first.", show_default=False),
    ] = None,
    word: Word = None,
    budget: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=MOST_DOLLARS,
            help="Stop before this run spends more dollars.",
            show_default=False,
        ),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_AT_ONCE, help="Calls to the model at once.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Another model than configured.", show_default=False)
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Draft also what triage says is no case study.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and what it would cost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Work every new source of a list; what is known, refused or gone is left alone."""
    from casebook.extractors.worker import start_server_ahead
    from casebook.schemas.batches import BatchOptions

    if (source is None) == (resume is None):
        raise InvalidSource("give a list to work, or --resume and a batch's id (not both)")
    if model is not None and not model.strip():
        raise InvalidSource("--model names no model")
    words = words_of(word)
    options = BatchOptions(force=force, concurrency=concurrency, budget_usd=budget, model=model)
    settings = load_settings(context)
    if resume is not None:
        if since or limit or word or model or force:
            raise InvalidSource(
                "a batch goes on as it was begun: with --resume only --budget, --concurrency, "
                "--dry-run and --json can be given"
            )
        if not dry_run:
            start_server_ahead(many=True)
        again = _resume(resume, options, settings, dry_run=dry_run, as_json=as_json)
        raise typer.Exit(stopping.run(again, stopping.BATCH))
    assert source is not None  # noqa: S101 - one of the two is given
    start_server_ahead(many=not dry_run)  # loads the parsers beside what this process imports
    chosen = partial(_chosen, source, settings, since=since, limit=limit, words=words)
    if dry_run:
        origin, selection, missed = chosen(to_work=False)
        planned = _plan(origin, selection, options, settings, missed, as_json=as_json)
        code = stopping.run(planned, stopping.BATCH)
    else:
        batch, missed = _begun(chosen, options, settings)
        work = _work(batch, options, settings, as_json=as_json) if batch else None
        code = stopping.run(work, stopping.BATCH) if work else 0
    raise typer.Exit(code or (EXIT_SOME_FAILED if missed else 0))


def _chosen(
    source: str,
    settings: Settings,
    *,
    since: date | None,
    limit: int | None,
    words: Sequence[str],
    to_work: bool,
) -> tuple[str, Selection, Sequence[str]]:
    """Read the list; return what it is called, its sources, and what could not be read of it."""
    piped = piped_list() if source == "-" else None
    reading = _read(source, piped, settings, to_work=to_work)
    found, files = stopping.run(reading, stopping.UNREAD)
    for line in found.missed:
        err().print(f"not read: {printable(line)}", markup=False, soft_wrap=True)
    from casebook.pipeline.batches.lists import PIPED
    from casebook.pipeline.batches.planning import select

    selection = select(
        found.candidates,
        files=files,
        since=since,
        limit=limit,
        words=words,
        repeated=found.repeated,
    )
    for kept in kept_by_since(selection):
        err().print(kept, markup=False)
    return PIPED if source == "-" else source, selection, found.missed


async def _read(
    source: str, piped: bytes | None, settings: Settings, *, to_work: bool
) -> tuple[Walk, Sequence[BatchItem]]:
    """Return the addresses that the list names and what could not be read of it, and the files.

    Files are named on standard input alone, of which ``piped`` is what came. What asks the model is
    loaded beside a list that is ``to_work``, as soon as that is there: one that cannot be had is
    told without it.
    """
    from casebook.pipeline.batches.lists import read_list, read_piped
    from casebook.runtime.loading import begin_to_load_client
    from casebook.runtime.services import Services

    meanwhile = begin_to_load_client if to_work else None
    async with Services(settings) as services:
        if piped is not None:
            return await read_piped(piped, services, meanwhile)
        with as_bad_usage(), lists_told() as tell:
            return await read_list(named(source), services, meanwhile=meanwhile, tell=tell), ()


async def _plan(
    source: str,
    selection: Selection,
    options: BatchOptions,
    settings: Settings,
    missed: Sequence[str] = (),
    *,
    as_json: bool,
    goes_on: bool = False,
) -> int:
    """Say what would be done; nothing is fetched or stored."""
    from casebook.pipeline.batches.forecasting import forecast
    from casebook.pipeline.batches.planning import with_options
    from casebook.runtime.services import Services

    settings = with_options(settings, options)
    async with Services(settings) as services:
        expected = await forecast(source, selection, services, goes_on=goes_on)
    if not as_json:
        print_plan(expected)
        if warning := beyond_budget(expected, settings.budget_run):
            out().print(f"[yellow]{warning}[/]")
        return 0
    aside = ("duplicates", "older", "undated", "around", "filtered", "beyond_limit")
    print_json(
        {
            "origin": source,
            **selection.model_dump(include=set(aside)),
            "missed": list(missed),
            "standings": dict(expected.standings),
            "estimate": expected.estimate.model_dump(mode="json"),
            "judge": expected.judge and expected.judge.model_dump(mode="json"),
        }
    )
    return 0


def _begun(
    chosen: Callable[..., tuple[str, Selection, Sequence[str]]],
    options: BatchOptions,
    settings: Settings,
) -> tuple[Batch | None, Sequence[str]]:
    """Store what is chosen as a batch; return it, and what could not be read of the list.

    The list itself is held no longer than that, however long it is.
    """
    origin, selection, missed = chosen(to_work=True)
    if selection.items:
        registering = _registered(origin, selection, options, settings)
        return stopping.run(registering, stopping.BATCH), missed
    aside = [f"{number:,} {label}" for number, label in left_aside(selection)]
    told = ", ".join(aside) or "the list names no source"
    err().print(f"Nothing to work: {told}.", markup=False)
    return None, missed


async def _registered(
    origin: str, selection: Selection, options: BatchOptions, settings: Settings
) -> Batch:
    from casebook.pipeline.batches.stored import register as register_batch
    from casebook.runtime.services import Services

    async with Services(settings, patience=settings.outage_patience) as services:
        return await register_batch(origin, selection.items, options, services)


async def _work(batch: Batch, options: BatchOptions, settings: Settings, *, as_json: bool) -> int:
    from casebook.pipeline.batches.planning import with_options
    from casebook.runtime.services import Services

    settings = with_options(settings, options)
    async with Services(settings, patience=settings.outage_patience) as services:
        return await work_batch(batch, services, as_json=as_json)


async def _resume(
    batch_id: str, given: BatchOptions, settings: Settings, *, dry_run: bool, as_json: bool
) -> int:
    """Go on with a batch; a budget or concurrency that is given holds for this run alone."""
    from casebook.pipeline.batches.planning import Selection
    from casebook.pipeline.batches.stored import batch_of, listed
    from casebook.runtime.services import Services

    async with Services(settings) as services:
        found = await asyncio.to_thread(services.warehouse.resolve, batch_id)
        batch = await batch_of(found, services)
        whole = Selection(items=(await listed(found, services)).items) if dry_run else None
    options = batch.options.model_copy(update=given.model_dump(exclude_defaults=True))
    if whole is not None:
        return await _plan(batch.origin, whole, options, settings, as_json=as_json, goes_on=True)
    return await _work(batch, options, settings, as_json=as_json)


async def work_batch(
    batch: Batch, services: Services, *, as_json: bool, no_failure: str | None = None
) -> int:
    """Work the batch under a live table; print what became of it; return the exit code.

    ``no_failure`` is a kind that counts as none there.
    """
    from casebook.cli.board import BatchBoard, print_progress
    from casebook.cli.submitting import exit_code
    from casebook.pipeline.batches.backfill import BatchRun
    from casebook.pipeline.batches.stored import progress

    work, failed = BatchRun(batch, services), {}
    try:
        with BatchBoard(work, services.limiter, err()) as board:
            async for outcome in work.outcomes():
                # One of each kind is kept, however long the list.
                if (failure := outcome.failure) is not None and failure.kind != no_failure:
                    failed[outcome.error_exit] = outcome
                board.tell(outcome)
                if as_json:
                    print_json(outcome.to_json())
    except WarehouseError as error:  # there is nowhere to look how far it is
        _tell_pause(str(error), _resumed(batch))
        return error.exit_code
    if not as_json:
        print_progress(batch, await progress(batch, services), work.tally, out())
    if stopped := work.tally.stopped_by:
        _tell_pause(stopped.message, _next(batch, work.tally))
    return exit_code(failed.values())


def _tell_pause(why: str, then: str) -> None:
    err().print(f"[yellow]paused[/]  {plain(why)}\n        {then}")


def _next(batch: Batch, tally: Tally) -> str:
    """Say how a paused batch goes on; one whose own model nobody knows does not."""
    from casebook.pipeline.batches.planning import is_taken_up

    if batch.options.model is not None and tally.failed[ModelUnknown.kind()]:
        return "give the list again with another --model: a batch goes on with its own"
    goes_on = _resumed(batch, " --budget MORE" if tally.failed[BudgetReached.kind()] else "")
    if tally.stopped_by is None or is_taken_up(tally.stopped_by):
        return goes_on
    kind = tally.stopped_by.kind
    return f"`casebook retry --cause {kind}` tries those again that failed; {goes_on}"


def _resumed(batch: Batch, more: str = "") -> str:
    return f"go on with `casebook backfill --resume {batch.batch_id}{more}`"


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the batches, the newest first."""
    from casebook.cli.board import print_batches
    from casebook.runtime.services import Services

    batches = Services(load_settings(context)).warehouse.batches()
    if as_json:
        for batch in batches:
            print_json(batch.model_dump(mode="json"))
        return
    if not batches:
        err().print("No batches yet; `casebook backfill SRC` begins one.")
        return
    print_batches(batches, out())


@app.command()
def show(
    context: typer.Context,
    batch_id: Annotated[str, typer.Argument(help="A batch's id, or enough of its beginning.")],
    as_json: AsJson = False,
) -> None:
    """Show how far a batch is, and its failures by cause with what to do about each."""
    from casebook.cli.board import print_progress, print_step
    from casebook.pipeline.batches.stored import batch_of, progress
    from casebook.runtime.services import Services

    async def work() -> None:
        services = Services(load_settings(context))
        batch = await batch_of(services.warehouse.resolve(batch_id), services)
        stands = await progress(batch, services)
        lines = services.warehouse.batches()
        line = next(one for one in lines if one.batch_id == batch.batch_id)
        if as_json:
            told = line.model_dump(mode="json") | batch.model_dump(mode="json")
            print_json({**told, "progress": stands.model_dump(mode="json")})
            return
        print_progress(batch, stands, None, out())
        print_step(line, out())

    stopping.run(work())
