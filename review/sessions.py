"""Who sends a request: by the desk's key, a token, a session, or a trusted proxy's word."""

import hmac
import math
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from config.settings import Settings
from review.accounts import Accounts, Person, digest
from schemas.reviews import Account, Role

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
KEY_SESSION = {"name": "", "proof": ""}
"""What the cookie of a browser holds that knew the key."""

_FREE_ATTEMPTS, _LONGEST_WAIT, _MOST_COUNTED = 8, 900.0, 10_000


class Sessions:
    """Recognizes who sends a request. ``key`` is what the desk's address carries.

    It counts only while no other machine reaches the desk. ``token`` is what the forms carry.
    """

    def __init__(self, settings: Settings, accounts: Accounts, key: str) -> None:
        self._accounts, self._proxies = accounts, settings.desk_proxies.items()
        self._admin = Person(settings.curator, Role.ADMIN)
        self._key = "" if is_public(settings) else key
        self.secret = _secret(settings.home)
        self.token = hmac.new(self.secret.encode(), b"forms", "sha256").hexdigest()
        own = urlsplit(settings.desk_address or "")
        self.origin = f"{own.scheme}://{own.netloc}" if own.netloc else ""
        self.hosts = LOOPBACK_NAMES | ({own.hostname} if own.hostname else set())

    @property
    def has_log_in(self) -> bool:
        """Whether people log in at ``/login``."""
        return not self._key or self._accounts.in_force

    def is_key(self, given: str) -> bool:
        """Return whether ``given`` is the desk's key."""
        return bool(self._key) and secrets.compare_digest(given.encode(), self._key.encode())

    def recognize(self, scope: Scope, headers: Headers) -> tuple[Person | None, bool]:
        """Return who sends a request, and whether in a header that no other site can send."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self._proxied(scope, headers) or self._in_session(scope["session"]), False
        if self.is_key(given):
            return self._admin, True
        is_api = scope["path"].startswith("/api/")
        return _person(self._accounts.script(given) if is_api else None), True

    def address(self, scope: Scope, headers: Headers) -> str:
        """Return the client's address; a proxy on this machine or a trusted one states it."""
        peer = str(scope["client"][0])
        stated = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return stated if stated and (peer in LOOPBACK_NAMES or self._name_header(peer)) else peer

    def _in_session(self, session: Mapping[str, str]) -> Person | None:
        if session == KEY_SESSION:
            return self._admin if self._key else None
        account = self._accounts.person(session.get("name", ""))
        return _person(account) if account and session == session_of(account) else None

    def _proxied(self, scope: Scope, headers: Headers) -> Person | None:
        """Return the person that a trusted proxy names; one without an account may read."""
        header = self._name_header(scope["client"][0])
        given = headers.getlist(header) if header else []
        if len(given) != 1 or not (name := given[0].strip()):
            return None
        account = self._accounts.person(name)
        return _person(account) if account else Person(name, Role.READER)

    def _name_header(self, peer: str) -> str | None:
        """Return the header in which the proxy at ``peer`` names people, if it is trusted."""
        with suppress(ValueError):
            address = ip_address(peer)
            return next((header for network, header in self._proxies if address in network), None)
        return None


class Attempts:
    """Counts log-ins by name and by address until one works; past a few, each doubles the wait."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[int, float]] = {}

    def start(self, *keys: str) -> int:
        """Count an attempt, or return for how many seconds there may be none."""
        now = time.monotonic()
        if (wait := max(self._made.get(key, (0, now))[1] for key in keys) - now) > 0:
            return math.ceil(wait)
        for key in keys:
            made = self._made.pop(key, (0, now))[0] + 1
            delay = min(2.0 ** min(made - _FREE_ATTEMPTS, 10), _LONGEST_WAIT)
            self._made[key] = made, now + (delay if made > _FREE_ATTEMPTS else 0.0)
        while len(self._made) > _MOST_COUNTED:
            del self._made[next(iter(self._made))]
        return 0

    def forget(self, *keys: str) -> None:
        """Forget the attempts of a person who got in."""
        for key in keys:
            self._made.pop(key, None)


def session_of(account: Account) -> dict[str, str]:
    """Return what the cookie of a person holds: it ends when the password changes."""
    return {"name": account.name, "proof": digest(account.secret)}


def is_public(settings: Settings) -> bool:
    """Return whether the desk is meant for more than this machine."""
    host = urlsplit(f"//{settings.desk_listen}").hostname
    return bool(host not in LOOPBACK_NAMES or settings.desk_address or settings.desk_proxies)


def _person(account: Account | None) -> Person | None:
    return Person(account.name, account.role) if account and account.active else None


def _secret(home: Path) -> str:
    """Return the home's own secret, made when it is first needed: a restart ends no session."""
    path = home / "run" / "desk-secret"
    if not path.exists() or not (found := path.read_text("utf-8")):
        found = secrets.token_urlsafe(32)
        with suppress(OSError):  # a home that cannot be written is only read
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(found, "utf-8")
    return found
