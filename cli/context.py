"""What every command shares: settings, resources, and one way to run."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from schemas.errors import InputError

if TYPE_CHECKING:
    from config.resources import Resources
    from config.settings import Settings

T = TypeVar("T")
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130


def load_settings(
    context: typer.Context,
    *,
    llm_model: str | None = None,
    llm_strategy: str | None = None,
    budget_run: float | None = None,
    budget_source: float | None = None,
) -> "Settings":
    """Read the settings, with a command's options in place of theirs, and start the log.

    Raises:
        ConfigurationError: if one is wrong.
    """
    from config.settings import Settings, configure_logging

    shared = context.find_root().params
    given = {
        "home": shared["_home"],
        "llm_model": llm_model,
        "llm_strategy": llm_strategy,
        "budget_run": budget_run,
        "budget_source": budget_source,
    }
    settings = Settings.load(**{k: v for k, v in given.items() if v is not None})
    configure_logging(settings.home, verbose=shared["_verbose"])
    return settings


def run(
    settings: "Settings",
    work: Callable[["Resources"], Awaitable[int | None]],
    *,
    patient: bool = False,
) -> NoReturn:
    """Do ``work`` with resources, close them, and exit with the code that it returns.

    ``patient`` work waits for an endpoint that is down.

    Raises:
        typer.Exit: always.
    """
    from config.resources import Resources

    async def main() -> int | None:
        patience = settings.patience if patient else 0.0
        async with Resources(settings, patience=patience) as resources:
            return await work(resources)

    raise typer.Exit(interruptible(main()) or 0)


def interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work``; Ctrl-C and SIGTERM end it in order, with exit code 130.

    Raises:
        typer.Exit: when it was interrupted.
    """
    with contextlib.suppress(ValueError):  # not the main thread
        # A shell starts background work with Ctrl-C ignored, and SIGTERM would be as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.secho(
            "Interrupted. Whatever was stored stands; run the same command again to go on.",
            err=True,
        )
        raise typer.Exit(EXIT_INTERRUPTED) from None


def pairs(items: list[str] | None) -> list[tuple[str, str]]:
    """Return name and value of each item of the form NAME=VALUE.

    Raises:
        InputError: if one has another form.
    """
    for item in items or ():
        if "=" not in item:
            raise InputError(f"{item!r} does not have the form NAME=VALUE")
    parts = [item.partition("=") for item in items or ()]
    return [(name.strip(), value.strip()) for name, _, value in parts]


def standard_input() -> bytes:
    """Return what was piped in.

    Raises:
        InputError: if standard input is a terminal or closed.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("nothing is piped in: give `-` only after a pipe, as in `cat list | …`")
    return sys.stdin.buffer.read()
