"""Accounts: people with passwords and scripts with tokens, each with a role."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from schemas.errors import InputError, UnknownId
from schemas.reviews import Account, Role
from warehouse import Warehouse

_NAME_LENGTH, _PASSWORD_LENGTH = 60, 10
_FRESH_SECONDS = 5.0  # another process can add one: `casebook review --add-admin`


class Person(NamedTuple):
    """The sender of a request and their role; the name of an unknown sender is empty."""

    name: str
    role: Role


class Accounts:
    """The accounts of a warehouse, read again every few seconds and after each change.

    Changes raise InputError for an invalid name or password, and UnknownId.
    """

    hasher = PasswordHasher()

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse, self._known, self._until = warehouse, dict[str, Account](), 0.0

    def all(self) -> Mapping[str, Account]:
        """Return the accounts by name in lower case."""
        if time.monotonic() >= self._until:
            self._known = {one.name.casefold(): one for one in self._warehouse.accounts()}
            self._until = time.monotonic() + _FRESH_SECONDS
        return self._known

    @property
    def people(self) -> list[str]:
        """The names of the people who can log in."""
        known = self.all().values()
        return sorted(one.name for one in known if one.kind == "person" and one.active)

    @property
    def in_force(self) -> bool:
        """Whether anybody can log in."""
        return bool(self.people)

    def person(self, name: str) -> Account | None:
        """Return a person's account, active or not."""
        found = self.all().get(name.casefold())
        return found if found and found.kind == "person" else None

    def script(self, token: str) -> Account | None:
        """Return the account of a script's token, active or not."""
        known, secret = self.all().values(), digest(token)
        return next((one for one in known if (one.kind, one.secret) == ("token", secret)), None)

    def log_in(self, name: str, password: str) -> Account | None:
        """Return the active account with this name and password; takes equally long if unknown."""
        if (known := self.person(name)) is None:
            self.hasher.hash(password)
            return None
        try:
            self.hasher.verify(known.secret, password)
        except VerifyMismatchError:
            return None
        if known.active and self.hasher.check_needs_rehash(known.secret):
            return self.change(name, known.name, password=password)
        return known if known.active else None

    def add(self, name: str, role: Role, who: str, password: str | None = None) -> str:
        """Add a person, or (without a password) a script; return the script's token."""
        name, token = " ".join(name.split()), f"casebook-{secrets.token_urlsafe(32)}"
        if not 0 < len(name) <= _NAME_LENGTH or not name.isprintable():
            raise InputError(f"A name has 1 to {_NAME_LENGTH} printable characters.")
        if name.casefold() in self.all():
            raise InputError(f"The account {name} already exists: change it, or use another name.")
        if password is not None and role is not Role.ADMIN and not self.people:
            raise InputError(
                "The first person must be an admin, because the desk's key stops working then."
            )
        if password is None:
            self._keep(Account(name=name, kind="token", role=role, secret=digest(token), who=who))
            return token
        secret = self._hashed(password)
        self._keep(Account(name=name, kind="person", role=role, secret=secret, who=who))
        return ""

    def change(self, name: str, who: str, password: str | None = None, **fields: object) -> Account:
        """Change ``role``, ``active`` or password; the latter two end the person's sessions."""
        known = self.all().get(name.casefold()) if password is None else self.person(name)
        if known is None:
            raise UnknownId(f"There is no account {name!r}: reload the list.")
        fields |= {"who": who, "at": datetime.now(UTC)}
        fields |= {"secret": self._hashed(password)} if password is not None else {}
        return self._keep(known.model_copy(update=fields))

    def _keep(self, account: Account) -> Account:
        self._warehouse.append(account)
        self._until = 0.0
        return account

    def _hashed(self, password: str) -> str:
        if len(password) < _PASSWORD_LENGTH:
            raise InputError(f"A password has at least {_PASSWORD_LENGTH} characters.")
        return self.hasher.hash(password)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
