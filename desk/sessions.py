"""Authentication by the desk's key, a token, a session, or a trusted proxy."""

import hmac
import math
import secrets
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from config.settings import Settings
from desk.accounts import Accounts, Person, digest
from desk.session_files import Session, SessionFiles
from schemas.reviews import Account, Role

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

_EVERYONE, _NONE = "", (0.0, 0.0, 0.0)
_PAIR_LIMIT, _GLOBAL_LIMIT = (8, 900.0), (100, 2.0)
"""Attempts before delays begin; seconds until an attempt is forgotten (also the longest delay)."""
_MOST_COUNTED = 10_000
_TOKEN_BYTES = 32


class Sessions:
    """Identifies the sender of a request; ``token`` is the CSRF token of the forms.

    The ``key`` in the desk's address is valid until other machines can reach the desk or somebody
    has an account.
    """

    def __init__(self, settings: Settings, accounts: Accounts, key: str) -> None:
        self._accounts, self._proxies = accounts, settings.desk_proxies.items()
        self._admin = Person(settings.curator, Role.ADMIN)
        self._key = "" if is_public(settings) else key
        self.secret = _secret(settings.home)
        self._files = SessionFiles(settings.home / "run" / "sessions")
        self.token = hmac.new(self.secret.encode(), b"forms", "sha256").hexdigest()
        own = urlsplit(settings.desk_address or "")
        self.origin = f"{own.scheme}://{own.netloc}" if own.netloc else ""
        self.hosts = LOOPBACK_NAMES | ({own.hostname} if own.hostname else set())

    @property
    def form_token(self) -> str:
        """Return the token, masked by a new random key with each call.

        Responses are compressed: a token that stayed the same could be guessed from their sizes.
        """
        key = secrets.token_bytes(_TOKEN_BYTES)
        return (key + _xor(key, bytes.fromhex(self.token))).hex()

    def is_token(self, given: str) -> bool:
        """Return whether ``given`` is the token, masked or not."""
        try:
            key, masked = (raw := bytes.fromhex(given))[:_TOKEN_BYTES], raw[_TOKEN_BYTES:]
        except ValueError:
            return False
        token = _xor(key, masked) if masked else key
        return secrets.compare_digest(token, bytes.fromhex(self.token))

    @property
    def has_log_in(self) -> bool:
        """Whether people log in at ``/login``."""
        return not self._key or self._accounts.in_force

    def is_key(self, given: str) -> bool:
        """Return whether ``given`` is the desk's key and the key is valid."""
        is_same = secrets.compare_digest(given.encode(), self._key.encode())
        return is_same and not self.has_log_in

    def recognize(self, scope: Scope, headers: Headers) -> tuple[Person | None, bool]:
        """Return the sender, and whether a header that other sites cannot send identifies them."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self._proxied(scope, headers) or self._in_session(scope), False
        if self.is_key(given):
            return self._admin, True
        is_api = scope["path"].startswith("/api/")
        return _person(self._accounts.script(given) if is_api else None), True

    def address(self, scope: Scope, headers: Headers) -> str:
        """Return the client's address, taken from the headers of a trusted proxy."""
        peer = str(scope["client"][0])
        stated = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return peer if self._name_header(peer) is None else stated or peer

    def begin(self, scope: Scope, headers: Headers, name: str = "") -> None:
        """Start a session in this browser: a person's, or without a name, the key's."""
        self.end(scope, self.current(scope))
        about = {"agent": headers.get("user-agent", ""), "address": self.address(scope, headers)}
        about |= {"name": name, "proof": self._proof(name) or ""}
        scope["session"]["id"] = self._files.add(**about)

    def current(self, scope: Scope) -> Session | None:
        """Return the session of the browser, if it has one."""
        found = self._files.find(digest(scope["session"].get("id", "")))
        return found if found and found.proof == self._proof(found.name) else None

    def own(self, scope: Scope) -> list[Session]:
        """Return the sender's sessions in all browsers, newest first."""
        here = self.current(scope)
        known = sorted(self._files.all(), key=lambda one: one.began, reverse=True)
        return [one for one in known if here and (one.name, one.proof) == (here.name, here.proof)]

    def end(self, scope: Scope, *ended: Session | None) -> None:
        """End sessions of the sender; copies of their cookies become invalid, too."""
        for one in filter(None, ended):
            self._files.end(one.session_id)
        if self.current(scope) is None:
            scope["session"].clear()

    def _in_session(self, scope: Scope) -> Person | None:
        if (session := self.current(scope)) and session.name:
            return _person(self._accounts.person(session.name))
        return self._admin if session else None

    def _proof(self, name: str) -> str | None:
        """Return the hash of a person's password or (without a name) of a valid key."""
        if not name:
            return None if self.has_log_in else digest(self._key)
        account = self._accounts.person(name)
        return digest(account.secret) if account else None

    def _proxied(self, scope: Scope, headers: Headers) -> Person | None:
        """Return the person named by a trusted proxy, a reader if they have no account."""
        header = self._name_header(scope["client"][0])
        given = headers.getlist(header) if header else []
        if len(given) != 1 or not (name := given[0].strip()):
            return None
        account = self._accounts.person(name)
        return _person(account) if account else Person(name, Role.READER)

    def _name_header(self, peer: str) -> str | None:
        """Return the header with the user's name if ``peer`` is a trusted proxy."""
        with suppress(ValueError):
            address = ip_address(peer)
            return next((header for network, header in self._proxies if address in network), None)
        return None


class LoginThrottle:
    """Counts login attempts; after a few, each doubles the delay. Attempts expire.

    They are counted per name and address, so that strangers cannot lock a person out. The total is
    limited as well, except for pairs of name and address that logged in before. Both limits are
    attempts before delays begin, and seconds until an attempt is forgotten.
    """

    def __init__(
        self,
        pair: tuple[int, float] = _PAIR_LIMIT,
        total: tuple[int, float] = _GLOBAL_LIMIT,
    ) -> None:
        self._pair, self._total = pair, total
        # For each pair: the number of attempts, the time of the last, and the end of the delay.
        self._counts: dict[str, tuple[float, float, float]] = {}
        self._admitted: set[str] = set()

    def start(self, name: str, address: str) -> int:
        """Count an attempt and return 0, or return the remaining delay in seconds."""
        now, pair = time.monotonic(), f"{name.casefold()} {address}"
        limits = {pair: self._pair, _EVERYONE: self._total}
        if pair in self._admitted:
            del limits[_EVERYONE]
        if (wait := max(self._counts.get(key, _NONE)[2] for key in limits) - now) > 0:
            return math.ceil(wait)
        for key, (free, seconds) in limits.items():
            made, at, _ = self._counts.pop(key, _NONE)
            made = max(0.0, made - (now - at) / seconds) + 1
            delay = min(2.0 ** min(made - free, 10), seconds) if made > free else 0.0
            self._counts[key] = made, now, now + delay
        while len(self._counts) > _MOST_COUNTED:
            del self._counts[next(iter(self._counts))]
        return 0

    def succeed(self, name: str, address: str) -> None:
        """Forget the attempts of a person who logged in."""
        pair = f"{name.casefold()} {address}"
        self._counts.pop(pair, None)
        self._admitted.add(pair)


def _xor(key: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(key, text, strict=False))


def is_public(settings: Settings) -> bool:
    """Return whether the settings open the desk to other machines."""
    host = urlsplit(f"//{settings.desk_listen}").hostname
    return bool(host not in LOOPBACK_NAMES or settings.desk_address or settings.desk_proxies)


def _person(account: Account | None) -> Person | None:
    return Person(account.name, account.role) if account and account.active else None


def _secret(home: Path) -> str:
    """Return the home's secret, created once so that sessions survive a restart."""
    path = home / "run" / "desk-secret"
    if not path.exists() or not (found := path.read_text("utf-8")):
        found = secrets.token_urlsafe(32)
        with suppress(OSError):  # a read-only home
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(found, "utf-8")
    return found
