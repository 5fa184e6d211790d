"""Hostile documents cost a worker process and nothing else."""

import asyncio
import importlib
import re
import resource
import subprocess
import sys
import time

import pytest
from pebble.pool import process

from casebook.extractors import worker
from casebook.extractors.worker import ExtractorPool, Limits
from casebook.schemas.errors import (
    CasebookError,
    ContentMismatch,
    Damaged,
    ExtractorOutOfMemory,
    ExtractorTimedOut,
    ExtractorUnavailable,
)
from casebook.schemas.sources import Payload

GOOD = Payload(data=b"# Hi\n\nA text of more than five words.", media_type="text/markdown")
QUICK = Limits(wall_seconds=2.0, cpu_seconds=5.0)
IN_TIME = 40.0
"""Seconds that a busy machine may need to kill a worker; unlimited, such pages take minutes."""


def page(body: bytes) -> Payload:
    return Payload(
        data=b"<html><body>" + body + b"</body></html>", media_type="text/html", name="big"
    )


@pytest.fixture(scope="module")
def pool():
    with ExtractorPool(workers=2) as first:  # starts the server that workers are forked from
        asyncio.run(first.extract(GOOD))
        with ExtractorPool(workers=2, limits=QUICK) as pool:
            yield pool


HOSTILE = {
    "300,000 paragraphs": page(b"<p>a word</p>" * 300_000),
    "200,000 rows": page(b"<table>" + b"<tr><td>a</td><td>b c</td></tr>" * 200_000 + b"</table>"),
    "one line of 6 MB": page(b"<p>" + b"word " * 1_200_000 + b"</p>"),
    "100,000 deep": page(b"<div>" * 100_000 + b"x" + b"</div>" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_pages_end_in_time_and_the_next_document_is_read(pool, name):
    """Whatever a page does, it ends near its limit with a text or a named failure."""
    try:
        async with asyncio.timeout(IN_TIME):
            await pool.extract(HOSTILE[name])
    except CasebookError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right, but never a bare error
    assert "five words" in (await pool.extract(GOOD)).text


async def test_what_is_nested_too_deep_is_damaged_and_no_fault_of_ours():
    """A saved page may hold parts in parts without end; Python gives up at a thousand."""
    parts = "".join(
        f"--b{n}\r\nContent-Type: multipart/related; boundary=b{n + 1}\r\n\r\n"
        for n in range(1_200)
    )
    saved = f"Content-Type: multipart/related; boundary=b0\r\n\r\n{parts}".encode()
    payload = Payload(data=saved, media_type="multipart/related", name="saved.mhtml")
    with ExtractorPool(workers=1) as patient, pytest.raises(Damaged, match="nested too deep"):
        await patient.extract(payload)


async def test_slow_document_is_killed(pool):
    """A document that cannot be read in time is named and given up."""
    with pytest.raises(ExtractorTimedOut, match="big was not read within 2 seconds"):
        await pool.extract(HOSTILE["300,000 paragraphs"])


async def test_our_errors_come_through_intact(pool):
    """What an extractor raises in the worker is what the caller catches."""
    with pytest.raises(ContentMismatch, match=r"a\.html"):
        await pool.extract(Payload(data=b"\x7fELF\0", media_type="text/html", name="a.html"))


async def test_many_documents_at_once(pool):
    """More documents than workers wait their turn, and each gets its own text."""
    payloads = [
        Payload(data=b"Text number %d of many words in a row." % n, media_type="text/plain")
        for n in range(12)
    ]
    found = await asyncio.gather(*map(pool.extract, payloads))
    assert [f"number {n} " in one.text for n, one in enumerate(found)] == [True] * 12


async def test_memory_is_limited():
    """A document that wants too much memory is told from a slow one, and the pool goes on."""
    with ExtractorPool(workers=1, limits=Limits(memory_bytes=400 * 2**20)) as pool:
        with pytest.raises(ExtractorOutOfMemory, match="400 MB"):
            await pool.extract(HOSTILE["200,000 rows"])
        assert "five words" in (await pool.extract(GOOD)).text
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


async def test_cpu_time_is_limited():
    """The kernel ends a worker that outlives its CPU limit, which counts as too slow."""
    limits = Limits(wall_seconds=30, cpu_seconds=0.2)
    with ExtractorPool(workers=1, limits=limits) as pool, pytest.raises(ExtractorTimedOut):
        await pool.extract(HOSTILE["300,000 paragraphs"])


async def test_closed_pool_starts_again():
    """Closing ends the workers; the next document starts new ones."""
    pool = ExtractorPool(workers=1)
    await pool.extract(GOOD)
    pool.close()
    assert (await pool.extract(GOOD)).title == "Hi"
    pool.close()


def test_works_from_a_program_and_leaves_no_worker():
    """A program may use a pool without a main guard of its own; closing ends the workers."""
    script = f"""
import asyncio, multiprocessing
from casebook.extractors.worker import ExtractorPool
from casebook.schemas.sources import Payload
payload = Payload(data={GOOD.data!r}, media_type="text/markdown")
with ExtractorPool(workers=1) as pool:
    print(asyncio.run(pool.extract(payload)).title)
print(len(multiprocessing.active_children()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["Hi", "0"]
    assert done.stderr == ""


def test_parent_is_not_the_reader():
    """Importing the pool loads no parser into the parent, so the command line stays quick."""
    script = f"import sys, {worker.__name__}; print('trafilatura' in sys.modules, 'pypdf' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_server_that_workers_are_forked_from_has_all_parsers():
    """A name that is no module would be passed over in silence, and each worker load its own."""
    for name in [*worker._PARSERS, worker._SHARED]:
        assert importlib.import_module(name).__name__ == name


def test_the_server_that_workers_are_forked_from_knows_the_names_of_domains():
    """Each worker would read them anew at its first page."""
    script = (
        "import casebook.extractors.fork_server; from tld.utils import get_tld_names_container; "
        "print(len(get_tld_names_container()) > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


SHARED = """
import asyncio
from casebook.extractors.text.metadata import _classifier
from casebook.extractors.worker import ExtractorPool
from casebook.schemas.sources import Payload
from trafilatura import external

def loaded(page):
    return _classifier.cache_info().currsize, len(external.JT_STOPLIST or ()) > 100_000

async def main():
    with ExtractorPool(workers=1, many={many}) as pool:
        print(*await pool.compute(loaded, Payload(data=b"", media_type="text/plain")))

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize(("many", "held"), [(True, "1 True"), (False, "0 False")])
def test_workers_share_the_models_where_many_documents_are_to_come(tmp_path, many, held):
    """Each held 110 MB of its own; one document alone does not wait until they are loaded."""
    script = tmp_path / "shared.py"
    script.write_text(SHARED.format(many=many))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=IN_TIME, check=True
    )
    assert done.stdout.strip() == held


def test_on_a_full_disk_the_server_starts_without_the_models(tmp_path):
    """What they need of it for a moment is not there; documents that need no model are read."""
    script = tmp_path / "full.py"
    script.write_text(SHARED.format(many=True))
    done = subprocess.run(
        [sys.executable, script],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (130_000, 130_000)),
        capture_output=True,
        text=True,
        timeout=IN_TIME,
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("0 True", "")


INTERRUPTED = """
import asyncio, contextlib, os, signal, time
from casebook.extractors.worker import ExtractorPool, start_server
from casebook.schemas.sources import Payload

def group():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(ProcessLookupError):
            found |= {pid} if os.getpgid(int(pid)) == os.getpgid(0) else set()
    return found

async def main():
    page = Payload(data=b"A text of more than five words.", media_type="text/plain")
    with ExtractorPool(workers=1) as pool:
        await pool.extract(page)
        before = group()
        os.killpg(0, SIGN)
        time.sleep(0.2)
        print((await pool.extract(page)).text)
        assert group() == before

if __name__ == "__main__":
    signal.signal(SIGN, lambda *_: None)
    start_server()
    time.sleep(0.4)  # it has begun to load
    os.killpg(0, SIGN)
    asyncio.run(main())
"""


@pytest.mark.parametrize("sign", ["SIGINT", "SIGHUP"])
def test_a_terminal_does_not_end_the_server_or_a_worker_by_its_signals(tmp_path, sign):
    """It sends Ctrl-C, and its own end, to every process; a reader's death would be its source's.

    Neither while the server loads nor while a worker waits is anything said, or begun anew.
    """
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED.replace("SIGN", f"signal.{sign}"))
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=IN_TIME,
        check=False,
        start_new_session=True,
    )
    assert (done.stdout, done.stderr, done.returncode) == (
        "A text of more than five words.\n",
        "",
        0,
    )


ORPHANED = """
import multiprocessing, _multiprocessing, os
from casebook.extractors.worker import start_server

def work(said):
    {work}

if __name__ == "__main__":
    start_server()
    context = multiprocessing.get_context("forkserver")
    lock = context.Lock()
    {before}
    worker = context.Process(target=work, args=(lock,))
    worker.start()
    worker.join()
    os._exit(0)  # it would want to unlink what is gone
"""


@pytest.mark.parametrize(
    ("work", "before", "said"),
    [
        ("pass", "_multiprocessing.sem_unlink(lock._semlock.name)", ""),
        ("pass", "lock = int", ""),
        ("open('/nowhere/at/all')", "pass", "/nowhere/at/all"),
    ],
)
def test_a_worker_that_begins_while_the_program_ends_says_nothing(tmp_path, work, before, said):
    """Its semaphores are gone by then; every other error of a worker is still told."""
    script = tmp_path / "orphaned.py"
    script.write_text(ORPHANED.format(work=work, before=before))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=IN_TIME, check=True
    )
    assert (said in done.stderr) if said else ("Traceback" not in done.stderr)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_pool_that_stops_answering_is_given_up_for_another(monkeypatch):
    """A thread of the pool that ends over an error would leave every later document waiting."""
    monkeypatch.setattr(worker, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "_STILL_SECONDS", 1.0)
    answers = process.PoolManager.process_next_message
    with ExtractorPool(workers=1, limits=QUICK) as pool:
        first = pool._started()

        def fail(manager, timeout):
            if manager is first._pool_manager:
                raise OSError("too many open files")
            answers(manager, timeout)

        monkeypatch.setattr(process.PoolManager, "process_next_message", fail)
        async with asyncio.timeout(IN_TIME):
            read = await asyncio.gather(*(pool.extract(GOOD) for _ in range(3)))
        assert pool._started() is not first
    assert ["five words" in one.text for one in read] == [True] * 3


async def test_a_pool_whose_workers_are_at_long_tasks_is_not_given_up(monkeypatch):
    """A document with less time of its own waits for one that may take more."""
    monkeypatch.setattr(worker, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "_STILL_SECONDS", 0.5)
    limits = Limits(wall_seconds=1.0)
    with ExtractorPool(workers=1, limits=limits) as pool:
        first = pool._started()
        # As reading the pictures of pages may.
        long = asyncio.create_task(pool.compute(time.sleep, limits.wall_seconds + 1, 30.0))
        await asyncio.sleep(0)
        async with asyncio.timeout(IN_TIME):
            assert "five words" in (await pool.extract(GOOD)).text
        assert (await long, pool._started() is first) == (None, True)


def test_where_no_worker_starts_no_document_is_to_blame():
    """Workers cannot load a program that was piped in: the failure may pass, and ends in time."""
    script = (
        "import asyncio\n"
        "from casebook.extractors.worker import ExtractorPool\n"
        "from casebook.schemas.errors import ExtractorUnavailable\n"
        "from casebook.schemas.sources import Payload\n"
        "payload = Payload(data=b'one two three four five six', media_type='text/plain', name='a')\n"
        "try:\n"
        "    asyncio.run(ExtractorPool(1).extract(payload))\n"
        "except ExtractorUnavailable as error:\n"
        "    print(error.transient, str(error).partition(',')[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, timeout=IN_TIME,
        check=False,
    )  # fmt: skip
    assert done.stdout == "True a was not read\n"


@pytest.mark.parametrize(
    "refusal",
    [
        RuntimeError("can't start new thread"),
        BlockingIOError(11, "Resource temporarily unavailable"),
        OSError(28, "No space left on device"),
    ],
)
async def test_where_no_thread_or_process_can_be_had_no_document_is_to_blame(monkeypatch, refusal):
    """Of which an account has too many (`ulimit -u`), or /dev/shm has no room for their locks."""

    def refuse(**_: bool) -> None:
        raise refusal

    with ExtractorPool(workers=1) as pool:
        with monkeypatch.context() as patch:
            patch.setattr("casebook.extractors.worker.start_server", refuse)
            worker.start_server_ahead(many=True)
            with pytest.raises(ExtractorUnavailable, match=re.escape(f"({refusal}); see")):
                await pool.extract(GOOD)
        assert "five words" in (await pool.extract(GOOD)).text
