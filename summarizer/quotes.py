"""Finds quotes in a document, exactly or approximately with a score."""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz

from schemas.cases import Evidence, Match
from schemas.sources import Document, Passage
from summarizer.sentences import word_set, words

LEAST_SCORE = 0.87
"""The smallest share of matching characters; below it, the match is another sentence."""

# A single word occurs anywhere and proves nothing.
_LEAST_WORDS = 2
_LEAST_UNSPACED = 6
_CANDIDATES = 3
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…)\s*")
# Characters that models often replace by similar ones when they copy text.
_SAME = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛‹›′`´", "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
# Scripts without spaces between words: Thai to Khmer, kana, Han.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Markdown in quotes, which documents do not have.
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_MARKS = re.compile(r"\*\*|__|[`\[\]]|(?<=\s)[-*](?=\s)")
# Footnote marks: [12], [3, 4], and superscript digits that are not an exponent.
_FOOTNOTE = re.compile(r"\[\^?\d{1,3}(?: ?[,-] ?\d{1,3})*\]")
_SUPERSCRIPT = re.compile(r"(?<!\d)[¹²³⁰⁴-⁹]+")
# Typography is everything but words (with the vowel signs of Indic and other scripts), the signs
# of quantities, and what is between two digits.
_MARK = r"[^\w%$€£¥<>=+~^\u0900-\u109f\u1780-\u17ff]"
_TYPOGRAPHY = re.compile(rf"(?<!\d)(?<!{_MARK}){_MARK}+?(?=(?!{_MARK})|-\d)|{_MARK}++(?!\d)")
_OUTER = " \t\n\"“”„«»'‘’"
_TRAILING = _OUTER + ".,;:"


class _Comparable(NamedTuple):
    text: str
    offsets: Sequence[int]


class QuoteFinder:
    """Finds quotes in the comparable form of a document, and maps them back to its offsets."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._whole = _comparable(document.text)

    def find_all(self, quotes: Sequence[str]) -> tuple[Evidence, ...]:
        """Return the evidence for all quotes, without blank and repeated ones."""
        found = [e for quote in quotes if quote.strip() for e in self.find(quote)]
        return tuple(dict.fromkeys(found))

    def find(self, quote: str) -> list[Evidence]:
        """Return the evidence for ``quote``; the parts around an ellipsis are found separately."""
        if _is_distinctive(quote) and (whole := self._exactly(quote)):
            return [whole]
        quote = _MARKS.sub("", _LINK.sub(r"\1", _FOOTNOTE.sub("", quote)))
        parts = [part for part in _ELLIPSIS.split(quote) if _is_distinctive(part)]
        return [self._part(part) for part in parts] or [Evidence(quote=quote)]

    def _part(self, quote: str) -> Evidence:
        found = self._exactly(quote) or self._by_letters(quote) or self._in_description(quote)
        return found or self._nearly(quote)

    def _in_description(self, quote: str) -> Evidence | None:
        """Find the quote in the page's own description, passage 0, which is outside of the text."""
        description = self._document.description or ""
        text, offsets = _comparable(description)
        for begin, end in _places(comparable(quote.strip(_OUTER)), text):
            own = description[offsets[begin] : offsets[end - 1] + 1]
            return Evidence(quote=own, passage=0, match=Match.EXACT, score=1.0)
        return None

    def nearest(self, quote: str) -> Passage | None:
        """Return the passage with the most words of the quote, if it has half of them."""
        asked, passages = word_set(quote), self._document.passages
        shared = [len(asked & have) for have in self._words]
        most = max(shared, default=0)
        return passages[shared.index(most)] if most and 2 * most >= len(asked) else None

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [word_set(self._document.passage_text(p)) for p in self._document.passages]

    def _exactly(self, quote: str) -> Evidence | None:
        """Find the quote, possibly without its outer quotation marks or its last full stop."""
        for spelling in dict.fromkeys((quote.strip(), quote.strip(_OUTER), quote.strip(_TRAILING))):
            if span := next(_places(comparable(spelling), self._whole.text), None):
                return self._evidence(self._whole, span)
        return None

    def _by_letters(self, quote: str) -> Evidence | None:
        """Find the quote by its letters and numbers, through any other typography."""
        wanted = _letters(_without_notes(quote, _comparable(quote)))
        if not wanted or wanted not in self._letters:
            return None
        gaps = ["" if _is_number(pair) else f"{_MARK}*" for pair in pairwise(wanted)]
        spaced = "".join(re.escape(c) + gap for c, gap in zip(wanted, [*gaps, ""], strict=True))
        places = (match.span() for match in re.finditer(spaced, self._noteless))
        whole = (p for p in places if not any(_cuts(self._noteless, at) for at in p))
        return next((self._evidence(self._whole, place) for place in whole), None)

    @cached_property
    def _noteless(self) -> str:
        return _without_notes(self._document.text, self._whole)

    @cached_property
    def _letters(self) -> str:
        return _letters(self._noteless)

    def _nearly(self, quote: str) -> Evidence:
        """Align the quote with the passages sharing the most words, each with the next passage."""
        wanted, asked = comparable(quote.strip(_OUTER)), word_set(quote)
        places = range(len(self._document.passages))
        ranked = sorted(places, key=lambda place: -len(asked & self._words[place]))
        found = [self._aligned(wanted, place) for place in ranked[:_CANDIDATES]]
        return max((f for f in found if f), key=lambda f: f.score, default=Evidence(quote=quote))

    def _aligned(self, wanted: str, place: int) -> Evidence | None:
        passages = self._document.passages
        start = passages[place].start
        end = passages[min(place + 1, len(passages) - 1)].end
        around = _comparable(self._document.text[start:end])
        text = around.text
        aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=LEAST_SCORE * 100)
        if aligned is None or len(wanted) > len(text):
            return None
        span = _nearest_edge(text, aligned.dest_start), _nearest_edge(text, aligned.dest_end)
        score = round(fuzz.ratio(wanted, text[slice(*span)]) / 100, 3)
        if score < LEAST_SCORE:
            return None
        return self._evidence(around, span, start, score)

    def _evidence(
        self, within: _Comparable, span: tuple[int, int], base: int = 0, score: float = 1.0
    ) -> Evidence:
        """Return the evidence at ``span`` of a comparable text that begins at offset ``base``."""
        text, offsets = within
        begin, end = span
        while text[begin] == " ":
            begin += 1
        while text[end - 1] == " ":
            end -= 1
        stop = base + offsets[end - 1] + 1
        # A combining accent belongs to the previous letter.
        while stop < len(self._document.text) and unicodedata.combining(self._document.text[stop]):
            stop += 1
        return evidence_at(self._document, base + offsets[begin], stop, score)


def evidence_at(document: Document, start: int, end: int, score: float = 1.0) -> Evidence:
    """Return ``document.text[start:end]`` as evidence with its page, time and speaker."""
    passage = document.passage_at(start)
    seconds = second_of(document, start)
    return Evidence(
        quote=document.text[start:end],
        passage=passage.n if passage else None,
        start=start,
        end=end,
        match=Match.EXACT if score == 1.0 else Match.CLOSE,
        score=score,
        page=passage.page if passage else None,
        seconds=seconds,
        estimated=passage is not None and seconds != passage.seconds,
        speaker=passage.speaker if passage else None,
        heard=passage.heard if passage else None,
    )


def second_of(document: Document, offset: int) -> float | None:
    """Return the second at an offset, interpolated if the turn begins earlier and another follows.

    The pieces of a long turn have the second at which the turn begins.
    """
    passage = document.passage_at(offset)
    if passage is None or passage.seconds is None:
        return None
    at, passages = passage.n - 1, document.passages
    while at and passages[at - 1].seconds == passage.seconds:
        at -= 1
    begin = passages[at].start
    timed = (p for p in passages[passage.n :] if p.seconds not in {None, passage.seconds})
    end = next(timed, None)
    if end is None or end.seconds is None or end.seconds < passage.seconds:
        return passage.seconds
    spoken = (offset - begin) / (end.start - begin) * (end.seconds - passage.seconds)
    return passage.seconds + int(spoken)


def comparable(text: str) -> str:
    """Return ``text`` with normalized case, accents, white space, dashes and quotation marks."""
    return _comparable(text).text.strip()


def _comparable(text: str) -> _Comparable:
    """Return the comparable form of ``text`` and the offset of each of its characters."""
    out: list[str] = []
    offsets = array("I")  # with a ninth of a list's memory: books have a million characters
    for offset, character in enumerate(text):
        for piece in _plain(character):
            if piece == " " and out and out[-1] == " ":
                continue
            out.append(piece)
            offsets.append(offset)
    return _Comparable("".join(out), offsets)


def _without_notes(original: str, comparable: _Comparable) -> str:
    """Return the comparable form of ``original`` with spaces in place of footnote marks."""
    text, offsets = comparable
    text = _FOOTNOTE.sub(lambda mark: " " * len(mark[0]), text).replace("_", " ")
    for mark in _SUPERSCRIPT.finditer(original):
        begin, end = (bisect_left(offsets, at) for at in mark.span())
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def _letters(text: str) -> str:
    """Return a comparable text without its typography."""
    return _TYPOGRAPHY.sub("", text)


def _is_number(pair: tuple[str, str]) -> bool:
    """Return whether nothing can be between two characters, because they are in one number."""
    return all(c.isdigit() or re.match(_MARK, c) for c in pair)


@cache
def _plain(character: str) -> str:
    if unicodedata.category(character) == "Cf":  # soft hyphens, zero-width spaces, direction marks
        return ""
    spelled = unicodedata.normalize("NFKD", character.translate(_SAME)).translate(_SAME)
    kept = "".join(c for c in spelled if not unicodedata.combining(c)).casefold()
    return re.sub(r"\s", " ", kept)


def _is_distinctive(quote: str) -> bool:
    return len(words(quote)) >= _LEAST_WORDS or len(_UNSPACED.findall(quote)) >= _LEAST_UNSPACED


def _places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of ``wanted`` in ``text`` that do not cut a word or a number."""
    place = text.find(wanted) if wanted else -1
    while place >= 0:
        end = place + len(wanted)
        if not (_cuts(text, place) or _cuts(text, end)):
            yield place, end
        place = text.find(wanted, place + 1)


def _cuts(text: str, at: int) -> bool:
    """Return whether ``at`` is inside a word or a number such as 1,200."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after or _UNSPACED.match(after):
        return False
    return (
        (before[-1].isalnum() and after[0].isalnum())
        or (before[-1].isdigit() and bool(re.match(r"[.,]\d", after)))
        or (bool(re.match(r"\d[.,]", before)) and after[0].isdigit())
    )


def _nearest_edge(text: str, at: int) -> int:
    """Return the nearest end of the word around ``at``."""
    back = forth = at
    while _cuts(text, back):
        back -= 1
    while _cuts(text, forth):
        forth += 1
    return back if at - back < forth - at else forth
