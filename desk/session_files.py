"""Sessions as files in the home: processes share them, and deleting one ends it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from desk.accounts import digest
from schemas.frozen import NOW, Frozen

_LIFETIME = timedelta(days=14)
_BROWSERS = ("Firefox", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


class Session(Frozen):
    """One login; ``proof`` is a hash of the password or key, whose change ends the session."""

    session_id: str  # the hash of its cookie's secret
    name: str  # empty for the desk's key
    proof: str
    agent: str
    address: str
    began: datetime = NOW

    @property
    def browser(self) -> str:
        """The browser and the system, such as "Firefox on Linux"."""
        found = (next((s for s in signs if s in self.agent), "") for signs in (_BROWSERS, _SYSTEMS))
        return " on ".join(filter(None, found)) or "A program"


class SessionFiles:
    """The sessions in a folder, each in a file named by its id."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A read-only home still needs sessions.
        self._folder = folder if os.access(folder, os.W_OK) else Path(mkdtemp(prefix="casebook-"))

    def add(self, **about: str) -> str:
        """Store a session and return the secret of its cookie."""
        secret = secrets.token_urlsafe(32)
        made = Session.model_validate({"session_id": digest(secret)} | about)
        new = self._folder / f".{made.session_id}"  # renamed when complete
        new.write_text(made.model_dump_json(), "utf-8")
        new.replace(self._folder / made.session_id)
        return secret

    def find(self, session_id: str) -> Session | None:
        """Return a session, None if it has ended."""
        try:
            text = (self._folder / session_id).read_text("utf-8")
            found = Session.model_validate_json(text)
        except (OSError, ValueError):
            return None
        return found if datetime.now(UTC) - found.began < _LIFETIME else None

    def all(self) -> Iterator[Session]:
        """Yield the sessions, and delete the expired ones."""
        for path in self._folder.glob("[!.]*"):
            if found := self.find(path.name):
                yield found
            else:
                path.unlink(missing_ok=True)

    def end(self, session_id: str) -> None:
        """End a session."""
        (self._folder / session_id).unlink(missing_ok=True)
