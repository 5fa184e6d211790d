"""Finds a quote in the document: exactly, or nearly with its score, or not at all."""

import re
import unicodedata

from rapidfuzz import fuzz

from casebook.schemas.cases import Evidence, Match
from casebook.schemas.documents import Document
from casebook.summarizer.wording import content_stems, numbers, overlap

# Below this share of agreeing characters a near match is another sentence.
FUZZY_CUTOFF = 0.87
_MIN_WORDS = 2
_CANDIDATES = 3
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…|\[\.\.\.\])\s*")
# Spellings that differ between a page and a model's copy of it, though the words do not.
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"}) | (
    str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
)


class QuoteFinder:
    """The normalised text of one document with a way back to its offsets."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text, self._offsets = _normalise(document.text)
        self._stems = [
            (passage, content_stems(document.passage_text(passage)))
            for passage in document.passages
        ]

    def find(self, quote: str) -> list[Evidence]:
        """Return where ``quote`` stands; a quote with an ellipsis is found in its parts."""
        parts = [part for part in _ELLIPSIS.split(quote.strip()) if len(part.split()) >= _MIN_WORDS]
        return [self._find(part) for part in parts] or [Evidence(quote=quote)]

    def _find(self, quote: str) -> Evidence:
        wanted = _normalise(quote.strip().strip('"“”'))[0].strip()
        place = self._text.find(wanted) if wanted else -1
        if place >= 0:
            return self._evidence(place, place + len(wanted), Match.EXACT, 1.0)
        return self._nearly(quote, wanted)

    def _nearly(self, quote: str, wanted: str) -> Evidence:
        """Align within the passages that share most words; numbers must agree exactly."""
        asked = content_stems(quote)
        ranked = sorted(self._stems, key=lambda entry: -overlap(asked, entry[1]))
        best = Evidence(quote=quote)
        for passage, _ in ranked[:_CANDIDATES]:
            text, offsets = _normalise(self._document.passage_text(passage))
            aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=FUZZY_CUTOFF * 100)
            if aligned is None or len(wanted) > len(text):
                continue
            begin, end = _whole_words(text, aligned.dest_start, aligned.dest_end)
            start, stop = passage.start + offsets[begin], passage.start + offsets[end - 1] + 1
            found = self._document.text[start:stop]
            score = round(aligned.score / 100, 3)
            if score > best.score and numbers(found) == numbers(quote):
                best = Evidence(
                    quote=found,
                    passage=passage.n,
                    start=start,
                    end=stop,
                    match=Match.FUZZY,
                    score=score,
                )
        return best

    def _evidence(self, begin: int, end: int, match: Match, score: float) -> Evidence:
        start, stop = self._offsets[begin], self._offsets[end - 1] + 1
        return evidence_at(self._document, start, stop, match, score)


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


def _normalise(text: str) -> tuple[str, list[int]]:
    """Return the comparable form of ``text`` and, for each of its characters, the offset."""
    out: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).translate(_SAME).casefold()
        for piece in plain:
            if piece.isspace():
                if out and out[-1] == " ":
                    continue
                piece = " "  # noqa: PLW2901 - every kind of space reads as one
            out.append(piece)
            offsets.append(offset)
    return "".join(out), offsets


def _whole_words(text: str, begin: int, end: int) -> tuple[int, int]:
    """Widen a span so that it cuts no word."""
    while begin > 0 and text[begin - 1].isalnum() and text[begin].isalnum():
        begin -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return begin, end
