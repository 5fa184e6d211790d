"""Ending a command when it is told to: Ctrl-C, SIGTERM and SIGHUP leave whole rows, and one line.

Every stage stores its result before the next one starts, so stopping loses the stage in hand; an
answer of a model that is under way is waited for, unless Ctrl-C comes again.

``told`` is around the whole program, from its first moment on: nothing heavy is imported here. Work
in an event loop goes through ``run``, which ends it in order and says how things stand with it.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import warnings
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import FrameType

T = TypeVar("T")

_SHELL = 128  # what shells add to the number of the signal that ended a program
_SIGNS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_IMPORTER = "<frozen importlib._bootstrap>"
_AGAIN_SECONDS = 0.005

_STORED = "what was finished is stored; "
SAFE = "nothing is lost, and what was finished is stored; give the command again to go on"
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
CHECKED = _STORED + "the same command begins with those that it did not come to"
BROUGHT = "what was brought is stored; the same command brings the rest"
REREAD = _STORED + "the same command reads all of them anew"


class Stopped(BaseException):
    """A signal asked the program to end; ``so`` says how things stand.

    No ``KeyboardInterrupt``: typer would end the program without a word, whatever the signal.
    """

    def __init__(self, sign: int, so: str = SAFE) -> None:
        super().__init__(so)
        self.sign, self.so = sign, so


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Have each of these signals end the block, which is the program, with a line on stderr.

    What was begun with a signal ignored, as a shell's background job is, goes on ignoring it.

    Raises:
        SystemExit: with 130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP, as shells expect.
    """
    came: list[int] = []

    def stop(sign: int, frame: FrameType | None) -> None:
        came.append(sign)
        only_once()
        between_imports(sign, frame)

    def between_imports(_: int, frame: FrameType | None) -> None:
        if _is_import(frame):
            signal.signal(signal.SIGALRM, between_imports)
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        else:
            raise Stopped(came[0])

    before = {sign: signal.getsignal(sign) for sign in (*_SIGNS, signal.SIGALRM)}
    for sign in _SIGNS:
        if before[sign] is not signal.SIG_IGN:
            signal.signal(sign, stop)
    try:
        yield
    except BaseException as error:
        # DuckDB, at work, raises its own in place of what a handler raised.
        stopped = error if isinstance(error, Stopped) or not came else Stopped(came[0])
        if not isinstance(stopped, Stopped):
            raise
        # Of work that was just about to begin, Python would say that it never did.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        with contextlib.suppress(OSError):
            print(f"stopped: {stopped.so}", file=sys.stderr)  # noqa: T201 - rich takes long to load
        sys.exit(_SHELL + stopped.sign)
    finally:
        if signal.getsignal(signal.SIGALRM) is between_imports:
            signal.setitimer(signal.ITIMER_REAL, 0)
        _put_back(before)


def _is_import(frame: FrameType | None) -> bool:
    """Tell whether something is being imported: what is written in C may crash of an exception.

    DuckDB's module did, once in some 500 signals, or was left half made.
    """
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTER:
            return True
        frame = frame.f_back
    return False


def only_once() -> None:
    """Take the next Ctrl-C as Python does, and nothing else: ``timeout`` sends two at once."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)


def _put_back(handlers: dict[signal.Signals, signal._HANDLER]) -> None:
    for sign, handler in handlers.items():
        signal.signal(sign, handler)


def run(work: Awaitable[T], so: str = SAFE) -> T:
    """Run ``work`` to its end, or until a signal asks to stop; ``so`` says how things stand then.

    Raises:
        Stopped: after such a signal.
    """
    import asyncio

    came: list[signal.Signals] = []

    async def until_stopped() -> T:
        from casebook.runtime.stopping import on_signals

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio.run made it

        def stop(sign: signal.Signals) -> None:
            came.append(sign)
            tell_of_answers()
            task.cancel()

        on_signals(stop)
        return await work

    before = {sign: signal.getsignal(sign) for sign in _SIGNS}
    try:
        done = asyncio.run(until_stopped())
    except (KeyboardInterrupt, asyncio.CancelledError):
        only_once()
        raise Stopped(came[0] if came else signal.SIGINT, so) from None
    except BaseException:
        _put_back(before)
        raise
    _put_back(before)  # the loop had its own, and drops them at its end
    return done


def tell_of_answers() -> None:
    """Say what the end of the program waits for, if there is anything."""
    from casebook.cli.terminal import err
    from casebook.runtime.stopping import waiting

    if told := waiting():
        err().print(told, markup=False)
