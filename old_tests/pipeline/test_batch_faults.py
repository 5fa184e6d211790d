"""What can go wrong in the night: nothing is lost, nothing is made or paid for twice.

Where it is to be killed, the command runs in a process of its own. ``CASEBOOK_FAULT_KILLS`` says
how often it is (2): set it to 20 for the batch of fifty and an outage of a minute.
"""

import contextlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pages
import pytest
import scripted_curator
from commands import run_here
from pytest_httpserver import HTTPServer
from scripted_endpoint import ScriptedEndpoint, api_error

from casebook.schemas.batches import BatchStep, Standing
from casebook.warehouse.store import Warehouse

KILLS = int(os.environ.get("CASEBOOK_FAULT_KILLS", "2"))
WHOLE_NIGHT = KILLS > 4
SOURCES = 50 if WHOLE_NIGHT else 8
OUTAGE_SECONDS = 60 if WHOLE_NIGHT else 3
pytestmark = pytest.mark.timeout(1800 if WHOLE_NIGHT else 300)
AT_ONCE = 4
tell = print  # figures of benchmarks/RESULTS.md, shown by pytest -rP


class Night:
    """A home, a list of pages, and the command over them."""

    def __init__(self, home: Path, web: HTTPServer, endpoint: ScriptedEndpoint) -> None:
        self.home, self.endpoint = home, endpoint
        self.said = ""
        self.list = home.with_suffix(".csv")
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))},
            "CASEBOOK_HOME": str(home),
            "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
            "CASEBOOK_LLM_MODEL": "scripted",
            "CASEBOOK_LLM_BACKOFF": "0.05",
            "CASEBOOK_ALLOWED_HOSTS": f"{web.host}:{web.port}",
            "CASEBOOK_WORKERS": "1",
            "OPENAI_API_KEY": "none",
        }
        addresses = []
        for n in range(SOURCES):
            page = pages.CASE.replace("<p>", f"<p>This is told of region {n} of the company. ", 1)
            web.expect_request(f"/post/{n}").respond_with_data(page, content_type="text/html")
            addresses.append(web.url_for(f"/post/{n}"))
        self.list.write_text("url\n" + "\n".join(addresses) + "\n")

    def start(self, **settings: str) -> subprocess.Popen[str]:
        """Begin the backfill in a process group of its own."""
        command = [sys.executable, "-m", "casebook", "backfill", str(self.list)]
        return subprocess.Popen(
            [*command, "--concurrency", str(AT_ONCE)],
            env=self._environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, **settings: str) -> int:
        """Run the backfill to its end, in this process, and return its exit code."""
        command = ("backfill", self.list, "--concurrency", AT_ONCE)
        done = run_here(self._environment | settings, self.home.parent, *command)
        self.said = done.err
        return done.code

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as it lies there."""
        return Warehouse(self.home / "warehouse.duckdb")

    def standings(self) -> Counter[Standing]:
        """Count where the sources of the newest batch stand."""
        batch = self.warehouse.batch(self.warehouse.batches()[0].batch_id)
        ids = [item.source_id for item in batch.items]
        return Counter(s.standing for s in self.warehouse.standings(ids))

    def drafts(self) -> dict[str, object]:
        """Return each source's draft without ids and times; one draft a source."""
        warehouse, found = self.warehouse, {}
        for line in warehouse.cases():
            view = warehouse.case(line.case_id)
            assert len(view.revisions) == 1, "a source has two drafts"
            found[line.url.rpartition("/")[2]] = view.revision.case_study
        return found

    def lost(self, since: int, until: int) -> Counter[str]:
        """Count, for each source, its questions of a stretch of requests that were asked later."""
        asked = [str(request["messages"]) for request in self.endpoint.requests]
        return Counter(self._source(q) for q in set(asked[since:until]) & set(asked[until:]))

    def _source(self, question: str) -> str:
        told = re.search(r"This is told of region (\d+) of", question)
        assert told is not None, "a question that is about none of the sources"
        return told[1]


@pytest.fixture
def night(tmp_path: Path, web: HTTPServer, endpoint: ScriptedEndpoint) -> Night:
    endpoint.fallback = lambda request: replace(scripted_curator.answer(request), delay=0.1)
    return Night(tmp_path / "home", web, endpoint)


@pytest.fixture
def undisturbed(night: Night, tmp_path: Path, web: HTTPServer) -> Callable[[], dict[str, object]]:
    """Run the same list in another home, undisturbed, and return its drafts."""

    def run() -> dict[str, object]:
        calm = Night(tmp_path / "calm", web, night.endpoint)
        before = len(night.endpoint.requests)
        assert calm.finish() == 0
        del night.endpoint.requests[before:]
        return calm.drafts()

    return run


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Have another program hold the database file."""
    code = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
        " time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield
        other.kill()


def killed(process: subprocess.Popen[str]) -> None:
    """Kill the process and whatever it started, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_batch_killed_again_and_again_ends_as_if_nothing_had_happened(night, undisturbed):
    """After each kill -9 the same command goes on; in the end the table is the undisturbed one.

    The call of a source that was under way, or not yet stored, when the process died is paid for
    once more; none that was stored is, so a kill costs a source one call at the most.
    """
    chance, asked = random.Random(11), night.endpoint.requests  # noqa: S311 - moments
    marks = [0]
    while len(marks) <= KILLS:
        process, before = night.start(), len(asked)
        target = before + chance.randrange(1, max(2, 2 * SOURCES // KILLS))
        while process.poll() is None and len(asked) < target:
            time.sleep(0.01)
        if process.poll() is not None:
            break
        time.sleep(chance.uniform(0, 0.3))
        killed(process)
        marks.append(len(asked))
    assert len(marks) > KILLS // 2
    assert night.finish() == 0
    assert night.standings() == {Standing.KNOWN: SOURCES}
    again = [night.lost(since, until) for since, until in pairwise(marks)]
    tell(f"{len(asked)} calls; asked again after each kill: {[lost.total() for lost in again]}")
    assert all(calls == 1 for lost in again for calls in lost.values())
    assert night.drafts() == undisturbed()


def test_an_endpoint_that_is_down_for_a_while_costs_nothing_but_time(night):
    """The endpoint fails in the middle of the batch; it waits, says so, and goes on by itself."""
    started = threading.Event()
    answer = night.endpoint.fallback
    outage: list[float] = []

    def flaky(request):
        if len(night.endpoint.requests) > SOURCES // 2 and not started.is_set():
            started.set()
            outage.append(time.monotonic() + OUTAGE_SECONDS)
        if outage and time.monotonic() < outage[0]:
            return api_error(503)
        return answer(request)

    night.endpoint.fallback = flaky
    assert night.finish() == 0
    assert started.is_set()
    assert night.standings() == {Standing.KNOWN: SOURCES}
    during = len(night.endpoint.requests) - 2 * SOURCES
    tell(f"{during} requests beyond the {2 * SOURCES} that {SOURCES} sources need")
    assert during < 25 + OUTAGE_SECONDS, "a dead endpoint was hammered"
    assert night.said.index("endpoint down") < night.said.index("endpoint answers again")


def test_a_locked_database_pauses_the_batch_and_loses_nothing(night):
    """Another program holds the file for longer than the patience: exit 6, then it goes on."""
    with night.start() as process:
        while len(night.endpoint.requests) < 4:
            time.sleep(0.05)
        killed(process)
        before = len(night.endpoint.requests)
    with held(night.home / "warehouse.duckdb"):
        assert night.finish(CASEBOOK_LOCK_TIMEOUT="1") == 6
    assert night.finish() == 0
    assert night.standings() == {Standing.KNOWN: SOURCES}
    assert all(calls == 1 for calls in night.lost(0, before).values())


def test_a_full_disk_pauses_the_batch_and_what_was_stored_stands(night, web):
    """Files may not grow beyond a limit, as on a full disk: an error, not a crash, and it goes on."""
    chance, addresses = random.Random(7), list[str]()  # noqa: S311 - numbers that do not pack
    for n in range(SOURCES):  # a new warehouse has 110 kB, and the log of such pages more than 200
        letters = "".join(f"<p>Letter {chance.getrandbits(60)} was read.</p>" for _ in range(400))
        page = pages.CASE.replace("</article>", f"{letters}</article>")
        web.expect_request(f"/long/{n}").respond_with_data(page, content_type="text/html")
        addresses.append(web.url_for(f"/long/{n}"))
    night.list.write_text("url\n" + "\n".join(addresses) + "\n")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (130_000, 130_000))

    command = [sys.executable, "-m", "casebook", "backfill", str(night.list)]
    done = subprocess.run(
        command,
        env=night._environment,
        preexec_fn=small,
        capture_output=True,
        text=True,
        timeout=900 if WHOLE_NIGHT else 240,
        check=False,
    )
    assert done.returncode not in {0, -signal.SIGXFSZ}, done.stderr
    assert "Traceback" not in done.stderr
    stored = night.warehouse.counts()
    assert stored["documents"] > 0
    assert stored["revisions"] < SOURCES
    assert night.finish() == 0
    assert night.standings() == {Standing.KNOWN: SOURCES}


def test_a_poison_document_is_one_failure_and_the_rest_goes_on(night, web):
    """A page that exhausts its worker is named; the sources beside it become drafts."""
    poison = b"<html><body>" + b"<p>a word</p>" * 300_000 + b"</body></html>"
    web.expect_request("/poison").respond_with_data(poison, content_type="text/html")
    night.list.write_text(night.list.read_text() + web.url_for("/poison") + "\n")
    assert night.finish(CASEBOOK_EXTRACT_TIMEOUT="4") == 3
    assert night.standings() == {Standing.KNOWN: SOURCES, Standing.FAILED: 1}
    (failed,) = night.warehouse.open_failures()
    assert failed.failure.kind.startswith("extractor_")


def test_a_clock_that_is_set_back_changes_no_order(night):
    """What is newest is told by the order of storing: a batch begun before its time is listed."""
    assert night.finish() == 0
    with duckdb.connect(night.home / "warehouse.duckdb") as connection:
        connection.execute(
            "UPDATE batch_events SET happened_at = '2040-01-01' WHERE step='started'"
        )
        connection.execute("UPDATE failures SET failed_at = '2040-01-01'")
    assert night.warehouse.batches()[0].step is BatchStep.FINISHED
    assert night.finish() == 0
    assert night.standings() == {Standing.KNOWN: SOURCES}
