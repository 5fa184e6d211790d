"""``import`` a database that another team published, and ``structure`` its texts."""

from asyncio import to_thread
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cli import options
from cli.cases import redo_cases
from cli.context import EXIT_SOME_FAILED, with_resources
from cli.options import Text, Texts, arg, opt
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
    undo: Annotated[
        bool, opt(help="Withdraw the cases that came from this file and were not changed since.")
    ] = False,
) -> int:
    """Import a published database as approved cases, and report problems."""
    from publishing.exchange.imports import read_mapping
    from services.imports import import_cases, undo_import

    if undo:
        done = await to_thread(undo_import, path, resources, resources.settings.curator)
        emit([done], "import_undone")
        return 0
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


@with_resources("model", "budget", "source_budget", "batch_api", patient=True)
async def structure(
    resources: "Resources",
    case_ids: Annotated[
        Texts, arg(help="By default, all imported cases without a draft.", metavar="CASE…")
    ] = None,
    limit: Annotated[int | None, opt(min=1, help="Process only N cases.", metavar="N")] = None,
    dry_run: options.DryRun = False,
) -> int:
    """Draft statements from imported texts; readers see the text until a draft is approved."""
    from flows.rerun import plan_text
    from flows.structure import draft_text, unstructured

    ids = [resources.warehouse.resolve(name) for name in case_ids or ()]
    found = await unstructured(resources, ids, limit)
    chosen = dict.fromkeys(found, ("requested" if ids else "no draft of its text",))
    plan = await plan_text(chosen, resources, judging=False)
    return await redo_cases(chosen, resources, draft_text, plan=plan, dry_run=dry_run)
