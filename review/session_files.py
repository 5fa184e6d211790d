"""Who is logged in, as files in the home: its processes share them, and a removed one has ended."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from review.accounts import digest

_LIFETIME = timedelta(days=14)
_BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad"}
_SYSTEMS |= {"Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux"}


class Session(NamedTuple):
    """One log-in. ``proof`` is a hash of the password or key, with which the session ends."""

    session_id: str
    name: str  # empty where the browser had the desk's key
    proof: str
    agent: str
    address: str
    began: datetime
    used: datetime

    @property
    def browser(self) -> str:
        """The browser and the system that it said it is, as in "Firefox on Linux"."""
        name = next((_BROWSERS[sign] for sign in _BROWSERS if sign in self.agent), "A program")
        system = next((_SYSTEMS[sign] for sign in _SYSTEMS if sign in self.agent), "")
        return f"{name} on {system}" if system else name


class SessionFiles:
    """The sessions in a folder, each in a file whose name is the hash of its cookie's secret."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A home that cannot be written is only read.
        self._folder = folder if os.access(folder, os.W_OK) else Path(mkdtemp(prefix="casebook-"))

    def add(self, **about: str) -> str:
        """Store a session and return the secret of its cookie."""
        secret = secrets.token_urlsafe(32)
        text = json.dumps(about | {"began": datetime.now(UTC).isoformat()})
        (self._folder / digest(secret)).write_text(text, "utf-8")
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie's secret, and note its use; None where it ended."""
        path = self._folder / digest(secret)
        with suppress(OSError):
            os.utime(path)
        return _read(path)

    def all(self) -> Iterator[Session]:
        """Yield the sessions, the newest first; files of those that ended by time are removed."""
        found = {path: _read(path) for path in self._folder.iterdir()}
        for path in (path for path, session in found.items() if session is None):
            path.unlink(missing_ok=True)
        yield from sorted(filter(None, found.values()), key=lambda one: one.began, reverse=True)

    def end(self, session_id: str) -> None:
        """End a session."""
        (self._folder / session_id).unlink(missing_ok=True)


def _read(path: Path) -> Session | None:
    """Return the session in a file, None if there is none or it is too old."""
    try:
        used = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        about = json.loads(path.read_text("utf-8"))
        about["began"] = datetime.fromisoformat(about["began"])
        found = Session(session_id=path.name, used=used, **about)
    except (OSError, ValueError):
        return None
    return found if datetime.now(UTC) - found.began < _LIFETIME else None
