"""Case records imported from another team's published database."""

from collections.abc import Mapping
from datetime import date, datetime

from schemas.frozen import Frozen


class RecordOrigin(Frozen):
    """A record of another database, with its key, page and dates there."""

    database: str
    record: str
    url: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    licence: str | None = None
    credit: str | None = None


class ImportRecord(RecordOrigin):
    """The record that a document was imported from, the hash of its file, and the importer."""

    case_id: str
    document_id: str
    file_sha256: str
    who: str


class ImportedRecord(Frozen):
    """One case of another database; ``key`` identifies it there, ``prose`` is Markdown."""

    key: str
    record_url: str | None = None
    updated_at: datetime | None = None
    licence: str | None = None
    credit: str | None = None
    title: str
    url: str | None = None
    company: str | None = None
    industry: str | None = None
    year: str | None = None
    published: date | None = None  # the date of its source
    created_at: datetime | None = None  # the date of the record
    tags: tuple[str, ...] = ()
    abstract: str = ""
    prose: str = ""

    @property
    def text(self) -> str:
        """The abstract and the prose as one Markdown text."""
        return "\n\n".join(filter(None, (self.abstract.strip(), self.prose.strip())))


class ImportProblem(Frozen):
    """A problem with a record, identified by its ``key`` or its row."""

    key: str
    problem: str


class ImportUndone(Frozen):
    """The ids of the cases of an undone import; ``kept`` ones were changed since."""

    withdrawn: tuple[str, ...]
    rejected: tuple[str, ...]
    kept: tuple[str, ...]


class ImportReport(Frozen):
    """The results of an import."""

    name: str
    read: int
    imported: int
    known: int = 0  # records that already have a case, which stays as it is
    broken: tuple[ImportProblem, ...] = ()
    duplicates: tuple[ImportProblem, ...] = ()  # each names the record whose address it repeats
    near_copies: tuple[tuple[str, ...], ...] = ()  # keys of imported records with similar texts
    companies: tuple[tuple[str, ...], ...] = ()  # the spellings of companies that have several
    unmapped_tags: Mapping[str, int] = {}  # with their number of records
    unmapped_industries: Mapping[str, int] = {}
    set_aside: Mapping[str, int] = {}  # tags that the text does not name, most frequent first
    rechecked: int = 0  # known cases whose tags were checked again
