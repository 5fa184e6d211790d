"""``review`` opens the desk; ``up`` runs everything on one machine."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli.context import load_settings
from casebook.cli.stopping import only_once, tell_of_answers
from casebook.cli.terminal import err, out
from casebook.flows import FLOWS
from casebook.schemas.bounds import MOST_WORKERS

_EXIT_UNAVAILABLE = 5
_WATCH_SECONDS = 1.0

if TYPE_CHECKING:
    from casebook.flows.local import LocalOrchestrator
    from casebook.runtime.settings import Settings

Port = Annotated[
    int | None, typer.Option(help="The desk's port [env: CASEBOOK_DESK_PORT]; 0 for any.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(review)
    app.command()(up)


def review(
    context: typer.Context,
    port: Port = None,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Open the review desk in the browser; Ctrl-C closes it."""
    settings = load_settings(context)
    _serve(settings, settings.desk_port if port is None else port, browser=browser)


def _serve(settings: Settings, port: int, *, browser: bool) -> None:
    from casebook.review import serve
    from casebook.runtime.orchestrator import forget_desk, record_desk

    opened = False

    def ready(url: str) -> None:
        nonlocal opened
        opened = True
        record_desk(settings.home, url)
        out().print(f"[green]the desk[/]  {url}  (Ctrl-C closes it)")
        if browser and out().is_terminal:
            typer.launch(url)

    try:
        serve(settings, port=port, on_ready=ready, on_stop=tell_of_answers)
    finally:
        if opened:  # else the record is another desk's
            forget_desk(settings.home)


def _watch(orchestrator: LocalOrchestrator) -> None:
    """Close the desk, saying why, when one of the orchestrator's processes dies."""
    while orchestrator.alive():
        time.sleep(_WATCH_SECONDS)
    if orchestrator.stopping:
        return
    err().print(f"[red]error:[/] the Prefect server or the flows stopped; see {orchestrator.log}")
    os.kill(os.getpid(), signal.SIGTERM)


def up(
    context: typer.Context,
    port: Port = None,
    prefect_port: Annotated[int, typer.Option(help="Prefect's port; 0 for any.")] = 4200,
    limit: Annotated[int, typer.Option(min=1, max=MOST_WORKERS, help="Flow runs at once.")] = 2,
    browser: Annotated[bool, typer.Option(help="Open the desk in the browser.")] = False,
) -> None:
    """Run a Prefect server, the flows with a process cap, and the desk; Ctrl-C ends all of it."""
    from casebook.flows.local import LocalOrchestrator

    settings = load_settings(context)
    orchestrator = LocalOrchestrator(settings.home, port=prefect_port, limit=limit)
    try:
        with err().status("starting the Prefect server (about 12 s)"):
            orchestrator.start()
        out().print(f"[green]prefect[/]   {orchestrator.ui_url}  (log: {orchestrator.log})")
        out().print(f"[green]flows[/]     {', '.join(FLOWS)}; at most {limit} runs at once")
        threading.Thread(target=_watch, args=(orchestrator,), daemon=True).start()
        _serve(settings, settings.desk_port if port is None else port, browser=browser)
        if not orchestrator.alive():
            raise typer.Exit(_EXIT_UNAVAILABLE)
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    finally:
        only_once()  # the server would outlive a program that a second SIGTERM ends here
        if orchestrator.stop():
            err().print("all stopped")
