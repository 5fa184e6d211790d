"""What was submitted, and the bytes it gave."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from casebook.schemas.frozen import Frozen


class SourceKind(StrEnum):
    """What a source is, decided by its address and then by its bytes; ``label`` is for readers."""

    WEB = "web", "web page"
    MARKDOWN = "markdown", "Markdown file"
    RESTRUCTURED = "restructuredtext", "reStructuredText file"
    WORD = "word", "Word document"
    TEXT = "text", "text file"
    PDF = "pdf", "PDF"
    CAPTIONS = "captions", "talk"
    YOUTUBE = "youtube", "video"
    RECORDING = "recording", "recording"
    ARXIV = "arxiv", "paper"

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Make a member that is its value and knows its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class SourceRef(Frozen):
    """What a person typed: an address or a path, and for a file perhaps where it came from.

    ``transcript`` is the path of a file with what is said in the video or recording at ``source``:
    it is read instead of the address, which stays the source's identity. ``feed`` is the address of
    a feed that carries the whole text of the page at ``source``: read instead of it likewise.
    """

    source: str = Field(min_length=1)
    url: str | None = None
    transcript: str | None = None
    feed: str | None = None


Stated = date | Annotated[str, Field(pattern=r"^\d{4}(-\d\d)?$")]
"""A day, or the month (2025-10) or year (2025) where no more is told."""


class Candidate(Frozen):
    """An address that a feed, sitemap, page or list names, with what it says of it.

    ``summary`` is the plain text with which a feed announces the item, or its beginning.
    """

    url: str
    title: str | None = None
    published: Stated | None = None
    summary: str | None = None


class ExtractionStep(Frozen):
    """One path to the text that was tried, and what came of it."""

    method: str
    outcome: str

    @property
    def is_doubt(self) -> bool:
        """Whether it says that the text may not be what a reader sees, and asks to look."""
        low = self.method == "confidence" and ";" in self.outcome
        return low or self.method in {"wall", "columns", "glyphs"}


class Source(Frozen):
    """One submitted source. The id comes from the canonical URL, or from a file's bytes.

    ``reference`` is what was typed, kept so that a failed fetch can be tried again.
    ``canonical_url`` is None for a file whose origin was not given.
    """

    source_id: str
    kind: SourceKind
    canonical_url: str | None
    reference: SourceRef
    submitted_by: str
    submitted_at: datetime


class AliasReason(StrEnum):
    """How we know that two addresses are of one page, or that a file is another source by now.

    A file of a batch is known by its bytes as they were handed over; what is worked may be what was
    heard in them, what the file holds since, or a failure to read it. Where a source moved to is an
    address of it: the one that leads there. An address that a rule for its site gave another id
    leads to the source that was stored under the one of before.
    """

    REDIRECT = "redirect"
    CANONICAL = "canonical"
    MOVED = "moved"
    FILE = "file"
    RULE = "rule"


class Alias(Frozen):
    """An address whose page is that of another source: ``source_id`` leads to ``same_as``."""

    alias_id: str
    source_id: str
    same_as: str
    url: str
    reason: AliasReason
    found_at: datetime


class Snapshot(Frozen):
    """The bytes as fetched. They lie in the snapshot store under ``sha256``.

    ``url`` is where they were asked for and ``final_url`` where redirects ended; both are None for
    a local file without an origin. ``name`` is the file's or the URL's last part. ``headers`` has
    lower-case names. ``tried`` are the paths on which they were sought, the last one found them;
    empty where there was one path only.
    """

    snapshot_id: str
    source_id: str
    url: str | None
    final_url: str | None
    media_type: str
    charset: str | None
    name: str = ""
    headers: Mapping[str, str]
    sha256: str
    size: int
    fetched_at: datetime
    tried: tuple[ExtractionStep, ...] = ()


class Payload(Frozen):
    """Bytes on their way to an extractor, with all that is known of where they came from.

    ``name`` is the file's or the URL's last part, for its suffix; ``tried`` as in a Snapshot.
    """

    data: bytes
    media_type: str
    charset: str | None = None
    name: str = ""
    url: str | None = None
    final_url: str | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    tried: tuple[ExtractionStep, ...] = ()
