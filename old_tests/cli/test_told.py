"""What is around the whole program: one line and one exit code, whenever a signal comes."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

import duckdb
import pytest

from casebook.cli import stopping


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_first_signal_is_told_and_a_second_sigterm_changes_nothing(sign, code, capsys):
    """``timeout`` sends two at once; afterwards the handlers are those of before."""
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]

    @stopping.told()
    def work() -> None:
        try:
            signal.raise_signal(sign)
        finally:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        work()
    assert (ended.value.code, capsys.readouterr().err) == (code, f"stopped: {stopping.SAFE}\n")
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == before


def test_a_signal_after_work_in_an_event_loop_is_told_as_well(capsys):
    """The loop drops the handlers at its end."""

    async def nothing() -> None:
        """Do nothing."""

    @stopping.told()
    def work() -> None:
        stopping.run(nothing(), "something else")
        signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        work()
    assert (ended.value.code, capsys.readouterr().err) == (143, f"stopped: {stopping.SAFE}\n")


def test_a_signal_that_interrupts_a_query_is_told_as_well(capsys):
    """DuckDB raises a RuntimeError of its own in place of what the handler raised."""

    @stopping.told()
    def work() -> None:
        # In a connection of its own, and with an end: DuckDB works it off before the next query.
        with duckdb.connect() as connection:
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
            connection.execute("SELECT count(*) FROM range(1000000000) WHERE hash(range) = 1")

    with pytest.raises(SystemExit) as ended:
        work()
    assert (ended.value.code, capsys.readouterr().err) == (143, f"stopped: {stopping.SAFE}\n")


def test_a_signal_in_the_midst_of_an_import_is_told_when_that_is_done(
    tmp_path, monkeypatch, capsys
):
    """What is written in C and half imported may crash where an exception leaves it."""
    halves = "import signal\nsignal.raise_signal(signal.SIGTERM)\nwhole = True\n"
    (tmp_path / "of_two_halves.py").write_text(halves)
    monkeypatch.syspath_prepend(tmp_path)

    @stopping.told()
    def work() -> None:
        import of_two_halves

        assert of_two_halves.whole
        time.sleep(20)

    with pytest.raises(SystemExit) as ended:
        work()
    assert (ended.value.code, capsys.readouterr().err) == (143, f"stopped: {stopping.SAFE}\n")
    assert sys.modules.pop("of_two_halves").whole


_AT_ONCE = """
import os, signal, sys
from casebook.__main__ import main
class Finder:
    def find_spec(self, name, *_):
        if name == "casebook.cli.stopping":
            os.kill(os.getpid(), signal.%s)
sys.meta_path.insert(0, Finder())
sys.argv = ["casebook", "list"]
main()
"""


@pytest.mark.parametrize(("sign", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_signal_that_comes_before_anything_else_is_told_as_well(sign, code):
    """It waits for the few milliseconds until there is somebody who tells it."""
    ran = subprocess.run(
        [sys.executable, "-c", _AT_ONCE % sign], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (code, f"stopped: {stopping.SAFE}\n")


_JUST_BEFORE = """
import asyncio, signal
from casebook.cli import stopping
asyncio.run = lambda _: signal.raise_signal(signal.SIGTERM)
async def work(): pass
with stopping.told():
    stopping.run(work())
"""


def test_work_that_was_just_about_to_begin_is_not_spoken_of():
    """The one line is all: Python would warn that it never was awaited."""
    ran = subprocess.run(
        [sys.executable, "-c", _JUST_BEFORE], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (143, f"stopped: {stopping.SAFE}\n")


def test_what_is_begun_with_a_signal_ignored_goes_on_ignoring_it():
    """A shell's background job does, in an event loop too: Ctrl-C is for what runs in front."""

    async def interrupted() -> str:
        signal.raise_signal(signal.SIGINT)
        for _ in range(5):  # the loop hears of a signal in its next turns
            await asyncio.sleep(0)
        return "done"

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stopping.told():
            signal.raise_signal(signal.SIGINT)
            assert stopping.run(interrupted()) == "done"
    finally:
        signal.signal(signal.SIGINT, before)
