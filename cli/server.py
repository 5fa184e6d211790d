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
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError

HOST = "127.0.0.1"
_USER = "casebook"
_START_SECONDS = 120
_STOP_SECONDS = 20
_HEALTH_SECONDS = 0.5


class LocalServer:
    """The Prefect server of a home, and the process that serves its flows."""

    def __init__(self, home: Path, port: int, limit: int) -> None:
        self._home, self._port, self._limit = home, port, limit
        self._processes: list[subprocess.Popen[bytes]] = []
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
        self._spawn("prefect", "server", "start", "--host", HOST, "--port", str(self._port))
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(self.ui_url, server_key(self._home)):
            if time.monotonic() > deadline or not self.alive():
                raise ConfigurationError(f"the Prefect server did not start; see {self.log}")
            time.sleep(0.2)
        self._spawn("flows.serving", str(self._limit))
        pids = [process.pid for process in self._processes]
        record = {"url": self.ui_url, "pids": pids, "up": os.getpid()}
        _record_path(self._home).write_text(json.dumps(record), "utf-8")

    def alive(self) -> bool:
        """Return whether all processes are running, or were stopped by ``stop``."""
        return all(process.poll() is None for process in self._processes)

    def stop(self) -> None:
        """Stop both processes and their children."""
        processes, self._processes = self._processes, []
        for process in reversed(processes):
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(process.pid, sign)
                    process.wait(_STOP_SECONDS)
                    break
        if processes:
            _record_path(self._home).unlink(missing_ok=True)

    def _spawn(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                    [sys.executable, "-m", *arguments],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env=os.environ | environment(self._home, self.ui_url),
                    start_new_session=True,  # only we receive Ctrl-C, and stop it in order
                )
            )


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
