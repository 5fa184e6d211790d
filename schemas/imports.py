"""A published database of another team, on its way into the warehouse."""

from collections.abc import Mapping
from datetime import date, datetime

from schemas.frozen import Frozen


class ImportedRecord(Frozen):
    """One case as another database has it; ``key`` names it there, ``prose`` is Markdown."""

    key: str
    title: str
    url: str | None = None
    company: str | None = None
    industry: str | None = None
    year: str | None = None
    published: date | None = None  # its source
    created_at: datetime | None = None  # the record
    tags: tuple[str, ...] = ()
    abstract: str = ""
    prose: str = ""

    @property
    def text(self) -> str:
        """Abstract and prose as one Markdown text."""
        return "\n\n".join(filter(None, (self.abstract.strip(), self.prose.strip())))


class ImportProblem(Frozen):
    """What was wrong with a record: its ``key`` or row, and what is wrong in a sentence."""

    key: str
    problem: str


class ImportReport(Frozen):
    """What an import did, and what it found.

    ``known`` records have a case already and stay as they are. ``duplicates`` name the record whose
    address they repeat. ``near_copies`` are groups of records with mostly the same text, by key;
    these are imported.
    ``companies`` has for each company that is written in several ways all of them. The unmapped
    names come with the number of records that have them.
    """

    name: str
    read: int
    imported: int
    known: int = 0
    broken: tuple[ImportProblem, ...] = ()
    duplicates: tuple[ImportProblem, ...] = ()
    near_copies: tuple[tuple[str, ...], ...] = ()
    companies: tuple[tuple[str, ...], ...] = ()
    unmapped_tags: Mapping[str, int] = {}
    unmapped_industries: Mapping[str, int] = {}
