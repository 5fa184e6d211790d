"""``backup`` and ``restore``: the whole home as one file."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cli import options
from cli.context import with_resources
from cli.options import arg
from cli.summaries import safe
from cli.terminal import counting, out, print_json

if TYPE_CHECKING:
    from config.resources import Resources
    from services.backup import Manifest, OnProgress

    Work = Callable[[Resources, Path, OnProgress], Manifest]


@with_resources()
async def backup(
    resources: "Resources",
    file: Annotated[Path, arg(help="A ZIP file; an earlier one is replaced.")],
    as_json: options.AsJson = False,
) -> None:
    """Back up the home to one file, also while a batch or the desk is running."""
    from services.backup import back_up

    await _run(resources, file, back_up, "backed up", as_json=as_json)


@with_resources()
async def restore(
    resources: "Resources",
    file: Annotated[Path, arg(help="A file written by `casebook backup`.")],
    as_json: options.AsJson = False,
) -> None:
    """Restore a backup into a home that has no warehouse."""
    from services.backup import restore_home

    await _run(resources, file, restore_home, "restored", as_json=as_json)


async def _run(
    resources: "Resources", file: Path, work: "Work", done: str, *, as_json: bool
) -> None:
    """Do the work in a thread that Ctrl-C ends at its next file, and report its result."""
    path = file.absolute()  # noqa: ASYNC240 - asks for the working folder only
    home, interrupted = resources.settings.home, threading.Event()
    with counting(file.name) as show:

        def on_progress(files: int, total: int) -> None:
            if interrupted.is_set():
                raise KeyboardInterrupt
            show(files, total)

        try:
            manifest = await asyncio.to_thread(work, resources, path, on_progress)
        finally:
            interrupted.set()
    files, size = len(manifest.files), manifest.size
    if as_json:
        print_json({"file": str(path), "home": str(home), "files": files, "size": size})
    else:
        out().print(
            f"[green]{done}[/]  {files:,} files, {size / 1e6:,.1f} MB of {safe(home)}\n"
            f"       {safe(path)}"
        )
