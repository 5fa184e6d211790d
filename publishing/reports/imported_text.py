"""Excerpts of imported texts, and their sentences that make sense alone."""

import re
import tomllib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from sentencex import segment

from publishing.similarity import TextSimilarity

_LONGEST_EXCERPT = 700  # characters
_SENTENCE_END = re.compile(r"[.!?][”\"')\]]*\s+(?=[A-Z0-9“\"(])|\n+")
_WORDS = range(8, 61)  # of a sentence that makes sense alone


_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _any_of(words: Sequence[str], before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b{before}(?:{'|'.join(words)}){after}".replace(" ", r"\s"), re.IGNORECASE)


_REFERS_BACK = _any_of(_TEXTS["refers_back"], after=r"\b")
_IS_ABOUT_TEXT = _any_of(_TEXTS["about_text"], before="(?:the|this) ", after=r"s?\b")
_CASE_STUDY = _any_of(["case study", "case studies"], after=r"\b")


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph that make sense alone."""
    lines = [line.strip() for line in paragraph.split("\n")]
    found = (one.strip() for line in lines if line for one in segment("en", line))
    return [one for one in found if _is_self_contained(one)]


def _is_self_contained(text: str) -> bool:
    is_whole = text[:1].isupper() and text.endswith((".", "!", "?", ".”", '."'))
    about_text = _IS_ABOUT_TEXT.search(text) or _CASE_STUDY.search(text)
    is_clear = not _REFERS_BACK.match(text) and not about_text
    return is_whole and is_clear and len(text.split()) in _WORDS


def excerpt(text: str, words: str, similarity: TextSimilarity) -> str:
    """Return a text; of a long one, the part around the sentence that matches the words best."""
    if len(text) <= _LONGEST_EXCERPT:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]
    spans = list(pairwise([0, *ends]))
    shares = [similarity.share(words, text[start:end]) for start, end in spans]
    first = last = shares.index(max(shares))
    whole = (0, len(spans) - 1)
    while spans[last][1] - spans[first][0] < _LONGEST_EXCERPT and (first, last) != whole:
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
    return text[spans[first][0] : spans[last][1]].strip()
