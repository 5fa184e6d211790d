"""Assembles the commands, and turns errors into one line and an exit code.

Exit codes: 0 ok, 1 unexpected, 2 usage, 3 some items failed, 4 configuration or secret missing,
5 provider unavailable, 6 database locked.
"""

import os
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from cli import (
    backups,
    batches,
    cases,
    companies,
    corrections,
    digest,
    doctor,
    evaluate,
    findings,
    imports,
    operate,
    reports,
    sources,
    subjects,
    systems,
)
from cli.options import opt
from cli.summaries import printable
from schemas.errors import CasebookError

app = typer.Typer(
    name="casebook",
    help="Turn articles and talks about LLMs in production into verifiable case studies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_GROUPS: Mapping[str, Mapping[str, Callable[..., None] | typer.Typer]] = {
    "Ingest": {
        "submit": sources.submit,
        "extract": sources.extract,
        "backfill": batches.backfill,
        "import": imports.import_,
        "structure": imports.structure,
        "watch": batches.watch,
        "schedule": batches.schedule,
        "retry": sources.retry,
    },
    "Review": {
        "review": operate.review,
        "list": cases.list_,
        "show": cases.show,
        "approve": cases.approve,
        "reject": cases.reject,
        "edit": cases.edit,
        "rerun": cases.rerun,
        "company": companies.company,
        "subjects": subjects.subjects,
        "system": systems.system,
        "corrections": corrections.corrections,
    },
    "Publish": {
        "publish": operate.publish,
        "export": operate.export,
        "findings": findings.findings,
        "report": reports.report,
        "ask": reports.ask,
        "digest": digest.digest,
        "recheck": operate.recheck,
    },
    "Operate": {
        "up": operate.up,
        "mcp": operate.mcp,
        "doctor": doctor.doctor,
        "backup": backups.backup,
        "restore": backups.restore,
        "verify": backups.verify,
        "costs": operate.costs,
        "sql": operate.sql,
        "eval": evaluate.evaluate,
    },
}
for group, commands in _GROUPS.items():
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=group)
        else:
            app.command(name, rich_help_panel=group)(command)
app.command("demo", hidden=True)(operate.demo)  # what `make demo` runs


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"casebook {version('casebook-llmops')}")
        raise typer.Exit


@app.callback()
def common(
    _home: Annotated[Path | None, opt("--home", help="Override CASEBOOK_HOME.")] = None,
    _verbose: Annotated[bool, opt("--verbose", "-v", help="Also log to standard error.")] = False,
    _version_flag: Annotated[
        bool | None,
        opt("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = None,
) -> None:
    """Accept the global options; ``load_settings`` reads them."""


def main() -> None:
    """Run the command line; print expected errors as one line on standard error."""
    os.umask(0o077)  # commands create private files
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except CasebookError as error:
        typer.secho(f"error: {printable(str(error))}", fg=typer.colors.RED, err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # as in `casebook list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CasebookError.exit_code)
