"""Cuts a document's passages into sentences that know their place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from casebook.schemas.documents import Document

# A list marker belongs to the page's form, not to the sentence.
_MARKER = re.compile(r"\s*(?:[-–—*•▪◦·►✓✔]+|\(?\d{1,2}[.)])\s+")
# What the splitter takes for an end and is none: "approx. 5", "ASP.NET", "Microsoft.Extensions".
_NO_END = re.compile(r"\b(?:e\.g|i\.e|vs|etc|approx|no|fig|incl|resp)\.$", re.IGNORECASE)
_DOTTED = re.compile(r"(?:^|[^\w])[A-Z]\w*\.$")


@dataclass(frozen=True)
class Sentence:
    """``document.text[start:end]``, in passage ``passage`` (its number) under ``section``.

    ``position`` is the place in the document from 0 (first sentence) to 1 (last); ``opens`` tells
    that it is the first of its line: of a paragraph, a list item or a table row.
    """

    text: str
    start: int
    end: int
    passage: int
    section: str
    position: float
    opens: bool = False


def sentences_of(document: Document) -> list[Sentence]:
    """Return the sentences of every passage, in order, each within one line block.

    Line breaks end a sentence: list items, table rows and headings stand alone.
    """
    found: list[tuple[int, int, int, str, bool]] = []
    for passage in document.passages:
        offset = passage.start
        for line in document.passage_text(passage).split("\n"):
            found += [
                (offset + start, offset + end, passage.n, passage.locator.section or "", not place)
                for place, (start, end) in enumerate(spans(line, document.language))
            ]
            offset += len(line) + 1
    last = max(len(found) - 1, 1)
    return [
        Sentence(document.text[start:end], start, end, n, section, place / last, opens)
        for place, (start, end, n, section, opens) in enumerate(found)
    ]


def spans(line: str, language: str | None) -> list[tuple[int, int]]:
    """Return the trimmed sentence spans of one line of text, without its list marker."""
    marker = _MARKER.match(line)
    begin = marker.end() if marker else 0
    spans: list[tuple[int, int]] = []
    for start, end in _pieces(line[begin:], language):
        start, end = start + begin, end + begin  # noqa: PLW2901 - back to the line's own offsets
        if not spans:
            spans.append((start, end))
            continue
        first, last = spans[-1]
        if _runs_on(line[first:last], line[last:start], line[start:end]):
            spans[-1] = (first, end)
        elif start >= last:
            spans.append((start, end))
    return spans


def _pieces(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    """Yield what the splitter finds, trimmed."""
    for found in get_sentence_boundaries(language or "en", text) if text.strip() else ():
        start, end = found["start_index"], found["end_index"]
        piece = text[start:end]
        trimmed = piece.strip()
        if trimmed:
            begin = start + piece.index(trimmed)
            yield begin, begin + len(trimmed)


def _runs_on(before: str, between: str, after: str) -> bool:
    if before.endswith(" ."):
        return True
    if not between:
        return bool(_DOTTED.search(before)) and after[:1].isalnum()
    return bool(_NO_END.search(before)) and (after[:1].islower() or after[:1].isdigit())
