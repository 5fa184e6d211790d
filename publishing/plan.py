"""Input and outcome of a publication."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from publishing.entries import CaseEntry
from schemas.companies import FormerName
from schemas.frozen import Frozen
from schemas.reports import Report
from schemas.reviews import Publication
from schemas.systems import System


class SiteSettings(Frozen):
    """The site's name and details; feeds and the sitemap need its ``address``.

    ``licence`` covers texts and data, in words or as an address; ``contact`` is the e-mail or web
    address for reports of mistakes, ``form`` the desk's open page for them. ``searches`` are saved
    searches: names and addresses. ``doi`` and ``authors`` are for citations of the collection.
    """

    title: str
    address: str | None = None
    licence: str | None = None
    contact: str | None = None
    form: str | None = None
    searches: tuple[tuple[str, str], ...] = ()
    doi: str | None = None
    authors: tuple[str, ...] = ()  # of the collection, as citations name them

    @property
    def root(self) -> str | None:
        """The address with a trailing slash."""
        return f"{self.address.rstrip('/')}/" if self.address else None


class Blocked(Frozen):
    """An approved case that cannot be published, with the reason."""

    case_id: str
    title: str | None
    reason: str


class Published(Frozen):
    """The outcome of publishing, as case ids."""

    path: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    blocked: tuple[Blocked, ...]


class Exported(Frozen):
    """The outcome of an export: the differences from the previous release.

    Cases are listed by title; withdrawn ones by id, because the title may have been the reason.
    """

    path: Path
    release: str | None
    cases: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether there are changes to release."""
        return bool(self.added or self.changed or self.withdrawn)


class SiteChange(Frozen):
    """The addition, change or withdrawal of a case; ``address`` is its page.

    ``title`` is the current title, None for a case that is no longer on the site. ``origin`` is the
    database of an imported case.
    """

    at: datetime
    what: str
    title: str | None
    address: str
    origin: str | None = None


class EarlierSite(Frozen):
    """The state of an existing site: keys and entries by case id, and its fingerprint."""

    keys: Mapping[str, str] = {}
    entries: Mapping[str, CaseEntry] = {}
    fingerprint: str | None = None


Menu = tuple[tuple[str, str], ...]
"""The addresses and labels of the site's main menu."""

MENU: Menu = (
    ("search.html", "Search"),
    ("browse.html", "Browse"),
    ("lessons.html", "Across cases"),
    ("reports/index.html", "Reports"),
    ("ask.html", "Ask"),
    ("figures.html", "In figures"),
    ("data.html", "Data"),
)


class PublicationPlan(NamedTuple):
    """The content of the next site.

    ``entries`` are its cases by id. ``lines`` is a JSON Lines file with a `PublishedCase` for each
    new or changed case; the others are taken from the earlier site. ``keys`` identify, by case id,
    everything a case's files depend on, ``version`` everything all pages depend on, and
    ``fingerprint`` all of it. ``menu`` has the entries with content. ``reports`` are published,
    newest first, and ``editions`` are older ones; ``recordings`` are the folders of recorded
    reports, by report id. ``former_names`` are the spellings of companies in all published
    revisions, former ones too; ``systems`` include those without cases, whose pages lead on.
    ``collection`` counts sources and cases by outcome; ``accuracy`` has the agreement of readers,
    the errors of judges and the mistakes found later.
    """

    lines: Path
    entries: Mapping[str, CaseEntry]
    keys: Mapping[str, str]
    withdrawn: Sequence[Publication]
    changes: Sequence[SiteChange]
    settings: SiteSettings
    version: str
    fingerprint: str
    menu: Menu = MENU
    reports: Sequence[Report] = ()
    editions: Sequence[Report] = ()
    recordings: Mapping[str, Path] = {}
    former_names: Sequence[FormerName] = ()
    systems: Sequence[System] = ()
    collection: Sequence[Mapping[str, Any]] = ()
    accuracy: Mapping[str, Any] = {}
