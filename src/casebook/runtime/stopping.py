"""Signals that ask the program to end: Ctrl-C, SIGTERM, SIGHUP, and a second Ctrl-C.

SIGHUP says that the terminal is gone: its window was closed, or the connection to it lost.

What is being stopped waits for answers under way (see ``casebook.summarizer.models.grace``); a
second Ctrl-C gives them up, and a third ends the program as it stands.
"""

import asyncio
import signal
from collections.abc import Callable

from casebook.summarizer.models.grace import GRACE_SECONDS, answers_under_way, give_up


def on_signals(stop: Callable[[signal.Signals], None]) -> None:
    """Have the running event loop call ``stop`` once, with the first signal that comes.

    One that the program was begun to ignore, as a shell's background job is, stays ignored.
    """
    loop, came = asyncio.get_running_loop(), list[signal.Signals]()

    def handle(sign: signal.Signals) -> None:
        came.append(sign)
        if len(came) == 1:
            stop(sign)
        elif sign is signal.SIGINT:  # SIGTERM comes twice where Prefect passes it on
            give_up()
            loop.remove_signal_handler(signal.SIGINT)

    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is not signal.SIG_IGN:
            loop.add_signal_handler(sign, handle, sign)


def waiting() -> str | None:
    """Return what the end of the program waits for, to be told to the person; None for nothing."""
    count = answers_under_way()
    if not count:
        return None
    answers = "1 answer" if count == 1 else f"{count} answers"
    return (
        f"stopping: waiting for {answers} under way, paid for already (at most "
        f"{GRACE_SECONDS:.0f} s); Ctrl-C once more gives up on that"
    )
