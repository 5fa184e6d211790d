"""Finds a quote in the document: exactly, or nearly with its score, or not at all."""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from rapidfuzz import fuzz

from casebook.schemas.cases import Evidence, Match
from casebook.schemas.documents import Document, Passage
from casebook.summarizer.grounding.source_text import SourceSentence
from casebook.summarizer.language.sentences import spans
from casebook.summarizer.language.wording import (
    content_stems,
    identifiers,
    negations,
    number_sequence,
    overlap,
    words,
)

# Below this share of agreeing characters a near match is another sentence.
FUZZY_CUTOFF = 0.87
# A single word stands anywhere and proves nothing.
_MIN_WORDS = 2
_MIN_SPACELESS = 6
_CANDIDATES = 3
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…)\s*")
# Spellings that differ between a page and a model's copy of it, though the words do not.
_SAME = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛‹›′`´", "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
# Thai to Khmer, kana, Han: scripts that put no spaces between words.
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_OUTER = " \t\n\"“”„«»'‘’"
_TRAILING = _OUTER + ".,;:"


class QuoteFinder:
    """The normalised text of one document with a way back to its offsets."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text, self._offsets = _normalise(document.text)

    @cached_property
    def _stems(self) -> list[tuple[int, set[str]]]:
        """Each passage's place and words: asked only for a quote that does not stand as it is."""
        return [
            (place, content_stems(self._document.passage_text(passage)))
            for place, passage in enumerate(self._document.passages)
        ]

    def find(self, quote: str) -> list[Evidence]:
        """Return where ``quote`` stands; a quote with an ellipsis is found in its parts."""
        if _tells(quote) and (whole := self._exactly(quote)):
            return [whole]
        parts = [part for part in _ELLIPSIS.split(quote) if _tells(part)]
        return [self._exactly(p) or self._nearly(p) for p in parts] or [Evidence(quote=quote)]

    def sentences(self, evidence: Evidence) -> list[SourceSentence]:
        """Return the sentences that a quote was taken from, each whole."""
        if evidence.start is None or evidence.end is None:
            return []
        return [
            SourceSentence(self._document.text[a:b], a, b, 0)
            for passage in self._document.passages
            if passage.start < evidence.end and evidence.start < passage.end
            for a, b in self._cut(passage)
            if a < evidence.end and evidence.start < b
        ]

    def _cut(self, passage: Passage) -> Iterator[tuple[int, int]]:
        offset = passage.start
        for line in self._document.passage_text(passage).split("\n"):
            for start, end in spans(line, self._document.language):
                yield offset + start, offset + end
            offset += len(line) + 1

    def _exactly(self, quote: str) -> Evidence | None:
        """Find the quote as whole words, if need be without quotation marks or a closing stop."""
        for spelling in dict.fromkeys((quote.strip(), quote.strip(_OUTER), quote.strip(_TRAILING))):
            wanted = _normalise(spelling)[0].strip()
            for place in _places(wanted, self._text):
                return self._evidence(self._text, self._offsets, place)
        return None

    def _nearly(self, quote: str) -> Evidence:
        """Align within the passages that share most words, and on into the next one.

        Numbers, names with digits and negations must agree: a copy that changes one of them is
        another statement, however many characters agree.
        """
        wanted = _normalise(quote.strip(_OUTER))[0].strip()
        asked = content_stems(quote)
        ranked = sorted(self._stems, key=lambda entry: -overlap(asked, entry[1]))
        best = Evidence(quote=quote)
        for place, _ in ranked[:_CANDIDATES]:
            found = self._aligned(wanted, place)
            if found and found.score > best.score and _figures(found.quote) == _figures(quote):
                best = found
        return best

    def _aligned(self, wanted: str, place: int) -> Evidence | None:
        """Return the stretch most like ``wanted`` in a passage and its successor."""
        passages = self._document.passages
        start = passages[place].start
        end = passages[min(place + 1, len(passages) - 1)].end
        text, offsets = _normalise(self._document.text[start:end])
        aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=FUZZY_CUTOFF * 100)
        if aligned is None or len(wanted) > len(text):
            return None
        span = _whole_words(text, aligned.dest_start, aligned.dest_end)
        score = round(fuzz.ratio(wanted, text[slice(*span)]) / 100, 3)
        if score < FUZZY_CUTOFF:
            return None
        return self._evidence(text, offsets, span, base=start, near=score)

    def _evidence(
        self,
        text: str,
        offsets: Sequence[int],
        span: tuple[int, int],
        *,
        base: int = 0,
        near: float | None = None,
    ) -> Evidence:
        """Return the evidence at ``span`` of a normalised text that begins at offset ``base``."""
        begin, end = span
        while text[begin] == " ":
            begin += 1
        while text[end - 1] == " ":
            end -= 1
        stop = base + offsets[end - 1] + 1
        # An accent written as a character of its own belongs to the letter before it.
        while stop < len(self._document.text) and unicodedata.combining(self._document.text[stop]):
            stop += 1
        start = base + offsets[begin]
        if near is None:
            return evidence_at(self._document, start, stop)
        return evidence_at(self._document, start, stop, Match.FUZZY, near)


def _tells(quote: str) -> bool:
    return len(words(quote)) >= _MIN_WORDS or len(_SPACELESS.findall(quote)) >= _MIN_SPACELESS


def _places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where ``wanted`` stands in ``text`` and cuts neither a word nor a number."""
    place = text.find(wanted) if wanted else -1
    while place >= 0:
        end = place + len(wanted)
        if not (_cuts(text, place) or _cuts(text, end)):
            yield place, end
        place = text.find(wanted, place + 1)


def _cuts(text: str, at: int) -> bool:
    """Tell whether a word or a number like "1,200" runs on across ``at``."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after or _SPACELESS.match(after):
        return False
    return (
        (before[-1].isalnum() and after[0].isalnum())
        or (before[-1].isdigit() and bool(re.match(r"[.,]\d", after)))
        or (bool(re.match(r"\d[.,]", before)) and after[0].isdigit())
    )


def _figures(text: str) -> tuple[list[float], list[str], int]:
    return number_sequence(text), identifiers(text), negations(text)


def evidence_at(
    document: Document, start: int, end: int, match: Match = Match.EXACT, score: float = 1.0
) -> Evidence:
    """Return the evidence that ``document.text[start:end]`` is."""
    passage = document.passage_at(start)
    return Evidence(
        quote=document.text[start:end],
        passage=passage.n if passage else None,
        start=start,
        end=end,
        match=match,
        score=score,
    )


def _normalise(text: str) -> tuple[str, Sequence[int]]:
    """Return the comparable form of ``text`` and, for each of its characters, the offset."""
    out: list[str] = []
    offsets = array("I")  # a ninth of what numbers take as objects: a book has a million
    for offset, character in enumerate(text):
        for piece in _plain(character):
            if piece == " " and out and out[-1] == " ":
                continue
            out.append(piece)
            offsets.append(offset)
    return "".join(out), offsets


@cache
def _plain(character: str) -> str:
    """Return what one character compares as: no case, accent, ligature, or kind of space."""
    if unicodedata.category(character) == "Cf":  # soft hyphens, zero-width spaces, direction marks
        return ""
    spelled = unicodedata.normalize("NFKD", character.translate(_SAME)).translate(_SAME)
    kept = "".join(c for c in spelled if not unicodedata.combining(c)).casefold()
    return re.sub(r"\s", " ", kept)


def _whole_words(text: str, begin: int, end: int) -> tuple[int, int]:
    """Move each edge of a span that cuts a word to the nearer end of that word."""
    return _nearest_edge(text, begin), _nearest_edge(text, end)


def _nearest_edge(text: str, at: int) -> int:
    back = forth = at
    while _cuts(text, back):
        back -= 1
    while _cuts(text, forth):
        forth += 1
    return back if at - back < forth - at else forth
