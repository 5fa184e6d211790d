"""What every command shares: options, settings, services, and one way to run."""

import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from schemas.errors import InputError

if TYPE_CHECKING:
    from config.services import Services
    from config.settings import Settings

T = TypeVar("T")
Text = str | None
Texts = list[str] | None
opt, arg = typer.Option, typer.Argument

EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130

AsJson = Annotated[bool, opt("--json", help="Print JSON, one object a line.")]
Who = Annotated[Text, opt("--as", help="Who decides, by default CASEBOOK_CURATOR.")]
CaseId = Annotated[str, arg(help="A case, or the beginning of its id.", metavar="CASE")]

_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INTERVAL = re.compile(r"(\d{1,6})\s*([mhdw])")


@dataclass(frozen=True)
class Options:
    """What stands before the command's name."""

    home: Path | None = None
    verbose: bool = False


def load_settings(context: typer.Context, **overrides: Any) -> "Settings":
    """Read the settings and start the log.

    Raises:
        ConfigurationError: if one is wrong.
    """
    from config.logs import configure_logging
    from config.settings import Settings

    options: Options = context.obj or Options()
    if options.home is not None:
        overrides["home"] = options.home
    settings = Settings.load(**{k: v for k, v in overrides.items() if v is not None})
    configure_logging(settings.home, verbose=options.verbose)
    return settings


def with_services(
    context: typer.Context,
    work: Callable[["Services"], Awaitable[T]],
    settings: "Settings | None" = None,
    *,
    patience: float = 0.0,
) -> T:
    """Return what ``work`` makes with services that are closed at its end."""
    from config.services import Services

    built = settings or load_settings(context)

    async def run() -> T:
        async with Services(built, patience=patience) as services:
            return await work(services)

    return interruptible(run())


def interruptible(work: Awaitable[T]) -> T:
    """Run ``work``; Ctrl-C and SIGTERM end it in order, with exit code 130.

    Raises:
        typer.Exit: when it was interrupted.
    """

    async def main() -> T:
        return await work

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, stop)
    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        typer.secho(
            "Interrupted. Whatever was stored stands; run the same command again to go on.",
            err=True,
        )
        raise typer.Exit(EXIT_INTERRUPTED) from None


def seconds_of(interval: str) -> int:
    """Return the seconds of an interval such as 30m, 6h, 1d or 2w.

    Raises:
        InputError: if it is not one.
    """
    found = _INTERVAL.fullmatch(interval.strip().lower())
    if not found:
        raise InputError(f"{interval!r} is not a valid interval; use 30m, 6h, 1d or 2w")
    return int(found[1]) * _UNITS[found[2]]


def standard_input() -> bytes:
    """Return what was piped in.

    Raises:
        InputError: if standard input is a terminal or closed.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("nothing is piped in: give `-` only after a pipe, as in `cat list | …`")
    return sys.stdin.buffer.read()


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each line that is not empty or a comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()
