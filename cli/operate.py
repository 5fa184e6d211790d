"""``publish``, ``recheck``, ``costs``, ``sql``, and the desk: ``review``, ``up``, ``demo``."""

import asyncio
import csv
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from cli.context import EXIT_SOME_FAILED, AsJson, Texts, arg, load_settings, opt, with_services
from cli.server import LocalServer, server_key
from cli.sources import exit_code
from cli.terminal import StageBars, err, out, print_json, print_result
from publishing.terminal import plain
from schemas.results import IngestStatus
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.services import Services
    from config.settings import Settings
    from schemas.generations import CostLine
    from schemas.results import IngestResult
    from schemas.sources import Check

SERVED = ("ingest", "backfill", "watch", "recheck", "publish")
"""The flows that ``up`` serves; ``flows`` itself imports Prefect, which takes two seconds."""

Port = Annotated[int | None, opt(help="The desk's port; 0 takes any free one.")]


def publish(
    context: typer.Context,
    to: Annotated[Path | None, opt(help="The site's folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the approved cases as a static site, with all of them as data."""

    async def work(services: "Services") -> int:
        from flows.publish import publish_site

        done = await publish_site(services, to.resolve() if to else None)
        if as_json:
            print_json(done.model_dump(mode="json"))
        else:
            total = len(done.added) + len(done.changed) + len(done.unchanged)
            out().print(
                f"[green]published[/]  {total} cases: {len(done.added)} new, "
                f"{len(done.changed)} changed, {len(done.withdrawn)} withdrawn"
            )
            out().print(f"       {plain(done.path / 'index.html')}")
            if not total and not done.blocked:
                err().print("No case is approved yet: `casebook review`, or `casebook approve ID`.")
        for kept in done.blocked:
            err().print(f"[red]kept back[/]  {kept.case_id}  {plain(kept.reason)}")
        return EXIT_SOME_FAILED if done.blocked else 0

    raise typer.Exit(with_services(context, work))


def recheck(
    context: typer.Context,
    case_ids: Annotated[
        Texts,
        arg(help="By default the longest unchecked.", metavar="CASE…"),
    ] = None,
    most: Annotated[int, opt(min=1, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Fetch published sources again: the same, moved, changed (with lost quotes), or gone."""

    async def work(services: "Services") -> int:
        from flows.recheck import due, recheck_all

        warehouse = services.warehouse
        chosen = [warehouse.resolve(name) for name in case_ids or []]
        chosen = chosen or (await due(services))[:most]

        def show(check: "Check") -> None:
            if as_json:
                print_json(check.model_dump(mode="json"))
                return
            lost = f", {len(check.lost)} of {check.quotes} quotes lost" if check.lost else ""
            moved = f", now at {plain(check.moved_to)}" if check.moved_to else ""
            why = f": {plain(check.message)}" if check.message else ""
            out().print(f"{check.result.value:<11} {check.source_id}{moved}{lost}{why}")

        checks = await recheck_all(chosen, services, show)
        if not checks:
            err().print("No case is published yet; only published sources are rechecked.")
        return 0

    raise typer.Exit(with_services(context, work))


def costs(
    context: typer.Context,
    by: Annotated[
        Literal["day", "model", "stage", "case", "source"], opt(help="Sum up by this.")
    ] = "day",
    since: Annotated[
        datetime | None, opt(formats=["%Y-%m-%d"], help="Leave out older calls.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what calls to models cost, failed ones included."""

    async def work(services: "Services") -> None:
        day = since.replace(tzinfo=UTC) if since else None
        lines = services.warehouse.costs(by, day)
        if as_json:
            for line in lines:
                print_json(line.model_dump(mode="json"))
        elif lines:
            out().print(_costs_table(by, lines))
        else:
            err().print("No model was called yet.")

    with_services(context, work)


def _costs_table(by: str, lines: "Sequence[CostLine]") -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column(by)
    for name in ("calls", "unusable", "tokens in", "cached", "tokens out", "seconds", "cost"):
        table.add_column(name, justify="right")
    for line in lines:
        cost = "—" if line.cost_usd is None else f"${line.cost_usd:.4f}"
        unpriced = f" (+{line.unpriced} unpriced)" if line.unpriced else ""
        numbers = (
            line.calls,
            line.wasted_calls,
            line.prompt_tokens,
            line.cached_tokens,
            line.completion_tokens,
            round(line.seconds),
        )
        cells = [f"{number:,}" for number in numbers]
        table.add_row(plain(line.label or line.key or "—"), *cells, cost + unpriced)
    return table


def sql(
    context: typer.Context,
    query: Annotated[str, arg(help="One SELECT; docs/warehouse.md lists the tables.")],
    as_csv: Annotated[bool, opt("--csv", help="Print CSV.")] = False,
    limit: Annotated[int | None, opt(min=1, help="At most so many rows.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the warehouse in SQL, read-only."""

    async def work(services: "Services") -> None:
        columns, rows = services.warehouse.sql(query, limit)
        if as_json:
            for row in rows:
                print_json(dict(zip(columns, row, strict=True)))
        elif as_csv:
            writer = csv.writer(sys.stdout)
            writer.writerow(columns)
            writer.writerows(rows)
        else:
            table = Table(box=None, header_style="bold")
            for column in columns:
                table.add_column(column, overflow="fold")
            for row in rows:
                table.add_row(*("" if value is None else plain(value) for value in row))
            out().print(table)

    with_services(context, work)


def review(
    context: typer.Context,
    port: Port = None,
    browser: Annotated[bool, opt(help="Open it in the browser.")] = True,
) -> None:
    """Open the review desk in the browser; Ctrl-C closes it."""
    settings = load_settings(context, desk_port=port)
    _serve(context, settings, browser=browser)


def _serve(context: typer.Context, settings: "Settings", *, browser: bool) -> None:
    from review.server import serve

    def ready(url: str) -> None:
        out().print(f"[green]the desk[/]      {url}  (Ctrl-C closes it)", soft_wrap=True)

    async def work(services: "Services") -> None:
        opens = browser and out().is_terminal
        await serve(services, open_browser=opens, on_ready=ready)

    try:
        with_services(context, work, settings)
    except typer.Exit:
        err().print("The desk is closed.")


def up(
    context: typer.Context,
    port: Port = None,
    prefect_port: Annotated[int, opt(help="Prefect's port.")] = 4200,
    limit: Annotated[int, opt(min=1, max=64, help="Flow runs at once.")] = 2,
    browser: Annotated[bool, opt(help="Open the desk in the browser.")] = False,
) -> None:
    """Run a Prefect server, the flows and the desk; Ctrl-C ends all of it."""
    settings = load_settings(context, desk_port=port)
    server = LocalServer(settings.home, prefect_port, limit)
    try:
        with err().status("starting the Prefect server (about 15 s)"):
            server.start()
        key = server_key(settings.home)
        out().print(f"[green]prefect[/]   {server.ui_url}  (log in at /login with casebook:{key})")
        out().print(f"[green]flows[/]     {', '.join(SERVED)}; at most {limit} runs at once")
        out().print(f"[green]log[/]       {plain(server.log)}")
        threading.Thread(target=_watch, args=(server,), daemon=True).start()
        _serve(context, settings, browser=browser)
    finally:
        with err().status("stopping"):
            server.stop()


def _watch(server: LocalServer) -> None:
    """End the desk, with the reason, when one of the server's processes dies."""
    while server.alive():
        time.sleep(1)
    if server.started:
        err().print(f"[red]error:[/] the Prefect server or the flows stopped; see {server.log}")
        os.kill(os.getpid(), signal.SIGTERM)


def demo(
    context: typer.Context,
    examples: Annotated[
        Path, arg(help="A folder with sources.jsonl.", exists=True, file_okay=False)
    ] = Path("examples"),
    port: Port = None,
) -> None:
    """Draft the example sources and open the desk; without a terminal, print the drafts."""
    settings = load_settings(context, desk_port=port)
    lines = (examples / "sources.jsonl").read_text("utf-8").splitlines()
    refs = []
    for line in filter(None, lines):
        data = json.loads(line)
        path = examples.parent / data["source"]
        refs.append(SourceRef(source=str(path.resolve()), url=data.get("url")))
    raise typer.Exit(with_services(context, lambda services: _demo(services, refs), settings))


async def _demo(services: "Services", refs: list[SourceRef]) -> int:
    from flows.retry import process_all
    from flows.run import Run
    from review.server import serve

    started = time.monotonic()

    def ready(url: str) -> None:
        out().print(f"[green]the desk[/]  {url}  (drafts appear there as they are made)")

    desk = asyncio.create_task(serve(services, on_ready=ready))
    try:
        results = []
        with StageBars() as bars:

            def make(ref: SourceRef) -> Run:
                return Run(ref, services, on_stage=bars.on_stage, on_step=bars.on_step)

            async for result in process_all(refs, make, services.parallel):
                results.append(result)
                print_result(result, as_json=False)
        _conclude(results, time.monotonic() - started)
        if sys.stdout.isatty():
            err().print("Ctrl-C closes the desk.")
            await desk
    finally:
        desk.cancel()
        await asyncio.gather(desk, return_exceptions=True)
    return exit_code(results)


def _conclude(results: "Sequence[IngestResult]", seconds: float) -> None:
    statuses = [result.status for result in results]
    calls = sum(result.llm_calls for result in results)
    out().print(
        f"\n[bold]{statuses.count(IngestStatus.DRAFT)} drafts[/], "
        f"{statuses.count(IngestStatus.NOT_A_CASE_STUDY)} not a case study, "
        f"{statuses.count(IngestStatus.FAILED)} failed in {seconds:.0f} s with {calls} model calls."
    )
    out().print("Next, a source of your own:")
    out().print("    .venv/bin/casebook submit https://…      # or a file")
    out().print("    .venv/bin/casebook review                # the desk, on your own cases")
