"""``backup`` and ``restore`` of the whole home as one file, and ``verify``."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cli.context import EXIT_SOME_FAILED, with_resources
from cli.options import arg, opt
from cli.summaries import safe
from cli.terminal import counting, emit

if TYPE_CHECKING:
    from config.resources import Resources


@with_resources()
async def backup(
    resources: "Resources",
    file: Annotated[Path, arg(help="A ZIP file; an earlier one is replaced.")],
) -> None:
    """Back up the home to one file, also while a batch or the desk is running."""
    from services.backup import back_up

    await _run(resources, file, back_up)


@with_resources()
async def restore(
    resources: "Resources",
    file: Annotated[Path, arg(help="A file written by `casebook backup`.")],
) -> None:
    """Restore a backup into a home that has no warehouse."""
    from services.backup import restore_home

    await _run(resources, file, restore_home)


@with_resources()
async def verify(
    resources: "Resources",
    release: Annotated[
        Path | None, opt(help="The folder of an export, to compare with its release.json.")
    ] = None,
) -> int:
    """Check that the audit log and a release are as they were sealed at publication."""
    from services.audit import verify as check

    found = check(resources.warehouse, release)
    emit([found], "verification")
    return EXIT_SOME_FAILED if found.problems else 0


async def _run(resources: "Resources", file: Path, work: Any) -> None:
    """Do the work, which Ctrl-C ends at its next file, and show its result."""
    with counting(file.name) as show:

        def on_progress(done: int, total: int) -> None:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError
            show(done, total)

        manifest = work(resources, file.absolute(), on_progress)  # noqa: ASYNC240 - its only work
    found = {"files": len(manifest.files), "size": manifest.size, "file": str(file)}
    text = f"{found['files']:,} files, {manifest.size / 1e6:,.1f} MB  {safe(file)}"
    emit([found], lambda _: text, to_json=dict)
