"""Settings, resources and the event loop of a command."""

import asyncio
import contextlib
import inspect
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from cli.options import BATCH_API, REPLACING, AsJson, BatchApi
from cli.terminal import print_heard, print_order
from schemas.errors import InputError

if TYPE_CHECKING:
    from config.resources import Resources
    from config.settings import Settings

T = TypeVar("T")
Work = Callable[..., Coroutine[Any, Any, int | None]]
Command = Callable[..., None]
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130


def load_settings(
    context: typer.Context, overrides: Mapping[str, object] = MappingProxyType({})
) -> "Settings":
    """Read the settings, apply the ``overrides`` that are not None, and start logging.

    Raises:
        ConfigurationError: if a setting is not valid.
    """
    from config.settings import Settings, configure_logging

    shared = context.find_root().params
    given = {"home": shared["_home"], **overrides}
    settings = Settings.load(**{k: v for k, v in given.items() if v is not None})
    configure_logging(settings.home, verbose=shared["_verbose"])
    return settings


def with_resources(
    *names: str, patient: bool = False, json: bool = True
) -> Callable[[Work], Command]:
    """Make a command of an async function whose first parameter is the resources.

    ``names`` are keys of ``REPLACING``: the command gets these options, even if the function has
    no such parameter, and they replace settings; or ``batch_api``. It also gets ``--json``, unless
    not ``json``.
    """
    replacing = [name for name in names if name != BATCH_API]
    options: dict[str, tuple[object, object]]
    options = {name: (None, REPLACING[name][1]) for name in replacing}
    options |= {BATCH_API: (False, BatchApi)} if BATCH_API in names else {}
    options |= {"_as_json": (False, AsJson)} if json else {}

    def decorate(work: Work) -> Command:
        signature = inspect.signature(work)
        resources, *own = signature.parameters.values()

        @wraps(work)
        def command(context: typer.Context, **given: Any) -> None:
            settings = load_settings(
                context, {REPLACING[name][0]: given[name] for name in replacing}
            )
            kept = {parameter.name: given[parameter.name] for parameter in own}
            in_orders = bool(given.get(BATCH_API))
            run(settings, lambda one: work(one, **kept), patient=patient, in_orders=in_orders)

        first = resources.replace(name="context", annotation=typer.Context)
        added = [
            resources.replace(name=name, default=default, annotation=kind)
            for name, (default, kind) in options.items()
            if name not in signature.parameters
        ]
        parameters = [first, *own, *added]
        signature = signature.replace(parameters=parameters, return_annotation=None)
        command.__signature__ = signature  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        return command

    return decorate


def run(
    settings: "Settings",
    work: Callable[["Resources"], Awaitable[int | None]],
    *,
    patient: bool = False,
    in_orders: bool = False,
) -> NoReturn:
    """Do ``work`` with resources, close them, and exit with the code that it returns.

    If ``patient``, the work waits for an endpoint that is down; ``in_orders`` sends its requests to
    the provider's batch API.

    Raises:
        typer.Exit: always.
    """
    from config.resources import Resources

    async def main() -> int | None:
        patience = settings.patience if patient else 0.0
        async with Resources(
            settings,
            patience=patience,
            in_orders=in_orders,
            on_order=print_order,
            on_heard=print_heard,
        ) as resources:
            return await work(resources)

    raise typer.Exit(interruptible(main()) or 0)


def interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work``; Ctrl-C and SIGTERM shut it down cleanly with exit code 130.

    Raises:
        typer.Exit: if it was interrupted.
    """
    with contextlib.suppress(ValueError):  # not the main thread
        # Shells start background jobs with SIGINT ignored, so SIGTERM would be ignored as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.secho("Interrupted. Progress is saved; rerun the command to continue.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def pairs(items: list[str] | None) -> list[tuple[str, str]]:
    """Return the name and value of each NAME=VALUE item.

    Raises:
        InputError: if an item has another form.
    """
    parts = [item.partition("=") for item in items or ()]
    for item, sign, _ in parts:
        if not sign:
            raise InputError(f"{item!r} does not have the form NAME=VALUE")
    return [(name.strip(), value.strip()) for name, _, value in parts]


def standard_input() -> bytes:
    """Return the bytes of standard input.

    Raises:
        InputError: if standard input is a terminal or closed.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("standard input is empty: use `-` only with a pipe, e.g. `cat list | …`")
    return sys.stdin.buffer.read()
