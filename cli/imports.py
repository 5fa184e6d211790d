"""``import`` a database that another team published."""

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cli import options
from cli.context import EXIT_SOME_FAILED, with_resources
from cli.options import Text, arg, opt
from cli.summaries import import_text
from cli.terminal import counting, emit
from schemas.errors import InputError

if TYPE_CHECKING:
    from config.resources import Resources


@with_resources()
async def import_(
    resources: "Resources",
    path: Annotated[
        Path,
        arg(
            exists=True,
            help="A Parquet, CSV, JSON Lines or Markdown file, a folder of Markdown files, or an "
            "export of a casebook.",
        ),
    ],
    name: Annotated[
        Text, opt(help="The origin shown to readers; by default the file name.")
    ] = None,
    mapping: Annotated[
        Path | None,
        opt(exists=True, help="A TOML or JSON file with entries field = column."),
    ] = None,
    as_json: options.AsJson = False,
) -> int:
    """Import a published database as approved cases, and report problems."""
    from publishing.exchange.export import dataset_title
    from services.imports import import_cases

    with counting(f"importing {path.name}") as on_progress:
        report = await import_cases(
            path,
            resources,
            name=name or dataset_title(path) or path.stem,
            mapping=_mapping(mapping) if mapping else {},
            on_progress=on_progress,
        )
    emit([report], import_text, as_json=as_json)
    return EXIT_SOME_FAILED if report.broken else 0


def _mapping(file: Path) -> dict[str, str]:
    text = file.read_text("utf-8")
    try:
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is neither TOML nor JSON: {error}") from error
    if not all(isinstance(value, str) for value in found.values()):
        raise InputError(f'{file}: map each field to the name of a column, e.g. title = "name"')
    return dict(found)
