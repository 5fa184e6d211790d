"""Extracted text, cut into numbered passages that know where they stand in the source."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import model_validator

from schemas.frozen import Frozen
from schemas.sources import SourceKind, Step


class Passage(Frozen):
    """About a paragraph: ``text[start:end]`` of the document.

    ``n`` and ``page`` count from 1; ``headings`` are those above it, outermost first; ``seconds``
    is its start in a video or recording.
    """

    n: int
    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    seconds: float | None = None
    speaker: str | None = None

    @property
    def section(self) -> str | None:
        """The nearest heading above."""
        return self.headings[-1] if self.headings else None


class HiddenText(Frozen):
    """Text that the file carries and no reader sees; it is left out of the document."""

    text: str
    reason: str


class Extracted(Frozen):
    """What an extractor returns: a document without its identity.

    ``extractor`` is its name and version, ``canonical_url`` what the page itself names,
    ``description`` its own summary. Offsets count Python characters (code points) of ``text``.
    """

    kind: SourceKind
    extractor: str = ""
    title: str | None = None
    authors: Sequence[str] = ()
    published: date | None = None
    language: str | None = None
    site: str | None = None
    description: str | None = None
    canonical_url: str | None = None
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

    def passage_text(self, passage: Passage) -> str:
        """Return the characters of ``passage``."""
        return self.text[passage.start : passage.end]

    def passage_at(self, offset: int) -> Passage | None:
        """Return the passage that holds the character at ``offset``, or None between passages."""
        return next((p for p in self.passages if p.start <= offset < p.end), None)
