"""What commands share: the options before the command, settings, services."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from casebook.cli import stopping

if TYPE_CHECKING:
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings

T = TypeVar("T")

EXIT_SOME_FAILED = 3

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
CaseId = Annotated[str, typer.Argument(help="A case's id, or enough of its beginning.")]
Who = Annotated[
    str | None, typer.Option(help="Who decides [env: CASEBOOK_CURATOR].", show_default=False)
]
Word = Annotated[
    list[str] | None,
    typer.Option(
        help="Only what has this word or phrase in its title or address, one of up to three "
        'letters by itself (AI, not "maintain"); may be repeated.'
    ),
]


@dataclass(frozen=True)
class Options:
    """The options before the command."""

    home: Path | None = None
    verbose: bool = False


def day_option(told: str) -> Any:
    """Return an option that is a day; ``told`` is its help."""
    return typer.Option(parser=_day, metavar="YYYY-MM-DD", help=told, show_default=False)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write 2026-11-24") from None


def load_settings(context: typer.Context, **options: object) -> Settings:
    """Read the settings and start logging; ``options`` that are not None outweigh them.

    They also go to the environment, where the flows of this process read their settings.

    Raises:
        ConfigurationError: if a setting is wrong.
    """
    from casebook.runtime.logs import configure_logging
    from casebook.runtime.settings import Settings

    common: Options = context.obj
    given = {name: value for name, value in options.items() if value is not None}
    settings = Settings.load(**({"home": common.home} if common.home else {}), **given)
    for name, value in given.items():
        os.environ[f"CASEBOOK_{name.upper()}"] = str(value)
    configure_logging(settings.home, verbose=common.verbose)
    return settings


def with_services(
    context: typer.Context, work: Callable[[Services], Awaitable[T]], stopped: str = stopping.SAFE
) -> T:
    """Run ``work`` with services that are closed afterwards.

    ``stopped`` says how things stand when a signal ends it: see ``stopping.run``.
    """
    from casebook.runtime.services import Services

    settings = load_settings(context)

    async def run() -> T:
        async with Services(settings, busy=True) as services:
            return await work(services)

    return stopping.run(run(), stopped)


def desk_address(settings: Settings, case_id: str) -> str:
    """Return where the desk shows a case."""
    from casebook.runtime.orchestrator import open_desk

    desk = open_desk(settings.home) or f"http://127.0.0.1:{settings.desk_port}"
    return f"{desk}/cases/{case_id}"
