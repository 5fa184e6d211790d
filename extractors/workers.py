"""Parse in processes that can be killed: hostile input can crash a worker, never the program.

Workers are forked from a server process that has the parsers loaded (``forkserver``). A thread per
worker enforces the wall-clock limit; the kernel enforces the limits on memory and CPU time.
"""

import asyncio
import math
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess, parent_process
from typing import Any, NamedTuple, TypeVar, cast

from extractors import registry
from extractors.formats import FORMATS
from extractors.text import name_of, unreadable
from schemas.errors import CasebookError, ExtractionError, TemporarilyUnavailable
from schemas.sources import Extracted, Payload

R = TypeVar("R")

_OUT_OF_MEMORY = 77  # our exit code
_START_SECONDS = 60.0
_TASKS_A_WORKER = 200  # afterwards it is replaced, since parsers leak memory


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one task: seconds of wall and CPU time, bytes of address space."""

    wall_seconds: float = 60.0
    cpu_seconds: float = 60.0
    memory_bytes: int = 1_500 * 2**20


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection
    tasks: int = 0


class WorkerPool:
    """Worker processes, started when first needed; safe to use from several tasks and threads."""

    def __init__(self, workers: int = 2, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._idle: list[_Worker] = []
        self._busy: dict[object, BaseProcess] = {}

    async def extract(self, payload: Payload) -> Extracted:
        """Return the text of ``payload``; raises as ``registry.read`` and ``compute`` do."""
        return await self.compute(registry.read, payload)

    async def compute(self, function: Callable[[Payload], R], payload: Payload) -> R:
        """Return ``function(payload)``; ``function`` is a module's function or a partial of it.

        Cancelling the awaiting task kills the worker. Raises ExtractionError if it hits a limit or
        dies, TemporarilyUnavailable if no worker can start, and the errors of ``function``.
        """
        task = object()
        running = self._threads.submit(self._run, task, function, payload)
        try:
            return cast("R", await asyncio.wrap_future(running))
        except asyncio.CancelledError:
            if process := self._busy.get(task):
                process.kill()
            raise

    def close(self) -> None:
        """Kill the workers, even during a task."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in (*self._busy.values(), *(worker.process for worker in self._idle)):
            process.kill()
        self._threads.shutdown()

    def _run(self, task: object, function: Callable[..., Any], payload: Payload) -> Any:
        process, pipe, tasks = self._take(payload)
        self._busy[task] = process
        try:
            pipe.send((function, payload))
            if not pipe.poll(self._limits.wall_seconds):
                process.kill()
                raise _failed(payload, self._limits, -signal.SIGXCPU)
            error, result = pipe.recv()
        except (EOFError, OSError) as lost:
            process.join()
            raise _failed(payload, self._limits, process.exitcode) from lost
        finally:
            self._busy.pop(task, None)
        self._idle.append(_Worker(process, pipe, tasks + 1))
        if error:
            raise error
        return result

    def _take(self, payload: Payload) -> _Worker:
        """Return an idle worker, or a new one."""
        while self._idle:
            worker = self._idle.pop()
            if worker.process.is_alive() and worker.tasks < _TASKS_A_WORKER:
                return worker
            worker.process.kill()
        try:
            return _started(self._limits)
        except (EOFError, OSError, RuntimeError) as error:
            reason = f"no worker process could be started ({error or 'it ended at once'})"
            message = f"{name_of(payload)} was not read: {reason}; end other processes and retry."
            raise TemporarilyUnavailable(message, cause="worker_unavailable") from error


def _started(limits: Limits) -> _Worker:
    forkserver.set_forkserver_preload([__name__, *{one.module for one in FORMATS}])
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_serve, args=(there, limits), daemon=True)
    # Ctrl-C reaches every process of a terminal, but the program ends the server and its workers.
    resource_tracker.ensure_running()  # it would unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    there.close()
    if not here.poll(_START_SECONDS):
        process.kill()
        raise TimeoutError("it did not answer")
    here.recv()
    return _Worker(process, here)


def _serve(pipe: Connection, limits: Limits) -> None:
    """Run tasks until the pipe is closed or the parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_AS, limits.memory_bytes)
    pipe.send("ready")
    while True:
        try:
            function, payload = pipe.recv()
        except EOFError:
            return
        pipe.send(_outcome(function, payload, limits))


def _end_with_parent() -> None:
    if parent := parent_process():
        connection.wait([parent.sentinel])
        os._exit(0)


def _outcome(
    function: Callable[[Payload], Any], payload: Payload, limits: Limits
) -> tuple[CasebookError | None, Any]:
    """Return the error, if the parent can unpickle it, and the result."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _set_limit(resource.RLIMIT_CPU, math.ceil(used + limits.cpu_seconds))
    try:
        return None, function(payload)
    except CasebookError as error:
        return error, None
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # the remaining heap cannot be trusted with another document
    except RecursionError:
        return unreadable(payload, "is nested too deeply; save a simpler copy", "damaged"), None
    except Exception as error:  # noqa: BLE001 - the parent may lack the class
        return _failed(payload, limits, None, f"{type(error).__name__}: {error}"), None


def _set_limit(which: int, value: int) -> None:
    """Set the soft limit only, so that the next task can raise it again."""
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (value if hard < 0 else min(value, hard), hard))


def _failed(
    payload: Payload, limits: Limits, code: int | None, reason: str = ""
) -> ExtractionError:
    cause, problem = "parser_crashed", f"made its parser fail ({reason or f'exit code {code}'})"
    if code == -signal.SIGXCPU:
        cause, problem = "parser_timed_out", f"took over {limits.wall_seconds:g} seconds to read"
    elif code in {_OUT_OF_MEMORY, -signal.SIGKILL}:
        memory = limits.memory_bytes // 2**20
        cause, problem = "parser_out_of_memory", f"needs over {memory} MB of memory"
    return unreadable(payload, f"{problem}; submit a smaller or simpler copy of it", cause)
