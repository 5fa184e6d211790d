"""Hostile documents cost a worker process and nothing else."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import closing

import psutil
import pytest
import worker_tasks

from extractors import workers
from extractors.workers import Limits, WorkerPool
from schemas.errors import ExtractionError, TemporarilyUnavailable
from schemas.sources import Payload

NOTE = Payload(
    data=b"# Hi\n\nA text of more than five words.", media_type="text/markdown", name="a.md"
)
IN_TIME = 30.0  # seconds, on a busy machine


@pytest.fixture(scope="module")
def pool():
    with closing(WorkerPool(workers=2, limits=Limits(wall_seconds=20))) as pool:
        yield pool


async def busy_in(pool):
    while not pool._busy:  # noqa: ASYNC110 - its threads know no event of asyncio
        await asyncio.sleep(0.01)
    return list(pool._busy.values())


async def test_a_document_is_read_in_another_process(pool):
    """The pool returns the registry's result from a separate process."""
    found = await pool.extract(NOTE)
    assert (found.title, found.extractor) == ("Hi", "markdown/1")
    assert await pool.compute(worker_tasks.process, NOTE) != os.getpid()


async def test_more_documents_than_workers_wait_their_turn(pool):
    """Each caller gets its own result."""
    payloads = [Payload(data=b"x" * n, media_type="") for n in range(12)]
    sizes = await asyncio.gather(*(pool.compute(worker_tasks.size, one) for one in payloads))
    assert sizes == list(range(12))


@pytest.mark.parametrize(
    ("task", "limits", "cause"),
    [
        (worker_tasks.sleep, Limits(wall_seconds=0.3), "parser_timed_out"),
        (worker_tasks.spin, Limits(cpu_seconds=0.3), "parser_timed_out"),
        (worker_tasks.swallow_memory, Limits(memory_bytes=800 * 2**20), "parser_out_of_memory"),
        (worker_tasks.be_killed, Limits(), "parser_out_of_memory"),
        (worker_tasks.exit_at_once, Limits(), "parser_crashed"),
        (worker_tasks.raise_foreign, Limits(), "parser_crashed"),
    ],
)
async def test_a_limit_ends_the_worker_and_the_next_document_is_read(task, limits, cause):
    """Time, memory and crashes have separate causes, and leave the pool usable."""
    with closing(WorkerPool(workers=1, limits=limits)) as pool:
        with pytest.raises(ExtractionError, match=r"a\.md .*submit") as caught:
            await pool.compute(task, NOTE)
        assert caught.value.kind == cause
        assert await pool.compute(worker_tasks.size, NOTE) == len(NOTE.data)


async def test_errors_of_readers_come_through_as_they_are(pool):
    """The caller catches what the reader raised, with its cause."""
    with pytest.raises(ExtractionError, match="a login") as caught:
        await pool.compute(worker_tasks.raise_ours, NOTE)
    assert caught.value.kind == "login_wall"
    with pytest.raises(ExtractionError, match="nested too deeply"):
        await pool.compute(worker_tasks.recurse, NOTE)


async def test_cancelling_kills_the_worker(pool):
    """No worker continues after its caller is cancelled."""
    task = asyncio.create_task(pool.compute(worker_tasks.sleep, NOTE))
    busy = await busy_in(pool)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    busy[0].join(IN_TIME)
    assert busy[0].exitcode  # SIGKILL, or 255 if the pool has read the code first
    assert await pool.compute(worker_tasks.size, NOTE) == len(NOTE.data)


async def test_closing_ends_what_is_at_work():
    """Closing does not wait for a slow document."""
    pool = WorkerPool(workers=1)
    task = asyncio.create_task(pool.compute(worker_tasks.sleep, NOTE))
    await busy_in(pool)
    started = time.monotonic()
    await asyncio.to_thread(pool.close)
    assert time.monotonic() - started < IN_TIME
    with pytest.raises(ExtractionError):
        await task


async def test_where_no_process_starts_no_document_is_to_blame(monkeypatch):
    """The failure is temporary, so it is retried."""

    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(workers.resource_tracker, "ensure_running", refuse)
    with closing(WorkerPool(workers=1)) as pool, pytest.raises(TemporarilyUnavailable) as caught:
        await pool.extract(NOTE)
    assert (caught.value.kind, caught.value.transient) == ("worker_unavailable", True)


async def test_a_worker_is_replaced_after_many_tasks(monkeypatch):
    """Memory that its parsers leak is released."""
    monkeypatch.setattr(workers, "_TASKS_A_WORKER", 2)
    with closing(WorkerPool(workers=1)) as pool:
        ids = [await pool.compute(worker_tasks.process, NOTE) for _ in range(4)]
    assert ids[0] == ids[1] != ids[2] == ids[3]


SCRIPT = """
import asyncio, multiprocessing, os, sys
import worker_tasks
from extractors.workers import WorkerPool
from schemas.sources import Payload

async def main():
    pool = WorkerPool(workers=2)
    one = Payload(data=b"x", media_type="")
    idle = await pool.compute(worker_tasks.process, one)
    busy = asyncio.create_task(pool.compute(worker_tasks.sleep, one))
    while not pool._busy:
        await asyncio.sleep(0.01)
    print("trafilatura" in sys.modules, idle, *(process.pid for process in pool._busy.values()), flush=True)
    await busy

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_program_that_is_killed_leaves_no_worker(tmp_path):
    """After kill -9 no worker remains; the main program loads no parsers."""
    script = tmp_path / "program.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env=environment
    ) as program:
        loaded, *pids = program.stdout.readline().decode().split()
        program.kill()
    assert loaded == "False"
    left = [psutil.Process(int(pid)) for pid in pids if psutil.pid_exists(int(pid))]
    _, alive = psutil.wait_procs(left, timeout=IN_TIME)
    assert alive == []
