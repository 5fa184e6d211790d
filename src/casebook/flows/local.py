"""Starts and stops, for one machine, a Prefect server and the process that serves the flows.

Prefect itself is not imported here: both are processes of their own, so that Ctrl-C ends them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from casebook.runtime.orchestrator import forget_server, healthy, own_server, record_server
from casebook.runtime.ports import HOST, taken
from casebook.schemas.errors import ConfigurationError

_START_SECONDS = 120
_STOP_SECONDS = 15
# Prefect lets a flow run end for 30 s before it kills it, and has then to end itself.
_RUNS_STOP_SECONDS = 45


class LocalOrchestrator:
    """A context manager around both processes; inside it, flows can be run and watched.

    Raises:
        ConfigurationError: if this home has such a server already, the port is another program's,
            or the server does not come up; its log is named.
    """

    def __init__(self, home: Path, *, port: int = 0, limit: int = 2) -> None:
        self._home = home
        self._limit = limit
        self._port = port or _free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._recorded = False
        self.stopping = False
        self.api_url = f"http://{HOST}:{self._port}/api"
        self.ui_url = f"http://{HOST}:{self._port}"
        self.log = home / "logs" / "prefect.log"

    def start(self, on_wait: Callable[[], None] = lambda: None) -> Self:
        """Start both and wait until the server answers; ``on_wait`` is called meanwhile."""
        self._check_alone()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        server = ["-m", "uvicorn", "--factory", "casebook.flows.prefect_server:guarded"]
        self._spawn([*server, "--host", HOST, "--port", str(self._port)])
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(self.api_url):
            if time.monotonic() > deadline or self._processes[0].poll() is not None:
                self.stop()
                raise ConfigurationError(f"the Prefect server did not start; see {self.log}")
            on_wait()
            time.sleep(0.2)
        self._spawn(["-m", "casebook.flows.serving", str(self._limit)])
        record_server(self._home, self.api_url)
        self._recorded = True
        return self

    def _check_alone(self) -> None:
        """Make sure that what answers later is our server: another one would get our flows."""
        if running := own_server(self._home):
            raise ConfigurationError(
                f"`casebook up` runs for this home already, at {running}: use it, or end it first"
            )
        taken(self._port, "Prefect", "--prefect-port").close()

    def alive(self) -> bool:
        """Tell whether both processes still run."""
        running = list(self._processes)
        return bool(running) and all(process.poll() is None for process in running)

    def stop(self) -> bool:
        """End both, and whatever they started; tell whether there was anything to end."""
        self.stopping = True
        began = bool(self._processes)
        if self._recorded:
            forget_server(self._home)
        for process in reversed(self._processes):
            server = process is self._processes[0]
            _end(process, _STOP_SECONDS if server else _RUNS_STOP_SECONDS)
        self._processes.clear()
        return began

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self, arguments: list[str]) -> None:
        with self.log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                    [sys.executable, *arguments],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env=self.environment(),
                    # A group of its own, so that Ctrl-C reaches it once, in order, from us.
                    start_new_session=True,
                )
            )

    def environment(self) -> dict[str, str]:
        """Return the environment in which flows find this server and this home."""
        return os.environ | {
            "CASEBOOK_HOME": str(self._home),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_HOME": str(self._home / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            # Prefect's threads are there before ours: see runtime/heaps.py.
            "MALLOC_ARENA_MAX": "1",
            "DO_NOT_TRACK": "1",
        }


def _end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask the process group to end, then make it: after ``seconds``, or when Ctrl-C comes."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(seconds)
        except ProcessLookupError:
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            continue
        else:
            return


def _free_port() -> int:
    with taken(0, "Prefect", "--prefect-port") as probe:
        return int(probe.getsockname()[1])
