"""What was submitted, and the bytes it gave."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.frozen import Frozen


class SourceKind(StrEnum):
    """What a source is, decided by its address and then by its bytes."""

    WEB = "web"
    MARKDOWN = "markdown"
    WORD = "word"
    TEXT = "text"
    PDF = "pdf"
    CAPTIONS = "captions"
    VIDEO = "video"
    RECORDING = "recording"
    PAPER = "paper"

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return _LABELS[self]


_LABELS = {
    SourceKind.WEB: "web page",
    SourceKind.MARKDOWN: "article",
    SourceKind.WORD: "document",
    SourceKind.TEXT: "text",
    SourceKind.PDF: "PDF",
    SourceKind.CAPTIONS: "talk",
    SourceKind.VIDEO: "video",
    SourceKind.RECORDING: "recording",
    SourceKind.PAPER: "paper",
}


class SourceRef(Frozen):
    """What a person submitted: an address or a path.

    ``url`` is where a local file came from; ``transcript`` a file with the words of the video or
    recording at ``source``; ``feed`` a feed that carries the full text of the page at ``source``.
    """

    source: str = Field(min_length=1)
    url: str | None = None
    transcript: str | None = None
    feed: str | None = None


StatedDate = date | Annotated[str, Field(pattern=r"^\d{4}(-\d\d)?$")]
"""A day, or a month (2025-10) or year (2025) where no more is stated."""


class Candidate(Frozen):
    """An address or local file named by a list, with what the list says about it.

    ``origin`` is where a local file came from.
    """

    url: str
    origin: str | None = None
    title: str | None = None
    published: StatedDate | None = None
    summary: str | None = None

    @property
    def reference(self) -> SourceRef:
        """The source to submit."""
        return SourceRef(source=self.url, url=self.origin)


class Step(Frozen):
    """One thing that was tried on the way to a text; ``doubtful`` asks the curator to look."""

    method: str
    outcome: str
    doubtful: bool = False


class Source(Frozen):
    """One submitted source. The id comes from the canonical URL, or from a file's bytes."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None
    reference: SourceRef
    submitted_by: str
    submitted_at: datetime


class Payload(Frozen):
    """Bytes on their way to an extractor, with what is known of where they came from.

    ``name`` is the file's or the URL's last part. ``url`` was requested, and redirects ended at
    ``final_url``; both are None for a file without an origin. ``headers`` has lower-case names.
    """

    data: bytes
    media_type: str
    charset: str | None = None
    name: str = ""
    url: str | None = None
    final_url: str | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()


class Snapshot(Frozen):
    """A stored payload: its bytes lie in the blob store under ``sha256``."""

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
    steps: tuple[Step, ...] = ()


class Alias(Frozen):
    """An address that turned out to be the source ``same_as``, found at ``url``.

    ``reason`` is ``redirect``, ``canonical`` (the page names it) or ``file`` (known by its path).
    """

    source_id: str
    same_as: str
    url: str
    reason: str
    found_at: datetime
