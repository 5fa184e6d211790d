"""``recheck``: fetches sources again and tells whether they are what they were."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, with_services
from casebook.cli.terminal import err, out, print_json
from casebook.schemas.errors import InvalidSource

if TYPE_CHECKING:
    from casebook.pipeline.reprocessing.checking import Checked
    from casebook.runtime.services import Services

_ORDER = ("same", "moved", "changed", "gone", "unreachable", "file")
_COLOURS = {"same": "green", "gone": "red", "unreachable": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(recheck)


def recheck(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            help="Cases, sources or addresses; those of the published cases by default."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="The sources of all cases, published or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch published sources again and tell which are the same, moved, changed or gone."""
    if ids and every:
        raise InvalidSource("give --all or the ids of some (not both)")

    async def work(services: Services) -> int:
        from casebook.pipeline.ingestion.identity import named
        from casebook.pipeline.reprocessing import checking

        warehouse = services.warehouse
        if ids:
            sources = [named(name, warehouse) for name in ids]
        elif every:
            sources = checking.all_sources(warehouse)
        else:
            sources = checking.published_sources(warehouse)
        results: Counter[str] = Counter()
        lost = 0
        async for checked in checking.recheck(list(dict.fromkeys(sources)), services):
            results[checked.check.result.value if checked.check else "file"] += 1
            lost += bool(checked.check and checked.check.lost)
            _tell(checked, as_json=as_json)
        if results.total() > 1:
            parts = ", ".join(f"{results[name]} {name}" for name in _ORDER if results[name])
            quotes = f"; of {lost} some quotes no longer stand" if lost else ""
            err().print(f"{results.total()} sources: {parts}{quotes}")
        if not sources and not as_json:
            others = "" if every else " `casebook recheck --all` takes all cases."
            err().print(f"No case {'is there' if every else 'is published'}.{others}")
        return EXIT_SOME_FAILED if "unreachable" in results else 0

    raise typer.Exit(with_services(context, work, stopping.CHECKED))


def checked_json(checked: Checked) -> dict[str, Any]:
    """Return what is known of one source after looking again."""
    data = checked.model_dump(mode="json")
    if checked.check is not None:
        data["check"]["standing"] = checked.check.standing
    return data


def _tell(checked: Checked, *, as_json: bool) -> None:
    from rich.markup import escape

    if as_json:
        print_json(checked_json(checked))
        return
    console, check = out(), checked.check
    named = escape("".join(c for c in checked.title or "" if c.isprintable()) or checked.source_id)
    if check is None:
        console.print(f"[dim]file[/]  {named}: it has no address to look at again")
        return
    result = check.result.value
    console.print(f"[{_COLOURS.get(result, 'yellow')}]{result}[/]  {named}")
    console.print(f"       {escape(checked.address or '')}")
    told = check.told.partition("; ")[2]
    if told:
        console.print(f"       {escape(told)}")
    for quote in check.lost:
        console.print(f"       [yellow]no longer there:[/] “{escape(quote)}”")
