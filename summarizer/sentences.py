"""Splits a document's passages into sentences with their positions."""

import re
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from schemas.sources import Document

_MARKER = re.compile(r"\s*(?:[-–—*•▪◦·►✓✔]+|\(?\d{1,2}[.)])\s+")
# Full stops that the splitter mistakes for the end of a sentence: "approx. 5", "ASP.NET".
_NO_END = re.compile(r"\b(?:e\.g|i\.e|vs|etc|approx|no|fig|incl|resp)\.$", re.IGNORECASE)
_DOTTED = re.compile(r"(?:^|[^\w])[A-Z]\w*\.$")
_WRAPPED = re.compile(r"(?<![.:;!?…])\n(?=[a-z])")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class Sentence:
    """``document.text[start:end]`` under the heading ``section``."""

    text: str
    start: int
    end: int
    section: str
    position: float  # from 0 (the first sentence) to 1 (the last)
    opens: bool = False  # the first sentence of a paragraph, list item or table row


def words(text: str) -> list[str]:
    """Return the words of ``text``; a word can contain hyphens and apostrophes."""
    return _WORD.findall(text)


def word_set(text: str) -> frozenset[str]:
    """Return the different words of ``text`` in lower case."""
    return frozenset(word.casefold() for word in words(text))


def sentences_of(document: Document) -> list[Sentence]:
    """Return the sentences of all passages in order.

    A line break ends a sentence unless the next line continues in lower case.
    """
    found: list[tuple[int, int, str, bool]] = []
    for passage in document.passages:
        offset, section = passage.start, passage.section or ""
        for line in _WRAPPED.sub(" ", document.passage_text(passage)).split("\n"):
            found += [
                (offset + start, offset + end, section, not place)
                for place, (start, end) in enumerate(_spans(line, document.language))
            ]
            offset += len(line) + 1
    last = max(len(found) - 1, 1)
    return [
        Sentence(_WRAPPED.sub(" ", document.text[one[0] : one[1]]), *one[:3], place / last, one[3])
        for place, one in enumerate(found)
    ]


def _spans(line: str, language: str | None) -> list[tuple[int, int]]:
    """Return the spans of the sentences in a line, without list marker and white space."""
    marker = _MARKER.match(line)
    begin = marker.end() if marker else 0
    text, spans = line[begin:], list[tuple[int, int]]()
    for found in get_sentence_boundaries(language or "en", text) if text.strip() else ():
        piece = text[found["start_index"] : found["end_index"]]
        start = begin + found["start_index"] + len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if spans and _continues(line, spans[-1], start):
            spans[-1] = (spans[-1][0], end)
        elif piece.strip() and (not spans or start >= spans[-1][1]):
            spans.append((start, end))
    return spans


def _continues(line: str, before: tuple[int, int], start: int) -> bool:
    """Return whether the previous sentence continues at ``start``."""
    text, after = line[slice(*before)], line[start : start + 1]
    if start == before[1]:
        return bool(_DOTTED.search(text)) and after.isalnum()
    return bool(_NO_END.search(text)) and (after.islower() or after.isdigit())
