"""Run extraction in processes that can be killed: hostile bytes cost a worker, never the program.

Each task has a wall-clock limit kept by the parent, and limits on address space and CPU time kept
by the kernel. Workers are forked from a server process that has the parsers loaded (start method
``forkserver``), so a fresh one costs milliseconds and shares no thread or lock with the parent.
"""

import asyncio
import gc
import math
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from casebook.extractors.garbage import give_back
from casebook.extractors.naming import where
from casebook.extractors.pdf.ocr.limits import OCR_SECONDS
from casebook.extractors.registry import extract
from casebook.schemas.documents import Extracted
from casebook.schemas.errors import (
    CasebookError,
    Damaged,
    ExtractorCrashed,
    ExtractorOutOfMemory,
    ExtractorTimedOut,
    ExtractorUnavailable,
)
from casebook.schemas.sources import Payload

if TYPE_CHECKING:
    from casebook.extractors.links.entries import Listing
    from casebook.extractors.links.talk_page import Talk

T = TypeVar("T")

_OUT_OF_MEMORY = 77
"""The exit code by which a worker says that its memory ran out; none of Python's own."""

_LIBXML_OUT_OF_MEMORY = "XPathEvalError"
"""What lxml raises, for an expression that is right, when libxml2 gets no memory."""

_TASKS_A_WORKER = 200
_LOOK_SECONDS = 2.0
_STILL_SECONDS = 60.0
"""How long no task of a pool may end, beyond what any may take, until the pool is given up."""

_PARSERS = [
    "casebook.extractors.fork_server",
    "casebook.extractors.worker",
    *(
        f"casebook.extractors.kinds.{name}"
        for name in ("html", "pdf", "markdown", "captions", "youtube")
    ),
]
_SHARED = "casebook.extractors.shared_models"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: wall seconds, CPU seconds, and bytes of address space."""

    wall_seconds: float = 60.0
    cpu_seconds: float = 60.0
    memory_bytes: int = 1_500 * 2**20


class ExtractorPool:
    """A pool of worker processes that read documents; started when first used.

    ``workers`` processes live at a time; ``many`` says that many documents are to come, as for
    ``start_server``. Safe to use from several tasks and threads.
    """

    def __init__(self, workers: int = 2, limits: Limits = Limits(), *, many: bool = False) -> None:
        self._workers = workers
        self._limits = limits
        self._many = many
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()
        self._moved = 0.0  # when a task ended last, in monotonic seconds
        self._allowed: list[float] = []  # seconds, of each task that has not ended

    async def extract(self, payload: Payload) -> Extracted:
        """Return what ``registry.extract`` makes of ``payload``, computed in a worker.

        Raises:
            ExtractionError: whatever the extractor raises, or as ``compute`` does.
        """
        seconds = OCR_SECONDS if b"%PDF-" in payload.data[:1_024] else 0.0
        return await self.compute(extract, payload, seconds)

    async def read_listing(self, payload: Payload) -> "Listing":
        """Return what ``reading.read_listing`` finds in ``payload``, computed in a worker.

        Raises:
            ExtractionError: whatever reading it raises, or as ``compute`` does.
        """
        return await self.compute(_read_listing, payload)

    async def compute(
        self, work: Callable[[Payload], T], payload: Payload, more_seconds: float = 0.0
    ) -> T:
        """Return ``work(payload)``, computed in a worker; ``work`` is a module's function.

        ``more_seconds`` of wall time are for programs that it waits for; CPU time stays limited.

        Cancelling the awaiting task kills the worker's task.

        Raises:
            ExtractorTimedOut: if it takes longer than the limits allow.
            ExtractorOutOfMemory: if it wants more memory than the limits allow.
            ExtractorCrashed: if the worker dies or a parser fails in an unknown way.
            ExtractorUnavailable: if workers do not start or do not answer, twice.
            CasebookError: whatever ``work`` raises.
        """
        try:
            try:
                return await self._run(work, payload, more_seconds)
            except BrokenProcessPool:  # the pool broke, perhaps over another document
                return await self._run(work, payload, more_seconds)
        except TimeoutError as error:
            raise self._too_slow(payload) from error
        except ProcessExpired as error:
            raise self._died(payload, error) from error
        except BrokenProcessPool as error:
            why = f" ({error.__cause__})" if error.__cause__ else ""
            raise ExtractorUnavailable(
                f"{where(payload)} was not read, for no process that reads documents could be "
                f"started, or none answered{why}; see whether this machine has room for more "
                "processes, and try again."
            ) from error

    async def _run(self, work: Callable[[Payload], T], payload: Payload, more: float) -> T:
        """Return the result of one task.

        pebble counts a task's time from its beginning: one that workers never begin would never
        end, be it that they die as they start or that a thread of the pool ended over an error.
        """
        seconds, began = self._limits.wall_seconds + more, time.monotonic()
        try:
            pool = self._started()
            task = pool.schedule(_task, args=(work, payload, self._limits), timeout=seconds)
        except (OSError, RuntimeError) as error:  # no process, thread or pipe can be had
            raise BrokenProcessPool from error
        told = asyncio.wrap_future(task)
        self._allowed.append(seconds)
        try:
            while not (await asyncio.wait({told}, timeout=_LOOK_SECONDS))[0]:
                still = time.monotonic() - max(began, self._moved)
                # A short one may wait for workers that are all at a long one.
                if not pool.active or still > max(self._allowed) + _STILL_SECONDS:
                    self._give_up(pool)
                    raise BrokenProcessPool
            self._moved = time.monotonic()
            result: T = told.result()
            return result
        finally:
            self._allowed.remove(seconds)
            told.cancel()

    def _give_up(self, pool: ProcessPool) -> None:
        """Have the next task start workers anew."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        if pool.active:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble types parts of itself

    def close(self) -> None:
        """End the workers, and with them whatever they are reading."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble types parts of itself
            pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self) -> ProcessPool:
        with self._lock:
            if self._pool is None or not self._pool.active:
                context = multiprocessing.get_context("forkserver")
                start_server(many=self._many)
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=_TASKS_A_WORKER,
                    initializer=_prepare,
                    initargs=(self._limits.memory_bytes,),
                    context=context,
                )
            return self._pool

    def _too_slow(self, payload: Payload) -> ExtractorTimedOut:
        return ExtractorTimedOut(
            f"{where(payload)} was not read within {self._limits.wall_seconds:g} seconds and was "
            "given up; submit a smaller or simpler copy of it."
        )

    def _died(self, payload: Payload, error: ProcessExpired) -> CasebookError:
        code = error.exitcode
        if code == -signal.SIGXCPU:
            return self._too_slow(payload)
        if code in {_OUT_OF_MEMORY, -signal.SIGKILL}:
            return ExtractorOutOfMemory(
                f"{where(payload)} needs more than {_bounded(self._limits.memory_bytes) // 2**20} "
                "MB to be read and was given up; submit a smaller or simpler copy of it."
            )
        return ExtractorCrashed(
            f"The reader of {where(payload)} died (exit code {code}); submit another copy of it, "
            "and report the file if that does not help."
        )


def start_server_ahead(*, many: bool) -> None:
    """As ``start_server``; where that cannot be, the first document's failure says so."""
    with suppress(OSError, RuntimeError):
        start_server(many=many)


def start_server(*, many: bool = False) -> None:
    """Start the process that workers are forked from, unless it runs; it loads the parsers.

    Called ahead of the first document, that takes its second while this process does other things.
    With ``many`` documents to come it also loads what only some of them need.
    """
    forkserver.set_forkserver_preload([*_PARSERS, _SHARED] if many else _PARSERS)
    # Ctrl-C goes to every process of a terminal, and the server minds it only once it has loaded
    # all: it would end with a traceback. The tracker, which lifts what is blocked, comes first. So
    # does the end of a terminal, which workers would die of, and their documents count as broken;
    # it stays blocked in all of these, and the program ends them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(memory_bytes: int) -> None:
    """Set a worker's limits; SIGTERM ends it at once, in the middle of a parser's C code too.

    What it shares with the server stays shared: looking for cycles would write to all of it.
    """
    gc.freeze()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_bounded(memory_bytes), hard))


def _bounded(memory_bytes: int) -> int:
    """Return how much memory a worker may have: no more than this program (``ulimit -v``)."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    return memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)


def _read_listing(payload: Payload) -> "Listing":
    from casebook.extractors.links.reading import read_listing

    return read_listing(payload)


def read_item(address: str, feed: Payload) -> Payload:
    """Return what ``feed_items.read_item`` finds; a worker loads what it needs."""
    from casebook.extractors.links import feed_items

    return feed_items.read_item(address, feed)


def talk_of(page: Payload) -> "Talk | None":
    """Return what ``talk_page.talk_of`` finds; a worker loads what it needs."""
    from casebook.extractors.links import talk_page

    return talk_page.talk_of(page)


def talk_in_feed(address: str, feed: Payload) -> "Talk":
    """Return what ``talk_page.talk_in_feed`` finds; a worker loads what it needs."""
    from casebook.extractors.links import talk_page

    return talk_page.talk_in_feed(address, feed)


def _task(work: Callable[[Payload], T], payload: Payload, limits: Limits) -> T:
    _allow_cpu(limits.cpu_seconds)
    try:
        return work(payload)
    except CasebookError:
        raise
    except MemoryError:
        _exit_out_of_memory()
    except RecursionError as error:
        raise Damaged(f"{where(payload)} is nested too deep to be read; save it anew.") from error
    except Exception as error:  # the parent may not have the class to unpickle, so it gets ours
        if type(error).__name__ == _LIBXML_OUT_OF_MEMORY:
            _exit_out_of_memory()
        raise ExtractorCrashed(
            f"{where(payload)} could not be read ({type(error).__name__}: {error}); report it."
        ) from error
    finally:
        _allow_cpu(None)
        give_back()


def _exit_out_of_memory() -> NoReturn:
    """Leave at once: what is left of the heap is not to be trusted with the next document."""
    os._exit(_OUT_OF_MEMORY)


def _allow_cpu(seconds: float | None) -> None:
    """Let the process use ``seconds`` more of CPU time, or any amount; SIGXCPU ends it after."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if seconds is None:
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(
        resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard)
    )
