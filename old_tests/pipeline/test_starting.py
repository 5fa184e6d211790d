"""What is imported when a batch starts, and when."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

from casebook.runtime import loading

BUILT = """
import sys
from casebook.summarizer.models.client import OpenAICompatible
before = set(sys.modules)
OpenAICompatible("scripted", "http://127.0.0.1:9/v1", "none")
print(*sorted(name for name in set(sys.modules) - before if name.startswith(("openai", "instr"))))
"""

LOADED = """
import gc, sys
from casebook.runtime.loading import load_client
load_client()
kept = gc.get_freeze_count()
later = [[] for _ in range(1_000)]
load_client()
print(sys.modules.get("casebook.summarizer.models.client") is not None)
print(gc.isenabled(), kept > 100_000, gc.get_freeze_count() <= kept)
"""


def told(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_to_build_a_model_imports_nothing():
    """It is built on the event loop: what it would import is there with the client's module."""
    assert told(BUILT) == []


def test_what_asks_the_model_is_imported_once_and_then_left_alone_by_the_collector():
    """A second call keeps nothing more: what came between is still looked through for cycles."""
    assert told(LOADED) == ["True", "True", "True", "True"]


def test_who_comes_while_it_is_imported_waits_for_it(tmp_path, monkeypatch):
    """The event loop would else go on, and stand still where it first needs what is not there."""
    gate = SimpleNamespace(begun=Event(), open=Event())
    (tmp_path / "slow_client.py").write_text("import gate; gate.begun.set(); gate.open.wait(20)")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "gate", gate)
    monkeypatch.setattr(loading, "_CLIENT", "slow_client")
    monkeypatch.setattr(loading.gc, "freeze", lambda: None)  # what other tests left is collected
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(loading.load_client)
        assert gate.begun.wait(20)
        second = pool.submit(loading.load_client)
        with pytest.raises(TimeoutError):
            second.result(0.1)
        gate.open.set()
        first.result(20)
        second.result(20)
