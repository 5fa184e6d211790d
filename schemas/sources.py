"""Sources as submitted, their fetched bytes, their text in passages, and later checks of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.frozen import NOW, Frozen
from schemas.subjects import Focus


class SourceKind(StrEnum):
    """The kind of a source, determined by its address and then by its bytes."""

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
        """The name of the kind for readers."""
        return "PDF" if self is SourceKind.PDF else _LABELS.get(self.value, self.value)


_LABELS = {"web": "web page", "markdown": "article", "word": "document", "captions": "talk"}

CheckResult = StrEnum("CheckResult", "SAME MOVED CHANGED REPLACED RETRACTED GONE UNREACHABLE")
CheckResult.__doc__ = """The result of fetching a source again.

``gone`` only if the site says so; ``replaced`` by a newer version and ``retracted``, or withdrawn,
only if the page of a paper says so.
"""


class SourceRef(Frozen):
    """An address or a path as submitted."""

    source: str = Field(min_length=1)
    url: str | None = None  # the origin of a local file
    transcript: str | None = None  # the file or address of the transcript of a recording
    chapters: str | None = None  # the address of the chapters of a podcast's episode
    feed: str | None = None  # a feed with the full text of the page
    captured: bool = False  # the file is a page saved from a curator's browser

    @property
    def label(self) -> str:
        """The name for display: the address, or the name of the file."""
        return self.source if "://" in self.source else PurePath(self.source).name


StatedDate = date | Annotated[str, Field(pattern=r"^\d{4}(-\d\d)?$")]
"""A day, or only a month (2025-10) or a year (2025) if the source states no day."""


class Candidate(Frozen):
    """An address or file (from ``origin``) in a list, with the list's information about it."""

    url: str
    origin: str | None = None
    transcript: str | None = None  # the file or address of its transcript
    chapters: str | None = None
    title: str | None = None
    published: StatedDate | None = None
    summary: str | None = None

    @property
    def reference(self) -> SourceRef:
        """The source to submit."""
        named = {"transcript": self.transcript, "chapters": self.chapters}
        return SourceRef(source=self.url, url=self.origin, **named)


class Step(Frozen):
    """One step of fetching or extraction; the curator should check ``doubtful`` ones."""

    method: str
    outcome: str
    doubtful: bool = False


IMPORTED = "import/1"
"""The extractor of an imported text that describes a source but does not come from it."""
QUOTED_IMPORT = "import/2"
"""The extractor of quotes imported from another casebook, at their offsets in the source."""
IMPORTS = frozenset({IMPORTED, QUOTED_IMPORT})
IMPORT = "import"
"""The fetch step recorded for imported bytes."""

FROM_BROWSER = Step(method="browser", outcome="the page as a curator's browser showed it")


class Source(Frozen):
    """One submitted source; its id is derived from the canonical URL or from a file's bytes."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None
    reference: SourceRef
    submitted_by: str
    submitted_at: datetime = NOW


class SelectedText(Frozen):
    """Text that a person selected in a source, as a hint for the curator, not for the model."""

    source_id: str
    text: str
    who: str
    at: datetime = NOW


class FetchMetadata(Frozen):
    """The type and the origin of fetched bytes."""

    media_type: str
    charset: str | None = None
    name: str = ""  # the last part of the file's path or of the URL
    url: str | None = None  # as requested; None for a file without an origin
    final_url: str | None = None  # after redirects
    headers: Mapping[str, str] = {}  # with lowercase names
    steps: tuple[Step, ...] = ()

    @property
    def is_imported(self) -> bool:
        """Whether the bytes come from another database instead of the source."""
        return any(step.method == IMPORT for step in self.steps)


class Payload(FetchMetadata):
    """Fetched bytes, ready for an extractor."""

    data: bytes


class Snapshot(FetchMetadata):
    """A stored payload, whose bytes are in the blob store under ``sha256``."""

    snapshot_id: str
    source_id: str
    sha256: str
    size: int
    fetched_at: datetime = NOW


class Alias(Frozen):
    """A duplicate source, whose address redirects to the source ``same_as`` at ``url``."""

    source_id: str
    same_as: str
    url: str
    reason: str  # redirect, canonical (by the page), file (the same path), stated (by a person)
    found_at: datetime = NOW


class LineBox(Frozen):
    """The box of ``text[start:end]`` on a page: left, top, right, bottom in thousandths."""

    start: int
    end: int
    page: int
    box: tuple[int, ...]


Heard = Literal["generated", "recognized"]
"""How a machine heard words: captions that the site generated, or our speech recognition."""


class Passage(Frozen):
    """Roughly one paragraph, ``text[start:end]`` of a document; ``n`` and ``page`` start at 1."""

    n: int
    start: int
    end: int
    headings: tuple[str, ...] = ()  # above it, outermost first
    page: int | None = None
    seconds: float | None = None  # its start in a video or recording
    speaker: str | None = None
    heard: Heard | None = None  # None if a person wrote the words, or nobody says
    confidence: float | None = None  # of a recognizer in its least certain words, up to 1
    lines: tuple[LineBox, ...] = ()  # of a PDF: the lines that overlap it

    @property
    def section(self) -> str | None:
        """The nearest heading above."""
        return self.headings[-1] if self.headings else None


class HiddenText(Frozen):
    """Text in the file that readers do not see; the document leaves it out."""

    text: str
    reason: str


class Extracted(Frozen):
    """The result of an extractor: a document without its ids; offsets count code points."""

    kind: SourceKind
    extractor: str = ""  # name and version
    title: str | None = None
    authors: Sequence[str] = ()
    published: date | None = None
    language: str | None = None
    site: str | None = None
    description: str | None = None  # the page's own summary
    canonical_url: str | None = None  # as stated by the page
    slides: str | None = None  # the address of the PDF of a talk, whose passages have a page
    text: str
    passages: Sequence[Passage]
    steps: Sequence[Step] = ()
    hidden: Sequence[HiddenText] = ()

    @model_validator(mode="after")
    def _passages_lie_in_order(self) -> Self:
        end = 0
        for number, passage in enumerate(self.passages, start=1):
            if passage.n != number or not end <= passage.start < passage.end <= len(self.text):
                raise ValueError(f"passage {passage.n} is out of order or outside the text")
            end = passage.end
        return self


class Speakers(Frozen):
    """Who speaks for whom in a conversation; in a talk without hosts, the speakers are guests."""

    hosts: tuple[str, ...] = ()  # as the passages name them: Ana, or "Ana Lo (Speaker 1)"
    guests: tuple[str, ...] = ()
    guests_company: str | None = None
    guests_system: str | None = None  # that they describe
    roles_by: Literal["code", "model", "person"] = "code"
    roles_note: str | None = None  # the failure of a model that was asked

    def role(self, name: str | None) -> str | None:
        """Return the role of a speaker of passages, None if it is unknown."""
        for role, names in (("host", self.hosts), ("guest", self.guests)):
            if any(name == one or one.endswith(f"({name})") for one in names):
                return role
        return None


class Document(Extracted):
    """The text of one snapshot; its id depends on everything that can affect a summary."""

    document_id: str
    source_id: str
    snapshot_id: str
    url: str | None
    speakers: Speakers | None = Field(default=None, exclude=True)  # stored with revisions
    focus: Focus | None = Field(default=None, exclude=True)  # of the case that is made of it

    @property
    def is_imported(self) -> bool:
        """Whether the text comes from another database instead of the source."""
        return self.extractor in IMPORTS

    @property
    def is_prose(self) -> bool:
        """Whether the text is another database's description, which is not the source's words."""
        return self.extractor == IMPORTED

    def spoken_by(self, speakers: Speakers | None) -> "Document":
        """Return the document with its speakers."""
        return self.model_copy(update={"speakers": speakers})

    def passage_text(self, passage: Passage) -> str:
        """Return the text of ``passage``."""
        return self.text[passage.start : passage.end]

    def passage_at(self, offset: int) -> Passage | None:
        """Return the passage that contains ``offset``, or None between passages."""
        return next((p for p in self.passages if p.start <= offset < p.end), None)


class Check(Frozen):
    """A later fetch of a source: the number of quotes from its document, and the lost ones."""

    source_id: str
    document_id: str
    result: CheckResult
    moved_to: str | None = None
    quotes: int | None = None
    lost: tuple[str, ...] = ()
    message: str | None = None
    checked_at: datetime = NOW


class ArchivedCopy(Frozen):
    """The answer of a web archive: the address of the copy, or a message."""

    source_id: str
    address: str  # of the page
    url: str | None = None
    message: str | None = None
    asked_at: datetime = NOW
