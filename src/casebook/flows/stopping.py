"""Ending a flow on SIGTERM as the rest of the program ends: answers under way are waited for."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from prefect.exceptions import TerminationSignal


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Have SIGTERM cancel the current task, and tell Prefect of it when that has ended.

    Prefect's own handler raises wherever the event loop is, mostly out of it: what is paid for and
    not yet stored is lost.

    Raises:
        TerminationSignal: in place of the cancellation, as Prefect expects.
    """
    task, loop, came = asyncio.current_task(), asyncio.get_running_loop(), list[int]()
    assert task is not None  # noqa: S101 - a flow runs in one

    def end(sign: int, _: object) -> None:
        came.append(sign)
        # Once: a second time would drop the answers that are waited for.
        if not task.cancelling():
            loop.call_soon_threadsafe(task.cancel)

    with contextlib.suppress(ValueError):  # not in the main thread, where signals come
        before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except asyncio.CancelledError:
        if came:
            raise TerminationSignal(signal=signal.SIGTERM) from None
        raise
    finally:
        # Not over the handler of a flow that began beside this one.
        with contextlib.suppress(ValueError):
            if signal.getsignal(signal.SIGTERM) is end:
                signal.signal(signal.SIGTERM, before)
