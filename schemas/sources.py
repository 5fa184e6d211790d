"""What was submitted, the bytes it gave, its text in passages, and what became of it later."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.frozen import NOW, Frozen


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
        return "PDF" if self is SourceKind.PDF else _LABELS.get(self.value, self.value)


_LABELS = {"web": "web page", "markdown": "article", "word": "document", "captions": "talk"}

CheckResult = StrEnum("CheckResult", "SAME MOVED CHANGED GONE UNREACHABLE")
CheckResult.__doc__ = """The outcome of fetching again; ``gone`` only where the site says so."""


class SourceRef(Frozen):
    """What a person submitted: an address or a path."""

    source: str = Field(min_length=1)
    url: str | None = None  # where a local file came from
    transcript: str | None = None  # a file with the words of the video or recording
    feed: str | None = None  # a feed that carries the full text of the page
    captured: bool = False  # the file is a page as a curator's browser showed it

    @property
    def label(self) -> str:
        """What people call it: its address, or the name of the file."""
        return self.source if "://" in self.source else PurePath(self.source).name


StatedDate = date | Annotated[str, Field(pattern=r"^\d{4}(-\d\d)?$")]
"""A day, or a month (2025-10) or year (2025) where no more is stated."""


class Candidate(Frozen):
    """An address or file (from ``origin``) named by a list, with what the list says about it."""

    url: str
    origin: str | None = None
    transcript: str | None = None  # a file with its words
    title: str | None = None
    published: StatedDate | None = None
    summary: str | None = None

    @property
    def reference(self) -> SourceRef:
        """The source to submit."""
        return SourceRef(source=self.url, url=self.origin, transcript=self.transcript)


class Step(Frozen):
    """One thing that was tried on the way to a text; ``doubtful`` asks the curator to look."""

    method: str
    outcome: str
    doubtful: bool = False


IMPORTED = "import/1"
"""The extractor of a text that another database has about a source; it is not the source's own."""
QUOTED_IMPORT = "import/2"
"""The extractor of the quotes of another casebook: they stand where they do in the source."""
IMPORTS = frozenset({IMPORTED, QUOTED_IMPORT})
IMPORT = "import"
"""The step by which such bytes came."""

FROM_BROWSER = Step(method="browser", outcome="the page as a curator's browser showed it")


class Source(Frozen):
    """One submitted source. The id comes from the canonical URL, or from a file's bytes."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None
    reference: SourceRef
    submitted_by: str
    submitted_at: datetime = NOW


class SelectedText(Frozen):
    """Words that a person selected in a source: a hint for its curator, not for the model."""

    source_id: str
    text: str
    who: str
    at: datetime = NOW


class FetchMetadata(Frozen):
    """What is known of fetched bytes and where they came from."""

    media_type: str
    charset: str | None = None
    name: str = ""  # the last part of the file's path or of the URL
    url: str | None = None  # as requested; None for a file without an origin
    final_url: str | None = None  # where redirects ended
    headers: Mapping[str, str] = {}  # with lower-case names
    steps: tuple[Step, ...] = ()

    @property
    def is_imported(self) -> bool:
        """Whether the bytes are what another database says about the source."""
        return any(step.method == IMPORT for step in self.steps)


class Payload(FetchMetadata):
    """Bytes on their way to an extractor."""

    data: bytes


class Snapshot(FetchMetadata):
    """A stored payload: its bytes lie in the blob store under ``sha256``."""

    snapshot_id: str
    source_id: str
    sha256: str
    size: int
    fetched_at: datetime = NOW


class Alias(Frozen):
    """An address that turned out to be the source ``same_as``, found at ``url``."""

    source_id: str
    same_as: str
    url: str
    reason: str  # redirect, canonical (the page names it) or file (known by its path)
    found_at: datetime = NOW


class LineBox(Frozen):
    """Where ``text[start:end]`` stands on a page: left, top, right and bottom in thousandths."""

    start: int
    end: int
    page: int
    box: tuple[int, ...]


class Passage(Frozen):
    """About a paragraph: ``text[start:end]`` of the document; ``n`` and ``page`` count from 1."""

    n: int
    start: int
    end: int
    headings: tuple[str, ...] = ()  # those above it, outermost first
    page: int | None = None
    seconds: float | None = None  # its start in a video or recording
    speaker: str | None = None
    lines: tuple[LineBox, ...] = ()  # those it shares characters with; of a PDF

    @property
    def section(self) -> str | None:
        """The nearest heading above."""
        return self.headings[-1] if self.headings else None


class HiddenText(Frozen):
    """Text that the file carries and no reader sees; it is left out of the document."""

    text: str
    reason: str


class Extracted(Frozen):
    """What an extractor returns: a document without its identity; offsets count code points."""

    kind: SourceKind
    extractor: str = ""  # name and version
    title: str | None = None
    authors: Sequence[str] = ()
    published: date | None = None
    language: str | None = None
    site: str | None = None
    description: str | None = None  # the page's own summary
    canonical_url: str | None = None  # as the page itself names it
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


class Document(Extracted):
    """The text of one snapshot; its id depends on all that a summary could depend on."""

    document_id: str
    source_id: str
    snapshot_id: str
    url: str | None

    @property
    def is_imported(self) -> bool:
        """Whether the text is what another database has of the source, or says about it."""
        return self.extractor in IMPORTS

    @property
    def is_prose(self) -> bool:
        """Whether the text is an imported one to show, without quotes."""
        return self.extractor == IMPORTED

    def speakers(self) -> tuple[list[str], list[str]]:
        """Return who asks in a conversation, often ending on a question, and who answers."""
        said: dict[str, list[bool]] = {}
        for passage in self.passages:
            if passage.speaker:
                ends_asking = self.passage_text(passage).rstrip().endswith("?")
                said.setdefault(passage.speaker, []).append(ends_asking)
        asking = [name for name, ends in said.items() if 5 * sum(ends) >= len(ends)]
        answering = [name for name in said if name not in asking]
        return (asking, answering) if answering else ([], asking)

    def passage_text(self, passage: Passage) -> str:
        """Return the characters of ``passage``."""
        return self.text[passage.start : passage.end]

    def passage_at(self, offset: int) -> Passage | None:
        """Return the passage that holds the character at ``offset``, or None between passages."""
        return next((p for p in self.passages if p.start <= offset < p.end), None)


class Check(Frozen):
    """A source fetched again, compared with ``document_id``: of ``quotes``, ``lost`` are gone."""

    source_id: str
    document_id: str
    result: CheckResult
    moved_to: str | None = None
    quotes: int | None = None
    lost: tuple[str, ...] = ()
    message: str | None = None
    checked_at: datetime = NOW
