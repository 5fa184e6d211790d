"""Reports of `doctor` and `up` about a home and its processes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_runs import Run, lines
from pytest_httpserver import HTTPServer

from cli.server import LocalServer
from schemas.errors import ConfigurationError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here asks the model."""
    monkeypatch.setattr("cli.doctor._answer", lambda _: "not asked")


def findings(run: Run) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in lines(run("doctor", "--json"))}


def process(*arguments: str) -> subprocess.Popen[bytes]:
    """A running program with these arguments that waits."""
    code = "import time; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, *arguments]
    started = subprocess.Popen(command, stdout=subprocess.PIPE)
    started.stdout.readline()
    return started


@pytest.fixture
def left(home: Path, httpserver: HTTPServer) -> Iterator[int]:
    """The flows of a `casebook up` that was killed; its server still answers."""
    httpserver.expect_request("/api/flows/count").respond_with_json(0)
    flows = process("flows.serving")
    with process("up") as gone:
        gone.kill()
    record = {"url": httpserver.url_for("").rstrip("/"), "pids": [flows.pid], "up": gone.pid}
    (home / "run").mkdir()
    (home / "run" / "server.json").write_text(json.dumps(record))
    yield flows.pid
    flows.kill()
    flows.communicate()


def test_a_home_that_others_can_enter_is_named(run: Run, home: Path) -> None:
    """The warning includes the command that closes the home; afterwards all checks pass."""
    home.chmod(0o755)
    found = findings(run)["home"]
    assert found["state"] == "warn"
    assert f"chmod -R go= {home}" in found["detail"]
    home.chmod(0o700)
    assert findings(run)["home"]["state"] == "ok"


def test_little_space_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remaining space is shown in GB before any command fails."""
    assert "GB free" in findings(run)["home"]["detail"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * 10**8))
    found = findings(run)["home"]
    assert (found["state"], "only 0.3 GB" in found["detail"]) == ("warn", True)


def test_the_age_of_the_schema_is_shown(run: Run, home: Path) -> None:
    """Shows number and date of the last migration."""
    run("review", "--add-admin", "mira", stdin="correct horse battery\n")
    query = "SELECT max(number) AS number, max(applied_at)::DATE AS day FROM migrations"
    (known,) = lines(run("sql", query, "--json"))
    detail = findings(run)["warehouse"]["detail"]
    assert f"schema {known['number']} since {known['day']}" in detail


def test_processes_of_a_killed_server_are_named(run: Run, home: Path, left: int) -> None:
    """The next `up` and `doctor` report them, although the server still answers."""
    with pytest.raises(ConfigurationError, match=rf"was killed.*`kill {left}`, then start again"):
        LocalServer(home, 4200, 1).start()
    found = findings(run)["prefect"]
    assert found["state"] == "warn"
    assert f"`kill {left}`" in found["detail"]


def test_a_server_that_is_looked_after_is_not_left_behind(run: Run, home: Path, left: int) -> None:
    """While `casebook up` runs, a second one says to use it."""
    path = home / "run" / "server.json"
    with process("up") as up:
        path.write_text(json.dumps(json.loads(path.read_text()) | {"up": up.pid}))
        with pytest.raises(ConfigurationError, match="already running for this home"):
            LocalServer(home, 4200, 1).start()
        assert findings(run)["prefect"]["state"] == "ok"
        up.kill()
