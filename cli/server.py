"""Starts and stops, for one machine, a Prefect server and the process that serves the flows.

Prefect is not imported: both are processes of their own. The server's API requires the home's
random key, since anybody who reaches it can run commands as the curator.
"""

import base64
import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from schemas.errors import ConfigurationError

HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 20
_HEALTH_SECONDS = 0.5


class LocalServer:
    """A context manager around both processes; inside it, flows can be run and watched.

    Raises:
        ConfigurationError: if the home has a server already, one was left behind, or it does not
            start; its log is named.
    """

    def __init__(self, home: Path, port: int, limit: int) -> None:
        self._home, self._port, self._limit = home, port, limit
        self._processes: list[subprocess.Popen[bytes]] = []
        self.ui_url = f"http://{HOST}:{port}"
        self.log = home / "logs" / "prefect.log"

    def start(self, on_wait: Callable[[], None] = lambda: None) -> Self:
        """Start both and wait until the server answers."""
        _refuse_second(self._home)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_umask():
            self._spawn(
                "-m", "prefect", "server", "start", "--host", HOST, "--port", str(self._port)
            )
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(self.ui_url, server_key(self._home)):
            if time.monotonic() > deadline or self._processes[0].poll() is not None:
                self.stop()
                raise ConfigurationError(f"the Prefect server did not start; see {self.log}")
            on_wait()
            time.sleep(0.2)
        self._spawn("-m", "flows.serving", str(self._limit))
        _record(self._home, self.ui_url, [process.pid for process in self._processes])
        return self

    @property
    def started(self) -> bool:
        """Whether the processes were started and not stopped."""
        return bool(self._processes)

    def alive(self) -> bool:
        """Return whether both processes still run."""
        return bool(self._processes) and all(p.poll() is None for p in self._processes)

    def stop(self) -> None:
        """End both, and whatever they started."""
        for process in reversed(self._processes):
            _end(process)
        if self._processes:
            _record_path(self._home).unlink(missing_ok=True)
        self._processes.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                    [sys.executable, *arguments],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env=os.environ | environment(self._home, self.ui_url),
                    start_new_session=True,  # so that Ctrl-C reaches it from us, in order
                )
            )


def environment(home: Path, ui_url: str) -> dict[str, str]:
    """Return the variables with which Prefect's server and clients work for this home."""
    key = f"casebook:{server_key(home)}"
    return {
        "CASEBOOK_HOME": str(home),
        "PREFECT_API_URL": f"{ui_url}/api",
        "PREFECT_API_AUTH_STRING": key,
        "PREFECT_SERVER_API_AUTH_STRING": key,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def connect(home: Path) -> bool:
    """Point this process's Prefect at the server of ``home``; return whether one answers."""
    record = _recorded(home)
    if record is None or not healthy(record["url"], server_key(home)):
        return False
    os.environ.update(environment(home, record["url"]))
    return True


def running(home: Path) -> str | None:
    """Return the address of the server of ``home`` where one answers."""
    record = _recorded(home)
    return record["url"] if record and healthy(record["url"], server_key(home)) else None


def server_key(home: Path) -> str:
    """Return the random key of the home's server, made when it is first needed."""
    path = home / "run" / "server-key"
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("utf-8")
    with private_umask():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path.read_text("utf-8")


def healthy(url: str, key: str) -> bool:
    """Return whether a Prefect server answers to this key."""
    address = url.removeprefix("http://")
    login = base64.b64encode(f"casebook:{key}".encode()).decode()
    try:
        connection = http.client.HTTPConnection(address, timeout=_HEALTH_SECONDS)
        connection.request(
            "POST",
            "/api/flows/count",
            body="{}",
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        )
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def private_umask() -> Iterator[None]:
    """Create files that only this account can read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _refuse_second(home: Path) -> None:
    """Make sure that no other server works for this home, and name processes left behind."""
    if url := running(home):
        raise ConfigurationError(
            f"`casebook up` runs for this home already, at {url}; use it, or stop it first"
        )
    record = _recorded(home)
    left = [pid for pid in (record or {}).get("pids", []) if _is_ours(pid)]
    if left:
        ids = " ".join(map(str, left))
        raise ConfigurationError(
            f"processes of an earlier `casebook up` are left (it was killed): stop them with "
            f"`kill {ids}`, then start again"
        )


def _is_ours(pid: int) -> bool:
    """Return whether a process is a Python that serves Prefect or our flows."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"prefect" in command or b"flows.serving" in command


def _record_path(home: Path) -> Path:
    return home / "run" / "server.json"


def _record(home: Path, url: str, pids: list[int]) -> None:
    _record_path(home).write_text(json.dumps({"url": url, "pids": pids}), "utf-8")


def _recorded(home: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(_record_path(home).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to end, then make it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, sign)
            process.wait(_STOP_SECONDS)
            return
