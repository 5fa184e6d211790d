"""``extract --again``: reads kept bytes again and tells what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from casebook.cli import stopping
from casebook.cli.context import with_services
from casebook.cli.terminal import err, out, print_json
from casebook.schemas.errors import ExtractionError, InputError, WarehouseError

if TYPE_CHECKING:
    from casebook.pipeline.reprocessing.rereading import Reread
    from casebook.runtime.services import Services


def read_again(context: typer.Context, names: Sequence[str], *, as_json: bool) -> int:
    """Read the kept bytes of each named source again; return the exit code."""

    async def work(services: Services) -> int:
        from casebook.cli.views import document_json
        from casebook.pipeline.ingestion.identity import named
        from casebook.pipeline.reprocessing.rereading import read_again as read

        codes = [0]
        # All names are looked up first: a wrong one must not leave the rest half done.
        sources = [(name, named(name, services.warehouse)) for name in names]
        for name, source_id in sources:
            try:
                told, document = await read(source_id, services)
            except (ExtractionError, InputError, WarehouseError) as error:
                codes.append(error.exit_code)
                _tell_failure(name, error, as_json=as_json)
                continue
            if as_json:
                changes = told.model_dump(mode="json")
                print_json({"source": name, **document_json(document), "again": changes})
            else:
                _tell(told)
        return max(codes)

    return with_services(context, work, stopping.REREAD)


def _tell_failure(
    name: str, error: ExtractionError | InputError | WarehouseError, *, as_json: bool
) -> None:
    from rich.markup import escape

    if as_json:
        from casebook.cli.views import failure_json

        print_json({"source": name, "failure": failure_json(error)})
    err().print(f"[red]failed[/]  {escape(name)}\n       {escape(str(error))}")


def _tell(told: Reread) -> None:
    from rich.markup import escape

    console = out()
    state = "[yellow]another text[/]" if told.is_new_text else "[green]the same text[/]"
    console.print(f"{state}  {told.source_id}  {told.document_id}")
    for line in lines_of(told):
        console.print(f"       {escape(line)}")
    if told.is_new_text and told.case_id:
        err().print(f"       `casebook retry {told.source_id}` drafts from the new text.")


def lines_of(told: Reread) -> list[str]:
    """Return what changed, a line each."""
    before, after = told.extractor
    lines = [f"read by {after}" + (f", before by {before}" if before and before != after else "")]
    for name in ("title", "authors", "published"):
        old, new = getattr(told, name)
        if old != new:
            lines.append(f"{name}: {_shown(old)} → {_shown(new)}")
    if told.difference and told.is_new_text:
        change = told.difference
        lines.append(
            f"words: {change.words[0]:,} → {change.words[1]:,} ({change.gone:,} gone, "
            f"{change.new:,} new); passages: {change.passages[0]} → {change.passages[1]}"
        )
    if told.standing:
        found = told.standing
        lines.append(f"{found.quotes - len(found.lost)} of {found.quotes} quotes stand in it")
        lines += [f"no longer there: “{quote}”" for quote in found.lost]
    return lines


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "—"
    return str(value or "—")
