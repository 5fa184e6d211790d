"""Standard output that is full, closed, or nobody's any more."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pages
import pytest

FULL = Path("/dev/full")
COMMAND = [sys.executable, "-m", "casebook"]


def ran(environment, *arguments, **streams):
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, check=False, text=True, timeout=120, **streams
    )


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(("options", "encoding"), [([], "ascii"), (["--json"], "utf-8")])
def test_a_disk_that_is_full_for_the_output_is_told_in_one_line(environment, options, encoding):
    """`casebook list > file` on a full disk: no traceback, and the code is not 0."""
    environment["PYTHONIOENCODING"] = encoding
    with FULL.open("w") as full:
        done = ran(environment, "doctor", *options, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line]
    assert told == [
        "error: the output cannot be written (No space left on device); what was stored stands"
    ]


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0)])
def test_closed_streams_take_nothing_and_break_nothing(environment, closed, code):
    """A scheduler may start programs without output."""
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, "backfill", "list"]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


@pytest.mark.parametrize("code", [errno.EIO, errno.EBADF, errno.ENOSPC])
def test_an_error_of_something_else_is_not_told_as_one_of_the_output(casebook, monkeypatch, code):
    """A disk that cannot be read, a socket that was closed: what was unexpected is shown whole."""

    def fail() -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("casebook.cli.main.app", fail)
    with pytest.raises(OSError, match=os.strerror(code)):
        casebook("list")


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_what_is_shown_on_the_way_may_not_be_written_either(environment):
    """Standard error that is full ends in its code, without a word that nobody could read."""
    with FULL.open("w") as full:
        done = ran(environment, "backfill", "list", stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode != 0, done.stdout) == (True, "")


def test_an_encoding_that_lacks_signs_takes_what_is_told(casebook, environment, tmp_path):
    """Titles, marks and bars in a terminal of another time; JSON holds the same as ever."""
    page = tmp_path / "日本語 🏠.html"
    page.write_text(pages.CASE.replace("How Kettlebrook", "ケトルブルック 🏠 ñ"))
    (told,) = casebook("submit", page, "--json").lines
    environment["PYTHONIOENCODING"] = "ascii"
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "ascii"}
    for command in (("list",), ("show", told["case_id"])):
        done = ran(environment, *command, **piped)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    listed = ran(environment, "list", "--json", **piped).stdout
    assert json.loads(listed)["title"] == "ケトルブルック 🏠 ñ answers 9,000 letters"


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_a_disk_that_is_full_for_the_log_breaks_nothing(environment, tmp_path):
    """A line of the log that finds no room is left out: no traceback stands among the remarks."""
    logs = Path(environment["CASEBOOK_HOME"]) / "logs"
    logs.mkdir(parents=True)
    (logs / "casebook.log").symlink_to(FULL)
    tell = (
        "import structlog, sys; from pathlib import Path\n"
        "from casebook.runtime.logs import configure_logging\n"
        "configure_logging(Path(sys.argv[1])); structlog.get_logger().warning('a line')"
    )
    done = subprocess.run(
        [sys.executable, "-c", tell, str(logs.parent)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
