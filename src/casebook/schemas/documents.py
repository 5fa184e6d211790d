"""Extracted text, cut into numbered passages that know where they stand in the source."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import ExtractionStep, SourceKind

__all__ = [
    "Document",
    "Extracted",
    "ExtractionStep",
    "HiddenKind",
    "HiddenText",
    "Locator",
    "Passage",
    "Reading",
]


class Locator(Frozen):
    """Where in the source a passage stands, in the source's own terms.

    ``section`` is the nearest heading above; ``page`` counts from 1; ``seconds`` is the start in a
    video or audio; ``speaker`` is who says it.
    """

    section: str | None = None
    page: int | None = None
    seconds: float | None = None
    speaker: str | None = None


class Passage(Frozen):
    """About a paragraph: ``text[start:end]`` of the document, numbered from 1."""

    n: int
    start: int
    end: int
    locator: Locator = Locator()


class HiddenKind(StrEnum):
    """Why no reader sees a text that the file carries."""

    STYLE = "style"
    ATTRIBUTE = "attribute"
    CLASS = "class"
    TEMPLATE = "template"
    BIDI = "bidi"
    PDF_LAYER = "pdf_layer"


class HiddenText(Frozen):
    """Text of the file that was left out, for no reader sees it, or its author struck it out."""

    kind: HiddenKind
    text: str
    reason: str


class Document(Frozen):
    """The text of one snapshot as one extractor reads it.

    ``document_id`` is derived from the canonical URL (or the source id) and the text, so the same
    text read twice is one document. Offsets count Python characters (code points) of ``text``.

    Raises:
        pydantic.ValidationError: if passages overlap, leave the text, or are misnumbered.
    """

    document_id: str
    source_id: str
    snapshot_id: str
    kind: SourceKind
    extractor: str
    url: str | None
    title: str | None
    authors: Sequence[str]
    published: date | None
    language: str | None
    site: str | None
    text: str
    passages: Sequence[Passage]
    extraction: Sequence[ExtractionStep]
    hidden_text: Sequence[HiddenText] = ()

    @model_validator(mode="after")
    def _passages_lie_in_order(self) -> Self:
        end = 0
        for number, passage in enumerate(self.passages, start=1):
            if passage.n != number or not end <= passage.start < passage.end <= len(self.text):
                raise ValueError(f"passage {passage.n} is out of order or outside the text")
            end = passage.end
        return self

    def passage_text(self, passage: Passage) -> str:
        """Return the characters of ``passage``."""
        return self.text[passage.start : passage.end]

    def passage_at(self, offset: int) -> Passage | None:
        """Return the passage that holds the character at ``offset``, or None between passages."""
        return next((p for p in self.passages if p.start <= offset < p.end), None)

    def as_read(self, reading: "Reading") -> Self:
        """Return the document with what a later reading of the same text tells about it.

        Passages are taken over where they are cut alike: evidence counts them.
        """
        told = {name: getattr(reading, name) for name in type(reading).model_fields}
        for name in ("reading_id", "read_at"):
            del told[name]
        if _spans(reading.passages) != _spans(self.passages):
            del told["passages"]
        return self.model_copy(update=told)


class Reading(Frozen):
    """One time that an extractor read a snapshot: which document came out, and what it tells of it.

    Readings that give the same text share a document; title, authors and dates are the newest's.
    """

    reading_id: str
    source_id: str
    snapshot_id: str
    document_id: str
    extractor: str
    url: str | None
    title: str | None
    authors: Sequence[str]
    published: date | None
    language: str | None
    site: str | None
    passages: Sequence[Passage]
    extraction: Sequence[ExtractionStep]
    hidden_text: Sequence[HiddenText] = ()
    read_at: datetime


def _spans(passages: Sequence[Passage]) -> list[tuple[int, int]]:
    return [(passage.start, passage.end) for passage in passages]


class Extracted(Frozen):
    """What an extractor returns: a Document without the identity that the pipeline gives it.

    ``extractor`` is what read it, with its version: the registry writes it in.
    """

    kind: SourceKind
    extractor: str = ""
    title: str | None = None
    authors: Sequence[str] = ()
    published: date | None = None
    language: str | None = None
    site: str | None = None
    canonical_url: str | None = None
    text: str
    passages: Sequence[Passage]
    extraction: Sequence[ExtractionStep]
    hidden_text: Sequence[HiddenText] = ()
