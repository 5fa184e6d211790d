"""``links``: the sources that a feed, sitemap, page or file names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, with_services
from casebook.cli.references import as_bad_usage, named, piped_list
from casebook.cli.terminal import err, lists_told, out, print_json, printable
from casebook.extractors.formats import LISTS

if TYPE_CHECKING:
    from casebook.extractors.links.listing import Walk
    from casebook.runtime.services import Services

_MOST = 10_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(links)


def links(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="A feed, sitemap, OPML file, page of links, playlist, table, JSON or text file: "
            f"its address or path ({' '.join(LISTS)}); - reads one from standard input.",
            metavar="SRC",
        ),
    ],
    limit: Annotated[
        int,
        typer.Option(
            min=1,
            max=_MOST,
            help="At most so many addresses; more are told, with exit code 3.",
        ),
    ] = _MOST,
    as_json: AsJson = False,
) -> None:
    """List the addresses that a feed, sitemap, page or file names, with title and date."""
    piped = piped_list() if source == "-" else None
    reading = partial(_walk, source, piped, limit)
    walked = with_services(context, reading, stopping.UNLISTED)
    dated = any(candidate.published for candidate in walked.candidates)
    for candidate in walked.candidates:
        if as_json:
            line = {"source": candidate.url, **candidate.model_dump(mode="json")}
            print_json(line)
        else:
            day = [str(candidate.published or "").ljust(10)] if dated else []
            about = [*day, printable(candidate.url), printable(candidate.title or "")]
            out().print("  ".join(about).rstrip(), markup=False, soft_wrap=True)
    for missed in walked.missed:
        err().print(f"not read: {printable(missed)}", markup=False, soft_wrap=True)
    raise typer.Exit(EXIT_SOME_FAILED if walked.missed else 0)


async def _walk(source: str, piped: bytes | None, limit: int, services: Services) -> Walk:
    from casebook.pipeline.batches.lists import PIPED, read_list

    ref = named(source if piped is None else PIPED)
    with as_bad_usage(), lists_told() as tell:
        return await read_list(ref, services, given=piped, most=limit, tell=tell)
