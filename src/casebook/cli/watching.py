"""``watch``: feeds and sitemaps that are looked at for new sources."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, Word, load_settings, with_services
from casebook.cli.references import as_bad_usage, named, words_of
from casebook.cli.submitting import Budget
from casebook.cli.terminal import err, moment, out, plain, print_json, printable
from casebook.schemas.bounds import LONGEST_INTERVAL, MOST_DOLLARS, SHORTEST_INTERVAL
from casebook.schemas.errors import BudgetReached, InvalidSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings
    from casebook.schemas.watches import Judged, Look, Refusal, Undecided, Watch, WatchLine

_UNITS = {"m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_STATES = {"active": "green", "paused": "yellow"}

WatchId = Annotated[str, typer.Argument(help="A watch's id or its beginning, or its address.")]

app = typer.Typer(
    no_args_is_help=True,
    help="Look at feeds and sitemaps for new sources; `casebook up` does it by itself.",
    rich_markup_mode=None,
)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="watch")


def seconds_of(text: str) -> int:
    """Return the seconds in ``30m``, ``6h``, ``1d`` or ``2w``.

    Raises:
        InvalidSource: if it is none of these, or not from a minute to a year.
    """
    match = re.fullmatch(r"(\d{1,9})\s*(m|min|h|d|w)", text.strip().lower(), re.ASCII)
    if match is None:
        raise InvalidSource(f"{text!r} is no interval: write 30m, 6h, 1d or 2w")
    seconds = int(match[1]) * _UNITS[match[2]]
    if not SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise InvalidSource(f"{text!r} is no interval between a minute and a year (366d)")
    return seconds


@app.command()
def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="A feed, sitemap or page of links.")],
    every: Annotated[str, typer.Option(help="How often to look: 30m, 6h, 1d; 5m to 366d.")] = "6h",
    word: Word = None,
    rubric: Annotated[
        str | None,
        typer.Option(
            help="What is wanted, and what is not, in your words: a capable model judges each new "
            "item's title and summary by it. What it refuses is kept with the reason and not "
            "proposed again.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=MOST_DOLLARS,
            help="US dollars that each look at this list may spend, on the rubric's verdicts and "
            "on drafts of what is new; what that leaves is for the next look.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what the list holds already, not only what comes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Watch a list; what it holds now is no news unless --all is given.

    One that is watched already gets what is given now in place of all it had.
    """
    from casebook.pipeline.batches import watching
    from casebook.publishing.wording import count

    async def work(services: Services) -> WatchLine:
        with as_bad_usage():
            return await watching.add(
                named(address).source,
                services,
                every_seconds=seconds_of(every),
                words=words_of(word),
                rubric=rubric,
                budget_usd=budget,
                everything=everything,
                who=services.settings.curator,
            )

    line = with_services(context, work, stopping.UNWATCHED)
    _tell_dropped(line)
    if as_json:
        print_json(_json(line))
        return
    held = "all it holds is looked at next"
    if line.look is not None and everything:
        err().print(
            "It is watched already, and what it held at its first look stays no news: "
            f"`casebook backfill {address}` works all of it.",
            markup=False,
        )
    if line.look is not None:
        held = f"it holds {count(line.look.found, 'source')} now"
    _tell_missed(line.look)
    out().print(
        f"[green]watching[/]  {line.watch.watch_id}  {line.watch.address}: {held}; looked at "
        f"every {every} while `casebook up` runs, or by `casebook watch run`",
    )


def _tell_dropped(line: WatchLine) -> None:
    """Say what a watch had that was not given again."""
    kept = {"words": "words", "rubric": "rubric", "budget_usd": "budget"}
    had = [name for field, name in kept.items() if getattr(line.before, field, None)]
    gone = [name for field, name in kept.items() if name in had and not getattr(line.watch, field)]
    if gone:
        from casebook.publishing.wording import listing

        err().print(f"It was watched before, and no longer has its {listing(gone)}: not given.")


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the watches with what their last look found."""
    from casebook.runtime.services import Services

    lines = Services(load_settings(context)).warehouse.watches()
    if as_json:
        for line in lines:
            print_json(_json(line))
    for line in () if as_json else lines:
        _print(line)
    if not lines and not as_json:
        err().print("No watches yet; `casebook watch add FEED_OR_SITEMAP` makes one.")


def _tell_missed(look: Look | None) -> None:
    """Say what of the list was not read; what it holds when it first is, is no news either."""
    for missed in look.missed if look else ():
        err().print(f"not read: {printable(missed)}", markup=False, soft_wrap=True)


def _tell_undecided(look: Look) -> None:
    for one in look.undecided:
        err().print(
            f"taken without a verdict: {printable(one.address)}: {printable(one.reason)}",
            markup=False,
            soft_wrap=True,
        )


def _json(line: WatchLine) -> dict[str, object]:
    look = line.look.model_dump(mode="json", exclude={"known", "newest"}) if line.look else None
    return {**line.watch.model_dump(mode="json", exclude={"change_id"}), "look": look}


def _print(line: WatchLine) -> None:
    """Show a watch: its id, state and interval, its address, what its last look found."""
    from datetime import UTC, datetime

    from casebook.publishing.wording import duration, listing, money

    watch, look = line.watch, line.look
    words = f", only with {plain(listing(watch.words))}" if watch.words else ""
    rubric = f"       wanted: {plain(watch.rubric)}\n" if watch.rubric else ""
    budget = "" if watch.budget_usd is None else f", at most {money(watch.budget_usd)} a look"
    seen = "not looked at yet"
    if look is not None:
        what = f"[red]{plain(look.failure)}[/]" if look.failure else plain(look.told)
        next_at = line.next_at(now := datetime.now(UTC))
        due = ", due again" if line.due(now) else ""
        again = f", again at {moment(next_at)}" if next_at else due
        since = f" (fails since {moment(look.failing_since)})" if look.failing_since else ""
        seen = f"looked at {moment(look.at)}{again}: {what}{since}"
    out().print(
        f"[bold]{watch.watch_id}[/]  [{_STATES[watch.state]}]{watch.state.value}[/], "
        f"every {duration(watch.every_seconds)}{budget}{words}\n"
        f"       {plain(watch.address)}\n{rubric}       {seen}",
        soft_wrap=True,
    )


@app.command()
def refused(context: typer.Context, watch_id: WatchId, as_json: AsJson = False) -> None:
    """List what the watch's rubric did not want, and why, the newest first."""
    from casebook.pipeline.batches import watching

    async def work(services: Services) -> Sequence[Refusal]:
        line = await watching.line_of(watch_id, services)
        return await watching.refused_of(line.watch.watch_id, services)

    found = with_services(context, work)
    _print_judged(found, "not wanted", as_json=as_json)
    if not as_json:
        err().print(
            "`casebook submit ADDRESS` takes one all the same."
            if found
            else "Nothing was refused by a rubric."
        )


@app.command()
def undecided(context: typer.Context, watch_id: WatchId, as_json: AsJson = False) -> None:
    """List what was taken without a verdict by the watch's rubric, and why, the newest first."""
    from casebook.pipeline.batches import watching

    async def work(services: Services) -> Sequence[Undecided]:
        line = await watching.line_of(watch_id, services)
        return await watching.undecided_of(line.watch.watch_id, services)

    found = with_services(context, work)
    _print_judged(found, "no verdict", as_json=as_json)
    if not as_json and not found:
        err().print("Nothing was taken without a verdict.")


def _print_judged(found: Sequence[Judged], told: str, *, as_json: bool) -> None:
    for one in found:
        if as_json:
            print_json(one.model_dump(mode="json"))
        else:
            out().print(
                f"{plain(one.title or one.address)}\n       {plain(one.address)}\n"
                f"       [yellow]{told}[/]: {plain(one.reason)}",
                soft_wrap=True,
            )


@app.command()
def pause(context: typer.Context, watch_id: WatchId) -> None:
    """Look no more until it is resumed."""
    _change(context, watch_id, "paused")


@app.command()
def resume(context: typer.Context, watch_id: WatchId) -> None:
    """Look again."""
    _change(context, watch_id, "active")


@app.command()
def remove(context: typer.Context, watch_id: WatchId) -> None:
    """Forget the watch; what it found stays."""
    _change(context, watch_id, "removed")


def _change(context: typer.Context, watch_id: str, wanted: str) -> None:
    from casebook.pipeline.batches import watching
    from casebook.schemas.watches import WatchState

    state = WatchState(wanted)

    async def work(services: Services) -> Watch:
        return await watching.change(watch_id, state, services, who=services.settings.curator)

    watch = with_services(context, work)
    out().print(f"{state.value}  {watch.watch_id}  {watch.address}", markup=False)


@app.command()
def run(
    context: typer.Context,
    watch_id: Annotated[
        str | None, typer.Argument(help="One watch; by default all that are due.")
    ] = None,
    budget: Budget = None,
    as_json: AsJson = False,
) -> None:
    """Look now, and work what is new."""
    settings = load_settings(context, budget_run=budget)
    raise typer.Exit(stopping.run(_run(settings, watch_id, as_json=as_json), stopping.WATCH))


async def _run(settings: Settings, watch_id: str | None, *, as_json: bool) -> int:
    from datetime import UTC, datetime

    from casebook.cli.submitting import gravest
    from casebook.pipeline.batches import watching
    from casebook.runtime.services import Services

    codes, began = list[int](), datetime.now(UTC)
    async with Services(settings, patience=settings.outage_patience) as services:
        if watch_id is not None:
            lines = due = [await watching.line_of(watch_id, services)]
        else:
            lines = await asyncio.to_thread(services.warehouse.watches)
            due = [line for line in lines if line.due(began)]
        for number, line in enumerate(due):
            if services.budget.is_spent:
                rest = [line.watch for line in due[number:]]
                _tell_left(len(await watching.active_of(rest, services)))
                break
            # The lists before this one may have taken hours. One that is named is looked at anyway.
            watch = await watching.still_active(line.watch, services)
            if watch is None and watch_id is None:
                continue
            with watching.one_look(watch or line.watch, services):
                codes += await _look(watch or line.watch, services, began, as_json=as_json)
    if not due:
        times = [at for line in lines if (at := line.next_at(datetime.now(UTC)))]
        until = f" before {moment(min(times))}" if times else ""
        err().print(f"Nothing is due{until}; `casebook watch run ID` looks at one list at once.")
    return gravest(codes)


async def _look(
    watch: Watch, services: Services, began: datetime, *, as_json: bool
) -> Sequence[int]:
    """Look at a list, work what is new, and return the exit codes of what failed.

    What a budget leaves is no failure: the next look goes on with it.
    """
    from casebook.cli.backfilling import work_batch
    from casebook.pipeline.batches import watching

    look, batch = await watching.look(watch, services, at=began)
    err().print(f"{watch.address}: {printable(look.told)}", markup=False)
    _tell_missed(look)
    _tell_undecided(look)
    spent = BudgetReached.kind()
    unjudged = look.trouble and look.trouble_by != spent
    codes = [EXIT_SOME_FAILED] if look.failure or unjudged or look.missed else []
    if batch is not None:
        codes.append(await work_batch(batch, services, as_json=as_json, no_failure=spent))
    return [code for code in codes if code]


def _tell_left(number: int) -> None:
    """Say how many lists a spent budget left alone, if any."""
    from casebook.publishing.wording import count

    if not number:
        return
    err().print(
        f"not looked at, for the budget is spent: {count(number, 'list')}, still due; "
        "`casebook watch run --budget MORE` goes on",
        markup=False,
        soft_wrap=True,
    )
