"""What a publication is made of, and what it leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from publishing.records import Entry
from schemas.frozen import Frozen
from schemas.reports import Report
from schemas.reviews import Publication


class SiteSettings(Frozen):
    """``address`` is where the site will be open; feeds and sitemap need it.

    ``licence`` is that of texts and data, in words or as an address; ``contact`` is where readers
    report mistakes, an e-mail address or a web address.
    """

    title: str
    address: str | None = None
    licence: str | None = None
    contact: str | None = None

    @property
    def root(self) -> str | None:
        """The address with a slash at the end."""
        return f"{self.address.rstrip('/')}/" if self.address else None


class Column(Protocol):
    """A column of the published tables."""

    @property
    def name(self) -> str:
        """Its name in queries."""

    @property
    def type(self) -> str:
        """Its type in DuckDB."""

    @property
    def meaning(self) -> str:
        """What it says, in a sentence."""


class Tables(Protocol):
    """The published cases as tables; the warehouse makes them, which alone knows DuckDB."""

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""

    def columns(self, name: str) -> Sequence[Column]:
        """Return the columns of the table in the files of that name."""

    def about(self, name: str) -> tuple[str, str]:
        """Return what the table in the files of that name is called in queries, and its meaning."""

    def write(self, folder: Path) -> Mapping[str, int]:
        """Write the tables as files; return by name how many rows each has."""

    def similar(self, most: int) -> Mapping[str, Sequence[str]]:
        """Return by case id the ids of the cases most like it."""

    def by_group(self, sections: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Return the newest statements of each group of cases by section."""

    def citable(self, words: str, cases: str, most: int) -> list[dict[str, Any]]:
        """Return what may be cited of the cases that some SQL gives, the best first by words."""

    def citable_parts(self, case_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return all that may be cited of these cases."""

    def words(self) -> tuple[int, Mapping[str, int]]:
        """Return a number of texts, and by word in how many of them it stands."""

    def section(self, name: str) -> list[dict[str, Any]]:
        """Return the statements of a section of all cases."""


OpenTables = Callable[[Path], AbstractContextManager[Tables]]
"""Opens the tables of the cases in a JSON Lines file of `CaseRecord`."""


class Blocked(Frozen):
    """An approved case that is kept from readers, and why."""

    case_id: str
    title: str | None
    reason: str


class Published(Frozen):
    """The outcome of publishing; the entries are case ids."""

    path: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    blocked: tuple[Blocked, ...]


class Exported(Frozen):
    """The outcome of an export: what differs from the release before.

    By title; withdrawn cases by id, for their titles may be what was wrong.
    """

    path: Path
    release: str | None
    cases: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether there was anything to release."""
        return bool(self.added or self.changed or self.withdrawn)


class Change(Frozen):
    """A case that was added, changed or withdrawn, and when; ``address`` is its page.

    ``title`` is what it is called now, None where it is no longer on the site. A case
    that was ``imported`` instead has an ``origin``, the database.
    """

    at: datetime
    what: str
    title: str | None
    address: str
    origin: str | None = None


class Earlier(Frozen):
    """What a site has already: keys and entries by case id, and its fingerprint."""

    keys: Mapping[str, str] = {}
    entries: Mapping[str, Entry] = {}
    fingerprint: str | None = None


class Plan(NamedTuple):
    """What the next site shows.

    ``entries`` are its cases by id. ``lines`` is a file with a `PublishedCase` as JSON in each
    line, of those that are new or changed; the others stay as the earlier site has them. ``keys``
    are by case id and say what a case's files depend on, ``version`` what every page depends on,
    ``fingerprint`` all of it. ``reports`` are the published ones, the newest first, ``recordings``
    the folders of those that can be heard, by report id.
    """

    lines: Path
    entries: Mapping[str, Entry]
    keys: Mapping[str, str]
    withdrawn: Sequence[Publication]
    changes: Sequence[Change]
    settings: SiteSettings
    version: str
    fingerprint: str
    reports: Sequence[Report] = ()
    recordings: Mapping[str, Path] = {}
