"""A home that lies where nobody may write: a copy on a share, a folder of somebody else."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pages
import pytest

from casebook.warehouse.transactions import Transactions

COMMAND = [sys.executable, "-m", "casebook"]
# What root may do in spite of a folder's mode is taken from the program.
BOUND = ["setpriv", "--bounding-set=-dac_override"] if hasattr(os, "geteuid") else []
if BOUND and os.geteuid() != 0:
    BOUND = []

pytestmark = pytest.mark.skipif(
    os.name != "posix" or bool(BOUND and shutil.which("setpriv") is None),
    reason="no way to be kept from writing",
)


@pytest.fixture
def closed(casebook, environment, tmp_path):
    """A draft and a batch in a home that cannot be written; runs a command over it."""
    page = tmp_path / "one.html"
    page.write_text(pages.CASE)
    assert casebook("backfill", "-", stdin="one.html\n").code == 0
    home = Path(environment["CASEBOOK_HOME"])
    modes = {path: path.stat().st_mode for path in (home, *home.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)

    def run(*arguments):
        return subprocess.run(
            [*BOUND, *COMMAND, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    yield run
    for path, mode in modes.items():
        path.chmod(mode)


def test_what_is_stored_can_be_read(closed, environment):
    """With the log that the last run left, which reading replays; nothing is written."""
    home = Path(environment["CASEBOOK_HOME"])
    assert (home / "warehouse.duckdb.wal").exists()
    before = sorted(home.rglob("*"))
    (case,) = map(json.loads, closed("list", "--json").stdout.splitlines())
    for command in (("show", case["case_id"]), ("backfill", "list")):
        ran = closed(*command)
        assert (ran.returncode, "error" in ran.stderr) == (0, False), (command, ran.stderr)
    unknown = closed("watch", "refused", "nowhere")
    assert (unknown.returncode, "nowhere" in unknown.stderr) == (2, True)
    assert sorted(home.rglob("*")) == before


def test_no_command_that_only_tells_begins_to_write(casebook, tmp_path, monkeypatch):
    """Each works in a home that cannot be written, as ``list`` and ``show`` do there."""
    (tmp_path / "one.html").write_text(pages.CASE)
    assert casebook("backfill", "-", stdin="one.html\n").code == 0
    (batch,) = casebook("backfill", "list", "--json").lines
    once, written = Transactions._once, list[str]()

    def watched(self, work, *, read_only):
        written.extend([] if read_only else [command])
        return once(self, work, read_only=read_only)

    monkeypatch.setattr(Transactions, "_once", watched)
    for command in ("costs", "failures", f"backfill show {batch['batch_id']}", "watch list"):
        assert casebook(*command.split()).code == 0, command
    assert written == []


def test_a_batch_sees_that_a_reader_waits_who_may_not_write(closed, environment):
    """By a lock on the file that the batch made for it: else it keeps the warehouse for long."""
    home = Path(environment["CASEBOOK_HOME"])
    waits = (
        "import sys, time; from pathlib import Path; from casebook.warehouse.turns import Waiting\n"
        "with Waiting(Path(sys.argv[1])).joined(): print('waits', flush=True); time.sleep(60)"
    )
    command = [*BOUND, sys.executable, "-c", waits, str(home / "warehouse.duckdb")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "waits\n"
        with (home / "warehouse.duckdb.waiting").open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        reader.kill()


def test_the_desk_opens(closed, environment):
    """Its pages are read; where it is open is remembered in the home, but nobody depends on it."""
    command = [*BOUND, *COMMAND, "review", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as desk:
        try:
            told = next(re.search(r"http://[\d.:]+", line) for line in desk.stdout)
            with urllib.request.urlopen(told[0]) as page:  # noqa: S310 - our own
                assert "Kettlebrook" in page.read().decode()
        finally:
            desk.send_signal(signal.SIGINT)
            desk.wait(60)
    assert desk.returncode == 0


def test_what_would_be_written_is_refused_with_what_to_do(closed):
    """One line that names the file and the reason; no traceback."""
    ran = closed("submit", "https://a.example/1")
    assert ran.returncode == 1
    told = [line for line in ran.stderr.splitlines() if line.startswith("error:")]
    assert len(told) == 1
    assert "Permission denied" in told[0]
    assert "writing to its folder" in told[0]
    assert "Traceback" not in ran.stderr
