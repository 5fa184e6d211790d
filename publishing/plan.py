"""What a publication is made of, and what it leaves behind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from publishing.entries import CaseEntry
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


class SiteChange(Frozen):
    """A case that was added, changed or withdrawn, and when; ``address`` is its page.

    ``title`` is what it is called now, None where it is no longer on the site. A case
    that was ``imported`` instead has an ``origin``, the database.
    """

    at: datetime
    what: str
    title: str | None
    address: str
    origin: str | None = None


class EarlierSite(Frozen):
    """What a site has already: keys and entries by case id, and its fingerprint."""

    keys: Mapping[str, str] = {}
    entries: Mapping[str, CaseEntry] = {}
    fingerprint: str | None = None


class PublicationPlan(NamedTuple):
    """What the next site shows.

    ``entries`` are its cases by id. ``lines`` is a file with a `PublishedCase` as JSON in each
    line, of those that are new or changed; the others stay as the earlier site has them. ``keys``
    are by case id and say what a case's files depend on, ``version`` what every page depends on,
    ``fingerprint`` all of it. ``reports`` are the published ones, the newest first, ``recordings``
    the folders of those that can be heard, by report id.
    """

    lines: Path
    entries: Mapping[str, CaseEntry]
    keys: Mapping[str, str]
    withdrawn: Sequence[Publication]
    changes: Sequence[SiteChange]
    settings: SiteSettings
    version: str
    fingerprint: str
    reports: Sequence[Report] = ()
    recordings: Mapping[str, Path] = {}
