"""The site, the dataset, costs and SQL, and the servers: desk, Prefect and MCP."""

import asyncio
import csv
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import options
from cli.context import EXIT_SOME_FAILED, load_settings, run, with_resources
from cli.options import Text, Texts, arg, opt
from cli.server import LocalServer, Part, parts_of, server_key, stop_all
from cli.sources import exit_code, process
from cli.summaries import COST_COLUMNS, cost_cells, render, safe
from cli.terminal import emit, err, out, print_json, table_of, wants_json
from flows.registry import SERVED
from schemas.errors import ConfigurationError
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from config.resources import Resources

Port = Annotated[int | None, opt(help="The desk's port; 0 for any free port.")]


@with_resources()
async def publish(
    resources: "Resources",
    to: Annotated[Path | None, opt(help="The folder of the site.")] = None,
) -> int:
    """Write the approved cases as a static site with downloadable data."""
    from services.publication import publish_site

    done = await publish_site(resources, to.resolve() if to else None)
    emit([done], "published")
    if not (done.added or done.changed or done.unchanged or done.blocked):
        err().print("No case is approved yet: `casebook review`, or `casebook approve CASE`.")
    for kept in done.blocked:
        err().print(f"[red]held back[/]  {kept.case_id}  {safe(kept.reason)}")
    return EXIT_SOME_FAILED if done.blocked else 0


@with_resources()
async def export(
    resources: "Resources",
    folder: Annotated[Path, arg(help="A new or empty folder, or an earlier export.")],
    date: Annotated[
        datetime | None,
        opt(formats=["%Y-%m-%d"], help="The release's date; by default today."),
    ] = None,
) -> None:
    """Write the published cases as a dataset: tables, Markdown, a card and a change log."""
    from services.publication import export_dataset

    emit([export_dataset(resources, folder, date and date.date())], "export")


@with_resources()
async def recheck(
    resources: "Resources",
    case_ids: Annotated[
        Texts, arg(help="By default, those checked longest ago.", metavar="CASE…")
    ] = None,
    most: Annotated[int, opt(min=1, help="Maximum number of cases.", metavar="N")] = 20,
) -> None:
    """Fetch published sources again, and report which moved, changed or disappeared."""
    from services.recheck import recheck_all

    chosen = [resources.warehouse.resolve(name) for name in case_ids or []]
    chosen = chosen or resources.warehouse.ids("due_for_recheck")[:most]
    if not chosen:
        err().print("No case is published yet; only published sources are rechecked.")
    async for check in recheck_all(chosen, resources):
        emit([check], "check")


@with_resources()
async def costs(
    resources: "Resources",
    by: Annotated[
        Literal["day", "model", "stage", "case", "source"], opt(help="How to group the costs.")
    ] = "day",
    since: options.Since = None,
) -> None:
    """Show the cost of model calls, including failed ones."""
    lines = resources.warehouse.costs(by, since.replace(tzinfo=UTC) if since else None)
    table = table_of((by, *COST_COLUMNS), map(cost_cells, lines), "right")
    emit(lines, lambda _: table, table=True, empty="No model calls yet.")


@with_resources()
async def sql(
    resources: "Resources",
    query: Annotated[str, arg(help="One SELECT; docs/warehouse.md lists the tables.")],
    as_csv: Annotated[bool, opt("--csv", help="Print CSV.")] = False,
    limit: Annotated[int | None, opt(min=1, help="Maximum number of rows.", metavar="N")] = None,
) -> None:
    """Run a read-only SQL query on the warehouse."""
    columns, rows = resources.warehouse.sql(query, limit)
    if wants_json():
        for row in rows:
            print_json(dict(zip(columns, row, strict=True)))
    elif as_csv:
        csv.writer(sys.stdout).writerows([columns, *rows])
    else:
        out().print(table_of(columns, rows))


def review(
    context: typer.Context,
    port: Port = None,
    browser: Annotated[bool, opt(help="Open the browser.")] = True,
    add_admin: Annotated[
        Text, opt(help="Only add or reset an admin account.", metavar="NAME")
    ] = None,
) -> None:
    """Open the review desk in the browser; Ctrl-C stops it."""
    settings = load_settings(context)
    if add_admin:
        run(settings, lambda resources: _add_admin(resources, add_admin))  # and exit
    run(settings, lambda resources: _desk(resources, port, browser=browser))


async def _add_admin(resources: "Resources", name: str) -> None:
    from desk.accounts import Accounts
    from schemas.reviews import Role

    accounts, who = Accounts(resources.warehouse), resources.settings.curator
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if accounts.person(name):
        accounts.change(name, who, password, role=Role.ADMIN, active=True)
    else:
        accounts.add(name, Role.ADMIN, who, password)
    err().print(f"{safe(name)} is now an admin and can log in at the desk.")


def mcp(
    context: typer.Context,
    drafts: Annotated[bool, opt("--drafts", help="Also search drafts.")] = False,
    write: Annotated[bool, opt("--write", help="Also submit sources and decide drafts.")] = False,
    http: Annotated[
        Text, opt(help="Serve published cases over HTTP, read-only.", metavar="HOST:PORT")
    ] = None,
) -> None:
    """Run an MCP server for assistants on standard input and output."""
    from desk.assistant import create_server as create

    settings = load_settings(context)
    if http and (drafts or write):
        raise typer.BadParameter("a server over HTTP shows only published cases, without changes")
    if http and not re.fullmatch(r".+:\d{1,5}", http):
        raise typer.BadParameter(f"{http} is not an address such as 127.0.0.1:8486")
    if http:
        run(settings, lambda resources: _public(resources, http))
    run(settings, lambda resources: create(resources, drafts=drafts, write=write).run_stdio_async())


async def _public(resources: "Resources", address: str) -> None:
    from desk.public import serve_public

    def ready(base: str) -> None:
        shown = f"[green]published cases[/]  {base}/mcp and {base}/api/cases  (Ctrl-C stops it)"
        out().print(shown, soft_wrap=True)

    try:
        await serve_public(resources, address, ready)
    except asyncio.CancelledError:
        err().print("The server has stopped.")


async def _desk(
    resources: "Resources",
    port: int | None = None,
    *,
    browser: bool = False,
    on_ready: Callable[[str], object] = lambda _url: None,
) -> None:
    from desk.server import serve

    def ready(url: str) -> None:
        on_ready(url)
        out().print(f"[green]the desk[/]  {url}  (Ctrl-C stops it)", soft_wrap=True)

    try:
        await serve(resources, port, open_browser=browser and out().is_terminal, on_ready=ready)
    except asyncio.CancelledError:
        err().print("The desk has stopped.")


def up(
    context: typer.Context,
    port: Port = None,
    prefect_port: Annotated[int, opt(help="Prefect's port.")] = 4200,
    limit: Annotated[int, opt(min=1, max=64, help="Maximum number of flow runs.")] = 2,
    browser: Annotated[bool, opt(help="Open the desk in the browser.")] = False,
    status: Annotated[bool, opt("--status", help="Only show the parts that run.")] = False,
    stop: Annotated[bool, opt("--stop", help="Stop the one that runs for this home.")] = False,
    _as_json: options.AsJson = False,
) -> None:
    """Run a Prefect server, the flows and the desk; Ctrl-C stops all of them."""
    settings = load_settings(context)
    if stop:
        with err().status("stopping"):
            was_running = stop_all(settings.home)
        err().print("Stopped." if was_running else "Nothing was running.")
        return
    if status:
        parts = parts_of(settings.home)
        table = table_of(("part", "process", "state", "address", "since", "restarts"), parts)
        emit(parts, lambda _: table, table=True, to_json=Part._asdict, empty="Nothing is running.")
        raise typer.Exit(
            0 if parts and all(p.state == "running" for p in parts) else EXIT_SOME_FAILED
        )
    server = LocalServer(settings.home, prefect_port, limit)
    try:
        with err().status("starting the Prefect server (about 15 s)"):
            server.start()
        key = server_key(settings.home)
        out().print(render("server", server, key=key, flows=[*SERVED], limit=limit))
        threading.Thread(target=_watch, args=(server,), daemon=True).start()
        run(
            settings,
            lambda resources: _desk(resources, port, browser=browser, on_ready=server.record),
        )
    finally:
        with err().status("stopping"):
            server.stop()


def _watch(server: LocalServer) -> None:
    """Start a part that exits again; stop the desk, with a message, if it exits too often."""
    try:
        while True:
            if name := server.revive():
                err().print(f"[yellow]{name} stopped and was started again[/]; see {server.log}")
            time.sleep(1)
    except ConfigurationError as error:
        err().print(f"[red]error:[/] {error}")
        os.kill(os.getpid(), signal.SIGTERM)


@with_resources(json=False)
async def demo(
    resources: "Resources",
    examples: Annotated[
        Path, arg(help="A folder with sources.jsonl.", exists=True, file_okay=False)
    ] = Path("examples"),
    port: Port = None,
) -> int:
    """Draft the example sources, and open the desk if there is a terminal."""
    lines = (examples / "sources.jsonl").read_text("utf-8").splitlines()
    given = [json.loads(line) for line in lines if line]
    folder = examples.parent.resolve()
    refs = [SourceRef(source=str(folder / one["source"]), url=one.get("url")) for one in given]
    started = time.monotonic()
    desk = asyncio.create_task(_desk(resources, port))
    try:
        results = await process(resources, refs)
        out().print(render("demo", results, seconds=time.monotonic() - started))
        if sys.stdout.isatty():
            await desk
    finally:
        desk.cancel()
        await asyncio.gather(desk, return_exceptions=True)
    return exit_code([result.failure for result in results])
