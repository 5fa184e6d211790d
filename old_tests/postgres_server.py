"""A PostgreSQL of Debian's package, in a folder of its own, reached through a socket there."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

_SECONDS = 60
_DEBIAN = "/usr/lib/postgresql/*/bin"


def binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``, None where PostgreSQL is not installed."""
    found = sorted(Path("/").glob(f"{_DEBIAN[1:]}/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """A cluster with the superuser ``casebook`` and no network; as root it runs as ``postgres``."""

    def __init__(self) -> None:
        self._binaries = binaries()
        # The kernel ends it with the thread that started it, which may be a short one's.
        self._starter = ThreadPoolExecutor(1)
        self.folder = Path(tempfile.mkdtemp(prefix="casebook-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._data = str(self.folder / "data")
        trusting = ["-A", "trust", "-U", "casebook", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "-D", self._data, *trusting)
        self.start()

    def start(self) -> None:
        """Start it, and return when it takes sessions."""
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        command = self._as_user("postgres", "-D", self._data, *options, "-c", "fsync=off")
        with (self.folder / "log").open("ab") as log:
            begun = self._starter.submit(
                subprocess.Popen, command, cwd=self.folder, stdout=log, stderr=log
            )
            self._server = begun.result()
        self._wait()

    def stop(self) -> None:
        """End it and every session, as a restart does; ``start`` finds what was stored."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(_SECONDS)

    def conninfo(self, database: str = "postgres") -> str:
        """Return how libpq reaches a database."""
        return f"host={self.folder} user=casebook dbname={database}"

    def create(self, database: str, copy_of: str = "template1") -> str:
        """Make a database, a copy of one that nobody uses, and return how libpq reaches it."""
        with psycopg.connect(self.conninfo(), autocommit=True) as session:
            session.execute(f'CREATE DATABASE "{database}" TEMPLATE "{copy_of}"')
        return self.conninfo(database)

    def end_sessions(self) -> None:
        """Cut every client off, as a restart of the server does."""
        with psycopg.connect(self.conninfo(), autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    def close(self) -> None:
        """Stop it and remove its folder."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        """Return when it takes sessions."""
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                psycopg.connect(self.conninfo()).close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _run(self, program: str, *arguments: str) -> None:
        command = self._as_user(program, *arguments)
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    def _as_user(self, program: str, *arguments: str) -> list[str]:
        """Return the command: never as root, and ended by the kernel when this process dies."""
        user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        ending = ["setpriv", "--pdeathsig", "QUIT", *(user if os.geteuid() == 0 else [])]
        return [*ending, str(self._binaries / program), *arguments]
