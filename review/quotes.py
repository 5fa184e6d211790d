"""Quotes as pages show them: their words, their location, and the marks in the text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from publishing.anchors import link_to_quote, place, span_of
from schemas.cases import Evidence
from schemas.sources import Document

_WORDS_PER_SECOND = 2.3  # of slow speech
_AROUND, _AROUND_ESTIMATE = 1.5, 6.0  # seconds


class Span(NamedTuple):
    """A quote to mark, in code points of the described text; ``id`` is unique on its page."""

    id: str
    start: int
    end: int


class QuoteView(NamedTuple):
    """A quote; ``id`` is that of its mark in the source, None if the quote is not in the source."""

    id: str | None
    words: str
    passage: int | None = None
    place: str = ""
    link: str | None = None
    is_close: bool = False
    sheet: str | None = None  # the last part of the address of its page image
    heard: tuple[float, float] | None = None  # the seconds to listen to, if a machine heard it


@dataclass
class QuoteMarker:
    """Numbers the quotes of a page and collects their spans."""

    document: Document
    spans: list[Span] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def views(self, evidence: Iterable[Evidence], prefix: str = "q") -> list[QuoteView]:
        """Return the views of some evidence; their ids start with ``prefix``."""
        return [self._quote(each, prefix) for each in evidence]

    def _quote(self, evidence: Evidence, prefix: str) -> QuoteView:
        if not (found := span_of(self.document, evidence)):
            return QuoteView(None, evidence.quote)
        span = Span(f"{prefix}{next(self._numbers)}", *found)
        self.spans.append(span)
        link = link_to_quote(self.document, evidence)
        where = place(evidence, self.document)
        page = page_at(self.document, span.start)
        sheet = f"{page}?start={span.start}&end={span.end}#quote" if page else None
        is_close = evidence.score < 1.0
        heard = seconds_of(evidence)
        return QuoteView(
            span.id, evidence.quote, evidence.passage, where, link, is_close, sheet, heard
        )


def seconds_of(evidence: Evidence) -> tuple[float, float] | None:
    """Return the seconds between which a machine heard a quote, with some time around them."""
    if evidence.seconds is None or not evidence.heard:
        return None
    around = _AROUND_ESTIMATE if evidence.estimated else _AROUND
    length = len(evidence.quote.split()) / _WORDS_PER_SECOND
    return max(0.0, evidence.seconds - around), evidence.seconds + length + around


def page_at(document: Document, offset: int) -> int | None:
    """Return the page of a PDF that has the character at ``offset``."""
    passage = document.passage_at(offset)
    pages = [line.page for line in passage.lines if line.end > offset] if passage else []
    return next(iter(pages), passage.page if passage else None)
