"""A PostgreSQL of Debian's package in a temporary folder, reached through a socket there."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

_SECONDS = 60


def binaries() -> Path | None:
    """Return the folder of ``initdb``, or None if PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


class PostgresCluster:
    """A server with the superuser ``casebook`` and no network; as root it runs as ``postgres``."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="casebook-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._data = str(self.folder / "data")
        trusting = ["-A", "trust", "-U", "casebook", "-E", "UTF8", "--locale=C", "--no-sync"]
        command = self._command("initdb", "-D", self._data, *trusting)
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)
        self.start()

    def start(self) -> None:
        """Start it, and return when it takes sessions."""
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        command = self._command("postgres", "-D", self._data, *options, "-c", "fsync=off")
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
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

    def stop(self) -> None:
        """Stop it and every session; ``start`` continues with the stored data."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(_SECONDS)

    def conninfo(self, database: str = "postgres") -> str:
        """Return how libpq reaches a database."""
        return f"host={self.folder} user=casebook dbname={database}"

    def create(self, database: str) -> str:
        """Create a database and return how libpq reaches it."""
        with psycopg.connect(self.conninfo(), autocommit=True) as session:
            session.execute(f'CREATE DATABASE "{database}"')
        return self.conninfo(database)

    def close(self) -> None:
        """Stop it and remove its folder."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, program: str, *arguments: str) -> list[str]:
        """Return the command, run as non-root and killed by the kernel when this process dies."""
        user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        ending = ["setpriv", "--pdeathsig", "QUIT", *(user if os.geteuid() == 0 else [])]
        return [*ending, str(binaries() / program), *arguments]
