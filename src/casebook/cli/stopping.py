"""Ending long work when the program is told to: Ctrl-C and SIGTERM leave whole rows and no trace.

Every stage stores its result before the next one starts, so stopping loses the stage in hand; an
answer of a model that is under way is waited for, unless Ctrl-C comes again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable
from typing import TypeVar

import typer

from casebook.cli.context import err

T = TypeVar("T")

_SHELL = 128  # what shells add to the number of the signal that ended a program

_STORED = "what was finished is stored; "
SOURCES = (
    _STORED + "`casebook failures` lists what was cut off, and `casebook retry` goes on with it"
)
BATCH = (
    _STORED
    + "the same command goes on, or `casebook backfill --resume` with the id in `backfill list`"
)
WATCH = (
    _STORED + "`casebook watch run` goes on with lists that it was not through with, `casebook "
    "backfill --resume` with a batch, whose id is in `backfill list`"
)
UNLISTED = "the list was still being read"
UNREAD = f"{UNLISTED}, and nothing was begun"
UNWATCHED = f"{UNLISTED}, and nothing was stored"
EXTRACTED = "what was read is printed, and nothing stored"
CHECKED = _STORED + "the same command looks at all of them anew"
REREAD = _STORED + "the same command reads all of them anew"


def run(work: Awaitable[T], told: str = SOURCES) -> T:
    """Run ``work`` to its end, or until a signal asks to stop; ``told`` says what then is so.

    Raises:
        typer.Exit: with 130 after Ctrl-C and 143 after SIGTERM, as shells expect.
    """
    code = _SHELL + signal.SIGINT

    async def until_stopped() -> T:
        from casebook.runtime.stopping import on_signals

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio.run made it

        def stop(sign: signal.Signals) -> None:
            nonlocal code
            code = _SHELL + sign
            tell_of_answers()
            task.cancel()

        on_signals(stop)
        return await work

    try:
        return asyncio.run(until_stopped())
    except (KeyboardInterrupt, asyncio.CancelledError):
        err().print(f"stopped: {told}", markup=False)
    raise typer.Exit(code)


def tell_of_answers() -> None:
    """Say what the end of the program waits for, if there is anything."""
    from casebook.runtime.stopping import waiting

    if told := waiting():
        err().print(told, markup=False)
