"""Ending long work when the program is told to: Ctrl-C and SIGTERM leave whole rows and no trace.

Every stage stores its result before the next one starts, so stopping loses the stage in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable
from typing import TypeVar

import typer

from casebook.cli.context import err

T = TypeVar("T")

_INTERRUPTED = 128 + signal.SIGINT
_TERMINATED = 128 + signal.SIGTERM


_SOURCES = "`casebook failures` lists what was cut off, and `casebook retry` goes on with it"
BATCH = "the same command goes on, or `casebook backfill --resume` with the id in `backfill list`"


def run(work: Awaitable[T], then: str = _SOURCES) -> T:
    """Run ``work`` to its end, or until a signal asks to stop; ``then`` tells what to do next.

    Raises:
        typer.Exit: with 130 after Ctrl-C and 143 after SIGTERM, as shells expect.
    """
    terminated = False

    async def until_stopped() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio.run made it

        def stop() -> None:
            nonlocal terminated
            terminated = True
            task.cancel()

        with contextlib.suppress(NotImplementedError):  # Windows has no SIGTERM to handle
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        return await work

    try:
        return asyncio.run(until_stopped())
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except asyncio.CancelledError:
        code = _TERMINATED if terminated else _INTERRUPTED
    err().print(f"stopped: what was finished is stored; {then}", markup=False)
    raise typer.Exit(code)
