"""Cuts a document's passages into sentences that know their place."""

from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from casebook.schemas.documents import Document


@dataclass(frozen=True)
class Sentence:
    """``document.text[start:end]``, in passage ``passage`` (its number) under ``section``.

    ``position`` is the place in the document from 0 (first sentence) to 1 (last).
    """

    text: str
    start: int
    end: int
    passage: int
    section: str
    position: float


def sentences_of(document: Document) -> list[Sentence]:
    """Return the sentences of every passage, in order, each within one line block.

    Line breaks end a sentence: list items, table rows and headings stand alone.
    """
    found: list[tuple[int, int, int, str]] = []
    for passage in document.passages:
        offset = passage.start
        for line in document.passage_text(passage).split("\n"):
            found += [
                (offset + start, offset + end, passage.n, passage.locator.section or "")
                for start, end in _spans(line, document.language)
            ]
            offset += len(line) + 1
    last = max(len(found) - 1, 1)
    return [
        Sentence(document.text[start:end], start, end, n, section, place / last)
        for place, (start, end, n, section) in enumerate(found)
    ]


def _spans(line: str, language: str | None) -> list[tuple[int, int]]:
    """Return the trimmed sentence spans of one line of text."""
    spans = []
    if not line.strip():
        return []
    position = 0
    for boundary in get_sentence_boundaries(language or "en", line):
        text = boundary["text"]
        start = line.find(text, position)
        if start < 0:
            continue
        position = start + len(text)
        trimmed = text.strip()
        if trimmed:
            begin = start + text.index(trimmed)
            spans.append((begin, begin + len(trimmed)))
    return spans
