"""``bring``: what another casebook holds, stored in this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, with_services
from casebook.cli.terminal import err, out, plain, print_json

if TYPE_CHECKING:
    from casebook.pipeline.bringing import Brought
    from casebook.runtime.services import Services

_NAMED = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bring)


def bring(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="HOME", help="The other casebook's folder.")],
    data: Annotated[
        str | None, typer.Option(help="Where its fetched files lie, if its CASEBOOK_DATA was set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring all that another casebook holds into this one, as from a laptop to a shared one.

    Nothing is fetched, asked or paid; what is here already stays as it is.
    """

    async def work(services: Services) -> Brought:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        from casebook.pipeline.bringing import bring as brought_from
        from casebook.runtime.services import Services

        settings = services.settings
        _check(folder, settings.warehouse_path if settings.lake is None else None)
        theirs = settings.model_copy(update={"home": folder, "warehouse": None, "data": data})
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
        hidden = not err().is_terminal
        async with Services(theirs) as other:
            with Progress(*columns, console=err(), transient=True, disable=hidden) as bars:
                bar = bars.add_task("bringing", total=1.0)
                async for brought in brought_from(other, services):
                    at_end = brought.share == 1.0
                    told = "comparing texts" if at_end else f"{brought.rows:,} rows"
                    bars.update(bar, completed=brought.share, description=told)
        return brought

    brought = with_services(context, work, stopping.BROUGHT)
    if as_json:
        print_json(brought.model_dump(mode="json", exclude={"share"}))
    else:
        _tell(brought)
    if brought.missing:
        raise typer.Exit(EXIT_SOME_FAILED)


def _check(folder: Path, ours: Path | None) -> None:
    """Refuse a folder that holds no casebook, or this one.

    Raises:
        typer.BadParameter: if it is so.
    """
    theirs = folder / "warehouse.duckdb"
    if not theirs.exists():
        raise typer.BadParameter(f"{folder} holds no casebook: no warehouse.duckdb is in it.")
    if ours is not None and ours.exists() and theirs.samefile(ours):
        raise typer.BadParameter(f"{folder} is this casebook itself; --home names another one.")


def _tell(brought: Brought) -> None:
    out().print(
        f"{brought.rows:,} rows brought of {brought.sources:,} sources ({brought.known:,} were here"
        f" already), with {brought.files:,} fetched files"
    )
    if brought.answers:
        out().print(f"{brought.answers:,} paid answers brought that were not stored there yet")
    if brought.overruled:
        err().print(
            f"{brought.overruled:,} decisions left out: their cases were decided here since"
        )
    for reason in brought.missing[:_NAMED]:
        err().print(f"[yellow]not brought[/]  {plain(reason)}")
    if len(brought.missing) > _NAMED:
        err().print(f"              and {len(brought.missing) - _NAMED:,} more files")
