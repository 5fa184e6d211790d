"""``import`` a database that another team published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cli.context import EXIT_SOME_FAILED, with_resources
from cli.options import Text, arg, opt
from cli.summaries import import_text
from cli.terminal import counting, emit

if TYPE_CHECKING:
    from config.resources import Resources


@with_resources()
async def import_(
    resources: "Resources",
    path: Annotated[
        Path,
        arg(
            exists=True,
            help="Parquet, CSV, JSON Lines, Markdown, a folder of Markdown, or an export.",
        ),
    ],
    name: Annotated[
        Text, opt(help="The origin shown to readers; by default the file name.")
    ] = None,
    mapping: Annotated[
        Path | None, opt(exists=True, help="A TOML or JSON file of field = column.")
    ] = None,
) -> int:
    """Import a published database as approved cases, and report problems."""
    from publishing.exchange.imports import read_mapping
    from services.imports import import_cases

    with counting(f"importing {path.name}") as on_progress:
        report = await import_cases(
            path,
            resources,
            name=name,
            mapping=read_mapping(mapping) if mapping else {},
            on_progress=on_progress,
        )
    emit([report], import_text)
    return EXIT_SOME_FAILED if report.broken else 0
