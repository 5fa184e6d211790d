"""Starts and stops a local Prefect server and the process that serves the flows.

Both are subprocesses; Prefect is not imported. The server's API requires a random key, since
anyone who can call it can run commands as the curator.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from schemas.errors import ConfigurationError

HOST = "127.0.0.1"
_USER = "casebook"
_START_SECONDS = 120
_STOP_SECONDS = 20
_HEALTH_SECONDS = 0.5
_MOST_RESTARTS = 5  # of a part that exits


class Part(NamedTuple):
    """A part of `casebook up`, as `up --status` lists it; ``state`` is running or stopped."""

    name: str
    pid: int
    state: str
    address: str
    since: str
    restarts: int


class LocalServer:
    """The Prefect server of a home, and the process that serves its flows."""

    def __init__(self, home: Path, port: int, limit: int) -> None:
        self._home, self._port = home, port
        self._commands = {
            "prefect": ("prefect", "server", "start", "--host", HOST, "--port", str(port)),
            "flows": ("flows.serving", str(limit)),
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: Counter[str] = Counter()
        self._since = {"desk": _now()}
        self._desk = ""
        self.ui_url = f"http://{HOST}:{port}"
        self.log = home / "logs" / "prefect.log"

    def start(self) -> None:
        """Start both processes, and wait until the server answers.

        Raises:
            ConfigurationError: if the home already has a server, or the server does not start.
        """
        if left := left_behind(self._home):
            raise ConfigurationError(f"{left}, then start again")
        if url := running(self._home):
            raise ConfigurationError(f"already running for this home at {url}; stop it first")
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._spawn("prefect")
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(self.ui_url, server_key(self._home)):
            if time.monotonic() > deadline or not self.alive():
                raise ConfigurationError(f"the Prefect server did not start; see {self.log}")
            time.sleep(0.2)
        self._spawn("flows")
        self.record()

    def record(self, desk: str = "") -> None:
        """Record the processes, and the address of the ``desk`` once it answers."""
        self._desk = desk.partition("/?")[0] or self._desk
        made = {
            name: {
                "pid": process.pid,
                "address": self.ui_url if name == "prefect" else "",
                "since": self._since[name],
                "restarts": self._restarts[name],
            }
            for name, process in self._processes.items()
        }
        made["desk"] = {
            "pid": os.getpid(),
            "address": self._desk,
            "since": self._since["desk"],
            "restarts": 0,
        }
        pids = [process.pid for process in self._processes.values()]
        found = {"url": self.ui_url, "pids": pids, "up": os.getpid(), "parts": made}
        new = _record_path(self._home).with_suffix(".new")
        new.write_text(json.dumps(found), "utf-8")
        new.replace(_record_path(self._home))

    def revive(self) -> str | None:
        """Start a part that has exited again, and return its name.

        Raises:
            ConfigurationError: if it has exited too often.
        """
        dead = (name for name, one in self._processes.items() if one.poll() is not None)
        if (name := next(dead, None)) is None:
            return None
        if self._restarts[name] >= _MOST_RESTARTS:
            raise ConfigurationError(f"{name} stopped {_MOST_RESTARTS + 1} times; see {self.log}")
        self._restarts[name] += 1
        self._spawn(name)
        self.record()
        return name

    def alive(self) -> bool:
        """Return whether all processes are running, or were stopped by ``stop``."""
        return all(process.poll() is None for process in self._processes.values())

    def stop(self) -> None:
        """Stop both processes and their children."""
        processes, self._processes = self._processes, {}
        for process in reversed(processes.values()):
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(process.pid, sign)
                    process.wait(_STOP_SECONDS)
                    break
        if processes:
            _record_path(self._home).unlink(missing_ok=True)

    def _spawn(self, name: str) -> None:
        self._since[name] = _now()
        with self.log.open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, "-m", *self._commands[name]],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ | environment(self._home, self.ui_url),
                start_new_session=True,  # only we receive Ctrl-C, and stop it in order
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def parts_of(home: Path) -> list[Part]:
    """Return the parts of this home's `casebook up`, none if it was not started."""
    found: dict[str, dict[str, Any]] = _recorded(home).get("parts", {})
    names = {"prefect": b"prefect", "flows": b"flows.serving", "desk": b"\0up\0"}
    return [
        Part(
            name,
            one["pid"],
            "running" if _runs(one["pid"], names[name]) else "stopped",
            one["address"],
            one["since"],
            one["restarts"],
        )
        for name, one in found.items()
    ]


def stop_all(home: Path) -> bool:
    """Stop this home's `casebook up` and what a killed one left; return whether anything ran."""
    parts = [one for one in parts_of(home) if one.state == "running"]
    desk = [one for one in parts if one.name == "desk"]
    for one in desk or parts:  # `up` stops its parts in order
        with contextlib.suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGTERM)
    deadline = time.monotonic() + 2 * _STOP_SECONDS
    while time.monotonic() < deadline and any(
        one.state == "running" for one in parts_of(home) if one in parts or not desk
    ):
        time.sleep(0.2)
    for one in parts_of(home):
        if one.state == "running":
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
    _record_path(home).unlink(missing_ok=True)
    return bool(parts)


def environment(home: Path, ui_url: str) -> dict[str, str]:
    """Return the environment variables of Prefect's server and clients for this home."""
    key = f"{_USER}:{server_key(home)}"
    return {
        "CASEBOOK_HOME": str(home),
        "PREFECT_API_URL": f"{ui_url}/api",
        "PREFECT_API_AUTH_STRING": key,
        "PREFECT_SERVER_API_AUTH_STRING": key,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def running(home: Path) -> str | None:
    """Return the address of the home's server if it is running."""
    url = _recorded(home).get("url")
    return url if url and healthy(url, server_key(home)) else None


def server_key(home: Path) -> str:
    """Return the random key of the home's server; create it if missing."""
    path = home / "run" / "server-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path.read_text("utf-8")


def healthy(url: str, key: str) -> bool:
    """Return whether a Prefect server answers and accepts this key."""
    import httpx2

    try:
        with httpx2.Client(auth=(_USER, key), timeout=_HEALTH_SECONDS, trust_env=False) as client:
            return client.post(f"{url}/api/flows/count", json={}).is_success
    except httpx2.HTTPError:
        return False


def left_behind(home: Path) -> str | None:
    """Return advice about leftover processes of a killed `casebook up`, if any."""
    record = _recorded(home)
    pids = [str(pid) for pid in record.get("pids", []) if _runs(pid, b"prefect", b"flows.serving")]
    if not pids or _runs(record.get("up"), b"\0up\0"):
        return None
    advice = f"stop them with `kill {' '.join(pids)}`"
    return f"processes of a `casebook up` that was killed are still running: {advice}"


def _runs(pid: int | None, *parts: bytes) -> bool:
    """Return whether a process is running whose command line contains one of ``parts``."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return any(part in command for part in parts)


def _record_path(home: Path) -> Path:
    return home / "run" / "server.json"


def _recorded(home: Path) -> dict[str, Any]:
    """Return the address and process ids of the last started server, if any."""
    try:
        record: dict[str, Any] = json.loads(_record_path(home).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record
