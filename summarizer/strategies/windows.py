"""Cuts a document into windows of passages that fit a model, along its sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from schemas.sources import Document, Passage
from summarizer.rendering import estimate_tokens

# What a passage takes beside its text and headings: its number, page or time, and line breaks.
_MARK_TOKENS = 8
# A window ends at the last border in its second half, where there is one.
_EARLIEST_BORDER = 0.5
# Windows are about equally long: none is so much longer than the mean of the rest.
_SLACK = 1.15
# A stretch shorter than this (characters) is not cut again.
_SHORTEST = 400


@dataclass(frozen=True)
class Window:
    """Consecutive passages; ``tokens`` is the estimate for them as they are shown."""

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


def cut(document: Document, max_tokens: int) -> list[Window]:
    """Return the windows of ``document`` in order, none longer than ``max_tokens``.

    A passage too long for any window stands there in pieces.
    """
    pieces = [p for passage in document.passages for p in _pieces(document, passage, max_tokens)]
    sizes = [_tokens(document, piece) for piece in pieces]
    borders = _borders(pieces, document.speakers()[0])
    windows, start = [], 0
    while start < len(pieces):
        rest = sum(sizes[start:])
        evenly = ceil(_SLACK * rest / ceil(rest / max_tokens))
        end = _end(borders, sizes, start, min(max_tokens, max(evenly, sizes[start])))
        windows.append(Window(tuple(pieces[start:end]), sum(sizes[start:end])))
        start = end
    return windows


def halves(document: Document, window: Window) -> list[Window]:
    """Return the window in two; one that cannot be cut any more comes back alone."""
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


def _borders(pieces: Sequence[Passage], hosts: Sequence[str]) -> list[tuple[bool, bool]]:
    """Return for each piece whether it opens a section, and whether a host takes over there."""
    pairs = zip([None, *pieces], pieces, strict=False)
    return [
        (
            before is None or piece.headings != before.headings,
            before is not None and piece.speaker in hosts and before.speaker not in hosts,
        )
        for before, piece in pairs
    ]


def _end(borders: Sequence[tuple[bool, bool]], sizes: Sequence[int], start: int, limit: int) -> int:
    """Return where the window that begins at ``start`` ends."""
    reach = list(accumulate(sizes[start:]))
    most = start + max(1, sum(1 for size in reach if size <= limit))
    if most >= len(sizes):
        return len(sizes)
    places = range(most, start, -1)
    late = [at for at in places if reach[at - start - 1] >= limit * _EARLIEST_BORDER]
    sections = (at for at in late if borders[at][0])
    # Never between a question and its answer, however short the window becomes.
    questions = (at for at in places if borders[at][1])
    return next(sections, next(questions, most))


def _pieces(document: Document, passage: Passage, max_tokens: int) -> list[Passage]:
    """Return the passage, in as many pieces as it takes for each to fit."""
    if _tokens(document, passage) <= max_tokens:
        return [passage]
    parts = _halved(document, passage)
    if len(parts) == 1:
        return parts
    return [piece for part in parts for piece in _pieces(document, part, max_tokens)]


def _halved(document: Document, passage: Passage) -> list[Passage]:
    """Cut a passage at the space nearest before its middle; a short one stays whole."""
    if passage.end - passage.start < _SHORTEST:
        return [passage]
    middle = (passage.start + passage.end) // 2
    space = document.text.rfind(" ", passage.start + 1, middle)
    at = space if space > 0 else middle
    return [passage.model_copy(update={"end": at}), passage.model_copy(update={"start": at})]


def _tokens(document: Document, passage: Passage) -> int:
    labels = " > ".join((*passage.headings, passage.speaker or ""))
    return estimate_tokens(document.passage_text(passage)) + estimate_tokens(labels) + _MARK_TOKENS
