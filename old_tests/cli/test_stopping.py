"""Stopping a submission by a signal."""

import asyncio
import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pages
import pytest
from scripted_endpoint import ScriptedEndpoint, completion
from werkzeug import Response

from casebook.cli import backfilling, stopping
from casebook.warehouse.turns import Waiting

# Seconds for which the endpoint goes on answering after the signal.
_UNDER_WAY = 1.5
_LONGER_THAN_A_PAGE = 5.0
# Signals, and the exit codes that tell of them.
TERMINATED, INTERRUPTED = (signal.SIGTERM, 143), (signal.SIGINT, 130)


@pytest.fixture
def held(endpoint: ScriptedEndpoint) -> Iterator[threading.Event]:
    """The endpoint answers only when this is set."""
    event, answer = threading.Event(), endpoint.fallback

    def answer_late(request):
        event.wait(60)
        return answer(request)

    endpoint.fallback = answer_late
    yield event
    event.set()


def served_feed(httpserver) -> None:
    """Serve a feed of six items."""
    items = "".join(
        f"<item><title>Item {n}</title><link>{httpserver.url_for(f'/{n}')}</link></item>"
        for n in range(6)
    )
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/feed").respond_with_data(
        f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>",
        content_type="application/rss+xml",
    )


def late_verdicts(endpoint: ScriptedEndpoint) -> threading.Event:
    """Have the endpoint refuse every item once this is set."""
    late = threading.Event()

    def judge(_):
        late.wait(60)
        return completion('{"reason": "It is an advertisement.", "verdict": "does not fit"}')

    endpoint.fallback = judge
    return late


def started(environment: dict[str, str], *arguments: str, told: str = "") -> subprocess.Popen[str]:
    """Start the program and tell it something."""
    running = subprocess.Popen(
        [sys.executable, "-m", "casebook", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    running.stdin.write(told)
    running.stdin.close()
    running.stdin = None  # so that nobody flushes it again
    return running


def begun(
    environment: dict[str, str], endpoint: ScriptedEndpoint, *arguments: str, told: str = ""
) -> subprocess.Popen[str]:
    """Start the program, tell it something, and wait until a question is under way."""
    running = started(environment, *arguments, told=told)
    wait_for(1, endpoint, running)
    return running


def wait_for(questions: int, endpoint: ScriptedEndpoint, running: subprocess.Popen[str]) -> None:
    """Wait until the program has asked so many questions."""
    deadline = time.monotonic() + 60
    while len(endpoint.requests) < questions:
        time.sleep(0.05)
        assert running.poll() is None
        assert time.monotonic() < deadline


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """What is begun by a program that ignores SIGHUP, as under ``nohup``, ignores it as well."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_submission_whose_terminal_ends_leaves_whole_rows_and_no_trace(
    casebook, environment, tmp_path, endpoint: ScriptedEndpoint, held
):
    """One line says what to do next, the source is listed, and a retry goes on from kept bytes.

    The answer that was under way is waited for and kept: it is not asked for again.
    """
    page = tmp_path / "case.html"
    page.write_text(pages.CASE)
    running = begun(environment, endpoint, "submit", str(page))
    running.send_signal(signal.SIGHUP)
    threading.Timer(_UNDER_WAY, held.set).start()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 129
    assert "Traceback" not in said
    assert "waiting for 1 answer under way" in said
    assert "casebook retry" in said
    (left,) = casebook("failures", "--json").lines
    assert left["failure"] is None
    (outcome,) = casebook("retry", "--json").lines
    assert outcome["status"] == "draft"
    assert "fetch" not in outcome["seconds"]
    assert len(endpoint.requests) == 2  # a verdict and a draft


def test_a_batch_outlives_its_terminal(
    casebook, environment, endpoint: ScriptedEndpoint, held, httpserver
):
    """One that was sent to the background goes on where nobody can read what it says."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/case").respond_with_data(pages.CASE, content_type="text/html")
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}"}
    ours, theirs = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "casebook", "backfill", "-"],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        env={**environment, **allowed},
        start_new_session=True,
    )
    os.close(theirs)
    running.stdin.write(httpserver.url_for("/case").encode())
    running.stdin.close()
    os.set_blocking(ours, False)
    wait_for(1, endpoint, running)
    os.close(ours)
    held.set()
    assert running.wait(60) == 0
    (batch,) = casebook("backfill", "list", "--json").lines
    assert (batch["step"], batch["cases"]) == ("finished", 1)


def test_a_backfill_that_is_stopped_is_paused_and_keeps_the_answer_under_way(
    casebook, environment, endpoint: ScriptedEndpoint, held, httpserver
):
    """SIGTERM pauses the batch; going on asks nothing twice."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/case").respond_with_data(pages.CASE, content_type="text/html")
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}"}
    address = httpserver.url_for("/case")
    running = begun({**environment, **allowed}, endpoint, "backfill", "-", told=address)
    running.send_signal(signal.SIGTERM)
    threading.Timer(_UNDER_WAY, held.set).start()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 143
    assert "Traceback" not in said
    assert "casebook backfill --resume" in said
    (batch,) = casebook("backfill", "list", "--json").lines
    assert batch["step"] == "paused"
    (outcome,) = casebook("backfill", "--resume", batch["batch_id"], "--json", **allowed).lines
    assert outcome["status"] == "draft"
    assert len(endpoint.requests) == 2  # a verdict and a draft


@pytest.mark.parametrize(
    ("command", "sign", "code", "so"),
    [
        ("backfill", *TERMINATED, "the list was still being read, and nothing was begun"),
        ("watch add", *INTERRUPTED, "the list was still being read, and nothing was stored"),
        ("links", *TERMINATED, "the list was still being read"),
        ("extract", *INTERRUPTED, "what was read is printed, and nothing stored"),
    ],
)
def test_what_is_stopped_while_it_reads_says_how_things_stand(
    casebook, environment, endpoint: ScriptedEndpoint, httpserver, sign, code, command, so
):
    """A site that is slow to give its list or page is not waited for."""
    asked, enough = threading.Event(), threading.Event()

    def slow(_):
        asked.set()
        enough.wait(60)
        return Response("https://a.example/1")

    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/list.txt").respond_with_handler(slow)
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}"}
    listed = httpserver.url_for("/list.txt")
    running = started({**environment, **allowed}, *command.split(), listed)
    assert asked.wait(60)
    running.send_signal(sign)
    _, said = running.communicate(timeout=20)
    enough.set()
    assert running.returncode == code
    assert said == f"stopped: {so}\n"
    assert casebook("backfill", "list", "--json").lines == []
    assert casebook("watch", "list", "--json").lines == []


@pytest.mark.parametrize(
    ("command", "step", "so"),
    [
        (
            "extract --again",
            "reprocessing.rereading.read_again",
            "the same command reads all of them anew",
        ),
        (
            "recheck",
            "reprocessing.checking.recheck",
            "the same command begins with those that it did not come to",
        ),
    ],
)
def test_what_goes_through_many_says_what_is_stored_of_them(
    casebook, site, monkeypatch, command, step, so
):
    """It is stopped between two of them; both take minutes over many."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    (made,) = casebook("submit", site.url_for("/case"), "--json", **allowed).lines

    def stopped(*_, **__):
        raise asyncio.CancelledError

    monkeypatch.setattr(f"casebook.pipeline.{step}", stopped)
    ran = casebook(*command.split(), made["case_id"])
    assert (ran.code, ran.err) == (130, f"stopped: what was finished is stored; {so}\n")


@pytest.mark.parametrize(
    ("command", "sign", "code"), [("list", *INTERRUPTED), ("watch pause nowhere", *TERMINATED)]
)
def test_a_short_command_that_is_stopped_says_so(casebook, environment, sign, code, command):
    """Whether it works in an event loop or not: here it waits for a program that has the file."""
    assert casebook("list").code == 0
    file = Path(environment["CASEBOOK_HOME"]) / "warehouse.duckdb"
    with duckdb.connect(file):
        running = started(environment, *command.split())
        while not Waiting(file).anyone():
            time.sleep(0.02)
            assert running.poll() is None
        running.send_signal(sign)
        if command == "list":  # in an event loop, a thread that waits is let go on to its end
            running.wait(20)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, said) == (code, f"stopped: {stopping.SAFE}\n")


def test_a_batch_that_is_stopped_between_its_steps_goes_on(casebook, site, endpoint, monkeypatch):
    """No event loop runs then: the list is stored, and nothing of it is begun."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    monkeypatch.setattr(backfilling, "_work", lambda *_, **__: signal.raise_signal(signal.SIGTERM))
    stopped = casebook("backfill", "-", stdin=site.url_for("/case"), **allowed)
    assert (stopped.code, stopped.err) == (143, f"stopped: {stopping.SAFE}\n")
    monkeypatch.undo()
    (batch,) = casebook("backfill", "list", "--json").lines
    assert batch["step"] is None
    (outcome,) = casebook("backfill", "-", "--json", stdin=site.url_for("/case"), **allowed).lines
    assert outcome["status"] == "draft"
    assert len(casebook("backfill", "list", "--json").lines) == 1


@pytest.mark.parametrize("command", ["backfill", "links"])
def test_one_ctrl_c_ends_the_wait_for_standard_input(environment, command):
    """Whoever forgot to name a list, and sees nothing happen, need not press it twice."""
    read, write = os.pipe()
    running = subprocess.Popen(
        [sys.executable, "-m", "casebook", command, "-"], stdin=read, env=environment
    )
    os.write(write, b"https://a.example/1\n")
    while fcntl.ioctl(read, termios.FIONREAD, bytes(4)) != bytes(4):
        time.sleep(0.05)
        assert running.poll() is None
    time.sleep(0.2)  # it waits for more
    running.send_signal(signal.SIGINT)
    try:
        assert running.wait(10) == 130
    finally:
        running.kill()
        os.close(read)
        os.close(write)


def test_a_watch_that_is_stopped_while_items_are_judged_keeps_every_verdict_under_way(
    casebook, environment, endpoint: ScriptedEndpoint, httpserver
):
    """Items that wait for their turn do not end the wait; none is refused, lost or paid twice."""
    allowed = {
        "CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}",
        "CASEBOOK_CONCURRENCY": "2",
    }
    served_feed(httpserver)
    feed = httpserver.url_for("/feed")
    added = casebook("watch", "add", feed, "--rubric", "Case studies", "--all", **allowed)
    assert added.code == 0
    late = late_verdicts(endpoint)
    running = begun({**environment, **allowed}, endpoint, "watch", "run")
    wait_for(2, endpoint, running)
    running.send_signal(signal.SIGINT)
    threading.Timer(_UNDER_WAY, late.set).start()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert "waiting for 2 answers under way" in said
    assert "`casebook watch run` goes on" in said
    assert len(endpoint.requests) == 2
    (line,) = casebook("watch", "list", "--json").lines
    assert line["look"] is None
    assert casebook("watch", "refused", feed, "--json").lines == []
    assert casebook("watch", "run", **allowed).code == 0
    assert len(casebook("watch", "refused", feed, "--json").lines) == 6
    assert len(endpoint.requests) == 6


def test_a_desk_that_is_stopped_while_items_are_judged_keeps_every_verdict_under_way(
    casebook, environment, endpoint: ScriptedEndpoint, httpserver
):
    """Also where they take longer than a page is waited for: the look is ended, not dropped."""
    allowed = {
        "CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}",
        "CASEBOOK_CONCURRENCY": "2",
    }
    served_feed(httpserver)
    feed = httpserver.url_for("/feed")
    added = ("watch", "add", feed, "--rubric", "Case studies", "--all", "--json")
    (watch,) = casebook(*added, **allowed).lines
    late = late_verdicts(endpoint)
    running = started({**environment, **allowed}, "review", "--port", "0")
    desk = re.search(r"http://\S+", running.stdout.readline())[0]
    page = httpx.get(f"{desk}/watches").text
    form = {"token": re.search('name="token" value="([^"]+)"', page)[1]}
    address = f"{desk}/watches/{watch['watch_id']}/look"
    sent = {"data": form, "headers": {"Origin": desk}, "timeout": 60}
    asking = threading.Thread(target=httpx.post, args=(address,), kwargs=sent)
    asking.start()
    wait_for(2, endpoint, running)
    running.send_signal(signal.SIGTERM)
    threading.Timer(_LONGER_THAN_A_PAGE, late.set).start()
    _, said = running.communicate(timeout=60)
    asking.join()
    assert running.returncode == 0
    assert "waiting for 2 answers under way" in said
    assert casebook("watch", "run", **allowed).code == 0
    assert len(casebook("watch", "refused", feed, "--json").lines) == 6
    assert len(endpoint.requests) == 6


def test_a_second_ctrl_c_gives_up_the_answer_under_way(
    environment, tmp_path, endpoint: ScriptedEndpoint, held
):
    """The person is told what is waited for, and need not: the program ends in order, at once."""
    page = tmp_path / "case.html"
    page.write_text(pages.CASE)
    running = begun(environment, endpoint, "submit", str(page))
    running.send_signal(signal.SIGINT)
    assert any("Ctrl-C once more" in line for line in running.stderr)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert not held.is_set()
    assert running.returncode == 130
    assert "Traceback" not in said
    assert "casebook retry" in said
