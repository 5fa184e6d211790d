"""Cuts a document along its sections into windows of passages that fit a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from schemas.sources import Document, Passage, Speakers
from summarizer.rendering import estimate_tokens
from summarizer.sentences import sentences_of
from summarizer.strategies.company import company_of

WINDOW_TOKENS = 24_000
"""Many models could read longer windows, but they mention less of their content."""

OPENING_TOKENS = 300
"""The size of the document's opening, which is repeated in each window."""

_MARK_TOKENS = 8  # for the number, page or time, and line breaks of a passage
_EARLIEST_BORDER = 0.5  # a window ends at the last border in its second half, if there is one
_SLACK = 1.15  # the ratio of the longest window to the average, so that lengths are similar
_SHORTEST = 400  # characters; shorter passages are not cut


@dataclass(frozen=True)
class Window:
    """Consecutive passages, with the estimated tokens of their text in the prompt."""

    passages: tuple[Passage, ...]
    tokens: int

    @property
    def first(self) -> int:
        """The number of the first passage."""
        return self.passages[0].n

    @property
    def last(self) -> int:
        """The number of the last passage."""
        return self.passages[-1].n

    @property
    def span(self) -> range:
        """The offsets of its text."""
        return range(self.passages[0].start, self.passages[-1].end)


def cut(document: Document, max_tokens: int) -> list[Window]:
    """Return the windows of ``document`` in order, each of up to ``max_tokens``.

    Passages that are too long for a window are cut into pieces.
    """
    pieces = [p for passage in document.passages for p in _pieces(document, passage, max_tokens)]
    sizes = [_tokens(document, piece) for piece in pieces]
    borders = _borders(pieces, document.speakers or Speakers())
    windows, start = [], 0
    while start < len(pieces):
        rest = sum(sizes[start:])
        evenly = ceil(_SLACK * rest / ceil(rest / max_tokens))
        end = _end(borders, sizes, start, min(max_tokens, max(evenly, sizes[start])))
        windows.append(Window(tuple(pieces[start:end]), sum(sizes[start:end])))
        start = end
    return windows


def halves(document: Document, window: Window) -> list[Window]:
    """Return the two halves of a window, or the window alone if it cannot be cut."""
    pieces = list(window.passages)
    if len(pieces) == 1:
        pieces = _halved(document, pieces[0])
    if len(pieces) == 1:
        return [window]
    sizes = [_tokens(document, piece) for piece in pieces]
    reach = list(accumulate(sizes))
    middle = min(range(1, len(pieces)), key=lambda i: abs(reach[i - 1] - reach[-1] / 2))
    return [
        Window(tuple(pieces[part]), sum(sizes[part]))
        for part in (slice(middle), slice(middle, None))
    ]


def opening_before(window: Window, document: Document) -> list[Passage]:
    """Return the opening passages of the document that come before the window."""
    room, opening = OPENING_TOKENS, []
    for passage in document.passages:
        room -= estimate_tokens(document.passage_text(passage))
        if room < 0 or passage.end > window.passages[0].start:
            break
        opening.append(passage)
    return opening


def company_named(document: Document) -> str | None:
    """Return the company named in the document, which is stated above each window."""
    company = company_of(document, sentences_of(document))
    return company.value if company else None


def _borders(pieces: Sequence[Passage], speakers: Speakers) -> list[tuple[bool, bool]]:
    """Return for each piece whether it starts a section, and whether a host starts to speak."""
    asks = {name: speakers.role(name) == "host" for name in {piece.speaker for piece in pieces}}
    pairs = zip([None, *pieces], pieces, strict=False)
    return [
        (
            before is None or piece.headings != before.headings,
            before is not None and asks[piece.speaker] and not asks[before.speaker],
        )
        for before, piece in pairs
    ]


def _end(borders: Sequence[tuple[bool, bool]], sizes: Sequence[int], start: int, limit: int) -> int:
    """Return the end of the window that begins at ``start``."""
    reach = list(accumulate(sizes[start:]))
    most = start + max(1, sum(1 for size in reach if size <= limit))
    if most >= len(sizes):
        return len(sizes)
    places = range(most, start, -1)
    late = [at for at in places if reach[at - start - 1] >= limit * _EARLIEST_BORDER]
    sections = (at for at in late if borders[at][0])
    # Never between a question and its answer, even if the window becomes short.
    questions = (at for at in places if borders[at][1])
    return next(sections, next(questions, most))


def _pieces(document: Document, passage: Passage, max_tokens: int) -> list[Passage]:
    """Return the passage, cut into pieces that fit."""
    if _tokens(document, passage) <= max_tokens:
        return [passage]
    parts = _halved(document, passage)
    if len(parts) == 1:
        return parts
    return [piece for part in parts for piece in _pieces(document, part, max_tokens)]


def _halved(document: Document, passage: Passage) -> list[Passage]:
    """Return the halves of a passage, cut at a space before its middle, or a short one whole."""
    if passage.end - passage.start < _SHORTEST:
        return [passage]
    middle = (passage.start + passage.end) // 2
    space = document.text.rfind(" ", passage.start + 1, middle)
    at = space if space > 0 else middle
    return [passage.model_copy(update={"end": at}), passage.model_copy(update={"start": at})]


def _tokens(document: Document, passage: Passage) -> int:
    labels = " > ".join((*passage.headings, passage.speaker or ""))
    return estimate_tokens(document.passage_text(passage)) + estimate_tokens(labels) + _MARK_TOKENS
