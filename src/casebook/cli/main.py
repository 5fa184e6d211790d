"""Puts the commands together; turns errors into one line and an exit code.

Exit codes: 0 ok, 1 unexpected, 2 usage, 3 some items failed, 4 configuration or secret missing,
5 provider unavailable, 6 database locked.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Any, NoReturn

import typer

from casebook.cli import (
    backfilling,
    bringing,
    checking,
    costing,
    deciding,
    demo,
    doctor,
    evaluating,
    grounding,
    linking,
    reading,
    renewing,
    retrying,
    scheduling,
    serving,
    submitting,
    watching,
    words,
)
from casebook.cli.context import Options
from casebook.cli.terminal import printable
from casebook.schemas.errors import CasebookError

app = typer.Typer(
    name="casebook",
    help="Turn what teams say about running LLMs in production into case studies one can check.",
    no_args_is_help=True,
    rich_markup_mode=None,  # drawing help with rich would take twice as long as all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from casebook import __version__

        typer.echo(f"casebook {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Where everything is kept [env: CASEBOOK_HOME].", show_default=False),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log to stderr.")] = False,
    _version_flag: Annotated[
        bool | None,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = None,
) -> None:
    """Take what every command shares."""
    context.obj = Options(home=home, verbose=verbose)


for module in (
    submitting,
    retrying,
    backfilling,
    watching,
    scheduling,
    linking,
    reading,
    grounding,
    deciding,
    checking,
    renewing,
    evaluating,
    serving,
    costing,
    bringing,
    doctor,
    demo,
    words,
):
    module.register(app)


_OUTPUT = "the output"


class _Output:
    """Standard output or error, whose errors bear its name: another's may look the same.

    A terminal that is gone (its window was closed) ends nothing: nobody reads there any more.
    """

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> Any:
        """Where typer writes bytes itself, if the stream's encoding is ASCII."""
        return _Output(self._stream.buffer)  # type: ignore[attr-defined]

    def write(self, told: Any) -> int:
        with self._named():
            self._stream.write(told)
        return len(told)

    def flush(self) -> None:
        with self._named():
            self._stream.flush()

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self._is_terminal and error.errno == errno.EIO:
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
                return
            error.filename = _OUTPUT
            raise


def _open_streams() -> None:
    """Let output that a scheduler closed go nowhere; standard input that is closed stays so.

    What is piped in may name files, and their names may be any bytes. What an output's encoding
    lacks is escaped.
    """
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        setattr(sys, name, _Output(getattr(sys, name)))


def _give_up_output(error: OSError) -> NoReturn:
    """Say that standard output takes no more, and end without trying again at the very end."""
    with contextlib.suppress(OSError):
        told = f"error: the output cannot be written ({error.strerror}); what was stored stands"
        typer.secho(told, fg=typer.colors.RED, err=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(CasebookError.exit_code)


def main() -> None:
    """Run the command line; every error on purpose is one line on stderr."""
    # At its end the interpreter looks for cycles in all there is, three times, before the system
    # takes the memory anyway: after a batch that is a second.
    atexit.register(gc.freeze)
    _open_streams()
    try:
        app()
    except CasebookError as error:
        typer.secho(f"error: {printable(str(error))}", fg=typer.colors.RED, err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is not _OUTPUT:
            raise
        _give_up_output(error)
